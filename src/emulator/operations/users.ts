import { announceUser } from '../announcements/user-events.js';
import { queryUsers } from '../query/user-query.js';
import { Instant } from '../state/instant.js';
import type { User } from '../state/user.js';
import { Failure, invalidInput, notFound } from '../wire/api-failure.js';
import { readServerProfile, SERVER_USER_FIELDS, USER_ID } from '../wire/profile.js';
import { wireFullUser, wireUser } from '../wire/user.js';
import {
  type Body,
  listOf,
  optional,
  readList,
  readRecord,
  record,
  recordWithin,
  required,
  shape,
  text,
} from '../wire/validation.js';
import { type Context, type Operation, requireServer, requireUser } from './operation.js';
import { readPayload } from './payload.js';
import { setUserField, unsetUserField } from './user-fields.js';

const USER = shape(SERVER_USER_FIELDS);

function mapOf(users: readonly User[], { dialect }: Context): object {
  return { users: Object.fromEntries(users.map((user) => [user.id, wireFullUser(user, dialect)])) };
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
  const entries = Object.entries(readRecord(body, 'users') ?? {});
  if (entries.length > 100) throw invalidInput('users', 'must have at most 100 entries');
  const users = entries.map(([key, entry]) => {
    const problem = USER(entry);
    if (problem !== undefined) throw invalidInput('users', `${key} ${problem}`);
    const profile = readServerProfile(entry as Body);
    const id = String((entry as Body).id);
    // A client-side token may write its own profile only, and no role.
    if (caller.kind !== 'server' && id !== requireUser(context)) requireServer(context);
    const allowed =
      caller.kind === 'server'
        ? profile
        : { ...profile, role: undefined, teams: undefined, teamsRole: undefined };
    const { user, changed } = coordinator.users.upsert(id, allowed);
    if (changed) {
      announceUser(coordinator, user);
      coordinator.participants.review(coordinator.participants.of(id));
    }
    return user;
  });
  return { ...mapOf(users, context), membership_deletion_task_id: '' };
}

function updateUsersPartial(context: Context): object {
  const { coordinator, body } = context;
  const entries = readList<Body>(body, 'users');
  const users = named(
    entries.map(({ id }) => String(id)),
    context,
  );
  for (const [index, user] of users.entries()) {
    const entry = entries[index] ?? {};
    for (const [name, value] of Object.entries(readRecord(entry, 'set') ?? {})) {
      setUserField(coordinator, user, name, value);
    }
    for (const name of readList<string>(entry, 'unset')) unsetUserField(user, name);
    coordinator.users.touch(user);
    announceUser(coordinator, user);
    coordinator.participants.review(coordinator.participants.of(user.id));
  }
  coordinator.reviewSockets();
  return { ...mapOf(users, context), membership_deletion_task_id: '' };
}

function findUsers(context: Context): object {
  const { coordinator, dialect } = context;
  const users = queryUsers(coordinator.users.all(), readPayload(context));
  return { users: users.map((user) => wireFullUser(user, dialect)) };
}

interface Change {
  readonly check?: (user: User) => void;
  readonly apply: (user: User, now: Instant) => void;
  /** What the user's sockets and those that share a call with it get. */
  readonly event?: string;
}

/** What happens to many or one. */
const CHANGES = {
  deactivate: {
    apply: (user, now) => {
      user.deactivatedAt = now;
    },
    event: 'user.deactivated',
  },
  reactivate: {
    apply: (user) => {
      user.deactivatedAt = undefined;
    },
    event: 'user.reactivated',
  },
  delete: {
    apply: (user, now) => {
      user.deletedAt = now;
    },
  },
  restore: {
    check: (user) => {
      if (user.deletedAt === undefined)
        throw new Failure(4, `user "${user.id}" is not deleted, it can't be restored`);
    },
    apply: (user) => {
      user.deletedAt = undefined;
    },
  },
} as const satisfies Record<string, Change>;

function change(how: keyof typeof CHANGES, ids: readonly string[], context: Context): User[] {
  const { coordinator } = context;
  const now = new Instant(coordinator.clock.now());
  const users = named(ids, context);
  const { check, apply, event }: Change = CHANGES[how];
  for (const user of users) check?.(user);
  for (const user of users) {
    apply(user, now);
    coordinator.users.touch(user);
    if (event !== undefined) announceUser(coordinator, user, event);
    coordinator.participants.review(coordinator.participants.of(user.id));
  }
  return users;
}

function titled(how: string): string {
  return `${how[0]?.toUpperCase()}${how.slice(1)}`;
}

function bulk(how: keyof typeof CHANGES): Operation {
  return {
    name: `${titled(how)}Users`,
    method: 'POST',
    path: `/users/${how}`,
    mount: 'server',
    serverOnly: true,
    fields: { user_ids: required(listOf(USER_ID)) },
    handle: (context) => {
      const ids = readList<string>(context.body, 'user_ids');
      change(how, ids, context);
      return how === 'restore' ? {} : { task_id: context.coordinator.tasks.done(ids) };
    },
  };
}

function single(how: keyof typeof CHANGES): Operation {
  return {
    name: `${titled(how)}User`,
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
    { name: 'QueryUsers', method: 'GET', path: '/users', mount, handle: findUsers },
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
          shape({
            id: required(USER_ID),
            set: optional(recordWithin),
            unset: optional(listOf(text(255))),
          }),
        ),
      ),
    },
    handle: updateUsersPartial,
  },
  ...(['deactivate', 'reactivate', 'delete', 'restore'] as const).map(bulk),
  ...(['deactivate', 'reactivate'] as const).map(single),
];
