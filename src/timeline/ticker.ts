const CALM_FRAME_MS = 1000;

/** Calls back at an interval while the page is visible; once a second for those who want less motion. */
export class Ticker {
  readonly #tick: () => void;
  readonly #everyMs: () => number;
  #request: number | undefined;
  #lastAt = 0;

  constructor(tick: () => void, everyMs: () => number) {
    this.#tick = tick;
    this.#everyMs = everyMs;
  }

  start(): void {
    this.#request ??= globalThis.requestAnimationFrame((at) => this.#frame(at));
  }

  stop(): void {
    if (this.#request !== undefined) globalThis.cancelAnimationFrame(this.#request);
    this.#request = undefined;
  }

  #frame(at: number): void {
    const isCalm = globalThis.matchMedia('(prefers-reduced-motion: reduce)').matches;
    if (at - this.#lastAt >= (isCalm ? CALM_FRAME_MS : this.#everyMs())) {
      this.#lastAt = at;
      this.#tick();
    }
    this.#request = globalThis.requestAnimationFrame((next) => this.#frame(next));
  }
}
