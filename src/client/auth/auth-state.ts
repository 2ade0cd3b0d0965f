import { callSafely } from '../../shared/call-safely.js';
import { describeThrown } from '../../shared/text.js';
import type { Logger } from '../logger.js';
import type { TokenStore } from '../refresh/token-store.js';
import type { Now } from '../token/phase.js';
import { type AuthState, Snapshot } from './state.js';

/** What the facts alone do not tell. */
interface Activity {
  readonly isLive: boolean;
  readonly isRefreshing: boolean;
}

/** The state as the facts have it. */
function stateOf(ledger: TokenStore, now: Now, { isLive, isRefreshing }: Activity): AuthState {
  const { door, held, lastError, suspension, user } = ledger;
  const closure = door.closedAt(now);
  const common = {
    refreshing: isRefreshing,
    userId: user.id,
    ...(closure && { retryAt: closure.until.wallMs }),
    ...(lastError && {
      // The app may have thrown it, with whatever text.
      lastError: Object.freeze({ code: lastError.code, message: describeThrown(lastError) }),
    }),
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

interface ReportOptions {
  readonly ledger: TokenStore;
  readonly logger: Logger;
  readonly activity: () => Activity;
}

/** What can be seen of a session from outside, and who wants to know when it changes. */
export class Report {
  readonly #options: ReportOptions;
  readonly #snapshot = new Snapshot<AuthState>();
  readonly #listeners = new Set<{ readonly listener: () => void }>();
  #published: AuthState | undefined;
  #change: Promise<void>;
  #happen!: () => void;

  constructor(options: ReportOptions) {
    this.#options = options;
    this.#change = this.#nextChange();
  }

  /** The state now; the same object until something differs. */
  get state(): AuthState {
    const { ledger, activity } = this.#options;
    return this.#snapshot.take(stateOf(ledger, ledger.look(), activity()));
  }

  /** Settles at the next change. */
  get change(): Promise<void> {
    return this.#change;
  }

  subscribe(listener: () => void): () => void {
    // Two who subscribe with one function stop each for himself.
    const subscription = { listener };
    this.#listeners.add(subscription);
    return () => this.#listeners.delete(subscription);
  }

  /** Wakes who waits and tells who listens, if the state differs from what they were told of last. */
  publish(): void {
    const { state } = this;
    // What somebody has merely read was not told yet.
    if (state === this.#published) return;
    this.#published = state;
    const happen = this.#happen;
    this.#change = this.#nextChange();
    happen();
    const complain = () => this.#options.logger.error('A listener of auth.subscribe failed');
    for (const { listener } of [...this.#listeners]) {
      callSafely(listener, complain);
    }
  }

  #nextChange(): Promise<void> {
    return new Promise((resolve) => {
      this.#happen = resolve;
    });
  }
}
