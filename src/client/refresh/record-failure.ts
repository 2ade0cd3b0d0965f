import {
  type AnyStreamVideoError,
  InvalidTokenError,
  TokenExpiredError,
  UnauthorizedError,
} from '../../shared/errors.js';
import { isNetworkError } from '../environment/network-error.js';
import { isAlive, type Now, remainingMs } from '../token/phase.js';
import type { Blocked } from './provider-back-off.js';
import type { RefreshAttempt } from './refresh-attempt.js';
import { attemptError } from './refresh-errors.js';
import { retryAfterMs } from './retry-after.js';
import { suspend } from './suspension.js';
import type { Announcement } from './token-events.js';
import type { TokenStore } from './token-store.js';

/** A failure as it was written down: what its waiters get, and what the app is told. */
export interface RecordedFailure {
  readonly error: AnyStreamVideoError;
  readonly announce: Announcement;
}

interface FailureOptions {
  readonly by: 'network' | 'provider' | 'refusal';
  /** Whether it is about a token that only a consumer's server has refused. */
  readonly isHandBack?: boolean;
}

/** Identity is at stake: a call token of somebody signed in counts, too. */
const FOR_ANOTHER_USER: readonly string[] = ['wrong_user', 'not_anonymous'];

/** An attempt failed: suspends where only the app can go on, and else keeps the next attempt away. */
export function recordAttemptFailure(
  store: TokenStore,
  { controller, refused }: RefreshAttempt,
  error: unknown,
): RecordedFailure {
  if (error instanceof UnauthorizedError) return { error, announce: suspend(store, 'unauthorized', error) };
  if (error instanceof InvalidTokenError && FOR_ANOTHER_USER.includes(error.code)) {
    return { error, announce: suspend(store, 'wrong_user', error) };
  }
  const now = store.observe();
  if (store.source.kind === 'guest' && error instanceof TokenExpiredError) {
    // A guest who came too late: a call was joined, or a consumer was handed the old token.
    return { error, announce: store.hasToken(now) ? () => {} : suspend(store, 'guest_expired', error) };
  }
  if (refused && error === refused.refusal) return recordFailure(store, now, error, { by: 'refusal' });
  const isTimeout = controller.signal.aborted;
  const isNetwork = isTimeout || !store.isOnline || isNetworkError(error);
  // What only a consumer's server refused says nothing against the provider here.
  const isHandBack = refused !== undefined && refused.rejectedByServerAt === undefined;
  return recordFailure(store, now, error, { by: isNetwork ? 'network' : 'provider', isHandBack });
}

/** Keeps the next attempt away, and makes the error that the waiters of the failed one get. */
export function recordFailure(
  store: TokenStore,
  now: Now,
  error: unknown,
  { by, isHandBack }: FailureOptions,
): RecordedFailure {
  const { backOff, breaker, emit, held, history } = store;
  const isRefusal = by === 'refusal';
  backOff.fail(now, { by, error, retryAfterMs: retryAfterMs(error, now.wallMs) });
  if (isRefusal || (error instanceof InvalidTokenError && !isHandBack)) breaker.countUnusable(now, error);
  const retryAt = (store.blockedAt(now) as Blocked).until.wallMs;
  const told = isRefusal ? (error as AnyStreamVideoError) : attemptError(error, retryAt);
  store.lastError = told;
  history.count('failures');
  history.add('failed', `an attempt failed: ${told.code}`);
  const stillValidForMs = held && isAlive(held, now) ? remainingMs(held, now) : 0;
  const payload = { error: told, attempt: backOff.failures, retryAt, stillValidForMs };
  return { error: told, announce: () => emit('token.refresh_failed', payload) };
}
