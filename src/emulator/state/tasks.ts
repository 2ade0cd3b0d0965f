import type { EmulatedClock } from './clock.js';
import { Instant } from './instant.js';

// A client asks for its task's result within seconds.
const KEPT_TASKS = 1_000;

export interface Task {
  readonly id: string;
  readonly createdAt: Instant;
  readonly result: Readonly<Record<string, unknown>>;
}

/** What other coordinators do in the background is done at once here; the results can be read for a while. */
export class Tasks {
  readonly #clock: EmulatedClock;
  readonly #byId = new Map<string, Task>();

  constructor(clock: EmulatedClock) {
    this.#clock = clock;
  }

  find(id: string): Task | undefined {
    return this.#byId.get(id);
  }

  /** Notes that something was done to each of these ids; returns the task's id. */
  done(ids: Iterable<string>): string {
    const id = globalThis.crypto.randomUUID();
    const result = Object.fromEntries([...ids].map((one) => [one, { status: 'ok' }]));
    this.#byId.set(id, { id, createdAt: new Instant(this.#clock.now()), result });
    if (this.#byId.size > KEPT_TASKS) {
      const oldest = this.#byId.keys().next().value;
      if (oldest !== undefined) this.#byId.delete(oldest);
    }
    return id;
  }
}
