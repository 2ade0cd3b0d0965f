import { isDeepStrictEqual } from 'node:util';

/** What a vector says that is not so, or that cannot be told. */
export class VectorError extends Error {}

/** Runs what the product may catch from: a mistake of the vector is reported all the same. */
export type Guard = <T>(run: () => T) => T;

function isBranch(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function leaves(value: unknown, path: string): string[] {
  return isBranch(value) && Object.keys(value).length > 0
    ? Object.entries(value).flatMap(([key, child]) => leaves(child, `${path}.${key}`))
    : [path];
}

/** Remembers which expectations were compared with what happened. */
export class Ledger {
  readonly #open = new Set<string>();

  enter(path: string, value: unknown): Claim {
    for (const leaf of leaves(value, path)) this.#open.add(leaf);
    return new Claim(this, path, value);
  }

  settle(path: string, value: unknown): void {
    for (const leaf of leaves(value, path)) this.#open.delete(leaf);
  }

  get unchecked(): readonly string[] {
    return [...this.#open];
  }
}

/** One expectation, or a branch of several. */
export class Claim {
  readonly path: string;
  readonly value: unknown;
  readonly #ledger: Ledger;

  constructor(ledger: Ledger, path: string, value: unknown) {
    this.#ledger = ledger;
    this.path = path;
    this.value = value;
  }

  /** Compares; `wanted` is the value as written, or what it stands for. */
  equals(actual: unknown, wanted: unknown = this.value): void {
    this.#ledger.settle(this.path, this.value);
    if (isDeepStrictEqual(actual, wanted)) return;
    throw new VectorError(`${this.path}: expected ${JSON.stringify(wanted)}, got ${JSON.stringify(actual)}`);
  }

  holds(isSo: boolean, actual: unknown): void {
    this.#ledger.settle(this.path, this.value);
    if (!isSo) {
      throw new VectorError(
        `${this.path}: expected ${JSON.stringify(this.value)}, got ${JSON.stringify(actual)}`,
      );
    }
  }

  at(key: string): Claim {
    return new Claim(this.#ledger, `${this.path}.${key}`, this.branch[key]);
  }

  get branch(): Record<string, unknown> {
    if (isBranch(this.value)) return this.value;
    throw new VectorError(`${this.path}: must be an object`);
  }

  get keys(): string[] {
    return Object.keys(this.branch);
  }

  get text(): string {
    if (typeof this.value === 'string') return this.value;
    throw new VectorError(`${this.path}: must be a string`);
  }

  /** Hands each part to its reader; a part without one is a mistake. */
  each(readers: Readonly<Record<string, (claim: Claim) => void>>): void {
    for (const key of this.keys) {
      const read = Object.hasOwn(readers, key) ? readers[key] : undefined;
      if (!read) throw new VectorError(`${this.path}.${key}: unknown expectation`);
      read(this.at(key));
    }
  }
}
