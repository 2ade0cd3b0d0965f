import type { Environment } from '../environment/environment.js';
import type { TimerHandle } from '../environment/timers.js';
import { clamp, TIMER } from '../token/refresh-windows.js';

interface LookoutOptions {
  /** Look at the clocks and derive everything anew. */
  look(): void;
  /** The network came back. */
  online(): void;
}

/** The one background timer of a client, and its ears on the page: they only make things early, never right. */
export class Lookout {
  readonly #environment: Environment;
  readonly #options: LookoutOptions;
  #timer: TimerHandle | undefined;
  #stop: (() => void) | undefined;
  #isOnline = true;

  constructor(environment: Environment, options: LookoutOptions) {
    this.#environment = environment;
    this.#options = options;
  }

  /** Believed until an `offline` event says otherwise. */
  get isOnline(): boolean {
    return this.#isOnline;
  }

  start(): void {
    if (this.#stop) return;
    const { network, visibility } = this.#environment;
    const stopVisibility = visibility.watch(() => this.#options.look());
    const stopNetwork = network.watch({
      offline: () => {
        this.#isOnline = false;
        this.#options.look();
      },
      online: () => {
        this.#isOnline = true;
        this.#options.online();
      },
    });
    this.#stop = () => {
      stopVisibility();
      stopNetwork();
    };
  }

  /** Looks again after `delayMs`, clamped so that no timer is trusted for long; never when undefined. */
  arm(delayMs: number | undefined): void {
    const { timers } = this.#environment;
    timers.clear(this.#timer);
    this.#timer =
      delayMs === undefined
        ? undefined
        : timers.setInBackground(() => this.#options.look(), clamp(delayMs, TIMER.minMs, TIMER.maxMs));
  }

  stop(): void {
    this.arm(undefined);
    this.#stop?.();
    this.#stop = undefined;
    this.#isOnline = true;
  }
}
