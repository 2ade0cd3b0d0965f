import { callSafely } from '../../shared/call-safely.js';
import { describeThrown } from '../../shared/describe-value.js';
import { describeFailure } from '../logger.js';
import type { SuspensionReason } from '../refresh/token-events.js';
import type { TokenStore } from '../refresh/token-store.js';
import type { TokenPhase } from '../token/phase.js';

interface Common {
  /** Whether an attempt to get a token is under way. */
  readonly refreshing: boolean;
  /** Whose tokens they are. */
  readonly userId?: string;
  /** Epoch milliseconds before which the provider is not asked again. */
  readonly retryAt?: number;
  /** Why the last attempt failed, or auth was suspended: the error's code and message. Gone once a token came. */
  readonly lastError?: { readonly code: string; readonly message: string };
}

interface WithToken {
  /** Counts the client's tokens, from 1 on. */
  readonly generation?: number;
  /** Epoch milliseconds; absent where the token has no usable expiry. */
  readonly expiresAt?: number;
}

/**
 * The token's life at one moment, without secrets. Frozen, and the same object until something differs.
 *
 * By `status`: `signed_out` after `disconnect()`; `acquiring` while there is none, or the server refused it; `active`
 * with one, whose `phase` says how near its end is; `suspended` when nothing is asked for until the app steps in.
 */
export type AuthState =
  | (Common & { readonly status: 'signed_out' })
  | (Common & { readonly status: 'acquiring' })
  | (Common & WithToken & { readonly status: 'active'; readonly phase?: TokenPhase })
  | (Common & WithToken & { readonly status: 'suspended'; readonly reason: SuspensionReason });

function stateOf(store: TokenStore): AuthState {
  const { epoch, held, isRefreshing: refreshing, lastError, suspension, user } = store;
  const now = store.now();
  const blocked = store.blockedAt(now);
  const common = {
    refreshing,
    userId: user.id,
    ...(blocked && { retryAt: blocked.until.wallMs }),
    ...(lastError && {
      // The app may have thrown it, with whatever text.
      lastError: Object.freeze({ code: lastError.code, message: describeThrown(lastError) }),
    }),
  };
  if (epoch.aborted) return { status: 'signed_out', ...common };
  const token = held && {
    generation: held.generation,
    ...(held.expiresAtMs !== undefined && { expiresAt: held.expiresAtMs }),
  };
  if (suspension) return { status: 'suspended', reason: suspension.reason, ...common, ...token };
  const current = store.phase(now) as TokenPhase | 'acquiring';
  if (current === 'acquiring') {
    return { status: store.needsNoToken ? 'active' : 'acquiring', ...common };
  }
  return { status: 'active', phase: current, ...common, ...token };
}

/** What can be seen of a session from outside, and who wants to know when it changes. */
export class ObservableState {
  readonly #store: TokenStore;
  #listeners: Set<{ readonly listener: () => void }> | undefined;
  #current: AuthState | undefined;
  #published: AuthState | undefined;

  constructor(store: TokenStore) {
    this.#store = store;
  }

  /** The state now; the same object until something differs, as `useSyncExternalStore` wants it. */
  get current(): AuthState {
    const next = stateOf(this.#store);
    if (!this.#current || !isSame(this.#current, next)) this.#current = Object.freeze(next);
    return this.#current;
  }

  subscribe(listener: () => void): () => void {
    if (!this.#listeners) {
      this.#listeners = new Set();
      // What time alone has changed since was not told yet.
      this.#published = this.#store.isAsTold(this.#store.now()) ? this.current : undefined;
      this.#store.onChange(() => this.#publish());
    }
    // One function that was given twice is stopped twice.
    const subscription = { listener };
    const listeners = this.#listeners.add(subscription);
    return () => listeners.delete(subscription);
  }

  /** Tells who listens, if the state differs from what they were told of last. */
  #publish(): void {
    const { current } = this;
    // What somebody has merely read was not told yet.
    if (current === this.#published) return;
    this.#published = current;
    const complain = (thrown: unknown) =>
      this.#store.logger.error('A listener failed', {
        event: 'auth.subscribe',
        error: describeFailure(thrown),
      });
    for (const { listener } of [...(this.#listeners ?? [])]) callSafely(listener, complain);
  }
}

function isSame(a: AuthState, b: AuthState): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
