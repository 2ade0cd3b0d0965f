import type { Clock } from '../../../src/client/environment/clock.js';
import type { TimerHandle, Timers } from '../../../src/client/environment/timers.js';
import { EventQueue, type FleetEvent } from './event-queue.js';

/** Monday, 2 March 2026, 10:00 UTC: a whole second. */
const START_MS = Date.UTC(2026, 2, 2, 10);

/** Taken before anything could put its own in its place. */
const { setImmediate } = globalThis;

/** Runs every promise that can go on: immediates come after all of them. */
function promisesSettled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The clock and the timers of a whole fleet: one queue of events, and time that jumps from one to the next. */
export class VirtualTime {
  readonly clock: Clock = {
    now: () => ({ wallMs: START_MS + this.#nowMs, monotonicMs: this.#nowMs }),
  };
  readonly timers: Timers = {
    set: (run, delayMs) => this.after(delayMs, run) as unknown as TimerHandle,
    setInBackground: (run, delayMs) =>
      this.#queue.add(this.#nowMs + wholeMs(delayMs), run, true) as unknown as TimerHandle,
    clear: (handle) => {
      if (handle !== undefined) this.#queue.cancel(handle as unknown as FleetEvent);
    },
  };
  readonly #queue = new EventQueue();
  #nowMs = 0;
  #isQuiet = false;
  #events = 0;

  /** Milliseconds since the start. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** The same as `Date.now()` would be. */
  get wallMs(): number {
    return START_MS + this.#nowMs;
  }

  /** Events that have happened. */
  get events(): number {
    return this.#events;
  }

  /** Has something happen later. */
  after(delayMs: number, run: () => void): FleetEvent {
    this.#isQuiet = false;
    return this.#queue.add(this.#nowMs + wholeMs(delayMs), run);
  }

  /**
   * Moves the time on, event by event. Promises are settled after each, but for a background timer that has started
   * nothing: neither a timer that somebody waits for, nor anything at the edges of the fleet, which all call `after`.
   */
  async runUntil(endMs: number, progress: (nowMs: number) => void = () => {}): Promise<void> {
    await promisesSettled();
    for (;;) {
      const next = this.#queue.takeUntil(endMs);
      if (!next) break;
      this.#nowMs = next.event.atMs;
      this.#isQuiet = next.event.isBackground;
      next.run();
      if (!this.#isQuiet) await promisesSettled();
      this.#events += 1;
      if (this.#events % 65_536 === 0) progress(this.#nowMs);
    }
    this.#nowMs = Math.max(this.#nowMs, endMs);
    progress(this.#nowMs);
  }
}

/** Timers count whole milliseconds; rounded up, so that none looks too early. */
function wholeMs(delayMs: number): number {
  return Math.max(0, Math.ceil(delayMs));
}
