import { describe, expect, test } from 'vitest';
import { type Moment, millisecondsUntil } from '../../../src/client/environment/clock.js';
import { CircuitBreaker } from '../../../src/client/refresh/circuit-breaker.js';

const at = (ms: number): Moment => ({ wallMs: ms, monotonicMs: ms });
const error = new Error('of no use');

describe('the breaker', () => {
  test('holds from the third unusable token in a row, 30 s, doubling, up to 5 min', () => {
    const breaker = new CircuitBreaker();
    const delays = Array.from({ length: 8 }, (_, n) => {
      const now = at(n * 1_000_000);
      breaker.countUnusable(now, error);
      const blocked = breaker.blockedAt(now);
      return blocked ? millisecondsUntil(blocked.until, now) : 0;
    });
    expect(delays).toEqual([0, 0, 30_000, 60_000, 120_000, 240_000, 300_000, 300_000]);
    expect(breaker.unusable).toBe(8);
  });

  test('says why it holds, and by itself lets a probe through', () => {
    const breaker = new CircuitBreaker();
    for (let n = 0; n < 3; n += 1) breaker.countUnusable(at(0), error);
    expect(breaker.blockedAt(at(29_999))).toEqual({ until: at(30_000), by: 'breaker', error });
    expect(breaker.blockedAt(at(30_000))).toBeUndefined();
    expect(breaker.unusable).toBe(3);
  });

  test('is reset by an acceptance, and by the app stepping in', () => {
    const breaker = new CircuitBreaker();
    for (let n = 0; n < 3; n += 1) breaker.countUnusable(at(0), error);
    breaker.reset();
    expect([breaker.blockedAt(at(0)), breaker.unusable]).toEqual([undefined, 0]);
  });
});
