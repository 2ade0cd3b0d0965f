import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/** The last column of each row: where the test is, and its name or the beginning of it. */
const ROWS = [...read('SECURITY.md').matchAll(/\| `([\w/-]+)`: (.+?) *\|$/gm)].map(
  ([, file = '', name = '']) => [name, file] as const,
);

describe('a promise of security names a test that exists:', () => {
  test('there are promises, and each row has its test', () => {
    const promises = read('SECURITY.md').split('## What is promised')[1]?.split('\n## ')[0] ?? '';
    expect(ROWS.length).toBeGreaterThan(15);
    // Less its head and the line below that.
    expect(ROWS).toHaveLength(promises.split('\n').filter((line) => line.startsWith('|')).length - 2);
  });

  test.each(ROWS)('%s', (name, file) => {
    // Where it is called by that name: a comment that has the words is none.
    const begins = [`'`, '"', '`'].map((quote) => `(${quote}${name}`);
    const text = read(`test/${file}.test.ts`).replaceAll(/\(\s+/g, '(');
    expect(begins.some((begin) => text.includes(begin))).toBe(true);
  });
});

test('client, hooks and devtools write into no storage', () => {
  const names = ['client', 'react', 'devtools', 'timeline', 'shared'].flatMap((door) =>
    readdirSync(new URL(`../../src/${door}`, import.meta.url), { recursive: true })
      .filter((name) => /\.tsx?$/.test(String(name)))
      .map((name) => `src/${door}/${name}`),
  );
  expect(names.length).toBeGreaterThan(100);
  const storage = /\b(localStorage|sessionStorage|indexedDB|caches|cookieStore)\b|document\.cookie/;
  expect(names.filter((name) => storage.test(read(name)))).toEqual([]);
});
