import { describe, expect, test } from 'vitest';
import { parseRetryAfterMs, retryAfterMs } from '../../../src/client/refresh/retry-after.js';

const NOW = Date.parse('2026-03-02T10:00:00Z');
const date = (seconds: number) => new Date(NOW + seconds * 1000);

describe('what a provider asks to wait', () => {
  test.each([
    ['milliseconds', { retryAfterMs: 7_000 }, 7_000],
    ['milliseconds before seconds', { retryAfterMs: 7_000, retryAfter: 9 }, 7_000],
    ['seconds', { retryAfter: 3 }, 3_000],
    ['seconds as text', { retryAfter: ' 3 ' }, 3_000],
    ['seconds with a fraction', { retryAfter: '1.5' }, 1_500],
    ['seconds with a longer fraction', { retryAfter: '1.25' }, 1_250],
    ['seconds, where there are no milliseconds', { retryAfterMs: null, retryAfter: 3 }, 3_000],
    ['a date', { retryAfter: date(20) }, 20_000],
    ['a date as HTTP writes it', { retryAfter: date(20).toUTCString() }, 20_000],
    ['less than the least', { retryAfter: 0 }, 1_000],
    ['a date that has passed', { retryAfter: date(-20) }, 1_000],
    ['more than the most', { retryAfter: 3_600 }, 300_000],
    ['for ever', { retryAfterMs: Number.POSITIVE_INFINITY }, 300_000],
  ])('may be %s', (_name, error, expected) => {
    expect(retryAfterMs(error, NOW)).toBe(expected);
  });

  test.each([
    ['NaN', { retryAfter: Number.NaN }],
    ['a negative number', { retryAfter: -1 }],
    ['a word', { retryAfter: 'later' }],
    ['empty', { retryAfter: '' }],
    ['white space', { retryAfter: ' ' }],
    ['a number and a word', { retryAfter: '3 days' }],
    ['a word and a number', { retryAfter: 'wait3' }],
    ['milliseconds as text', { retryAfterMs: '7000' }],
    ['an invalid date', { retryAfter: new Date('x') }],
    ['an object', { retryAfter: {} }],
    ['absent', {}],
    ['on no object', 'retryAfter'],
    ['on nothing', undefined],
    ['on null', null],
  ])('is nothing when %s', (_name, error) => {
    expect(retryAfterMs(error, NOW)).toBeUndefined();
  });

  test('is not clamped while it is only read', () => {
    expect(parseRetryAfterMs('7200', NOW)).toBe(7_200_000);
    expect(parseRetryAfterMs(null, NOW)).toBeUndefined();
  });
});
