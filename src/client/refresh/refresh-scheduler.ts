import { clamp } from '../../shared/clamp.js';
import { millisecondsUntil } from '../environment/clock.js';
import type { TimerHandle } from '../environment/timers.js';
import { type Now, remainingMs, windowsOf } from '../token/phase.js';
import type { TokenFacts } from '../token/token-facts.js';
import { mayRenewIn } from './refresh-policy.js';
import type { SingleFlight } from './single-flight.js';
import type { TokenStore } from './token-store.js';

/** Background timers: never so short as to spin, never so long as to overflow or to trust a sleeping timer. */
export const TIMER_MIN_MS = 250;
export const TIMER_MAX_MS = 60_000;

/** What a tab does with the other tabs of its user. */
interface Tabs {
  /** Takes part until the returned function is called. */
  join(): () => void;
}

/**
 * What happens to a token that nobody waits for: refreshed while there is demand, announced where nothing can
 * renew it. The one background timer and the page's events only make it early, never right.
 */
export class RefreshScheduler {
  readonly #store: TokenStore;
  readonly #flight: SingleFlight;
  readonly #tabs: Tabs | undefined;
  #timer: TimerHandle | undefined;
  #stopListening: (() => void) | undefined;
  #announced: TokenFacts | undefined;

  constructor(store: TokenStore, flight: SingleFlight, tabs: Tabs | undefined) {
    this.#store = store;
    this.#flight = flight;
    this.#tabs = tabs;
    store.onChange(() => this.#arm());
  }

  /** Where what no request waits for is discarded, only callers start attempts. */
  get #isOnDemandOnly(): boolean {
    return this.#store.environment.tiesIoToRequests();
  }

  /** Listens to the page, and to other tabs, until `stop()`. */
  start(): void {
    if (this.#stopListening) return;
    const store = this.#store;
    const { network, visibility } = store.environment;
    const stopVisibility = visibility.watch(() => this.wake());
    const stopNetwork = network.watch({
      offline: () => {
        store.isOnline = false;
        this.wake();
      },
      online: () => {
        store.isOnline = true;
        store.backOff.endWaitFor('network');
        this.wake();
      },
    });
    const leaveTabs = this.#tabs?.join();
    this.#stopListening = () => {
      leaveTabs?.();
      stopVisibility();
      stopNetwork();
    };
  }

  stop(): void {
    this.#store.environment.timers.clear(this.#timer);
    this.#stopListening?.();
    this.#stopListening = undefined;
    this.#store.isOnline = true;
  }

  /** Derives everything again: after a timer, an event of the page, a change of demand. */
  wake(): void {
    this.refreshIfDue(this.#store.observe());
    this.#store.changed();
  }

  /** Starts an attempt where one is due, or tells that the token ends where none can follow. */
  refreshIfDue(now: Now): void {
    const { hasDemand, held, isOnline, source } = this.#store;
    if (!held || !hasDemand) return;
    const current = this.#store.phase(now);
    if (current === 'fresh' || current === 'acquiring' || current === 'suspended') return;
    if (source.kind === 'none') this.#announceExpiring(held);
    const isAskedAhead = source.kind === 'provider' && isOnline && !this.#isOnDemandOnly;
    if (!isAskedAhead || !mayRenewIn(current, this.#store.policy)) return;
    this.#flight.abortOverdue(now);
    if (!this.#store.attempt && this.#waitMs(now) === 0) this.#flight.start({ reason: 'expiring' });
  }

  /** Sets the timer for the next look; clears it while nothing would come of one. */
  #arm(): void {
    const { epoch, environment } = this.#store;
    const delayMs = epoch.aborted ? undefined : this.#nextLookMs(this.#store.now());
    environment.timers.clear(this.#timer);
    this.#timer =
      delayMs === undefined
        ? undefined
        : environment.timers.setInBackground(() => this.wake(), clamp(delayMs, TIMER_MIN_MS, TIMER_MAX_MS));
  }

  #nextLookMs(now: Now): number | undefined {
    const { attempt, hasDemand, held, isOnline, source, suspension } = this.#store;
    if (!held || held.rejectedByServerAt || held.expiresAtMs === undefined) return undefined;
    if (suspension || attempt || !hasDemand) return undefined;
    const untilAdvisoryMs = remainingMs(held, now) - windowsOf(held, now).advisoryMs;
    if (source.kind === 'none') return this.#announced === held ? undefined : untilAdvisoryMs;
    if (this.#isOnDemandOnly || !mayRenewIn('advisory', this.#store.policy)) return undefined;
    if (untilAdvisoryMs > 0) return untilAdvisoryMs;
    // An `online` event looks again at once.
    return isOnline ? this.#waitMs(now) : undefined;
  }

  /** Milliseconds for which back-off, breaker and floor hold an attempt back. */
  #waitMs(now: Now): number {
    const blocked = this.#store.blockedAt(now);
    return Math.max(blocked ? millisecondsUntil(blocked.until, now) : 0, this.#flight.floorMs(now));
  }

  #announceExpiring(held: TokenFacts): void {
    if (this.#announced === held) return;
    this.#announced = held;
    // Without an end it would be fresh.
    this.#store.emit('token.expiring', { expiresAt: held.expiresAtMs as number });
  }
}
