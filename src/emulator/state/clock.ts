/** The server's clock: the machine's, moved or held still. */
export class EmulatedClock {
  #skewMs = 0;
  #frozenAt: number | undefined;

  /** Epoch milliseconds. */
  now(): number {
    return (this.#frozenAt ?? Date.now()) + this.#skewMs;
  }

  get skewMs(): number {
    return this.#skewMs;
  }

  get isFrozen(): boolean {
    return this.#frozenAt !== undefined;
  }

  /** Sets how far the clock is ahead of the machine's; negative is behind. Not cumulative. */
  skew(ms: number): void {
    this.#skewMs = ms;
  }

  /** Holds the clock still, at the current reading or at a given one (epoch milliseconds). */
  freeze(at: number = this.now()): void {
    this.#frozenAt = at - this.#skewMs;
  }

  resume(): void {
    this.#frozenAt = undefined;
  }
}
