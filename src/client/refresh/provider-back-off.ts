import { after, type Moment, millisecondsUntil } from '../environment/clock.js';

export const BACK_OFF = { firstMs: 2_000, maxMs: 60_000 } as const;

export type BlockedBy = 'network' | 'provider' | 'retry_after' | 'breaker';

/** One fact: the provider is not asked before this time, for this cause. */
export interface Blocked {
  readonly until: Moment;
  readonly by: BlockedBy;
  readonly error: unknown;
}

/** What still holds at `now`; a wait ends with whichever clock gets there first. */
export function stillBlocked(blocked: Blocked | undefined, now: Moment): Blocked | undefined {
  return blocked && millisecondsUntil(blocked.until, now) > 0 ? blocked : undefined;
}

/** Of two waits the one that ends later; the first where both end together. */
export function laterOf(first: Blocked | undefined, second: Blocked | undefined): Blocked | undefined {
  if (!first || !second) return first ?? second;
  return second.until.monotonicMs > first.until.monotonicMs ? second : first;
}

/** How long the `failures + 1`-th wait in a row lasts, before its share of chance. */
function backOffMs(failures: number): number {
  return Math.min(BACK_OFF.maxMs, BACK_OFF.firstMs * 2 ** failures);
}

/** Keeps attempts apart after failures: for the back-off, or for as long as the provider asked. */
export class ProviderBackOff {
  #blocked: Blocked | undefined;
  #failures = 0;
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** Attempts that failed in a row. */
  get failures(): number {
    return this.#failures;
  }

  blockedAt(now: Moment): Blocked | undefined {
    return stillBlocked(this.#blocked, now);
  }

  /** An attempt failed: the next one waits for `retryAfterMs` where the provider asked for it, else backs off. */
  fail(
    now: Moment,
    { by, error, retryAfterMs }: { by: BlockedBy; error: unknown; retryAfterMs?: number | undefined },
  ): void {
    const delayMs = retryAfterMs ?? backOffMs(this.#failures) * (0.5 + this.#random() / 2);
    this.#failures += 1;
    const next = {
      until: after(now, delayMs),
      by: retryAfterMs === undefined ? by : 'retry_after',
      error,
    } as const;
    this.#blocked = laterOf(this.blockedAt(now), next);
  }

  /** An attempt brought a token, or the app stepped in: what comes next backs off from the start. */
  reset(): void {
    this.#failures = 0;
    this.#blocked = undefined;
  }

  /** The network came back: a wait for the network is over. */
  endNetworkWait(): void {
    if (this.#blocked?.by === 'network') this.#blocked = undefined;
  }
}
