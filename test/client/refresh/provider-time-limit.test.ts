import { beforeEach, describe, expect, test, vi } from 'vitest';
import { Timers } from '../../../src/client/environment/timers.js';
import { askWithin } from '../../../src/client/refresh/provider-time-limit.js';
import { advance, settle, useVirtualTime } from '../../support/virtual.js';
import { watch } from '../../support/watch.js';

const LIMIT_MS = 10_000;

/** Asks, and counts the listeners that are on the signal. */
function ask(call: () => unknown) {
  const controller = new AbortController();
  const { signal } = controller;
  const listeners = new Set<unknown>();
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
    listeners.add(args[1]);
    addEventListener.apply(signal, args);
  };
  signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
    if (args[0] === 'abort') listeners.delete(args[1]);
    removeEventListener.apply(signal, args);
  };
  const onLate = vi.fn();
  const asked = watch(askWithin(call, { timers: new Timers(), limitMs: LIMIT_MS, controller, onLate }));
  return { asked, controller, listeners, onLate };
}

/** An answer that is the test's to give. */
function pending() {
  let give: (answer: unknown) => void = () => {};
  let fail: (error: unknown) => void = () => {};
  const promise = new Promise((resolve, reject) => {
    give = resolve;
    fail = reject;
  });
  return { promise, give: (answer: unknown) => give(answer), fail: (error: unknown) => fail(error) };
}

beforeEach(() => useVirtualTime());

describe("the app's answer", () => {
  test.each([
    ['at once', () => 'token'],
    ['later', async () => 'token'],
  ])('given %s is the answer, and nothing is left behind', async (_name, call) => {
    const { asked, listeners } = ask(call);
    expect(listeners.size).toBe(1);
    await settle();
    expect(asked).toEqual({ state: 'resolved', value: { answer: 'token' } });
    expect([listeners.size, vi.getTimerCount()]).toEqual([0, 0]);
  });

  const broken = new Error('503');

  test.each([
    [
      'thrown',
      () => {
        throw broken;
      },
    ],
    ['a rejection', () => Promise.reject(broken)],
  ])('that is %s is a rejection, and nothing is left behind', async (_name, call) => {
    const { asked, listeners } = ask(call);
    await settle();
    expect(asked.error).toBe(broken);
    expect([listeners.size, vi.getTimerCount()]).toEqual([0, 0]);
  });

  test('that cannot be looked at is handed on without being looked at', async () => {
    const trap = {
      get message(): string {
        throw new Error('do not look');
      },
    };
    const { asked } = ask(() => Promise.reject(trap));
    await settle();
    expect(asked.state).toBe('rejected');
    expect(asked.error === (trap as unknown)).toBe(true);
  });
});

describe('silence', () => {
  test('ends at the limit and not before, aborts the signal, and leaves nothing behind', async () => {
    const { asked, controller, listeners } = ask(() => new Promise(() => {}));
    await advance(LIMIT_MS - 1);
    expect([asked.state, controller.signal.aborted]).toEqual(['pending', false]);
    await advance(1);
    expect(asked.error).toMatchObject({
      code: 'provider_timeout',
      message: 'The token provider did not answer within 10000 ms',
      remediation: 'Bound the request inside the token provider, or raise timeouts.providerMs.',
    });
    expect(controller.signal.reason).toBe(asked.error);
    expect([listeners.size, vi.getTimerCount()]).toEqual([0, 0]);
  });

  test('that is broken late is heard apart, and changes nothing', async () => {
    const { promise, give } = pending();
    const { asked, onLate } = ask(() => promise);
    await advance(LIMIT_MS);
    give('late');
    await settle();
    expect(onLate).toHaveBeenCalledExactlyOnceWith('late');
    expect(asked.state).toBe('rejected');
  });

  test('that is broken late by a failure is not heard', async () => {
    const { promise, fail } = pending();
    const { asked, onLate } = ask(() => promise);
    await advance(LIMIT_MS);
    fail(new Error('late'));
    await settle();
    expect(onLate).not.toHaveBeenCalled();
    expect(asked.error).toMatchObject({ code: 'provider_timeout' });
  });
});

describe('the end of the session', () => {
  test('ends the wait with its own reason, and leaves nothing behind', async () => {
    const { asked, controller, listeners } = ask(() => new Promise(() => {}));
    const reason = new Error('the session ended');
    controller.abort(reason);
    await settle();
    expect(asked.error).toBe(reason);
    expect([listeners.size, vi.getTimerCount()]).toEqual([0, 0]);
  });
});
