import { type AbortSource, LISTEN } from '../environment/abortable.js';
import type { Announcement } from './token-events.js';

/**
 * One session. It aborts like a signal when the session ends, but any number may listen: runtimes warn of a leak
 * when more than ten do on an `AbortSignal`.
 */
export class Epoch implements AbortSource {
  #listeners: Set<() => void> | undefined;
  #reason: unknown;
  #isOver = false;

  get aborted(): boolean {
    return this.#isOver;
  }

  get reason(): unknown {
    return this.#reason;
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    this.#add(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners?.delete(listener);
  }

  [LISTEN](listener: () => void): () => void {
    // Each counts for itself: two may bring the same function.
    const own = () => {
      if (this.#listeners?.has(own)) listener();
    };
    this.#add(own);
    return () => this.#listeners?.delete(own);
  }

  end(reason: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#reason = reason;
    for (const listener of [...(this.#listeners ?? [])]) listener();
    this.#listeners = undefined;
  }

  #add(listener: () => void): void {
    this.#listeners ??= new Set();
    this.#listeners.add(listener);
  }
}

/** Tells one thing after another, for as long as the session lives: any listener may end it, and begin the next. */
export function tellInTurn({ epoch }: { readonly epoch: Epoch }, ...announcements: Announcement[]): void {
  for (const tell of announcements) if (!epoch.aborted) tell();
}
