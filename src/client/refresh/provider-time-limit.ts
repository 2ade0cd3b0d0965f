import { TokenProviderError } from '../../shared/errors.js';
import { abort } from '../environment/abortable.js';
import type { Timers } from '../environment/timers.js';

/** How long one call of the provider may take. */
export const PROVIDER_LIMIT_MS = 10_000;

interface AskOptions {
  readonly timers: Timers;
  readonly limitMs: number;
  /** Aborted by the time limit here, and by the end of the session elsewhere. */
  readonly controller: AbortController;
  /** Gets what comes after the time limit. */
  onLate(answer: unknown): void;
}

/** In an object of ours, since a promise would read `then` of the answer again at each step. */
export interface Answer<T> {
  readonly answer: T;
}

/**
 * Calls the app's code and bounds it: a synchronous throw, a rejection, silence and an end of the session all
 * come out as one rejection, and nothing is left behind.
 */
export function askWithin<T>(call: () => T | Promise<T>, options: AskOptions): Promise<Answer<T>> {
  const { timers, limitMs, controller, onLate } = options;
  const { signal } = controller;
  return new Promise((resolve, reject) => {
    let isOver = false;
    const end = (settle: () => void) => {
      isOver = true;
      timers.clear(timer);
      signal.removeEventListener('abort', onAbort);
      settle();
    };
    const onAbort = () => end(() => reject(signal.reason));
    const timer = timers.set(() => {
      const error = new TokenProviderError(
        'provider_timeout',
        `The token provider did not answer within ${limitMs} ms`,
        { remediation: 'Bound the request inside the token provider, or raise timeouts.providerMs.' },
      );
      end(() => reject(error));
      abort(controller, error);
    }, limitMs);
    signal.addEventListener('abort', onAbort);
    const answered = (answer: T) => (isOver ? onLate(answer) : end(() => resolve({ answer })));
    try {
      Promise.resolve(call()).then(answered, (error) => end(() => reject(error)));
    } catch (error) {
      end(() => reject(error));
    }
  });
}
