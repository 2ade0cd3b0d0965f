import type { Device, User } from '../state/user.js';

/** The dialects of the wire: what clients, server SDKs and chat clients expect of the same object. */
export type Dialect = 'video' | 'server' | 'chat';

/** A user as others see it. */
export function wireUser(user: User, dialect: Dialect): Record<string, unknown> {
  return {
    id: user.id,
    name: user.name,
    image: user.image,
    role: user.role,
    language: user.language,
    teams: user.teams,
    teams_role: user.teamsRole,
    custom: user.custom,
    blocked_user_ids: [...user.blocked.keys()],
    created_at: user.createdAt,
    updated_at: user.updatedAt,
    last_active: user.lastActive,
    deactivated_at: user.deactivatedAt,
    deleted_at: user.deletedAt,
    revoke_tokens_issued_before: user.revokeTokensIssuedBefore,
    ...(dialect === 'video'
      ? {}
      : {
          banned: user.ban !== undefined,
          ban_expires: user.ban?.expires,
          online: user.lastActive !== undefined,
          shadow_banned: false,
          invisible: user.invisible,
          privacy_settings: user.privacySettings,
        }),
  };
}

/** A user in events: with the fields of every dialect, since sockets of each get the same event. */
export function wireEventUser(user: User): Record<string, unknown> {
  return wireUser(user, 'server');
}

/** A user with all that server SDKs read, or the own user of a connection. */
export function wireFullUser(user: User, dialect: Dialect): Record<string, unknown> {
  return {
    ...wireUser(user, dialect),
    devices: [...user.devices.values()].map((device) => wireDevice(device, user.id)),
    privacy_settings: user.privacySettings,
    ...(dialect === 'video'
      ? {}
      : {
          mutes: [],
          channel_mutes: [],
          unread_count: 0,
          total_unread_count: 0,
          unread_channels: 0,
          unread_threads: 0,
        }),
  };
}

export function wireDevice(device: Device, userId: string): Record<string, unknown> {
  return {
    id: device.id,
    push_provider: device.pushProvider,
    push_provider_name: device.pushProviderName,
    hardware_id: device.hardwareId,
    voip: device.voip,
    user_id: userId,
    created_at: device.createdAt,
  };
}
