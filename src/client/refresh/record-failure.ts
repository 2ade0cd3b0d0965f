import { type AnyStreamVideoError, InvalidTokenError } from '../../shared/errors.js';
import { isAlive, type Now, remainingMs } from '../token/phase.js';
import type { Blocked } from './provider-back-off.js';
import { attemptError } from './refresh-errors.js';
import { retryAfterMs } from './retry-after.js';
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

/** An attempt failed: keeps the next one away, and makes the error that its waiters get. */
export function recordFailure(
  store: TokenStore,
  now: Now,
  error: unknown,
  { by, isHandBack = false }: FailureOptions,
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
