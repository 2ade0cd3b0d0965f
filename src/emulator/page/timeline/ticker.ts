const FRAME_MS = 100;
const CALM_FRAME_MS = 1000;

/** Calls back a few times a second while the page is visible; once a second for those who want less motion. */
export class Ticker {
  readonly #tick: () => void;
  #request: number | undefined;
  #lastAt = 0;

  constructor(tick: () => void) {
    this.#tick = tick;
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
    if (at - this.#lastAt >= (isCalm ? CALM_FRAME_MS : FRAME_MS)) {
      this.#lastAt = at;
      this.#tick();
    }
    this.#request = globalThis.requestAnimationFrame((next) => this.#frame(next));
  }
}
