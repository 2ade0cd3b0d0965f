import type { Caller } from '../auth/caller.js';
import type { Coordinator } from '../state/coordinator.js';
import { Failure } from '../wire/api-failure.js';
import { readServerProfile, SERVER_USER_FIELDS, USER_ID } from '../wire/profile.js';
import type { Dialect } from '../wire/user.js';
import { type Body, type Fields, optional, readRecord, readText, shape } from '../wire/validation.js';

export interface Context {
  readonly coordinator: Coordinator;
  readonly caller: Caller;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Body;
  readonly connectionId: string | undefined;
  readonly dialect: Dialect;
  /** How the caller reached the emulator. */
  readonly origin: string;
}

/**
 * Where an operation is served: `video` under `/video` and `/api/v2/video`, `shared` under `/video`, `/api/v2` and
 * (for chat clients) the root, `server` under `/api/v2` only.
 */
export type Mount = 'video' | 'shared' | 'server' | 'chat';

/** One endpoint of the wire. */
export interface Operation {
  /** The name in the vendor's specification; it opens the error texts. */
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly mount: Mount;
  /** Served without a token when the auth type is anonymous or jwt alike. */
  readonly isPublic?: boolean;
  readonly serverOnly?: boolean;
  readonly fields?: Fields;
  readonly handle: (context: Context) => object | Promise<object>;
}

export function requireServer({ caller }: Context): void {
  if (caller.kind !== 'server') throw new Failure(17, 'this endpoint needs a server token');
}

/**
 * The user that acts, where there is one. A server token acts for the user that its body names by id or as an object
 * (`user_id` and `user` unless the operation has other names for them), else for the one in the query.
 */
export function actingUser(
  { caller, body, coordinator }: Context,
  [idField, userField] = ['user_id', 'user'],
): string | undefined {
  if (caller.kind !== 'server') return caller.userId;
  const user = readRecord(body, userField);
  const id = readText(body, idField) ?? (user && readText(user, 'id')) ?? caller.userId;
  if (id !== undefined && user !== undefined) coordinator.users.upsert(id, readServerProfile(user));
  return id;
}

/** The user that acts; throws where there is none. */
export function requireUser(context: Context): string {
  if (context.caller.kind === 'anonymous') throw new Failure(17, 'anonymous users may not do this');
  const id = actingUser(context);
  if (id === undefined)
    throw new Failure(4, 'user_id is required with a server token', { fields: { user_id: 'is required' } });
  return id;
}

/** The fields by which a server says who acts. */
export const ACTING_USER = {
  user_id: optional(USER_ID),
  user: optional(shape(SERVER_USER_FIELDS)),
};
