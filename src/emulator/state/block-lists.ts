import type { EmulatedClock } from './clock.js';
import { Instant } from './instant.js';

/** A list of words that moderation looks for. */
export interface BlockList {
  readonly name: string;
  readonly type: string;
  words: readonly string[];
  readonly createdAt: Instant;
  updatedAt: Instant;
}

export class BlockLists {
  readonly #clock: EmulatedClock;
  readonly #byName = new Map<string, BlockList>();

  constructor(clock: EmulatedClock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#byName.size;
  }

  all(): BlockList[] {
    return [...this.#byName.values()];
  }

  find(name: string): BlockList | undefined {
    return this.#byName.get(name);
  }

  create(name: string, type: string, words: readonly string[]): BlockList {
    const now = new Instant(this.#clock.now());
    const list = { name, type, words: [...words], createdAt: now, updatedAt: now };
    this.#byName.set(name, list);
    return list;
  }

  setWords(list: BlockList, words: readonly string[]): void {
    list.words = [...words];
    list.updatedAt = new Instant(this.#clock.now());
  }

  remove(name: string): boolean {
    return this.#byName.delete(name);
  }
}
