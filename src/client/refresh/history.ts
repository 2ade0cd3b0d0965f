import type { Clock } from '../environment/clock.js';

const KEPT_TRANSITIONS = 20;

/** What can happen to a token. `rolled_back`: the one that the server accepted before is in use again. `from_tab`: another tab obtained the one in use. */
export type TransitionKind =
  | 'session_began'
  | 'session_ended'
  | 'in_use'
  | 'from_tab'
  | 'accepted'
  | 'refused'
  | 'rolled_back'
  | 'failed'
  | 'overdue'
  | 'suspended'
  | 'resumed';

/** One thing that happened to the token, as `explain()` lists it. */
export interface Transition {
  /** Epoch milliseconds. */
  readonly at: number;
  /** What happened, as a literal. */
  readonly kind: TransitionKind;
  /** In words. */
  readonly what: string;
  /** Whose token it is about, where it is about one. */
  readonly generation?: number;
}

interface Counters {
  attempts: number;
  providerCalls: number;
  failures: number;
  replays: number;
}

/** What happened to the token so far, for `explain()`. */
export class History {
  readonly #clock: Clock;
  #transitions: readonly Transition[] = [];
  readonly #counters: Counters = { attempts: 0, providerCalls: 0, failures: 0, replays: 0 };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get transitions(): readonly Transition[] {
    return [...this.#transitions];
  }

  get counters(): Readonly<Counters> {
    return { ...this.#counters };
  }

  add(kind: TransitionKind, what: string, generation?: number): void {
    const at = this.#clock.now().wallMs;
    const transition = { at, kind, what, ...(generation !== undefined && { generation }) };
    this.#transitions = [...this.#transitions, transition].slice(-KEPT_TRANSITIONS);
  }

  count(what: keyof Counters): void {
    this.#counters[what] += 1;
  }
}
