import { announce, EVENT_DIALECT, eventParts } from '../announcements/call-events.js';
import { ownCapabilities } from '../auth/permissions.js';
import type { Member } from '../state/call.js';
import { notFound } from '../wire/api-failure.js';
import { wireMember } from '../wire/call.js';
import { USER_ID } from '../wire/profile.js';
import {
  type Body,
  listOf,
  oneOf,
  optional,
  readList,
  readRecord,
  readText,
  recordWithin,
  required,
  shape,
  text,
} from '../wire/validation.js';
import { callWith, checkMembers } from './call-context.js';
import { type Context, type Operation, requireUser } from './operation.js';

const PUBLISHING = oneOf(['send-audio', 'send-video', 'screenshare']);
/** A member in a request. */
export const MEMBER = shape({
  user_id: required(USER_ID),
  role: optional(text(64)),
  custom: optional(recordWithin),
});

function updateMembers(context: Context): object {
  const { coordinator, body, dialect } = context;
  const call = callWith(context, 'update-call-member');
  const added: Member[] = [];
  const updated: Member[] = [];
  const withNewRole: Member[] = [];
  const entries = readList<Body>(body, 'update_members');
  checkMembers(entries, coordinator, call);
  for (const entry of entries) {
    const userId = String(entry.user_id);
    const known = call.members.get(userId);
    const role = known?.role;
    const member = coordinator.calls.setMember(
      call,
      userId,
      readText(entry, 'role'),
      readRecord(entry, 'custom'),
    );
    (known === undefined ? added : updated).push(member);
    if (known !== undefined && member.role !== role) withNewRole.push(member);
  }
  const removed = readList<string>(body, 'remove_members').filter((id) => call.members.has(id));
  const formerIds = [...call.members.keys()];
  for (const id of removed) call.members.delete(id);
  const parts = eventParts(call, coordinator);
  const wire = (members: readonly Member[]) =>
    members.map((member) => wireMember(member, coordinator, EVENT_DIALECT));
  if (added.length > 0)
    announce(coordinator, call, 'call.member_added', { call: parts.call(), members: wire(added) });
  if (updated.length > 0) {
    announce(coordinator, call, 'call.member_updated', { call: parts.call(), members: wire(updated) });
  }
  if (withNewRole.length > 0) {
    announce(coordinator, call, 'call.member_updated_permission', {
      call: parts.call(),
      members: wire(withNewRole),
      capabilities_by_role: parts.capabilitiesByRole(),
    });
  }
  if (removed.length > 0) {
    // The removed members get it too; on this event `members` are ids.
    announce(
      coordinator,
      call,
      'call.member_removed',
      { call: parts.call(), members: removed },
      { memberIds: formerIds },
    );
  }
  for (const userId of [...withNewRole.map((member) => member.userId), ...removed]) {
    coordinator.participants.review(coordinator.participants.ofUser(call.cid, userId));
  }
  return { members: [...added, ...updated].map((member) => wireMember(member, coordinator, dialect)) };
}

function requestPermission(context: Context): object {
  const { coordinator, body } = context;
  const call = callWith(context, 'join-call');
  const user = eventParts(call, coordinator).user(requireUser(context));
  announce(coordinator, call, 'call.permission_request', {
    user,
    permissions: readList(body, 'permissions'),
  });
  return {};
}

function updateUserPermissions(context: Context): object {
  const { coordinator, body } = context;
  const call = callWith(context, 'update-call-permissions');
  const userId = String(body.user_id);
  const user = coordinator.users.find(userId);
  if (user === undefined) throw notFound(`user ${userId}`);
  const grants = call.grants.get(userId) ?? { granted: new Set<string>(), revoked: new Set<string>() };
  call.grants.set(userId, grants);
  for (const one of readList<string>(body, 'grant_permissions')) {
    grants.granted.add(one);
    grants.revoked.delete(one);
  }
  for (const one of readList<string>(body, 'revoke_permissions')) {
    grants.revoked.add(one);
    grants.granted.delete(one);
  }
  const subject = { kind: 'user', userId, user, claims: undefined, callCids: new Set<string>() } as const;
  announce(
    coordinator,
    call,
    'call.permissions_updated',
    {
      user: eventParts(call, coordinator).user(userId),
      own_capabilities: ownCapabilities(subject, call, coordinator),
    },
    { memberIds: [userId] },
  );
  coordinator.participants.review(coordinator.participants.ofUser(call.cid, userId));
  return {};
}

export const MEMBER_OPERATIONS: readonly Operation[] = [
  {
    name: 'UpdateCallMembers',
    method: 'POST',
    path: '/call/:type/:id/members',
    mount: 'video',
    fields: { update_members: optional(listOf(MEMBER)), remove_members: optional(listOf(USER_ID)) },
    handle: updateMembers,
  },
  {
    name: 'RequestPermission',
    method: 'POST',
    path: '/call/:type/:id/request_permission',
    mount: 'video',
    fields: { permissions: required(listOf(PUBLISHING)) },
    handle: requestPermission,
  },
  {
    name: 'UpdateUserPermissions',
    method: 'POST',
    path: '/call/:type/:id/user_permissions',
    mount: 'video',
    fields: {
      user_id: required(USER_ID),
      grant_permissions: optional(listOf(PUBLISHING)),
      revoke_permissions: optional(listOf(PUBLISHING)),
    },
    handle: updateUserPermissions,
  },
];
