import { describe, expect, test } from 'vitest';
import { duration, lifetime, shown } from '../../src/timeline/format.js';

describe('words', () => {
  test.for([
    [0, '0 ms'],
    [1.25, '1.3 ms'],
    [999, '999 ms'],
    [59_600, '1 min'],
    [599_600, '10 min'],
    [3_599_999, '1 h'],
    [5_400_000, '1 h 30 min'],
    [-5000, '-5 s'],
  ] as const)('%d ms reads %s', ([ms, text]) => {
    expect(duration(ms)).toBe(text);
  });

  test.for([
    [61_000, '1 min'],
    [58_400, '1 min'],
    [3_601_000, '1 h'],
    [45_000, '45 s'],
    [63_000, '1 min 3 s'],
    [1_500, '2 s'],
  ] as const)('a token of %d ms was meant to live %s', ([ms, text]) => {
    expect(lifetime(ms)).toBe(text);
  });

  test('what looks like a token is masked, whatever field it came in', () => {
    expect(shown('id eyJhbGciOiJIUzI1NiJ9.eyJ1Ijoi.abc')).toBe('id <token>');
    expect(shown('martin')).toBe('martin');
  });
});
