/** Counts what was executed, by name. */
export class Tally {
  readonly #counts: Map<string, number>;

  constructor(names: readonly string[]) {
    this.#counts = new Map(names.map((name) => [name, 0]));
  }

  count(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  get counts(): readonly (readonly [name: string, count: number])[] {
    return [...this.#counts].sort(([a], [b]) => a.localeCompare(b));
  }

  /** What was never executed. */
  get missing(): readonly string[] {
    return this.counts.filter(([, count]) => count === 0).map(([name]) => name);
  }
}
