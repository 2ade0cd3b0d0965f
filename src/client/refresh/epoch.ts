import type { AbortSource } from '../environment/abortable.js';

/**
 * One session. It aborts like a signal when the session ends, but any number may listen: runtimes warn of a leak
 * when more than ten do on an `AbortSignal`.
 */
export class Epoch implements AbortSource {
  readonly #listeners = new Set<() => void>();
  #reason: unknown;
  #isOver = false;

  get aborted(): boolean {
    return this.#isOver;
  }

  get reason(): unknown {
    return this.#reason;
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.add(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.delete(listener);
  }

  end(reason: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#reason = reason;
    for (const listener of [...this.#listeners]) listener();
    this.#listeners.clear();
  }
}
