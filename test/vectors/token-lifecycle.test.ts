import { describe, expect, test } from 'vitest';
import { judgeCoverage, play, readRows, readVectors } from './runner.js';

const vectors = readVectors();

describe("the token's life, rule by rule", () => {
  test.each(vectors.map((vector) => [vector.rule, vector] as const))('%s', async (_rule, vector) => {
    await expect(play(vector)).resolves.toBeUndefined();
  });

  test('the vectors cover every row, and no other', () => {
    expect(() => judgeCoverage(vectors, readRows())).not.toThrow();
  });

  test('no two vectors bear the same rule', () => {
    expect(new Set(vectors.map(({ rule }) => rule)).size).toBe(vectors.length);
  });
});
