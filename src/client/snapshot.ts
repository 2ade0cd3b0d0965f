function isSame(a: object, b: object): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Keeps the identity of a snapshot while nothing in it differs, as `useSyncExternalStore` wants it. */
export class Snapshot<T extends object> {
  #current: T | undefined;

  /** What was taken last. */
  get current(): T | undefined {
    return this.#current;
  }

  /** The current snapshot: `next` frozen, or the former one if both say the same. */
  take(next: T): T {
    if (!this.#current || !isSame(this.#current, next)) this.#current = Object.freeze(next);
    return this.#current;
  }
}
