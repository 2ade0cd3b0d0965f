import { readFileSync } from 'node:fs';
import { Ledger, VectorError } from './claim.js';
import { EXPECTATIONS, type Expectation, expectationOf } from './expectations.js';
import { STEPS, type Step } from './steps.js';
import { World } from './world.js';

/** One rule as data. */
export interface Vector {
  readonly rule: string;
  readonly covers: readonly string[];
  readonly given: unknown;
  readonly steps: readonly Readonly<Record<string, unknown>>[];
  readonly expected: unknown;
}

/** A rule's place in the tables, in a few words. */
export interface Row {
  readonly id: string;
  readonly says: string;
}

export interface PlayOptions {
  readonly steps?: Readonly<Record<string, Step>>;
  readonly expectations?: Readonly<Record<string, Expectation>>;
  /** Looks at the world after each step, and once before the first. */
  onStep?(world: World, step: string): void;
}

const KEYS: readonly string[] = ['rule', 'covers', 'given', 'steps', 'expected'];

/** Plays one vector; throws `VectorError` where it does not hold, or says what cannot be told. */
export async function play(
  vector: Vector,
  { steps = STEPS, expectations = EXPECTATIONS, onStep = () => {} }: PlayOptions = {},
): Promise<void> {
  const unknown = Object.keys(vector).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) throw new VectorError(`unknown part "${unknown}"`);
  const ledger = new Ledger();
  const claims = vector.steps.map((step, at) =>
    'check' in step ? ledger.enter(`check ${at}`, step.check) : undefined,
  );
  const expected = ledger.enter('expected', vector.expected);
  const world = new World(vector.given);
  try {
    await world.begin();
    onStep(world, 'given');
    for (const [at, step] of vector.steps.entries()) {
      const [word, ...others] = Object.keys(step);
      if (word === undefined || others.length > 0) throw new VectorError(`step ${at}: must be one word`);
      const claim = claims[at];
      if (claim) {
        expectationOf(expectations, claim, world);
        continue;
      }
      const run = Object.hasOwn(steps, word) ? steps[word] : undefined;
      if (!run) throw new VectorError(`step ${at}: unknown step "${word}"`);
      try {
        await run(world, step[word]);
      } catch (error) {
        throw new VectorError(`step ${at} (${word}): ${(error as Error).message}`, { cause: error });
      }
      await world.settle();
      onStep(world, `${word} ${JSON.stringify(step[word])}`);
    }
    expectationOf(expectations, expected, world);
    await world.end();
  } finally {
    world.leave();
  }
  const [first] = ledger.unchecked;
  if (first !== undefined) throw new VectorError(`${first}: never checked`);
}

/** What the vectors leave out, and what they make up. */
export function judgeCoverage(vectors: readonly Vector[], rows: readonly Row[]): void {
  const ids = rows.map(({ id }) => id);
  const known = new Set(ids);
  const twice = ids.find((id, at) => ids.indexOf(id) !== at);
  if (twice !== undefined) throw new VectorError(`row ${twice} is there twice`);
  for (const { rule, covers } of vectors) {
    const unknown = covers.find((id) => !known.has(id));
    if (unknown !== undefined) throw new VectorError(`"${rule}" covers an unknown row: ${unknown}`);
    if (covers.length === 0) throw new VectorError(`"${rule}" covers no row`);
  }
  const covered = new Set(vectors.flatMap(({ covers }) => covers));
  const uncovered = ids.filter((id) => !covered.has(id));
  if (uncovered.length > 0) throw new VectorError(`uncovered rows: ${uncovered.join(', ')}`);
}

function readJson<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8')) as T;
}

export function readVectors(): readonly Vector[] {
  return readJson<{ vectors: Vector[] }>('./token-lifecycle.json').vectors;
}

export function readRows(): readonly Row[] {
  return readJson<{ rows: Row[] }>('./rows.json').rows;
}
