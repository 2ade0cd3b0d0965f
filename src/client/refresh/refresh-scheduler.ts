import { millisecondsUntil } from '../environment/clock.js';
import type { Emit } from '../event-emitter.js';
import { type Now, remainingMs, windowsOf } from '../token/phase.js';
import type { TokenFacts } from '../token/token-facts.js';
import { mayRenewIn, type PolicyFacts } from './refresh-policy.js';
import type { SingleFlight } from './single-flight.js';
import type { TokenEvents } from './token-events.js';
import type { TokenStore } from './token-store.js';

interface AheadOptions {
  readonly ledger: TokenStore;
  readonly flight: SingleFlight;
  readonly emit: Emit<TokenEvents>;
  readonly isOnline: () => boolean;
  /** Whether something beyond single requests wants a good token. */
  readonly hasDemand: () => boolean;
  readonly policy: () => PolicyFacts;
}

/** What happens to a token that nobody waits for: refreshed while there is demand, announced where nothing can. */
export class Ahead {
  readonly #options: AheadOptions;
  readonly #ledger: TokenStore;
  #announced: TokenFacts | undefined;

  constructor(options: AheadOptions) {
    this.#options = options;
    this.#ledger = options.ledger;
  }

  /** The token was used since it was obtained, or something long-lived relies on it. */
  get hasDemand(): boolean {
    return this.#ledger.held?.usedAt !== undefined || this.#options.hasDemand();
  }

  /** Starts an attempt where one is due. */
  refreshIfDue(now: Now): void {
    const { door, held, source } = this.#ledger;
    if (!held || !this.hasDemand) return;
    const current = this.#ledger.phase(now);
    if (current === 'fresh' || current === 'acquiring' || current === 'suspended') return;
    if (source.kind === 'none') this.#announceExpiring(held);
    if (source.kind !== 'provider' || !mayRenewIn(current, this.#options.policy())) return;
    const { flight, isOnline } = this.#options;
    const isOpen = !flight.current && !door.closedAt(now) && flight.floorMs(now) === 0;
    if (isOpen && isOnline()) flight.start('expiring');
  }

  /** When to look again, in milliseconds; undefined while nothing would come of it. */
  nextLookMs(now: Now): number | undefined {
    const { door, held, source, suspension } = this.#ledger;
    const { flight, isOnline, policy } = this.#options;
    if (!held || held.rejectedByServerAt || held.expiresAtMs === undefined) return undefined;
    if (suspension || flight.current || !this.hasDemand) return undefined;
    const untilAdvisoryMs = remainingMs(held, now) - windowsOf(held, now).advisoryMs;
    if (source.kind === 'none') return this.#announced === held ? undefined : untilAdvisoryMs;
    if (!mayRenewIn('advisory', policy())) return undefined;
    if (untilAdvisoryMs > 0) return untilAdvisoryMs;
    // An `online` event looks again at once.
    if (!isOnline()) return undefined;
    const closure = door.closedAt(now);
    return Math.max(closure ? millisecondsUntil(closure.until, now) : 0, flight.floorMs(now));
  }

  #announceExpiring(held: TokenFacts): void {
    if (this.#announced === held) return;
    this.#announced = held;
    // Without an end it would be fresh.
    this.#options.emit('token.expiring', { expiresAt: held.expiresAtMs as number });
  }
}
