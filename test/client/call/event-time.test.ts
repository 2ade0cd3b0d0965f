import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { instantOf } from '../../../src/client/call/event-time.js';

const SECOND = fc.integer({ min: 0, max: 4_000_000_000 });
const NANOSECONDS = fc.integer({ min: 0, max: 999_999_999 });

/** RFC 3339 with as many digits of a second as asked for. */
function text(second: number, nanoseconds: number, digits: number): string {
  const fraction = String(nanoseconds).padStart(9, '0').slice(0, digits);
  return new Date(second * 1000).toISOString().replace('.000Z', digits > 0 ? `.${fraction}Z` : 'Z');
}

const sign = (a = '', b = '') => Number(a > b) - Number(a < b);

describe('an instant', () => {
  test('of RFC 3339 sorts to the nanosecond', () => {
    fc.assert(
      fc.property(SECOND, NANOSECONDS, SECOND, NANOSECONDS, (a, aNs, b, bNs) => {
        const expected = Math.sign(a - b) || Math.sign(aNs - bNs);
        expect(sign(instantOf(text(a, aNs, 9)), instantOf(text(b, bNs, 9)))).toBe(expected);
      }),
    );
  });

  test('is the same in both dialects, as far as a number can say it', () => {
    fc.assert(
      fc.property(SECOND, fc.integer({ min: 0, max: 999 }), (second, ms) => {
        const nanoseconds = (second * 1000 + ms) * 1e6;
        // Beyond 2^53 a number holds no single nanosecond any more.
        const exact = Number(BigInt(second * 1000 + ms) * 1_000_000n);
        expect(instantOf(nanoseconds)).toBe(instantOf(exact));
        const [a, b] = [instantOf(nanoseconds), instantOf(text(second, ms * 1e6, 3))];
        expect(Math.abs(Number(a?.slice(-12)) - Number(b?.slice(-12)))).toBeLessThan(512);
      }),
    );
  });

  test.each([
    ['2026-03-02T10:00:00Z', '2026-03-02T10:00:00.000000000Z'],
    ['2026-03-02T10:00:00.5Z', '2026-03-02T10:00:00.500000000Z'],
    ['2026-03-02T12:00:00.5+02:00', '2026-03-02T10:00:00.5Z'],
  ])('%s is the same as %s', (a, b) => {
    expect(instantOf(a)).toBe(instantOf(b));
  });

  test.each([undefined, null, '', 'soon', Number.NaN, Number.POSITIVE_INFINITY, -1, {}, [], true])(
    'is not told by %j',
    (time) => {
      expect(instantOf(time)).toBeUndefined();
    },
  );
});
