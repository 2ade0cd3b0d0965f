import { announceUser } from '../announcements/user-events.js';
import { compileFilter, type Field } from '../query/filter.js';
import type { Coordinator } from '../state/coordinator.js';
import { Instant } from '../state/instant.js';
import type { User } from '../state/user.js';
import { invalidInput, notFound } from '../wire/api-failure.js';
import { SERVER_USER_FIELDS, USER_ID } from '../wire/profile.js';
import { wireUser } from '../wire/user.js';
import { bool, integer, optional, readText, required, shape, text } from '../wire/validation.js';
import { actingUser, type Context, type Operation } from './operation.js';
import { readPayload } from './payload.js';

const MINUTE_MS = 60_000;
// What a timer can wait for.
const MAX_TIMEOUT_MINUTES = 35_000;

function target({ coordinator, body, query }: Context): User {
  const id = readText(body, 'target_user_id') ?? query.get('target_user_id') ?? '';
  if (id === '') throw invalidInput('target_user_id', 'is required');
  const user = coordinator.users.find(id);
  if (user === undefined) throw notFound(`user ${id}`);
  return user;
}

/** A banned user keeps its token and may do nothing with calls (403 / 17): it is taken out of those that it is in. */
function ban(context: Context): object {
  const { coordinator, body } = context;
  const user = target(context);
  const { timeout } = body;
  const now = coordinator.clock.now();
  const expires = typeof timeout === 'number' ? new Instant(now + timeout * MINUTE_MS) : undefined;
  const given = {
    byId: actingUser(context, ['banned_by_id', 'banned_by']),
    reason: readText(body, 'reason'),
    createdAt: new Instant(now),
    expires,
  };
  user.ban = given;
  if (typeof timeout === 'number') {
    coordinator.timers.inBackground(timeout * MINUTE_MS, () => {
      if (user.ban === given) lift(coordinator, user);
    });
  }
  announceUser(coordinator, user, 'user.banned');
  coordinator.participants.review(coordinator.participants.of(user.id));
  return {};
}

function lift(coordinator: Coordinator, user: User): void {
  user.ban = undefined;
  announceUser(coordinator, user, 'user.unbanned');
}

function unban(context: Context): object {
  lift(context.coordinator, target(context));
  return {};
}

const FILTERS = new Map<string, Field<User>>([
  ['user_id', { kind: 'text', read: ({ id }) => id }],
  ['banned_by_id', { kind: 'text', read: ({ ban: held }) => held?.byId }],
  ['reason', { kind: 'words', read: ({ ban: held }) => held?.reason }],
  ['created_at', { kind: 'time', read: ({ ban: held }) => held?.createdAt }],
]);

function queryBans(context: Context): object {
  const { coordinator, dialect } = context;
  const isWanted = compileFilter(readPayload(context).filter_conditions, FILTERS);
  const banned = [...coordinator.users.all()].filter((user) => user.ban !== undefined && isWanted(user));
  return {
    bans: banned.slice(0, 100).map((user) => ({
      user: wireUser(user, dialect),
      banned_by:
        user.ban?.byId === undefined
          ? undefined
          : wireUser(coordinator.users.require(user.ban.byId), dialect),
      reason: user.ban?.reason,
      created_at: user.ban?.createdAt,
      expires: user.ban?.expires,
    })),
  };
}

export const BAN_OPERATIONS: readonly Operation[] = [
  {
    name: 'Ban',
    method: 'POST',
    path: '/moderation/ban',
    mount: 'server',
    serverOnly: true,
    fields: {
      target_user_id: required(USER_ID),
      banned_by_id: optional(USER_ID),
      banned_by: optional(shape(SERVER_USER_FIELDS)),
      reason: optional(text(1024)),
      timeout: optional(integer(1, MAX_TIMEOUT_MINUTES)),
      shadow: optional(bool),
    },
    handle: ban,
  },
  {
    name: 'Unban',
    method: 'POST',
    path: '/moderation/unban',
    mount: 'server',
    serverOnly: true,
    handle: unban,
  },
  {
    name: 'QueryBannedUsers',
    method: 'GET',
    path: '/chat/query_banned_users',
    mount: 'server',
    serverOnly: true,
    handle: queryBans,
  },
];
