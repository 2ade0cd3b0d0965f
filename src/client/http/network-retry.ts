import { ConnectionError } from '../../shared/errors.js';
import { pause } from '../environment/abortable.js';
import type { Environment } from '../environment/environment.js';
import { type ApiRequest, NETWORK_RETRIES } from './request.js';

export const FIRST_RETRY_MS = 300;

/**
 * Waits until a GET that the network lost may be sent again, twice at most; throws the error of an attempt that is
 * not repeated. A timed-out request is not, nor is any other.
 */
export async function waitToRepeat(
  error: unknown,
  { method, budget, signal }: ApiRequest,
  { timers, random }: Environment,
): Promise<void> {
  const isLost = error instanceof ConnectionError && error.code === 'network' && error.retryable;
  if (!isLost || method !== 'GET' || budget.networkRetries === 0) throw error;
  const done = NETWORK_RETRIES - budget.networkRetries;
  budget.networkRetries -= 1;
  await pause(timers, FIRST_RETRY_MS * 2 ** done * (0.5 + random() / 2), [signal]);
}
