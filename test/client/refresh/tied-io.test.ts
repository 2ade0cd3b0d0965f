import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { defaultEnvironment } from '../../../src/client/environment/environment.js';
import { POLL_MS } from '../../../src/client/refresh/waiters.js';
import { type TestSession, tokenSession } from '../../support/token-session.js';
import { freshToken } from '../../support/tokens.js';
import { advance, settle, useVirtualTime } from '../../support/virtual.js';
import { watch } from '../../support/watch.js';

let on: TestSession;

/** In a runtime where I/O ends with the request that began it. */
function make(options: Parameters<typeof tokenSession>[0] = {}): void {
  const environment = { ...defaultEnvironment, random: () => 0, tiesIoToRequests: () => true };
  on = tokenSession({ environment, ...options });
}

const acquire = () => watch(on.session.acquire());

beforeEach(() => useVirtualTime());
afterEach(() => on.session.end());

describe('where I/O ends with the request that began it, a caller', () => {
  test('has the answer of its own attempt at once', async () => {
    make();
    const caller = acquire();
    await settle();
    await on.give(freshToken('martin', 3600));
    expect(caller.state).toBe('resolved');
  });

  test('has it at once also where something else made it look again meanwhile', async () => {
    make();
    const caller = acquire();
    await advance(10);
    on.session.wake();
    await advance(POLL_MS);
    await on.give(freshToken('martin', 3600));
    expect(caller.state).toBe('resolved');
  });

  test('has that of another one when it looks next, in its own time', async () => {
    make();
    const first = acquire();
    const second = acquire();
    await advance(10);
    await on.give(freshToken('martin', 3600));
    expect([first.state, second.state]).toEqual(['resolved', 'pending']);
    await advance(POLL_MS);
    expect(second.value?.token?.generation).toBe(1);
    expect(on.asks).toHaveLength(1);
  });

  test('has the failure of another one when it looks next', async () => {
    make();
    acquire();
    const second = acquire();
    await advance(10);
    await on.fail();
    expect(second.state).toBe('pending');
    await advance(POLL_MS);
    expect(second.error).toMatchObject({ code: 'provider_failed' });
    expect(on.asks).toHaveLength(1);
  });

  test('has what the app hands in when it looks next', async () => {
    make();
    const callers = [acquire(), acquire()];
    await advance(10);
    on.set();
    await advance(POLL_MS);
    expect(callers.map(({ state }) => state)).toEqual(['resolved', 'resolved']);
  });

  test('waits 2 s for the attempt of another, and then begins its own, which the others join', async () => {
    make();
    const callers = [acquire(), acquire(), acquire()];
    await advance(1_999);
    expect(on.asks).toHaveLength(1);
    await advance(1);
    expect(on.asks).toHaveLength(2);
    await advance(1_999);
    expect(on.asks).toHaveLength(2);
    await on.give(freshToken('martin', 3600));
    await advance(POLL_MS);
    expect(callers.map(({ state }) => state)).toEqual(['resolved', 'resolved', 'resolved']);
  });

  test.each([
    ['two waits in vain', async () => {}],
    [
      'two waits in vain that followed a back-off',
      async () => {
        acquire();
        await settle();
        await on.fail(Object.assign(new Error('503'), { retryAfterMs: 1_000 }));
      },
    ],
  ])('begins its own after %s, though the attempt of another one has just begun', async (_name, before) => {
    make();
    await before();
    const callers = [acquire(), acquire(), acquire(), acquire()];
    await settle();
    await advance(on.session.state.refreshing ? 0 : 1_000);
    const earlier = on.asks.length - 1;
    await advance(3_999);
    expect(on.asks.length - earlier).toBe(2);
    await advance(1);
    expect(on.asks.length - earlier).toBe(4);
    await on.give(freshToken('martin', 3600));
    await advance(POLL_MS);
    expect(callers.map(({ state }) => state)).toEqual(callers.map(() => 'resolved'));
  });

  test('counts its 2 s from when it joined, whatever else happens meanwhile', async () => {
    make();
    acquire();
    acquire();
    await advance(1_000);
    on.session.wake();
    await advance(999);
    expect(on.asks).toHaveLength(1);
    await advance(1);
    expect(on.asks).toHaveLength(2);
    await on.give(freshToken('martin', 3600));
  });

  test('joins the attempt that began last, also once an earlier one is over', async () => {
    make();
    acquire();
    acquire();
    await advance(2_000);
    on.asks[0]?.reject(new Error('503'));
    await settle();
    expect(on.session.state.refreshing).toBe(true);
    const newcomer = acquire();
    await advance(1_000);
    expect(on.asks).toHaveLength(2);
    await on.give(freshToken('martin', 3600));
    await advance(POLL_MS);
    expect(newcomer.state).toBe('resolved');
  });

  test('waits out a back-off to its end, and no longer', async () => {
    make();
    const first = acquire();
    await settle();
    await on.fail(Object.assign(new Error('503'), { retryAfterMs: 1_020 }));
    expect(first.state).toBe('rejected');
    acquire();
    await advance(1_019);
    expect(on.asks).toHaveLength(1);
    await advance(1);
    expect(on.asks).toHaveLength(2);
    await on.give(freshToken('martin', 3600));
  });

  test('in the advisory window waits 2.5 s for its own attempt, and is served the token that lives', async () => {
    make({ token: freshToken('martin', 3600), hasDemand: () => true });
    await advance(3_100_000);
    expect(on.asks).toHaveLength(0);
    const [first, second] = [acquire(), acquire()];
    await settle();
    expect([first.state, second.state, on.reasons]).toEqual(['pending', 'resolved', ['expiring']]);
    await advance(2_499);
    expect(first.state).toBe('pending');
    await advance(1);
    expect(first.value?.token?.generation).toBe(1);
  });

  test('in the mandatory window is served the living token, however many it has waited for', async () => {
    make({ token: freshToken('martin', 1_000), providerLimitMs: 60_000 });
    await advance(970_000);
    const callers = [acquire(), acquire()];
    await advance(2_000);
    expect(on.asks).toHaveLength(2);
    await advance(12_999);
    expect(callers.map(({ state }) => state)).toEqual(['pending', 'pending']);
    await advance(1);
    expect(callers.map(({ value }) => value?.token?.generation)).toEqual([1, 1]);
  });

  test('leaves no timer behind when it leaves', async () => {
    make();
    acquire();
    const controller = new AbortController();
    const second = watch(on.session.acquire({ signal: controller.signal }));
    await advance(120);
    controller.abort('left');
    await settle();
    expect(second.error).toBe('left');
    await on.give(freshToken('martin', 3600));
  });
});
