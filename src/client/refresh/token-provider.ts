import { TokenProviderError } from '../../shared/errors.js';
import { abort } from '../environment/abortable.js';
import type { Timers } from '../environment/timers.js';
import type { KnownUser } from '../user.js';

/** How long one call of the provider may take. */
export const PROVIDER_LIMIT_MS = 10_000;

/** Why a token is wanted. Only `rejected` and `manual` must get past a server-side cache. */
export type TokenReason = 'initial' | 'expiring' | 'rejected' | 'manual';

/** What a token provider is told. */
export interface TokenProviderContext {
  /** For whom a token is wanted: `!anon` for an anonymous user. */
  readonly user: { readonly id: string; readonly name?: string };
  /** Why. Get past any cache for `rejected` and `manual`. */
  readonly reason: TokenReason;
  /** Aborts on the time limit, on `disconnect()`, on dispose, and when another provider takes over. */
  readonly signal: AbortSignal;
}

/**
 * The app's way to get a token for its user. Called once at a time; a throw, a rejection and silence (10 s, or
 * `timeouts.providerMs`) are all retried with back-off. An error may carry `retryAfterMs`, or `retryAfter` in
 * seconds or as a date. Throw `UnauthorizedError` to say that the user is signed out. A call into the client
 * itself in the synchronous part of the provider is refused with `provider_reentered`.
 */
export type TokenProvider = (context: TokenProviderContext) => string | Promise<string>;

/** Where tokens come from, besides those that the app hands in. */
export type TokenSource =
  | { readonly kind: 'none' }
  | { readonly kind: 'provider'; readonly provider: TokenProvider }
  | { readonly kind: 'guest'; create(signal: AbortSignal): Promise<NewGuest> };

export interface NewGuest {
  readonly user: KnownUser;
  readonly token: string;
}

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
