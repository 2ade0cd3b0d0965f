import type { Clock } from '../environment/clock.js';

const KEPT_TRANSITIONS = 20;

export interface Transition {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly what: string;
}

interface Counters {
  attempts: number;
  providerCalls: number;
  failures: number;
}

/** What happened to the token so far, for `explain()`. */
export class History {
  readonly #clock: Clock;
  readonly #transitions: Transition[] = [];
  readonly #counters: Counters = { attempts: 0, providerCalls: 0, failures: 0 };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get transitions(): readonly Transition[] {
    return [...this.#transitions];
  }

  get counters(): Readonly<Counters> {
    return { ...this.#counters };
  }

  add(what: string): void {
    this.#transitions.push({ at: this.#clock.now().wallMs, what });
    if (this.#transitions.length > KEPT_TRANSITIONS) this.#transitions.shift();
  }

  count(what: keyof Counters): void {
    this.#counters[what] += 1;
  }
}
