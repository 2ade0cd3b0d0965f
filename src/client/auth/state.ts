import type { SuspensionReason } from '../refresh/token-events.js';
import type { TokenPhase } from '../token/phase.js';

interface Common {
  /** Whether an attempt to get a token is under way. */
  readonly refreshing: boolean;
  readonly userId?: string;
  /** Epoch milliseconds before which the provider is not asked again. */
  readonly retryAt?: number;
  readonly lastError?: { readonly code: string; readonly message: string };
}

interface WithToken {
  readonly generation?: number;
  /** Epoch milliseconds. */
  readonly expiresAt?: number;
}

/** The token's life at one moment, without secrets. Frozen, and the same object until something differs. */
export type AuthState =
  | (Common & { readonly status: 'signed_out' })
  | (Common & { readonly status: 'acquiring' })
  | (Common & WithToken & { readonly status: 'active'; readonly phase?: TokenPhase })
  | (Common & WithToken & { readonly status: 'suspended'; readonly reason: SuspensionReason });

function isSame(a: object, b: object): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Keeps the identity of a snapshot while nothing in it differs, as `useSyncExternalStore` wants it. */
export class Snapshot<T extends object> {
  #current: T | undefined;

  get current(): T | undefined {
    return this.#current;
  }

  /** The current snapshot: `next` frozen, or the former one if both say the same. */
  take(next: T): T {
    if (!this.#current || !isSame(this.#current, next)) this.#current = Object.freeze(next);
    return this.#current;
  }
}
