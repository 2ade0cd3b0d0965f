import type { ApiError } from '../../shared/errors.js';
import type { AbortSource } from '../environment/abortable.js';
import type { AcquiredToken } from '../refresh/waiters.js';
import type { RequestBody } from './body.js';

/** How many times one call is repeated after network failures, over all its attempts. */
export const NETWORK_RETRIES = 2;

/** Why a call may be sent again for its token's sake, each once. */
export type ReplayKind = 'renewal' | 'wait' | 'rollback';

/** How often one call may still be sent again. */
export interface Budget {
  networkRetries: number;
  spent: readonly ReplayKind[];
}

const NOTHING_SPENT: readonly ReplayKind[] = [];

/** What a call may be sent again at all. */
export function wholeBudget(): Budget {
  return { networkRetries: NETWORK_RETRIES, spent: NOTHING_SPENT };
}

/** One call on its way to the coordinator. */
export interface ApiRequest {
  readonly method: string;
  /** Relative to `/video`, beginning with one slash. */
  readonly path: string;
  /** Undefined where there are no parameters. */
  readonly query: Readonly<Record<string, string>> | undefined;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly body: RequestBody | undefined;
  /** Aborts when the caller does, and when the session ends in which the call was made. */
  readonly signal: AbortSource;
  /** Whether the answer is to be tied to the live socket: needs one, or takes what there is. */
  readonly isWatching?: boolean | 'if_connected' | undefined;
  /** Shared by all attempts of one call. */
  readonly budget: Budget;
}

/** What came back: data, or the error that the server answered with. */
export interface ApiResponse {
  readonly status: number;
  readonly data: unknown;
  readonly error: ApiError | undefined;
  /** Whether the coordinator itself answered, so that the answer is evidence about the token. */
  readonly isEvidence: boolean;
  /** The token that the attempt carried. */
  acquired?: AcquiredToken | undefined;
  /** The connection that a watching request was tied to. */
  connectionId?: string | undefined;
}

/** Who calls, as one attempt says it. */
export interface Caller {
  readonly authType: 'jwt' | 'anonymous';
  /** Undefined where none is sent. */
  readonly token: string | undefined;
}

/** Puts one attempt on the wire. */
export type Send = (request: ApiRequest, caller: Caller) => Promise<ApiResponse>;

/** Sends a call until its answer is final. */
export type Deliver = (request: ApiRequest) => Promise<ApiResponse>;
