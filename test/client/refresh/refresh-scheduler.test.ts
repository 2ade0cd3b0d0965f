import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type TestSession, tokenSession } from '../../support/token-session.js';
import { freshToken } from '../../support/tokens.js';
import { advance, settle, useVirtualTime } from '../../support/virtual.js';
import { watch } from '../../support/watch.js';

let on: TestSession;
const timers = () => vi.getTimerCount();

/** A session that holds a token of 100 s: its advisory window opens after 80 s. */
function make(options: Parameters<typeof tokenSession>[0] = {}): TestSession {
  on = tokenSession({ token: freshToken('martin', 100), ...options });
  on.session.begin();
  return on;
}

beforeEach(() => useVirtualTime());
afterEach(() => on.session.end());

describe('ahead of its end', () => {
  test('a token that was used is renewed, in the tick in which its window opens', async () => {
    await make().session.acquire();
    await advance(79_999);
    expect(on.reasons).toEqual([]);
    await advance(1);
    expect(on.reasons).toEqual(['expiring']);
  });

  test('a token that nothing has used costs no call, whoever wakes the client up', async () => {
    make();
    await advance(85_000);
    on.session.wake();
    await advance(20_000);
    on.session.wake();
    expect(on.reasons).toEqual([]);
  });

  test('a token that was not used is renewed where something long-lived relies on it', async () => {
    make({ hasDemand: () => true });
    await advance(80_000);
    expect(on.reasons).toEqual(['expiring']);
  });

  test('no attempt begins while the runtime says that it is offline, and one does when it is back', async () => {
    await make().session.acquire();
    on.page.offline();
    await advance(85_000);
    on.session.wake();
    expect(on.reasons).toEqual([]);
    on.page.online();
    expect(on.reasons).toEqual(['expiring']);
  });

  test('a failed attempt is followed by one after the floor of 5 s, though the door opens earlier', async () => {
    await make().session.acquire();
    await advance(80_000);
    await on.fail();
    await advance(4_000);
    on.session.wake();
    await advance(999);
    expect(on.reasons).toEqual(['expiring']);
    await advance(1);
    expect(on.reasons).toEqual(['expiring', 'expiring']);
  });

  test('a failed attempt is followed by none before the time that the provider asked for', async () => {
    await make().session.acquire();
    await advance(80_000);
    await on.fail(Object.assign(new Error('429'), { retryAfterMs: 12_000 }));
    await advance(11_000);
    on.session.wake();
    await advance(999);
    expect(on.reasons).toEqual(['expiring']);
    await advance(1);
    expect(on.reasons).toEqual(['expiring', 'expiring']);
  });

  test('a token that the server refused is left to the next caller', async () => {
    const { session } = make();
    const { token } = await session.acquire();
    const renewal = watch(session.verdicts.renew(token as never, { cause: new Error('40') }));
    await on.fail();
    expect(renewal.error).toMatchObject({ code: 'provider_failed' });
    await advance(90_000);
    session.wake();
    expect(on.reasons).toEqual(['rejected']);
    const waiting = watch(session.acquire());
    await settle();
    expect(on.reasons).toEqual(['rejected', 'rejected']);
    await on.give(freshToken('martin', 100));
    expect(waiting.state).toBe('resolved');
  });

  test('a guest is not made anew, not even when its token has ended, until a request needs it', async () => {
    make({ user: { id: 'martin', type: 'guest' } });
    await on.session.acquire();
    await advance(101_000);
    on.session.wake();
    expect(on.asks).toHaveLength(0);
    const waiting = watch(on.session.acquire());
    await settle();
    expect(on.asks).toHaveLength(1);
    await on.give({ user: { id: 'guest-2', type: 'guest' }, token: freshToken('guest-2', 100) });
    expect(waiting.state).toBe('resolved');
  });

  test('a guest, or a token without a usable end, keeps no timer running', async () => {
    make({ user: { id: 'martin', type: 'guest' } });
    await on.session.acquire();
    await advance(85_000);
    expect(timers()).toBe(0);
    on.session.end();
    make({ token: freshToken('martin', 100, { exp: undefined }) });
    await on.session.acquire();
    expect(timers()).toBe(0);
  });
});

describe('a token that nothing can renew', () => {
  test('is announced once, with its end, when its window opens', async () => {
    make({ source: { kind: 'none' } });
    const { token } = await on.session.acquire();
    await advance(79_999);
    expect(on.told('token.expiring')).toEqual([]);
    await advance(1);
    const announced = [{ expiresAt: token?.expiresAtMs }];
    expect(on.told('token.expiring')).toEqual(announced);
    on.session.wake();
    await advance(30_000);
    on.session.wake();
    expect(on.told('token.expiring')).toEqual(announced);
    expect(timers()).toBe(0);
  });

  test('is announced anew when another one comes to its end', async () => {
    make({ source: { kind: 'none' } });
    await on.session.acquire();
    await advance(80_000);
    on.set(freshToken('martin', 200));
    await on.session.acquire();
    await advance(160_000);
    expect(on.told('token.expiring')).toHaveLength(2);
  });

  test('is not announced where nothing has used it', async () => {
    make({ source: { kind: 'none' } });
    await advance(90_000);
    on.session.wake();
    expect(on.told('token.expiring')).toEqual([]);
  });
});
