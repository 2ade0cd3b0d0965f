import type { ApiError } from '../../shared/errors.js';
import type { AbortSource } from '../environment/abortable.js';
import type { AcquiredToken } from '../refresh/waiters.js';
import type { RequestBody } from './body.js';

/** Why a call may be sent again for its token's sake, each once. */
export type ReplayKind = 'renewal' | 'wait' | 'rollback';

/** How often one call may still be sent again. */
export interface Budget {
  networkRetries: number;
  readonly spent: ReplayKind[];
}

/** One call on its way to the coordinator. Interceptors hand on copies. */
export interface ApiRequest {
  readonly method: string;
  /** Relative to `/video`, beginning with one slash. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: RequestBody | undefined;
  /** Aborts when the caller does, and when the session ends in which the call was made. */
  readonly signal: AbortSource;
  /** The token that this attempt carries; authorization takes one where none is set. */
  readonly acquired?: AcquiredToken | undefined;
  /** Whether the answer is to be tied to the live socket: needs one, or takes what there is. */
  readonly isWatching?: boolean | 'if_connected' | undefined;
  /** Shared by all attempts of one call. */
  readonly budget: Budget;
}

/** What came back: data, or the error that the server answered with. */
export interface ApiResponse {
  readonly status: number;
  readonly data: unknown;
  readonly error?: ApiError | undefined;
  /** Whether the coordinator itself answered, so that the answer is evidence about the token. */
  readonly isEvidence: boolean;
  readonly acquired?: AcquiredToken | undefined;
  /** The connection that a watching request was tied to. */
  readonly connectionId?: string | undefined;
}

export type Next = (request: ApiRequest) => Promise<ApiResponse>;

/** A step on the way: may change the request, call `next` any number of times, and change the answer. */
export type Interceptor = (request: ApiRequest, next: Next) => Promise<ApiResponse>;

/** Puts interceptors in a row before `send`; the first one is the outermost. */
export function chain(interceptors: readonly Interceptor[], send: Next): Next {
  return interceptors.reduceRight<Next>((next, interceptor) => (request) => interceptor(request, next), send);
}
