import { after, type Moment } from '../environment/clock.js';
import { type Blocked, stillBlocked } from './provider-back-off.js';

const USELESS_TOKENS = 3;
export const FIRST_BREAK_MS = 30_000;
export const LONGEST_BREAK_MS = 300_000;

/** Spares a provider whose tokens are of no use: open from the third in a row on, each time twice as long. */
export class CircuitBreaker {
  #blocked: Blocked | undefined;
  #unusable = 0;

  /** Tokens in a row that were of no use. */
  get unusable(): number {
    return this.#unusable;
  }

  blockedAt(now: Moment): Blocked | undefined {
    return stillBlocked(this.#blocked, now);
  }

  countUnusable(now: Moment, error: unknown): void {
    this.#unusable += 1;
    const opened = this.#unusable - USELESS_TOKENS;
    if (opened < 0) return;
    const breakMs = Math.min(LONGEST_BREAK_MS, FIRST_BREAK_MS * 2 ** opened);
    this.#blocked = { until: after(now, breakMs), by: 'breaker', error };
  }

  /** A token was taken, or the app stepped in: whatever was wrong is over. */
  reset(): void {
    this.#unusable = 0;
    this.#blocked = undefined;
  }
}
