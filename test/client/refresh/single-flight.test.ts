import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { defaultEnvironment } from '../../../src/client/environment/environment.js';
import { SingleFlight } from '../../../src/client/refresh/single-flight.js';
import { ApiError, UnauthorizedError } from '../../../src/shared/errors.js';
import { type TestSession, tokenSession } from '../../support/token-session.js';
import { tokenStore } from '../../support/token-store.js';
import { fakeToken, freshToken } from '../../support/tokens.js';
import { advance, settle, useVirtualTime } from '../../support/virtual.js';
import { watch } from '../../support/watch.js';

let on: TestSession;
const cause = new ApiError('refused', { status: 401, remediation: 'Look at it.' });

function make(options: Parameters<typeof tokenSession>[0] = {}): void {
  on = tokenSession({ token: freshToken('martin', 3600), ...options });
}

const refresh = () => watch(on.session.refresh());
const renew = () => watch(on.session.verdicts.renew(on.held, { cause }));

beforeEach(() => useVirtualTime());
afterEach(() => on.session.end());

describe('an attempt of a session that has ended', () => {
  test('does not end the one of the next session, which stays the only one', async () => {
    make();
    refresh();
    on.session.end();
    const refreshed = refresh();
    await settle();
    expect(on.session.state.refreshing).toBe(true);
    const joined = refresh();
    await settle();
    expect(on.asks).toHaveLength(2);
    await on.give(freshToken('martin', 3600));
    expect([refreshed.state, joined.state]).toEqual(['resolved', 'resolved']);
  });

  test('holds back no attempt of the next one', async () => {
    make({ token: freshToken('martin', 100), hasDemand: () => true });
    on.session.begin();
    await advance(80_000);
    on.session.end();
    on.set(freshToken('martin', 100));
    await advance(80_000);
    expect(on.reasons).toEqual(['expiring', 'expiring']);
    expect(on.session.describe().floorMs).toBe(5_000);
  });
});

describe('an attempt that the end of the session stops', () => {
  test('comes out with the reason, and its provider call is aborted with it', async () => {
    make();
    const source = { kind: 'provider', provider: () => new Promise<never>(() => {}) } as const;
    const store = tokenStore({ source });
    const flight = new SingleFlight(store);
    const attempt = flight.start({ reason: 'initial' });
    const told: boolean[] = [];
    attempt.onProgress(() => told.push(attempt.isOver));
    flight.abort('over');
    expect([attempt.outcome, told]).toEqual([{ kind: 'failed', error: 'over' }, [true]]);
    expect(attempt.controller.signal.reason).toBe('over');
    expect([store.attempt, store.isRefreshing]).toEqual([undefined, false]);
  });
});

describe('the floor', () => {
  test('keeps 5 s from the start of one attempt to that of the next', async () => {
    make();
    expect(on.session.describe().floorMs).toBe(0);
    refresh();
    await advance(1_000);
    expect(on.session.describe().floorMs).toBe(4_000);
    await on.give(freshToken('martin', 3600));
    expect(on.session.describe().floorMs).toBe(4_000);
    on.session.end();
    expect(on.session.describe().floorMs).toBe(0);
  });
});

describe('the refused token once more', () => {
  const T0 = Date.parse('2026-03-02T10:00:00Z') / 1000;
  const mintedAt = (iat: number | undefined) => fakeToken({ user_id: 'martin', iat, exp: T0 + 3600 });

  test('is asked about again also where it comes with white space around it', async () => {
    make({ token: mintedAt(T0) });
    const renewal = renew();
    await on.give(` ${mintedAt(T0)}\n`);
    await advance(1_000);
    expect(on.asks).toHaveLength(2);
    await on.give(freshToken('martin', 3600));
    expect(renewal.state).toBe('resolved');
  });

  test('and then again has failed', async () => {
    make({ token: mintedAt(T0) });
    const renewal = renew();
    await on.give(mintedAt(T0));
    await advance(1_000);
    await on.give(mintedAt(T0));
    expect(renewal.error).toMatchObject({ code: 'same_as_rejected' });
    expect(on.asks).toHaveLength(2);
  });

  test('is judged by the clock of the server: old there is old, however young by ours', async () => {
    make({ token: mintedAt(T0 + 50) });
    on.session.learnFromFrame(new Date(Date.now() + 60_000).toISOString());
    const renewal = renew();
    await on.give(mintedAt(T0 + 50));
    expect(renewal.error).toMatchObject({ code: 'same_as_rejected' });
  });

  test('is judged by the clock of the server: young there is young, however old by ours', async () => {
    make({ token: mintedAt(T0 - 60) });
    on.session.learnFromFrame(new Date(Date.now() - 60_000).toISOString());
    const renewal = renew();
    await on.give(mintedAt(T0 - 60));
    expect(renewal.state).toBe('pending');
    await advance(1_000);
    expect(on.asks).toHaveLength(2);
    await on.give(freshToken('martin', 3600));
    expect(renewal.state).toBe('resolved');
  });

  test('has failed where nothing says when it was minted', async () => {
    make({ token: mintedAt(undefined) });
    const renewal = renew();
    await on.give(mintedAt(undefined));
    expect(renewal.error).toMatchObject({ code: 'same_as_rejected' });
  });

  test('the end of the session ends the second of waiting, and leaves no timer', async () => {
    make({ token: mintedAt(T0) });
    const renewal = renew();
    await on.give(mintedAt(T0));
    on.session.end();
    await settle();
    expect(renewal.error).toMatchObject({ code: 'session_ended' });
    expect(vi.getTimerCount()).toBe(0);
  });

  test('a token set by hand in that second makes the second call needless', async () => {
    make({ token: mintedAt(T0) });
    const renewal = renew();
    await on.give(mintedAt(T0));
    const mine = on.set();
    await advance(1_000);
    expect([renewal.state, on.session.token, on.asks.length]).toEqual(['resolved', mine.value, 1]);
  });
});

describe("the token that a consumer's server refused", () => {
  const replace = () => watch(on.session.verdicts.replaceFor(on.held));

  test('is asked about again after 1 s where it was minted just now', async () => {
    make();
    const replacing = replace();
    await on.give(on.held.value);
    await advance(1_000);
    expect(on.reasons).toEqual(['rejected', 'rejected']);
    const next = freshToken('martin', 3600);
    await on.give(next);
    expect([replacing.state, on.session.token]).toEqual(['resolved', next]);
  });

  test('is no answer where it is older; here it stays in use', async () => {
    make();
    await advance(2_000);
    const replacing = replace();
    await on.give(on.held.value);
    expect(replacing.error).toMatchObject({ code: 'same_as_rejected' });
    expect(on.session.state).toMatchObject({ status: 'active', generation: 1 });
  });

  test('is an answer to everybody else who asks', async () => {
    make();
    const replacing = replace();
    await on.fail();
    expect(replacing.state).toBe('rejected');
    await advance(5_000);
    const refreshed = refresh();
    await on.give(on.held.value);
    expect(refreshed.value).toBe(on.held.value);
  });
});

describe('a late answer', () => {
  test.each([['null'], [''], [freshToken('mara', 3600)]])(
    'that fails a check changes nothing (%#)',
    async (answer) => {
      make();
      const refreshed = refresh();
      await advance(10_000);
      expect(refreshed.error).toMatchObject({ code: 'provider_timeout' });
      const { state } = on.session;
      await on.give(answer);
      expect(on.session.state).toBe(state);
    },
  );

  test('is told to those who listen', async () => {
    make();
    refresh();
    await advance(10_000);
    const listener = vi.fn();
    on.session.subscribe(listener);
    await on.give(freshToken('martin', 3600));
    expect(listener).toHaveBeenCalledTimes(1);
    expect(on.told('token.refreshed')).toMatchObject([{ generation: 2, durationMs: 10_000 }]);
  });

  test('does not undo what a later attempt was told', async () => {
    make();
    refresh();
    await advance(10_000);
    const late = on.asks[0];
    await advance(1_000);
    refresh();
    await on.fail(Object.assign(new Error('429'), { retryAfterMs: 60_000 }));
    const { retryAt, lastError } = on.session.state;
    late?.resolve(freshToken('martin', 3600));
    await settle();
    expect(on.session.state).toMatchObject({ generation: 2, retryAt, lastError });
  });
});

describe('what is told of a new token', () => {
  test('names its end only where it has one', async () => {
    make();
    const endless = fakeToken({ user_id: 'martin' });
    refresh();
    await on.give(endless);
    expect(on.told('token.refreshed')).toStrictEqual([{ generation: 2, reason: 'manual', durationMs: 0 }]);
  });

  test('is nothing where it is the very token that is held', async () => {
    make();
    const refreshed = refresh();
    await on.give(on.held.value);
    expect(refreshed.value).toBe(on.held.value);
    expect(on.told('token.refreshed')).toEqual([]);
  });
});

describe('an answer to the renewal of a token that the server refused meanwhile', () => {
  /** Asked ahead of time, before the server said 40 about the token. */
  async function refusedWhileRenewed(): Promise<void> {
    make({ token: freshToken('martin', 100) });
    await on.session.acquire();
    await advance(80_000);
    expect(on.reasons).toEqual(['expiring']);
    on.session.verdicts.refuse(on.held, cause);
  }

  test('is taken though it ends sooner: the refused one sets no mark', async () => {
    await refusedWhileRenewed();
    const next = freshToken('martin', 10);
    await on.give(next);
    expect(on.session.token).toBe(next);
    expect(on.session.state).not.toHaveProperty('lastError');
  });

  test('is none where it is the very token that was refused', async () => {
    await refusedWhileRenewed();
    await on.give(on.held.value);
    expect(on.session.state).toMatchObject({ status: 'acquiring', lastError: { code: 'same_as_rejected' } });
  });
});

describe('an answer to the renewal of a token that was given up meanwhile', () => {
  const endless = fakeToken({ user_id: 'martin' });

  /** The accepted token has no end; the one after it is being renewed when it is given up. */
  async function backToEndless(): Promise<void> {
    make({ token: endless });
    on.session.verdicts.accept(on.held);
    const second = on.set(freshToken('martin', 100));
    await on.session.acquire();
    await advance(80_000);
    expect(on.reasons).toEqual(['expiring']);
    on.session.verdicts.rollBackAfterRejection(second, cause);
    expect(on.session.token).toBe(endless);
  }

  test('is progress where it is another token: one without an end sets no mark', async () => {
    await backToEndless();
    const next = freshToken('martin', 100);
    await on.give(next);
    expect(on.session.token).toBe(next);
  });

  test('is no progress where it is the very token that was gone back to', async () => {
    await backToEndless();
    await on.give(endless);
    expect(on.session.token).toBe(endless);
    expect(on.session.state.lastError?.message).toMatch(/lives no longer/);
    expect(on.logger.warn).toHaveBeenCalledWith(expect.stringMatching(/lives no longer .*HTTP cache/));
  });
});

describe('a guest', () => {
  const guest = (id: string, token = freshToken(id, 100)) => ({ user: { id, type: 'guest' }, token });

  /** A guest whose renewal is asked for. */
  function renewing() {
    make({ user: { id: 'martin', type: 'guest' } });
    return refresh();
  }

  test('renewed under another id is told as another user', async () => {
    const refreshed = renewing();
    const next = guest('guest-2');
    await on.give(next);
    expect(refreshed.value).toBe(next.token);
    expect(on.session.user).toBe(next.user);
    expect(on.told('user.changed')).toEqual([{ user: next.user, previous: { id: 'martin', type: 'guest' } }]);
  });

  test('renewed under the same id is not', async () => {
    const refreshed = renewing();
    await on.give(guest('martin'));
    expect(refreshed.state).toBe('resolved');
    expect(on.told('user.changed')).toEqual([]);
    expect(on.told('token.refreshed')).toHaveLength(1);
  });

  test('whose new token is for somebody else stays who he was, and is suspended', async () => {
    const refreshed = renewing();
    await on.give(guest('guest-2', freshToken('guest-3', 100)));
    expect(refreshed.error).toMatchObject({ code: 'wrong_user' });
    expect(on.session.user.id).toBe('martin');
    expect(on.session.state).toMatchObject({ status: 'suspended', reason: 'wrong_user' });
  });

  test('gets a new token though it ends no later than the old one', async () => {
    make({ user: { id: 'martin', type: 'guest' }, token: freshToken('martin', 100) });
    await advance(101_000);
    const waiting = watch(on.session.acquire());
    await settle();
    const next = guest('guest-2', freshToken('guest-2', -50));
    await on.give(next);
    expect(waiting.value?.token?.value).toBe(next.token);
  });

  test.each([
    [true, 'guest_expired'],
    [false, undefined],
  ])(
    'whose token was refused is not renewed where the answer to a join came meanwhile (%j): it ends with %s',
    async (hasJoined, reason) => {
      let hasJoinedCall = false;
      make({ user: { id: 'martin', type: 'guest' }, hasJoinedCall: () => hasJoinedCall });
      const renewal = renew();
      await settle();
      hasJoinedCall = hasJoined;
      await on.give(guest('guest-2'));
      expect(renewal.state).toBe(hasJoined ? 'rejected' : 'resolved');
      expect(on.session.state).toMatchObject({ status: hasJoined ? 'suspended' : 'active' });
      expect(on.told('auth.suspended').map((told) => (told as { reason: string }).reason)).toEqual(
        reason ? [reason] : [],
      );
    },
  );

  test('keeps the new token for the next session', async () => {
    renewing();
    const next = guest('guest-2');
    await on.give(next);
    on.session.end();
    expect([on.session.token, on.session.user.id]).toEqual([next.token, 'guest-2']);
  });
});

describe('a failure', () => {
  test.each([
    ['while the runtime says that it is offline', () => on.page.offline(), () => on.fail(), 'network'],
    ['by the time limit', () => {}, () => advance(10_000), 'network'],
    ['of any other kind', () => {}, () => on.fail(), 'provider'],
  ] as const)('%s keeps the next attempt away for that cause', async (_name, before, fail, by) => {
    make();
    refresh();
    before();
    await fail();
    expect(on.session.describe().blocked).toMatchObject({ by });
  });

  test('that says who is signed out keeps none away: it suspends, and is told once', async () => {
    make();
    const refreshed = refresh();
    const error = new UnauthorizedError();
    await on.fail(error);
    expect(refreshed.error).toBe(error);
    expect(on.session.describe().blocked).toBeUndefined();
    expect(on.told('auth.suspended')).toEqual([{ reason: 'unauthorized', error }]);
    expect(on.told('token.refresh_failed')).toEqual([]);
  });

  test('of an answer that is no token keeps the next attempt away, and suspends nothing', async () => {
    make();
    const refreshed = refresh();
    await on.give('null');
    expect(refreshed.error).toMatchObject({ code: 'empty' });
    expect(on.session.state).toMatchObject({ status: 'active', retryAt: Date.now() + 1_000 });
  });

  test('after a token was set by hand is none', async () => {
    make();
    refresh();
    on.set();
    expect(on.session.state.refreshing).toBe(false);
    await on.fail(new UnauthorizedError());
    expect(on.session.state).toMatchObject({ status: 'active', generation: 2, refreshing: false });
    expect(on.session.state).not.toHaveProperty('lastError');
  });
});

describe('an attempt whose provider call is older than its limit and a second', () => {
  /** Timers that the runtime has lost. */
  function makeWithoutTimers(): void {
    const { timers } = defaultEnvironment;
    const lost: typeof timers = Object.assign(Object.create(timers), { set: () => 0 });
    on = tokenSession({ environment: { ...defaultEnvironment, timers: lost, random: () => 0 } });
  }

  test('is aborted by the next caller, and all who wait get what the next attempt brings', async () => {
    makeWithoutTimers();
    const first = refresh();
    await advance(10_999);
    const second = watch(on.session.acquire());
    await settle();
    expect([on.asks.length, first.state, second.state]).toEqual([1, 'pending', 'pending']);
    await advance(1);
    const third = watch(on.session.acquire());
    await settle();
    expect(on.asks).toHaveLength(2);
    const next = freshToken('martin', 3600);
    await on.give(next);
    expect([first.value, second.value?.token?.value, third.value?.token?.value]).toEqual([next, next, next]);
    expect(on.session.describe()).toMatchObject({ blocked: undefined, counters: { failures: 0 } });
    expect(on.session.describe().transitions.map(({ kind, what }) => [kind, what])).toContainEqual([
      'overdue',
      'an attempt was overdue',
    ]);
  });

  test('is aborted by a wake-up of the page, too, where a token is due', async () => {
    makeWithoutTimers();
    on.set(freshToken('martin', 100));
    await on.session.acquire();
    await advance(80_000);
    on.session.wake();
    expect(on.reasons).toEqual(['expiring']);
    await advance(10_999);
    on.session.wake();
    expect(on.asks).toHaveLength(1);
    await advance(1);
    on.session.wake();
    expect(on.asks).toHaveLength(2);
  });

  test('still counts where its answer comes after all', async () => {
    makeWithoutTimers();
    const caller = refresh();
    await advance(11_000);
    watch(on.session.acquire());
    await settle();
    const late = freshToken('martin', 3600);
    on.asks[0]?.resolve(late);
    await settle();
    expect(on.session.token).toBe(late);
    await on.give(freshToken('martin', 3600));
    expect(caller.state).toBe('resolved');
  });

  test('is not overdue because somebody sets a clock, however long the page has been there', async () => {
    make();
    await advance(60_000);
    refresh();
    vi.setSystemTime(Date.now() + 3_600_000);
    watch(on.session.acquire());
    watch(on.session.refresh());
    await settle();
    expect(on.asks).toHaveLength(1);
    await on.give(freshToken('martin', 3600));
  });
});

describe('callers who leave', () => {
  // case 234
  test('are let go at once, though the attempt goes on', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    make({ token: undefined });
    const kept = watch(on.session.acquire());
    const left = (() => {
      const controllers = Array.from({ length: 200 }, () => new AbortController());
      for (const { signal } of controllers) on.session.acquire({ signal }).catch(() => {});
      for (const controller of controllers) controller.abort();
      return controllers.map((controller) => new WeakRef(controller));
    })();
    await settle();
    for (let turn = 0; turn < 20 && left.some((ref) => ref.deref()); turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      collect();
    }
    expect(left.filter((ref) => ref.deref())).toHaveLength(0);
    expect([kept.state, on.session.state.refreshing]).toEqual(['pending', true]);
    await on.give(freshToken('martin', 3600));
    expect(kept.state).toBe('resolved');
  });
});
