import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/** The last column of each row: where the test is, and its name or the beginning of it. */
const ROWS = [...read('docs/coming-from-swift.md').matchAll(/\| `([\w/-]+)`: (.+?) *\|$/gm)].map(
  ([, file = '', name = '']) => [name, file] as const,
);

describe('a row for those who come from Swift names a test that exists:', () => {
  test('there are rows', () => {
    expect(ROWS.length).toBeGreaterThan(20);
  });

  test.each(ROWS)('%s', (name, file) => {
    expect(read(`test/${file}.test.ts`)).toContain(name);
  });
});
