import { announceUser } from '../announcements/user-events.js';
import { Instant } from '../state/instant.js';
import type { User } from '../state/user.js';
import { Failure, notFound } from '../wire/api-failure.js';
import { USER_ID } from '../wire/profile.js';
import { wireUser } from '../wire/user.js';
import { required } from '../wire/validation.js';
import { ACTING_USER, type Context, type Operation, requireUser } from './operation.js';

const MAX_BLOCKED = 1_000;

function actor(context: Context): User {
  return context.coordinator.users.require(requireUser(context));
}

function blockUser(context: Context): object {
  const { coordinator, body } = context;
  const user = actor(context);
  const id = String(body.blocked_user_id);
  if (!coordinator.users.has(id)) throw notFound(`user ${id}`);
  if (id === user.id) throw new Failure(4, 'a user can not block itself');
  if (user.blocked.size >= MAX_BLOCKED) {
    throw new Failure(4, `a user blocks at most ${MAX_BLOCKED} others`);
  }
  const blockedAt = user.blocked.get(id) ?? new Instant(coordinator.clock.now());
  user.blocked.set(id, blockedAt);
  announceUser(coordinator, user);
  return { blocked_by_user_id: user.id, blocked_user_id: id, created_at: blockedAt };
}

function unblockUser(context: Context): object {
  const user = actor(context);
  const id = String(context.body.blocked_user_id);
  if (!user.blocked.delete(id)) throw notFound(`block of user ${id}`);
  announceUser(context.coordinator, user);
  return {};
}

function listBlocked(context: Context): object {
  const { coordinator, dialect } = context;
  const user = actor(context);
  return {
    blocks: [...user.blocked].map(([id, blockedAt]) => ({
      user_id: user.id,
      user: wireUser(user, dialect),
      blocked_user_id: id,
      blocked_user: wireUser(coordinator.users.require(id), dialect),
      created_at: blockedAt,
    })),
  };
}

const FIELDS = { blocked_user_id: required(USER_ID), ...ACTING_USER };

/** The users that a user has blocked: a list for its clients, it closes no call. */
export const BLOCKED_USER_OPERATIONS: readonly Operation[] = (['server', 'chat'] as const).flatMap(
  (mount): Operation[] => [
    { name: 'BlockUsers', method: 'POST', path: '/users/block', mount, fields: FIELDS, handle: blockUser },
    {
      name: 'UnblockUsers',
      method: 'POST',
      path: '/users/unblock',
      mount,
      fields: FIELDS,
      handle: unblockUser,
    },
    { name: 'GetBlockedUsers', method: 'GET', path: '/users/block', mount, handle: listBlocked },
  ],
);
