import type { Clock, Moment } from '../environment/clock.js';
import { after, millisecondsUntil } from '../environment/clock.js';
import type { TimerHandle, Timers } from '../environment/timers.js';

/** A time limit that stands still while it is paused. */
export class PausableTimer {
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #elapsed: () => void;
  #leftMs: number;
  #deadline: Moment | undefined;
  #handle: TimerHandle | undefined;

  constructor({ clock, timers }: { clock: Clock; timers: Timers }, limitMs: number, elapsed: () => void) {
    this.#clock = clock;
    this.#timers = timers;
    this.#leftMs = limitMs;
    this.#elapsed = elapsed;
  }

  /** Milliseconds that are left of the limit. */
  get leftMs(): number {
    return this.#deadline ? millisecondsUntil(this.#deadline, this.#clock.now()) : this.#leftMs;
  }

  run(): void {
    if (this.#deadline) return;
    this.#deadline = after(this.#clock.now(), this.#leftMs);
    this.#handle = this.#timers.set(this.#elapsed, this.#leftMs);
  }

  pause(): void {
    if (!this.#deadline) return;
    this.#leftMs = this.leftMs;
    this.#deadline = undefined;
    this.#timers.clear(this.#handle);
  }
}
