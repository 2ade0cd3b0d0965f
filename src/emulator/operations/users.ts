import { announceUser } from '../announcements/user-events.js';
import { compileFilter } from '../query/filter.js';
import { USER_FILTERS } from '../query/query-fields.js';
import { Instant, parseInstant } from '../state/instant.js';
import type { User } from '../state/user.js';
import { invalidInput, notFound } from '../wire/api-failure.js';
import { readServerProfile, USER_FIELDS } from '../wire/profile.js';
import { wireUser } from '../wire/user.js';
import {
  type Body,
  isRecord,
  listAt,
  listOf,
  optional,
  record,
  recordOf,
  required,
  shape,
  text,
} from '../wire/validation.js';
import { type Context, type Operation, requireServer, requireUser } from './operation.js';

const USER = shape({ ...USER_FIELDS, role: optional(text(64)), teams: optional(listOf(text(255))) });

function mapOf(users: readonly User[], { dialect }: Context): object {
  return { users: Object.fromEntries(users.map((user) => [user.id, wireUser(user, dialect)])) };
}

/** Users by their ids; throws 404 / 16 for the first that is missing. */
function named(ids: readonly string[], { coordinator }: Context): User[] {
  return ids.map((id) => {
    const user = coordinator.users.find(id);
    if (user === undefined) throw notFound(`user ${id}`);
    return user;
  });
}

function upsertUsers(context: Context): object {
  const { coordinator, body, caller } = context;
  const entries = Object.entries(recordOf(body, 'users') ?? {});
  const users = entries.map(([key, entry]) => {
    const problem = USER(entry);
    if (problem !== undefined) throw invalidInput('users', `${key} ${problem}`);
    const profile = readServerProfile(entry as Body);
    const id = String((entry as Body).id);
    // A client-side token may write its own profile only, and no role.
    if (caller.kind !== 'server' && id !== requireUser(context)) requireServer(context);
    const allowed = caller.kind === 'server' ? profile : { ...profile, role: undefined, teams: undefined };
    const { user, changed } = coordinator.users.upsert(id, allowed);
    if (changed) announceUser(coordinator, user);
    return user;
  });
  return { ...mapOf(users, context), membership_deletion_task_id: '' };
}

const DATES = new Map<string, (user: User, value: Instant | undefined) => void>([
  ['revoke_tokens_issued_before', (user, value) => (user.revokeTokensIssuedBefore = value)],
]);

function setField(user: User, name: string, value: unknown, context: Context): void {
  const date = DATES.get(name);
  if (date !== undefined) {
    const instant = parseInstant(value);
    if (value !== null && instant === undefined)
      throw invalidInput(name, 'must be a time (RFC 3339) or null');
    date(user, instant);
    return;
  }
  if (
    name === 'custom' ||
    !['name', 'image', 'language', 'role', 'teams', 'privacy_settings'].includes(name)
  ) {
    const custom = name === 'custom' && isRecord(value) ? value : { [name]: value };
    user.custom = Object.fromEntries([...Object.entries(user.custom), ...Object.entries(custom)]);
    return;
  }
  context.coordinator.users.upsert(user.id, readServerProfile({ [name]: value }));
}

function updateUsersPartial(context: Context): object {
  const { coordinator, body } = context;
  const entries = listAt<Body>(body, 'users');
  const users = named(
    entries.map(({ id }) => String(id)),
    context,
  );
  for (const [index, user] of users.entries()) {
    const entry = entries[index] ?? {};
    for (const [name, value] of Object.entries(recordOf(entry, 'set') ?? {}))
      setField(user, name, value, context);
    for (const name of listAt<string>(entry, 'unset')) unsetField(user, name);
    coordinator.users.touch(user);
    announceUser(coordinator, user);
  }
  coordinator.reviewSockets();
  return { ...mapOf(users, context), membership_deletion_task_id: '' };
}

function unsetField(user: User, name: string): void {
  if (name === 'name') user.name = undefined;
  else if (name === 'image') user.image = undefined;
  else if (name === 'revoke_tokens_issued_before') user.revokeTokensIssuedBefore = undefined;
  else user.custom = Object.fromEntries(Object.entries(user.custom).filter(([key]) => key !== name));
}

function queryUsers(context: Context): object {
  const { coordinator, query, dialect } = context;
  let payload: unknown;
  try {
    payload = JSON.parse(query.get('payload') ?? '{}');
  } catch {
    throw invalidInput('payload', 'is not JSON');
  }
  if (!isRecord(payload)) throw invalidInput('payload', 'must be an object');
  const isWanted = compileFilter(payload.filter_conditions, USER_FILTERS);
  const limit = typeof payload.limit === 'number' ? payload.limit : 30;
  const users = [...coordinator.users.all()].filter((user) => isWanted(user) && user.deletedAt === undefined);
  return { users: users.slice(0, limit).map((user) => wireUser(user, dialect)) };
}

/** What happens to many or one: deactivate, reactivate, delete, restore. */
const CHANGES: Readonly<Record<string, (user: User, now: Instant) => void>> = {
  deactivate: (user, now) => {
    user.deactivatedAt = now;
  },
  reactivate: (user) => {
    user.deactivatedAt = undefined;
  },
  delete: (user, now) => {
    user.deletedAt = now;
  },
  restore: (user) => {
    user.deletedAt = undefined;
  },
};

function change(how: string, ids: readonly string[], context: Context): User[] {
  const now = new Instant(context.coordinator.clock.now());
  const users = named(ids, context);
  for (const user of users) CHANGES[how]?.(user, now);
  return users;
}

function bulk(how: string): Operation {
  return {
    name: `${how[0]?.toUpperCase()}${how.slice(1)}Users`,
    method: 'POST',
    path: `/users/${how}`,
    mount: 'server',
    serverOnly: true,
    fields: { user_ids: required(listOf(text(255, 1))) },
    handle: (context) => {
      change(how, listAt<string>(context.body, 'user_ids'), context);
      return how === 'restore' ? {} : { task_id: globalThis.crypto.randomUUID() };
    },
  };
}

function single(how: string): Operation {
  return {
    name: `${how[0]?.toUpperCase()}${how.slice(1)}User`,
    method: 'POST',
    path: `/users/:userId/${how}`,
    mount: 'server',
    serverOnly: true,
    handle: (context) => {
      const [user] = change(how, [context.params.userId ?? ''], context);
      return { user: user === undefined ? undefined : wireUser(user, context.dialect) };
    },
  };
}

export const USER_OPERATIONS: readonly Operation[] = [
  ...(['server', 'chat'] as const).flatMap((mount): Operation[] => [
    {
      name: 'UpdateUsers',
      method: 'POST',
      path: '/users',
      mount,
      fields: { users: required(record) },
      handle: upsertUsers,
    },
    { name: 'QueryUsers', method: 'GET', path: '/users', mount, handle: queryUsers },
  ]),
  {
    name: 'UpdateUsersPartial',
    method: 'PATCH',
    path: '/users',
    mount: 'server',
    serverOnly: true,
    fields: {
      users: required(
        listOf(
          shape({ id: required(text(255, 1)), set: optional(record), unset: optional(listOf(text(255))) }),
        ),
      ),
    },
    handle: updateUsersPartial,
  },
  ...['deactivate', 'reactivate', 'delete', 'restore'].map(bulk),
  ...['deactivate', 'reactivate'].map(single),
];
