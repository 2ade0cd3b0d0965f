import type { Caller } from '../auth/caller.js';
import type { Coordinator } from '../state/coordinator.js';
import { Failure } from '../wire/api-failure.js';
import type { Dialect } from '../wire/user.js';
import type { Body, Fields } from '../wire/validation.js';

export interface Context {
  readonly coordinator: Coordinator;
  readonly caller: Caller;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Body;
  readonly connectionId: string | undefined;
  readonly dialect: Dialect;
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
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
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

/** The user that acts. With a server token it is the one that the query names, if any. */
export function requireUser({ caller }: Context): string {
  if (caller.kind === 'anonymous') throw new Failure(17, 'anonymous users may not do this');
  if (caller.userId === undefined)
    throw new Failure(4, 'user_id is required with a server token', { fields: { user_id: 'is required' } });
  return caller.userId;
}
