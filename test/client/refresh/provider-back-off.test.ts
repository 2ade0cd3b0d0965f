import { describe, expect, test } from 'vitest';
import { type Moment, millisecondsUntil } from '../../../src/client/environment/clock.js';
import { laterOf, ProviderBackOff } from '../../../src/client/refresh/provider-back-off.js';

const at = (ms: number): Moment => ({ wallMs: ms, monotonicMs: ms });
const blockedFor = (backOff: ProviderBackOff, now: Moment) => {
  const blocked = backOff.blockedAt(now);
  return blocked ? millisecondsUntil(blocked.until, now) : 0;
};
const error = new Error('down');

describe('back-off', () => {
  test('doubles from 2 s to 60 s, times the upper end of its jitter', () => {
    const backOff = new ProviderBackOff(() => 1);
    const delays = Array.from({ length: 8 }, (_, n) => {
      const now = at(n * 1_000_000);
      backOff.fail(now, { by: 'provider', error });
      return blockedFor(backOff, now);
    });
    expect(delays).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
    expect(backOff.failures).toBe(8);
  });

  test('is no less than half of that', () => {
    const backOff = new ProviderBackOff(() => 0);
    backOff.fail(at(0), { by: 'provider', error });
    expect(blockedFor(backOff, at(0))).toBe(1_000);
  });

  test('ends by itself, by whichever clock gets there first', () => {
    const backOff = new ProviderBackOff(() => 1);
    backOff.fail(at(0), { by: 'provider', error });
    expect(backOff.blockedAt({ wallMs: 1_999, monotonicMs: 1_999 })?.by).toBe('provider');
    expect(backOff.blockedAt({ wallMs: 2_000, monotonicMs: 0 })).toBeUndefined();
    backOff.fail(at(0), { by: 'provider', error });
    expect(backOff.blockedAt({ wallMs: -50_000, monotonicMs: 4_000 })).toBeUndefined();
  });

  test('is not ended by a question: asked for an earlier moment it still holds', () => {
    const backOff = new ProviderBackOff(() => 1);
    backOff.fail(at(0), { by: 'provider', error });
    expect(backOff.blockedAt(at(2_000))).toBeUndefined();
    expect(backOff.blockedAt(at(1_999))?.by).toBe('provider');
  });

  test('begins anew after a success, which also ends it', () => {
    const backOff = new ProviderBackOff(() => 1);
    backOff.fail(at(0), { by: 'provider', error });
    backOff.fail(at(0), { by: 'provider', error });
    backOff.reset();
    expect([backOff.failures, backOff.blockedAt(at(0))]).toEqual([0, undefined]);
    backOff.fail(at(0), { by: 'provider', error });
    expect(blockedFor(backOff, at(0))).toBe(2_000);
  });

  test('gives way to what the provider asks for', () => {
    const backOff = new ProviderBackOff(() => 1);
    backOff.fail(at(0), { by: 'network', error, retryAfterMs: 17_000 });
    expect(blockedFor(backOff, at(0))).toBe(17_000);
    expect(backOff.blockedAt(at(0))?.by).toBe('retry_after');
  });

  test('is not cut short by a later failure; what has ended by one clock counts no more', () => {
    const backOff = new ProviderBackOff(() => 1);
    backOff.fail(at(0), { by: 'provider', error, retryAfterMs: 60_000 });
    backOff.fail(at(0), { by: 'network', error });
    expect([backOff.blockedAt(at(0))?.by, blockedFor(backOff, at(0))]).toEqual(['retry_after', 60_000]);
    const awake = { wallMs: 60_000, monotonicMs: 0 };
    backOff.fail(awake, { by: 'network', error });
    expect([backOff.blockedAt(awake)?.by, blockedFor(backOff, awake)]).toEqual(['network', 8_000]);
  });
});

describe('a network that came back', () => {
  test('ends a wait for the network', () => {
    const backOff = new ProviderBackOff(() => 1);
    backOff.fail(at(0), { by: 'network', error });
    backOff.endWaitFor('network');
    expect(backOff.blockedAt(at(0))).toBeUndefined();
  });

  test('ends no other', () => {
    const backOff = new ProviderBackOff(() => 1);
    backOff.fail(at(0), { by: 'provider', error });
    backOff.endWaitFor('network');
    expect(backOff.blockedAt(at(0))?.by).toBe('provider');
    backOff.reset();
    backOff.fail(at(0), { by: 'network', error, retryAfterMs: 5_000 });
    backOff.endWaitFor('network');
    expect(backOff.blockedAt(at(0))?.by).toBe('retry_after');
  });
});

describe('of two waits', () => {
  const wait = (ms: number, by: 'provider' | 'breaker') => ({ until: at(ms), by, error });

  test('the later one counts, and the first where both end together', () => {
    const [short, long] = [wait(1, 'provider'), wait(2, 'breaker')];
    expect([laterOf(short, long), laterOf(long, short)]).toEqual([long, long]);
    expect(laterOf(wait(1, 'provider'), wait(1, 'breaker'))?.by).toBe('provider');
  });

  test('the only one counts, and none where there is none', () => {
    const only = wait(1, 'provider');
    expect([laterOf(only, undefined), laterOf(undefined, only)]).toEqual([only, only]);
    expect(laterOf(undefined, undefined)).toBeUndefined();
  });
});
