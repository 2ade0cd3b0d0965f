export const FIRST_BACK_OFF_MS = 250;
export const LONGEST_BACK_OFF_MS = 25_000;
export const STABLE_AFTER_MS = 5_000;

/** Full jitter: any delay from 0 up to a limit that doubles with each failure in a row. */
export class ReconnectBackOff {
  readonly #random: () => number;
  #failures = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** The delay before the next try, in milliseconds. */
  nextMs(): number {
    const limitMs = Math.min(LONGEST_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** this.#failures);
    this.#failures += 1;
    return this.#random() * limitMs;
  }

  /** A connection ended after `uptimeMs`: one that had been up for a while starts over. */
  noteUptime(uptimeMs: number): void {
    if (uptimeMs >= STABLE_AFTER_MS) this.#failures = 0;
  }

  reset(): void {
    this.#failures = 0;
  }
}
