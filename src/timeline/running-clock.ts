/** Runs on from a reading of another clock. */
export class RunningClock {
  #now = Date.now();
  #readAt = globalThis.performance.now();
  #isRunning = true;

  set(now: number, isRunning: boolean): void {
    this.#now = now;
    this.#readAt = globalThis.performance.now();
    this.#isRunning = isRunning;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  now(): number {
    return this.#isRunning ? this.#now + globalThis.performance.now() - this.#readAt : this.#now;
  }
}
