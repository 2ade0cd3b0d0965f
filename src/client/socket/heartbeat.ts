import type { TimerHandle, Timers } from '../environment/timers.js';

export const PING_EVERY_MS = 25_000;
export const DEAD_AFTER_MS = 35_000;

interface HeartbeatOptions {
  ping(): void;
  /** No frame came within `DEAD_AFTER_MS`. */
  dead(): void;
}

/** Pings, and gives a socket up that shows no sign of life. */
export class Heartbeat {
  readonly #timers: Timers;
  readonly #options: HeartbeatOptions;
  #pingTimer: TimerHandle | undefined;
  #deadTimer: TimerHandle | undefined;

  constructor(timers: Timers, options: HeartbeatOptions) {
    this.#timers = timers;
    this.#options = options;
  }

  start(): void {
    this.#schedulePing();
    this.signOfLife();
  }

  /** Any frame at all. */
  signOfLife(): void {
    this.#timers.clear(this.#deadTimer);
    this.#deadTimer = this.#timers.setInBackground(() => this.#options.dead(), DEAD_AFTER_MS);
  }

  stop(): void {
    this.#timers.clear(this.#pingTimer);
    this.#timers.clear(this.#deadTimer);
  }

  #schedulePing(): void {
    this.#pingTimer = this.#timers.setInBackground(() => {
      this.#schedulePing();
      this.#options.ping();
    }, PING_EVERY_MS);
  }
}
