import { describe, expect, test } from 'vitest';
import type { Moment } from '../../../src/client/environment/clock.js';
import { ServerClock } from '../../../src/client/token/server-clock.js';

const T0 = Date.parse('2026-03-02T10:00:00Z');
const now: Moment = { wallMs: T0, monotonicMs: 0 };
const iso = (ms: number) => new Date(ms).toISOString();
const token = (issuedAtMs: number | undefined, lifeMs: number | undefined) => ({
  issuedAtMs,
  expiresAtMs: lifeMs === undefined ? undefined : (issuedAtMs ?? T0) + lifeMs,
  receivedAt: now,
  origin: 'provider' as const,
  jitter: 0,
});
const HOUR = 3_600_000;

describe('the server clock', () => {
  test('is ours until there is evidence', () => {
    const clock = new ServerClock();
    expect([clock.offsetAt(now), clock.evidenceAt(now)]).toEqual([0, undefined]);
  });

  test('reads the time of a frame in both dialects, and nothing else', () => {
    for (const createdAt of [iso(T0 + 10_000), (T0 + 10_000) * 1e6]) {
      const clock = new ServerClock();
      clock.learnFromFrame(createdAt, now);
      expect(clock.offsetAt(now)).toBe(10_000);
    }
    const clock = new ServerClock();
    for (const createdAt of [undefined, null, {}, 'soon', Number.NaN, String((T0 + 10_000) * 1e6)])
      clock.learnFromFrame(createdAt, now);
    expect(clock.evidenceAt(now)).toBeUndefined();
  });

  test('follows a frame before a Date header before a token, and the newest of each kind', () => {
    const clock = new ServerClock();
    clock.learnFromToken(token(T0 + 30_000, HOUR), now);
    expect([clock.offsetAt(now), clock.evidenceAt(now)]).toEqual([30_000, 'token']);
    clock.learnFromDateHeader(new Date(T0 + 20_000).toUTCString(), now);
    expect([clock.offsetAt(now), clock.evidenceAt(now)]).toEqual([20_500, 'date']);
    clock.learnFromFrame(iso(T0 + 10_000), now);
    expect([clock.offsetAt(now), clock.evidenceAt(now)]).toEqual([10_000, 'frame']);
    clock.learnFromDateHeader(new Date(T0 + 90_000).toUTCString(), now);
    expect(clock.offsetAt(now)).toBe(10_000);
    clock.learnFromFrame(iso(T0 + 11_000), now);
    expect(clock.offsetAt(now)).toBe(11_000);
  });

  test('counts as equal below 5 s', () => {
    const clock = new ServerClock();
    clock.learnFromFrame(iso(T0 + 4_999), now);
    expect(clock.offsetAt(now)).toBe(0);
    clock.learnFromFrame(iso(T0 - 4_999), now);
    expect(clock.offsetAt(now)).toBe(0);
    clock.learnFromFrame(iso(T0 - 5_000), now);
    expect(clock.offsetAt(now)).toBe(-5_000);
  });

  test.each([undefined, null, 42, 'yesterday', '', {}])('learns nothing from %j', (nonsense) => {
    const clock = new ServerClock();
    clock.learnFromFrame(nonsense, now);
    clock.learnFromDateHeader(typeof nonsense === 'string' ? nonsense : null, now);
    expect(clock.evidenceAt(now)).toBeUndefined();
  });

  test('knows a Date header once it was read, and none before', () => {
    const clock = new ServerClock();
    const [first, second] = [T0 + 20_000, T0 + 30_000].map((ms) => new Date(ms).toUTCString()) as [
      string,
      string,
    ];
    expect(clock.isKnown(first)).toBe(false);
    clock.learnFromDateHeader(first, now);
    expect([clock.isKnown(first), clock.isKnown(second)]).toEqual([true, false]);
    // Nor is it forgotten for an answer that has none, which says nothing at all.
    clock.learnFromDateHeader(null, now);
    expect([clock.isKnown(first), clock.isKnown(null)]).toEqual([true, true]);
  });

  test('reads the same Date header again once the offset was forgotten', () => {
    const clock = new ServerClock();
    const header = new Date(T0 + 20_000).toUTCString();
    clock.observe(now);
    clock.learnFromDateHeader(header, now);
    clock.observe({ wallMs: T0 + HOUR, monotonicMs: 1 });
    expect(clock.isKnown(header)).toBe(false);
  });

  test('tells what tokens claim apart from what the server said', () => {
    const clock = new ServerClock();
    clock.learnFromToken(token(T0 + 60_000, HOUR), now);
    expect(clock.offsetWithoutTokensAt(now)).toBe(0);
    clock.learnFromDateHeader(new Date(T0 + 20_000).toUTCString(), now);
    expect(clock.offsetWithoutTokensAt(now)).toBe(20_500);
    clock.learnFromFrame(iso(T0 + 10_000), now);
    expect(clock.offsetWithoutTokensAt(now)).toBe(10_000);
  });
});

describe('an iat', () => {
  test('ahead of our clock says that we are behind', () => {
    const clock = new ServerClock();
    clock.learnFromToken(token(T0 + HOUR, HOUR), now);
    expect(clock.offsetAt(now)).toBe(HOUR);
  });

  test('behind it may only mean a cache', () => {
    const clock = new ServerClock();
    clock.learnFromToken(token(T0 - HOUR / 2, HOUR), now);
    expect(clock.evidenceAt(now)).toBeUndefined();
  });

  test('behind it by more than half of the life says that we are ahead', () => {
    const clock = new ServerClock();
    clock.learnFromToken(token(T0 - HOUR / 2 - 1, HOUR), now);
    expect(clock.offsetAt(now)).toBe(-HOUR / 2 - 1);
  });

  test('that is missing, or without an expiry to measure by, says nothing of a clock that is ahead', () => {
    const clock = new ServerClock();
    clock.learnFromToken(token(undefined, HOUR), now);
    clock.learnFromToken(token(T0 - HOUR, undefined), now);
    expect(clock.evidenceAt(now)).toBeUndefined();
  });

  test('of just now confirms our clock', () => {
    const clock = new ServerClock();
    clock.learnFromToken(token(T0 - 5_000, HOUR), now);
    expect(clock.evidenceAt(now)).toBe('token');
  });
});

describe('a jump', () => {
  const looks = (wallMs: number, monotonicMs: number) => {
    const clock = new ServerClock();
    clock.observe(now);
    clock.learnFromFrame(iso(T0 + HOUR), now);
    const later = { wallMs: T0 + wallMs, monotonicMs };
    const seen = clock.offsetAt(later);
    clock.observe(later);
    expect(clock.offsetAt(later)).toBe(seen);
    return seen;
  };

  test('of either clock by more than 2 s against the other forgets the offset', () => {
    expect(looks(10_000, 7_999)).toBe(0);
    expect(looks(7_999, 10_000)).toBe(0);
    expect(looks(-3_000, 0)).toBe(0);
  });

  test('by no more keeps it', () => {
    expect(looks(10_000, 8_000)).toBe(HOUR);
    expect(looks(8_000, 10_000)).toBe(HOUR);
  });

  test('is only seen by a question: with the clock set back the offset is there again', () => {
    const clock = new ServerClock();
    clock.observe(now);
    clock.learnFromFrame(iso(T0 + HOUR), now);
    const away = { wallMs: T0 + HOUR, monotonicMs: 0 };
    expect([clock.offsetAt(away), clock.evidenceAt(away), clock.offsetWithoutTokensAt(away)]).toEqual([
      0,
      undefined,
      0,
    ]);
    expect([clock.offsetAt(now), clock.evidenceAt(now)]).toEqual([HOUR, 'frame']);
  });

  test('is measured from one observation to the next', () => {
    const clock = new ServerClock();
    clock.observe(now);
    clock.observe({ wallMs: T0 + 1_500, monotonicMs: 0 });
    clock.learnFromFrame(iso(T0 + HOUR), { wallMs: T0 + 1_500, monotonicMs: 0 });
    const last = { wallMs: T0 + 3_000, monotonicMs: 0 };
    clock.observe(last);
    expect(clock.evidenceAt(last)).toBe('frame');
  });
});
