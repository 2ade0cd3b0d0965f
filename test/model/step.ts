import type fc from 'fast-check';
import type { Tally } from './tally.js';
import type { World } from './world.js';

export type ModelCommand = fc.AsyncCommand<object, World>;

/** One step: something happens, then some time passes, then every rule is checked. */
export class Step implements ModelCommand {
  readonly #name: string;
  readonly #details: string;
  readonly #act: (world: World) => void | Promise<void>;
  readonly #thenMs: number;
  readonly #tally: Tally | undefined;

  constructor(
    name: string,
    {
      details,
      thenMs,
      tally,
      act,
    }: { details: string; thenMs: number; tally?: Tally; act: (world: World) => void | Promise<void> },
  ) {
    this.#name = name;
    this.#details = details;
    this.#thenMs = thenMs;
    this.#tally = tally;
    this.#act = act;
  }

  check(): boolean {
    return true;
  }

  async run(_model: object, world: World): Promise<void> {
    this.#tally?.count(this.#name);
    await this.#act(world);
    await world.pass(this.#thenMs);
    world.check(this.toString());
  }

  toString(): string {
    return `${this.#name}(${this.#details}) +${this.#thenMs}`;
  }
}
