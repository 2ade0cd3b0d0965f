import { after, type Moment, millisecondsUntil } from '../environment/clock.js';

export const BACK_OFF = { firstMs: 2_000, maxMs: 60_000 } as const;
export const BREAKER = { threshold: 3, firstMs: 30_000, maxMs: 300_000 } as const;

export type ClosedBy = 'network' | 'provider' | 'retry_after' | 'breaker';

/** One fact: not before this time, for this cause. */
export interface Closure {
  readonly until: Moment;
  readonly by: ClosedBy;
  readonly error: unknown;
}

/** The one door that every token attempt goes through: back-off, `Retry-After` and the breaker in one place. */
export class Door {
  #closure: Closure | undefined;
  #failures = 0;
  #unusable = 0;
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** Attempts that failed in a row. */
  get failures(): number {
    return this.#failures;
  }

  /** Tokens in a row that were of no use. */
  get unusable(): number {
    return this.#unusable;
  }

  /** Why nobody may ask the provider now, and until when; undefined while the door is open. */
  closedAt(now: Moment): Closure | undefined {
    if (this.#closure && millisecondsUntil(this.#closure.until, now) === 0) this.#closure = undefined;
    return this.#closure;
  }

  /** An attempt failed: closes for `retryAfterMs` where the provider asked for it, else for the back-off. */
  fail(
    now: Moment,
    { by, error, retryAfterMs }: { by: ClosedBy; error: unknown; retryAfterMs?: number | undefined },
  ): void {
    const backOffMs =
      Math.min(BACK_OFF.maxMs, BACK_OFF.firstMs * 2 ** this.#failures) * (0.5 + this.#random() / 2);
    this.#failures += 1;
    this.#close({
      until: after(now, retryAfterMs ?? backOffMs),
      by: retryAfterMs === undefined ? by : 'retry_after',
      error,
    });
  }

  /** A token was of no use. From the third in a row on the breaker holds, each time twice as long. */
  countUnusable(now: Moment, error: unknown): void {
    this.#unusable += 1;
    const opened = this.#unusable - BREAKER.threshold;
    if (opened < 0) return;
    const breakMs = Math.min(BREAKER.maxMs, BREAKER.firstMs * 2 ** opened);
    this.#close({ until: after(now, breakMs), by: 'breaker', error });
  }

  /** An attempt brought a token. */
  succeed(): void {
    this.#failures = 0;
    if (this.#closure?.by !== 'breaker') this.#closure = undefined;
  }

  /** The server took a token: whatever was wrong with tokens is over. */
  accept(): void {
    this.#unusable = 0;
    if (this.#closure?.by === 'breaker') this.#closure = undefined;
  }

  /** The network came back: what it had closed opens. */
  openForNetwork(): void {
    if (this.#closure?.by === 'network') this.#closure = undefined;
  }

  /** The app stepped in by hand: everything starts anew. */
  reset(): void {
    this.#closure = undefined;
    this.#failures = 0;
    this.#unusable = 0;
  }

  #close(closure: Closure): void {
    const current = this.#closure;
    if (!current || closure.until.monotonicMs > current.until.monotonicMs) this.#closure = closure;
  }
}
