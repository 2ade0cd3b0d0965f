import type { Ledger } from './ledger.js';
import type { Now, TokenPhase } from './phase.js';

/** Why the client has stopped asking for tokens. */
export type SuspensionReason = 'unauthorized' | 'wrong_user' | 'token_expired' | 'guest_expired';

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

/** What the facts alone do not tell. */
export interface Activity {
  readonly isLive: boolean;
  readonly isRefreshing: boolean;
}

/** The state as the facts have it. */
export function stateOf(ledger: Ledger, now: Now, { isLive, isRefreshing }: Activity): AuthState {
  const { door, held, lastError, suspension, user } = ledger;
  const closure = door.closedAt(now);
  const common = {
    refreshing: isRefreshing,
    userId: user.id,
    ...(closure && { retryAt: closure.until.wallMs }),
    ...(lastError && { lastError: Object.freeze({ code: lastError.code, message: lastError.message }) }),
  };
  if (!isLive) return { status: 'signed_out', ...common };
  const token = held && {
    generation: held.generation,
    ...(held.expiresAtMs !== undefined && { expiresAt: held.expiresAtMs }),
  };
  if (suspension) return { status: 'suspended', reason: suspension.reason, ...common, ...token };
  const current = ledger.phase(now);
  if (current === 'suspended' || current === 'acquiring') {
    return { status: ledger.needsNoToken ? 'active' : 'acquiring', ...common };
  }
  return { status: 'active', phase: current, ...common, ...token };
}
