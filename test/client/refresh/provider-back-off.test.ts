import { describe, expect, test } from 'vitest';
import { type Moment, millisecondsUntil } from '../../../src/client/environment/clock.js';
import { Door } from '../../../src/client/refresh/provider-back-off.js';

const at = (ms: number): Moment => ({ wallMs: ms, monotonicMs: ms });
const closedFor = (door: Door, now: Moment) => {
  const closure = door.closedAt(now);
  return closure ? millisecondsUntil(closure.until, now) : 0;
};
const error = new Error('down');

describe('back-off', () => {
  test('doubles from 2 s to 60 s, times the upper end of its jitter', () => {
    const door = new Door(() => 1);
    const delays = Array.from({ length: 8 }, (_, n) => {
      const now = at(n * 1_000_000);
      door.fail(now, { by: 'provider', error });
      return closedFor(door, now);
    });
    expect(delays).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
    expect(door.failures).toBe(8);
  });

  test('is no less than half of that', () => {
    const door = new Door(() => 0);
    door.fail(at(0), { by: 'provider', error });
    expect(closedFor(door, at(0))).toBe(1_000);
  });

  test('opens by itself, by whichever clock gets there first', () => {
    const door = new Door(() => 1);
    door.fail(at(0), { by: 'provider', error });
    expect(door.closedAt({ wallMs: 1_999, monotonicMs: 1_999 })?.by).toBe('provider');
    expect(door.closedAt({ wallMs: 2_000, monotonicMs: 0 })).toBeUndefined();
    door.fail(at(0), { by: 'provider', error });
    expect(door.closedAt({ wallMs: -50_000, monotonicMs: 4_000 })).toBeUndefined();
  });

  test('begins anew after a success, which also opens the door', () => {
    const door = new Door(() => 1);
    door.fail(at(0), { by: 'provider', error });
    door.fail(at(0), { by: 'provider', error });
    door.succeed();
    expect(door.closedAt(at(0))).toBeUndefined();
    door.fail(at(0), { by: 'provider', error });
    expect(closedFor(door, at(0))).toBe(2_000);
  });

  test('gives way to what the provider asks for', () => {
    const door = new Door(() => 1);
    door.fail(at(0), { by: 'network', error, retryAfterMs: 17_000 });
    expect(closedFor(door, at(0))).toBe(17_000);
    expect(door.closedAt(at(0))?.by).toBe('retry_after');
  });
});

describe('a network that came back', () => {
  test('opens a door that the network had closed', () => {
    const door = new Door(() => 1);
    door.fail(at(0), { by: 'network', error });
    door.openForNetwork();
    expect(door.closedAt(at(0))).toBeUndefined();
  });

  test('opens no other', () => {
    const door = new Door(() => 1);
    door.fail(at(0), { by: 'provider', error });
    door.openForNetwork();
    expect(door.closedAt(at(0))?.by).toBe('provider');
    door.reset();
    door.fail(at(0), { by: 'network', error, retryAfterMs: 5_000 });
    door.openForNetwork();
    expect(door.closedAt(at(0))?.by).toBe('retry_after');
  });
});

describe('the breaker', () => {
  test('holds from the third unusable token in a row, 30 s, doubling, up to 5 min', () => {
    const door = new Door(() => 1);
    const delays = Array.from({ length: 8 }, (_, n) => {
      const now = at(n * 1_000_000);
      door.countUnusable(now, error);
      return closedFor(door, now);
    });
    expect(delays).toEqual([0, 0, 30_000, 60_000, 120_000, 240_000, 300_000, 300_000]);
    expect(door.unusable).toBe(8);
  });

  test('is not opened by a mere answer of the provider, but by an acceptance', () => {
    const door = new Door(() => 1);
    for (let n = 0; n < 3; n += 1) door.countUnusable(at(0), error);
    door.succeed();
    expect(door.closedAt(at(0))?.by).toBe('breaker');
    door.accept();
    expect(door.closedAt(at(0))).toBeUndefined();
    expect(door.unusable).toBe(0);
  });

  test('an acceptance leaves other closures alone', () => {
    const door = new Door(() => 1);
    door.fail(at(0), { by: 'provider', error });
    door.accept();
    expect(door.closedAt(at(0))?.by).toBe('provider');
  });

  test('the later of two closures counts', () => {
    const door = new Door(() => 1);
    for (let n = 0; n < 3; n += 1) door.countUnusable(at(0), error);
    door.fail(at(0), { by: 'provider', error });
    expect(door.closedAt(at(0))?.by).toBe('breaker');
    door.reset();
    door.fail(at(0), { by: 'provider', error, retryAfterMs: 100_000 });
    for (let n = 0; n < 3; n += 1) door.countUnusable(at(0), error);
    expect(door.closedAt(at(0))?.by).toBe('retry_after');
  });

  test('the app stepping in by hand starts everything anew', () => {
    const door = new Door(() => 1);
    for (let n = 0; n < 3; n += 1) door.countUnusable(at(0), error);
    door.fail(at(0), { by: 'provider', error });
    door.reset();
    expect([door.failures, door.unusable, door.closedAt(at(0))]).toEqual([0, 0, undefined]);
  });
});
