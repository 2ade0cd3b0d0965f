import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const FOLDER = import.meta.dirname;
const read = (path: string) => readFileSync(join(FOLDER, path), 'utf8');

const ROWS = [...read('README.md').matchAll(/^\| (\d+|past) *\| .* \| `(.+?)`: (.+?) *\|$/gm)].map(
  ([, number = '', file = '', name = '']) => ({ number, file, name }),
);

/** From the first number to the last, both included. */
const range = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

describe("the table of the field's cases", () => {
  it('has a row for each', () => {
    const numbers = [...[...range(201, 237), ...range(240, 246), ...range(250, 255)], ...range(270, 273)].map(
      String,
    );
    expect(numbers.filter((number) => !ROWS.some((row) => row.number === number))).toEqual([]);
  });

  it.each(ROWS)('$number: $file has what it names: $name', ({ file, name }) => {
    expect(existsSync(join(FOLDER, file))).toBe(true);
    expect(read(file).replaceAll("\\'", "'")).toContain(name);
  });
});

it('packing builds first, so that a fresh clone packs what it should', () => {
  const { scripts, engines } = JSON.parse(read('../package.json'));
  expect([scripts.prepack, scripts.build]).toEqual(['npm run build', 'tsup']);
  // From then on `require()` loads what is published.
  expect(engines.node).toBe('>=20.19');
});
