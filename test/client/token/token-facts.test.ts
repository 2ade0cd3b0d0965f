import { describe, expect, test } from 'vitest';
import { claimedTimeMs } from '../../../src/client/token/token-facts.js';

const LAST_SECOND_OF_9999 = Date.parse('9999-12-31T23:59:59Z') / 1000;

describe('a time that a token claims', () => {
  test.each([
    ['a whole second', 1_772_445_600, 1_772_445_600_000],
    ['a part of a second', 0.5, 500],
    ['the epoch', 0, 0],
    ['the last second of the year 9999', LAST_SECOND_OF_9999, LAST_SECOND_OF_9999 * 1000],
  ])('may be %s', (_name, claim, expected) => {
    expect(claimedTimeMs(claim)).toBe(expected);
  });

  test.each([
    ['the year 10000', LAST_SECOND_OF_9999 + 1],
    ['milliseconds', 1_772_445_600_000],
    ['as far back', -LAST_SECOND_OF_9999 - 1],
    ['no number', Number.NaN],
    ['too large for a number', JSON.parse('1e999')],
    ['too small for a number', JSON.parse('-1e999')],
    ['text', '1772445600'],
    ['null', null],
    ['missing', undefined],
    ['a list', [1_772_445_600]],
  ])('is none where it is %s', (_name, claim) => {
    expect(claimedTimeMs(claim)).toBeUndefined();
  });
});
