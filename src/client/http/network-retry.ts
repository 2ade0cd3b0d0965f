import { ConnectionError } from '../../shared/errors.js';
import { pause } from '../environment/abortable.js';
import type { Environment } from '../environment/environment.js';
import type { Interceptor } from './request.js';

export const RETRY = { count: 2, firstMs: 300 } as const;

/** How many times one call is repeated after network failures, over all its attempts. */
export const NETWORK_RETRIES = RETRY.count;

/** Repeats a GET that the network lost, twice at most. A timed-out request is not repeated, nor is any other. */
export function networkRetry({ timers, random }: Environment): Interceptor {
  return async (given, next) => {
    let request = given;
    for (;;) {
      try {
        return await next(request);
      } catch (error) {
        const isLost = error instanceof ConnectionError && error.code === 'network' && error.retryable;
        const { budget } = request;
        if (!isLost || request.method !== 'GET' || budget.networkRetries === 0) throw error;
        const done = RETRY.count - budget.networkRetries;
        budget.networkRetries -= 1;
        await pause(timers, RETRY.firstMs * 2 ** done * (0.5 + random() / 2), { signals: [request.signal] });
        // Also where the lost one was to carry a certain token: another may be in use by now.
        request = { ...request, acquired: undefined };
      }
    }
  };
}
