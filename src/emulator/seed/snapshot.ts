import type { Call } from '../state/call.js';
import type { CallType } from '../state/call-types.js';
import type { Coordinator } from '../state/coordinator.js';
import type { User } from '../state/user.js';
import type { SeedCall, SeedCallType, SeedSnapshot, SeedUser } from './seed.js';

/** What an application holds, as a seed; a copy. Sessions, sockets, tokens and faults are no part of it. */
export function snapshotOf({ roles, grants, users, callTypes, calls }: Coordinator): SeedSnapshot {
  const granted = Object.entries(grants.ofApp()).filter(([, permissions]) => permissions.length > 0);
  const snapshot: SeedSnapshot = {
    roles: roles.custom(),
    grants: Object.fromEntries(granted),
    users: [...users.all()].map(userSeed),
    call_types: callTypes.all().map(callTypeSeed),
    calls: calls.all().map(callSeed),
  };
  return JSON.parse(JSON.stringify(snapshot));
}

function userSeed(user: User): SeedUser {
  return {
    id: user.id,
    name: user.name,
    image: user.image,
    language: user.language,
    role: user.role,
    teams: user.teams,
    teams_role: user.teamsRole,
    invisible: user.invisible,
    privacy_settings: user.privacySettings,
    custom: user.custom,
    banned: user.ban !== undefined,
    deactivated: user.deactivatedAt !== undefined,
    deleted: user.deletedAt !== undefined,
    revoke_tokens_issued_before: user.revokeTokensIssuedBefore?.toJSON(),
  };
}

function callTypeSeed({ name, settings, grants, notificationSettings }: CallType): SeedCallType {
  return {
    name,
    settings,
    grants: Object.fromEntries(grants),
    notification_settings: notificationSettings,
  };
}

function callSeed(call: Call): SeedCall {
  const members = [...call.members.values()].map(({ userId, role, custom }) => ({
    user_id: userId,
    role,
    custom,
  }));
  return {
    type: call.type,
    id: call.id,
    created_by_id: call.createdById,
    members,
    blocked_user_ids: [...call.blocked],
    custom: call.custom,
    settings_override: call.settingsOverride,
    team: call.team,
    channel_cid: call.channelCid,
    starts_at: call.startsAt?.toJSON(),
    ended_at: call.endedAt?.toJSON(),
    backstage: call.backstage,
  };
}
