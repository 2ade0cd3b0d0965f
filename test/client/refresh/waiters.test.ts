import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { defaultEnvironment } from '../../../src/client/environment/environment.js';
import { RefreshAttempt } from '../../../src/client/refresh/refresh-attempt.js';
import type { TokenFacts } from '../../../src/client/token/token-facts.js';
import { type TestSession, tokenSession } from '../../support/token-session.js';
import { freshToken } from '../../support/tokens.js';
import { advance, settle, useVirtualTime } from '../../support/virtual.js';
import { watch } from '../../support/watch.js';

let on: TestSession;
const cause = new Error('40');

function make(options: Parameters<typeof tokenSession>[0] = {}): void {
  on = tokenSession(options);
}

const acquire = (signal?: AbortSignal) => watch(on.session.acquire({ signal }));
const refresh = (signal?: AbortSignal) => watch(on.session.refresh({ signal }));
const refuse = (token: TokenFacts) => on.session.verdicts.refuse(token, cause);

beforeEach(() => useVirtualTime());
afterEach(() => on.session.end());

describe('a caller in the mandatory window', () => {
  /** A token of 1000 s: the window opens 30 s before its end. */
  const inWindow = async (options: Parameters<typeof tokenSession>[0] = {}) => {
    make({ token: freshToken('martin', 1_000), providerLimitMs: 60_000, ...options });
    on.session.begin();
    await advance(975_000);
  };

  test('waits until half of it is left, and is served the token that lives', async () => {
    await inWindow();
    const caller = acquire();
    await advance(9_999);
    expect([caller.state, on.reasons]).toEqual(['pending', ['expiring']]);
    await advance(1);
    expect(caller.value?.token?.generation).toBe(1);
  });

  test('with half of it gone is served at once, and an attempt begins all the same', async () => {
    await inWindow();
    await advance(10_000);
    const caller = acquire();
    await settle();
    expect(caller.value?.token?.generation).toBe(1);
    expect(on.reasons).toEqual(['expiring']);
  });

  test('waits on whatever else happens meanwhile', async () => {
    await inWindow();
    const caller = acquire();
    await advance(1_000);
    on.page.offline();
    await settle();
    expect(caller.state).toBe('pending');
    await advance(9_000);
    expect([caller.value?.token?.generation, on.asks.length]).toEqual([1, 1]);
  });

  test('is not served a token that the server refused while he waited', async () => {
    await inWindow();
    const caller = acquire();
    await advance(5_000);
    refuse(on.held);
    await advance(5_000);
    expect(caller.state).toBe('pending');
    await on.fail();
    expect(caller.state).toBe('pending');
    await advance(1_000);
    expect(on.reasons).toEqual(['expiring', 'rejected']);
    const next = freshToken('martin', 1_000);
    await on.give(next);
    expect(caller.value?.token?.value).toBe(next);
  });
});

describe('a caller after a refusal', () => {
  test('begins an attempt that says so', async () => {
    make({ token: freshToken('martin', 3600) });
    refuse(on.held);
    const caller = acquire();
    await settle();
    expect(on.reasons).toEqual(['rejected']);
    await on.fail();
    expect(caller.error).toMatchObject({ code: 'provider_failed' });
  });

  test('does not get the failure of an attempt begun before it, but another attempt', async () => {
    make({ token: freshToken('martin', 3600) });
    refresh();
    await advance(10);
    refuse(on.held);
    const caller = acquire();
    await on.fail();
    expect(caller.state).toBe('pending');
    await advance(1_000);
    expect(on.reasons).toEqual(['manual', 'rejected']);
    await on.give(freshToken('martin', 3600));
    expect(caller.state).toBe('resolved');
  });

  test('is served what an attempt begun before it brings', async () => {
    make({ token: freshToken('martin', 3600) });
    refresh();
    await advance(10);
    refuse(on.held);
    const caller = acquire();
    const next = freshToken('martin', 3600);
    await on.give(next);
    expect(caller.value?.token?.value).toBe(next);
  });

  /** An attempt is overtaken by a token set by hand, which the server refuses while the call still runs. */
  async function overtaken(): Promise<void> {
    refresh();
    on.set();
    await advance(1);
    refuse(on.held);
  }

  test('waits for the end of an overtaken call before another is made, and gets what that one brings', async () => {
    make({ token: freshToken('martin', 3600) });
    await overtaken();
    const caller = acquire();
    await settle();
    expect(on.reasons).toEqual(['manual']);
    await on.give(freshToken('martin', 3600));
    expect([caller.state, on.reasons]).toEqual(['pending', ['manual', 'rejected']]);
    const next = freshToken('martin', 3600);
    await on.give(next);
    expect(caller.value?.token?.value).toBe(next);
  });

  test('does not fall back on the token accepted before as long as the provider may be asked', async () => {
    make({ token: freshToken('martin', 3600) });
    on.session.verdicts.accept(on.held);
    await overtaken();
    const caller = acquire();
    await on.give(freshToken('martin', 3600));
    expect([caller.state, on.reasons]).toEqual(['pending', ['manual', 'rejected']]);
    await on.fail();
    expect(caller.value?.token?.generation).toBe(1);
  });

  test('falls back on the token accepted before while the door is closed', async () => {
    make({ token: freshToken('martin', 3600) });
    on.session.verdicts.accept(on.held);
    refresh();
    await on.fail();
    refuse(on.set());
    refresh();
    await on.fail(Object.assign(new Error('429'), { retryAfterMs: 60_000 }));
    const caller = acquire();
    await settle();
    expect(caller.value?.token?.generation).toBe(1);
    expect(on.asks).toHaveLength(2);
  });
});

describe('a caller without a token', () => {
  test('is served by the late answer of an earlier attempt, while his own still runs', async () => {
    make();
    const first = acquire();
    await advance(10_000);
    expect(first.error).toMatchObject({ code: 'provider_timeout' });
    const second = acquire();
    await advance(1_000);
    expect(on.asks).toHaveLength(2);
    const late = freshToken('martin', 3600);
    on.asks[0]?.resolve(late);
    await settle();
    expect([second.value?.token?.value, on.session.state.refreshing]).toEqual([late, true]);
  });

  test('has no timer of his own: the only one is the limit of the provider', async () => {
    make();
    for (let n = 0; n < 5; n += 1) acquire();
    await settle();
    expect(vi.getTimerCount()).toBe(1);
  });

  test('waits on where the token that was set for him is refused in the same tick', async () => {
    make();
    const caller = acquire();
    await settle();
    refuse(on.set());
    await settle();
    expect([caller.state, on.reasons]).toEqual(['pending', ['initial']]);
    await on.fail();
    expect([caller.state, on.reasons]).toEqual(['pending', ['initial', 'rejected']]);
    await on.give(freshToken('martin', 3600));
    expect(caller.state).toBe('resolved');
  });
});

describe('a caller with a fresh token that was used before', () => {
  const timersSet = vi.fn();

  beforeEach(async () => {
    const { timers } = defaultEnvironment;
    const counted: typeof timers = Object.assign(Object.create(timers), {
      setInBackground(...timer: Parameters<typeof timers.setInBackground>) {
        timersSet();
        return timers.setInBackground(...timer);
      },
    });
    const environment = { ...defaultEnvironment, random: () => 0, timers: counted };
    make({ token: freshToken('martin', 3600), hasDemand: () => true, environment });
    on.session.begin();
    await on.session.acquire();
    expect(timersSet).toHaveBeenCalled();
    timersSet.mockClear();
  });

  test('is served in the same tick, and nothing is changed by it: no timer is set anew', async () => {
    expect(on.session.acquireAtOnce()?.token?.generation).toBe(1);
    expect((await on.session.acquire()).token?.generation).toBe(1);
    expect((await on.session.acquireInTime()).token?.generation).toBe(1);
    expect(timersSet).not.toHaveBeenCalled();
  });

  test('is not where the token is in a window, or an attempt runs: what follows from that comes first', async () => {
    refresh();
    await settle();
    expect(on.session.acquireAtOnce()).toBeUndefined();
    await on.give(freshToken('martin', 100));
    await on.session.acquire();
    expect(on.session.acquireAtOnce()?.token?.generation).toBe(2);
    await advance(80_000);
    await on.fail();
    expect(on.session.acquireAtOnce()).toBeUndefined();
  });
});

describe('at a closed door', () => {
  test('a caller is sent off with the token that is there, even past its end', async () => {
    make({ token: freshToken('martin', 100) });
    refresh();
    await on.fail(Object.assign(new Error('429'), { retryAfterMs: 200_000 }));
    for (const passed of [96_000, 10_000]) {
      await advance(passed);
      const caller = acquire();
      await settle();
      expect(caller.value?.token?.generation).toBe(1);
    }
    expect(on.asks).toHaveLength(1);
  });

  /** A session without a token, whose provider is spared for so long. */
  async function closedFor(retryAfterMs: number): Promise<void> {
    make();
    acquire();
    await settle();
    await on.fail(Object.assign(new Error('429'), { retryAfterMs }));
  }

  test.each([
    ['acquire', acquire],
    ['refresh', refresh],
  ])('%s waits where it opens within 2.5 s', async (_name, ask) => {
    await closedFor(2_500);
    const caller = ask();
    await advance(2_499);
    expect([caller.state, on.asks.length]).toEqual(['pending', 1]);
    await advance(1);
    await on.give(freshToken('martin', 3600));
    expect([caller.state, on.asks.length]).toEqual(['resolved', 2]);
  });

  test.each([
    ['acquire', acquire],
    ['refresh', refresh],
  ])('%s fails at once where it stays closed for longer', async (_name, ask) => {
    await closedFor(2_501);
    const caller = ask();
    await settle();
    expect(caller.error).toMatchObject({ retryAt: Date.now() + 2_501 });
    expect(on.asks).toHaveLength(1);
  });

  test.each([
    ['acquire', acquire],
    ['refresh', refresh],
  ])('%s ends with its caller, and leaves nothing behind', async (_name, ask) => {
    await closedFor(2_000);
    const controller = new AbortController();
    const caller = ask(controller.signal);
    await settle();
    controller.abort(new Error('left'));
    await settle();
    expect(caller.error?.message).toBe('left');
    await advance(2_000);
    expect(on.asks).toHaveLength(1);
  });

  test('the end of the session ends the wait', async () => {
    await closedFor(2_000);
    const caller = acquire();
    await settle();
    on.session.end();
    await settle();
    expect(caller.error).toMatchObject({ code: 'session_ended' });
  });
});

describe('refresh()', () => {
  test('is answered by a token that is set by hand while its own attempt runs', async () => {
    make({ token: freshToken('martin', 3600) });
    const refreshed = refresh();
    const mine = on.set();
    await settle();
    expect(refreshed.value).toBe(mine.value);
    expect(on.asks).toHaveLength(1);
  });

  /** A refresh waits for the end of an attempt that began before it, and a token is set by hand. */
  async function behindEarlier() {
    make();
    acquire();
    await advance(10);
    const refreshed = refresh();
    await advance(10);
    const mine = on.set();
    await settle();
    return { refreshed, mine };
  }

  test('is answered by a token that is set by hand while it waits for an earlier attempt', async () => {
    const { refreshed, mine } = await behindEarlier();
    await on.fail();
    expect(refreshed.value).toBe(mine.value);
    expect(on.asks).toHaveLength(1);
  });

  test('goes on to an attempt of its own where that token was refused meanwhile', async () => {
    const { refreshed, mine } = await behindEarlier();
    refuse(mine);
    await on.fail();
    expect([refreshed.state, on.reasons]).toEqual(['pending', ['initial', 'manual']]);
    const next = freshToken('martin', 3600);
    await on.give(next);
    expect(refreshed.value).toBe(next);
  });

  test('ends with its caller; the shared attempt goes on', async () => {
    make({ token: freshToken('martin', 3600) });
    const controller = new AbortController();
    const [left, stays] = [refresh(controller.signal), refresh()];
    controller.abort(new Error('left'));
    await settle();
    expect([left.error?.message, stays.state]).toEqual(['left', 'pending']);
    const next = freshToken('martin', 3600);
    await on.give(next);
    expect(stays.value).toBe(next);
  });
});

describe('a caller who has waited', () => {
  test('listens to its attempt no more, whether it was served or left', async () => {
    const stops: ReturnType<typeof vi.fn>[] = [];
    const { onProgress } = RefreshAttempt.prototype;
    const spy = vi.spyOn(RefreshAttempt.prototype, 'onProgress').mockImplementation(function (
      this: RefreshAttempt,
      listener,
    ) {
      const stop = vi.fn(onProgress.call(this, listener));
      stops.push(stop);
      return stop;
    });
    make();
    const controller = new AbortController();
    const [served, left] = [acquire(), acquire(controller.signal)];
    await settle();
    controller.abort('left');
    await settle();
    expect([left.error, stops.map(({ mock }) => mock.calls.length)]).toEqual(['left', [0, 1]]);
    await on.give(freshToken('martin', 3600));
    expect([served.state, stops.map(({ mock }) => mock.calls.length)]).toEqual(['resolved', [1, 1]]);
    spy.mockRestore();
  });
});
