import type { Device, User } from '../state/user.js';

/** The dialects of the wire: what clients, server SDKs and chat clients expect of the same object. */
export type Dialect = 'video' | 'server' | 'chat';

export function wireUser(user: User, dialect: Dialect): Record<string, unknown> {
  return {
    id: user.id,
    name: user.name,
    image: user.image,
    role: user.role,
    language: user.language,
    teams: user.teams,
    custom: user.custom,
    blocked_user_ids: [],
    created_at: user.createdAt,
    updated_at: user.updatedAt,
    last_active: user.lastActive,
    deactivated_at: user.deactivatedAt,
    deleted_at: user.deletedAt,
    revoke_tokens_issued_before: user.revokeTokensIssuedBefore,
    ...(dialect === 'video' ? {} : { banned: user.banned, online: user.lastActive !== undefined }),
  };
}

export function wireOwnUser(user: User, dialect: Dialect): Record<string, unknown> {
  return {
    ...wireUser(user, dialect),
    devices: [...user.devices.values()].map((device) => wireDevice(device, user.id)),
    privacy_settings: user.privacySettings,
    ...(dialect === 'chat'
      ? {
          invisible: user.invisible,
          mutes: [],
          channel_mutes: [],
          unread_count: 0,
          total_unread_count: 0,
          unread_channels: 0,
          unread_threads: 0,
        }
      : {}),
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
