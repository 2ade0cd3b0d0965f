import { StreamVideo, type TokenProvider, UnauthorizedError } from 'stream-video-auth';
import { afterEach, beforeEach, describe, expect, type Mock, test, vi } from 'vitest';
import { answer, FakeCoordinator, fakeWebSockets, refusal } from '../../support/fake-coordinator.js';
import { fakeToken, freshToken } from '../../support/tokens.js';
import { advance, settle, useVirtualTime } from '../../support/virtual.js';
import { watch } from '../../support/watch.js';

let client: StreamVideo;
let coordinator: FakeCoordinator;
let provider: Mock<TokenProvider>;
const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };

function make(options: object = {}): StreamVideo {
  client = new StreamVideo({
    apiKey: 'key',
    user: { id: 'martin' },
    token: freshToken('martin', 3600),
    tokenProvider: provider,
    fetch: coordinator.fetch,
    logger,
    ...options,
  });
  return client;
}

const get = () => client.request('GET', '/edges');

beforeEach(() => {
  useVirtualTime();
  vi.spyOn(Math, 'random').mockReturnValue(0);
  coordinator = new FakeCoordinator();
  provider = vi.fn<TokenProvider>(async () => freshToken('martin', 3600));
  for (const method of Object.values(logger)) method.mockClear();
});

afterEach(async () => {
  await client.disconnect();
  vi.restoreAllMocks();
});

describe('the provider', () => {
  test('is told for whom, why, and by what it may be stopped', async () => {
    make({ user: { id: 'martin', name: 'Martin', image: 'i' }, token: undefined });
    await client.auth.getToken();
    expect(provider.mock.lastCall?.[0]).toEqual({
      user: { id: 'martin', name: 'Martin' },
      reason: 'initial',
      signal: expect.any(AbortSignal),
    });
    await client.disconnect();
    make();
    await client.auth.refresh();
    expect(provider.mock.lastCall?.[0].user).toEqual({ id: 'martin' });
  });

  test('may be exchanged: the same one changes nothing, another one opens a closed door', async () => {
    provider.mockRejectedValue(Object.assign(new Error('429'), { retryAfterMs: 60_000 }));
    make({ token: undefined });
    await expect(get()).rejects.toMatchObject({ code: 'provider_failed' });
    client.auth.setTokenProvider(provider);
    await expect(get()).rejects.toMatchObject({ retryAt: Date.now() + 60_000 });
    client.auth.setTokenProvider(async () => freshToken('martin', 3600));
    await expect(get()).resolves.toBeDefined();
    expect(provider).toHaveBeenCalledTimes(1);
  });

  describe('exchanged while it is asked', () => {
    const failing: [string, () => void][] = [
      ['rejects', () => fail(new Error('503'))],
      ['brings a token that fails its checks', () => give('Bearer abc')],
      ['hangs until its limit', () => vi.advanceTimersByTime(10_000)],
    ];
    let give: (token: string) => void;
    let fail: (error: Error) => void;

    beforeEach(() => {
      provider.mockImplementation(
        () =>
          new Promise((resolve, reject) => {
            give = resolve;
            fail = reject;
          }),
      );
      make({ token: undefined });
    });

    // case 208: stream-chat-js #1391
    test.each(failing)(
      'has the other one asked at once by those who wait, and then %s',
      async (_name, step) => {
        const failed = vi.fn();
        client.on('token.refresh_failed', failed);
        const waiting = [watch(get()), watch(client.auth.getToken()), watch(client.auth.refresh())];
        await settle();
        const next = vi.fn(async () => freshToken('martin', 3600));
        client.auth.setTokenProvider(next);
        await settle();
        expect(waiting.map(({ state }) => state)).toEqual(['resolved', 'resolved', 'resolved']);
        step();
        await settle();
        expect([next.mock.calls.length, provider.mock.calls.length, failed.mock.calls.length]).toEqual([
          1, 1, 0,
        ]);
        expect(client.auth.state.refreshing).toBe(false);
      },
    );

    test('aborts the signal of the call under way', async () => {
      const waiting = watch(client.auth.getToken());
      await settle();
      const { signal } = provider.mock.lastCall?.[0] ?? {};
      expect(signal?.aborted).toBe(false);
      client.auth.setTokenProvider(async () => freshToken('martin', 3600));
      expect(signal?.aborted).toBe(true);
      await settle();
      expect(waiting.state).toBe('resolved');
    });

    test('and then brings a good token, has that one dropped', async () => {
      const waiting = watch(client.auth.getToken());
      await settle();
      const token = freshToken('martin', 3600);
      const next = vi.fn(async () => token);
      client.auth.setTokenProvider(next);
      give(freshToken('martin', 60));
      await settle();
      expect([waiting.value, client.token, next.mock.calls.length]).toEqual([token, token, 1]);
    });

    test('is not asked where nobody waits', async () => {
      const waiting = new AbortController();
      const caller = watch(client.auth.getToken({ signal: waiting.signal }));
      await settle();
      waiting.abort();
      await settle();
      const next = vi.fn(async () => freshToken('martin', 3600));
      client.auth.setTokenProvider(next);
      await settle();
      expect([caller.state, next.mock.calls.length, client.auth.state.refreshing]).toEqual([
        'rejected',
        0,
        false,
      ]);
    });
  });

  test('handed in again lifts a suspension, and says so', async () => {
    provider.mockRejectedValueOnce(new UnauthorizedError());
    make();
    const resumed = vi.fn();
    client.on('auth.resumed', resumed);
    await expect(client.auth.refresh()).rejects.toBeInstanceOf(UnauthorizedError);
    client.auth.setTokenProvider(provider);
    expect(client.auth.state.status).toBe('active');
    expect(resumed.mock.lastCall?.[0]).toMatchObject({ type: 'auth.resumed', reason: 'unauthorized' });
  });

  test('handed in after the end counts for the next session, and starts none', async () => {
    make();
    await client.disconnect();
    client.auth.setTokenProvider(async () => freshToken('martin', 60));
    expect(client.auth.state.status).toBe('signed_out');
    await expect(get()).rejects.toMatchObject({ code: 'session_ended' });
  });

  test('given to a client that had none makes its token renewable', async () => {
    make({ tokenProvider: undefined });
    await expect(client.auth.refresh()).rejects.toMatchObject({
      code: 'missing_token_provider',
      message: 'There is nothing to refresh the token with',
      remediation:
        'Pass a tokenProvider, call auth.setTokenProvider(), or hand in a token with auth.setToken().',
    });
    client.auth.setTokenProvider(provider);
    await client.auth.refresh();
    expect(provider).toHaveBeenCalledTimes(1);
  });
});

describe('progress', () => {
  const T0 = Date.parse('2026-03-02T10:00:00Z') / 1000;
  const token = (exp: number | undefined, jti: string) => fakeToken({ user_id: 'martin', iat: T0, exp, jti });

  /** Uses a token of 100 s until its window opens, and has the provider answer so. */
  async function answered(next: string): Promise<string | undefined> {
    provider.mockImplementation(async () => next);
    make({ token: token(T0 + 100, 'held') });
    await get();
    await advance(80_000);
    expect(provider.mock.lastCall?.[0].reason).toBe('expiring');
    return client.token;
  }

  test.each([
    ['the same string', token(T0 + 100, 'held')],
    ['an expiry that is no later', token(T0 + 100, 'other')],
    ['an earlier expiry', token(T0 + 90, 'other')],
  ])('is not %s: the old token stays, and one warning names the usual cause', async (_name, next) => {
    expect(await answered(next)).toBe(token(T0 + 100, 'held'));
    expect(client.auth.state).toMatchObject({ lastError: { code: 'provider_failed' } });
    const calls = provider.mock.calls.length;
    await advance(10_000);
    expect(provider.mock.calls.length).toBeGreaterThan(calls);
    const warnings = logger.warn.mock.calls.filter(([text]) =>
      /Look for an HTTP cache before the token endpoint/.test(text),
    );
    expect(warnings).toHaveLength(1);
  });

  test.each([
    ['a later expiry', token(T0 + 101, 'other')],
    ['no expiry at all', token(undefined, 'other')],
  ])('is %s', async (_name, next) => {
    expect(await answered(next)).toBe(next);
  });
});

describe('what is told', () => {
  test('of a new token: its generation, expiry, reason, and how long it took', async () => {
    make();
    const refreshed = vi.fn();
    client.on('token.refreshed', refreshed);
    provider.mockImplementationOnce(async () => {
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      return fakeToken({ user_id: 'martin', exp: 4_000_000_000 });
    });
    await advance(1_000);
    const refresh = client.auth.refresh();
    await advance(1_500);
    await refresh;
    expect(refreshed.mock.lastCall?.[0]).toEqual({
      type: 'token.refreshed',
      generation: 2,
      expiresAt: 4_000_000_000_000,
      reason: 'manual',
      durationMs: 1_500,
    });
    client.auth.setToken(fakeToken({ user_id: 'martin' }));
    expect(refreshed.mock.lastCall?.[0]).toEqual({
      type: 'token.refreshed',
      generation: 3,
      reason: 'manual',
      durationMs: 0,
    });
  });

  test.each([
    [60_000, undefined],
    [-60_000, undefined],
    [60_500, 61_000],
    [-61_000, -60_500],
  ])('of a clock that is off by %i ms: %s, once', async (offsetMs, told) => {
    make();
    const skewed = vi.fn();
    client.on('clock.skew', skewed);
    // The header is cut to whole seconds, so half of one is added.
    const header = () =>
      new Date(Date.now() + offsetMs - (told === undefined ? 500 * Math.sign(offsetMs) : 0)).toUTCString();
    coordinator.respond = () => answer({}, 200, { date: header() });
    await get();
    await get();
    expect(skewed.mock.calls.map(([{ ms }]) => Math.sign(ms))).toEqual(
      told === undefined ? [] : [Math.sign(offsetMs)],
    );
  });

  test('by explain(): what was counted, and what happened', async () => {
    make();
    await get();
    provider.mockRejectedValueOnce(new Error('503'));
    await expect(client.auth.refresh()).rejects.toBeDefined();
    await advance(2_000);
    await client.auth.refresh();
    const { counters, transitions } = client.auth.explain();
    expect(counters).toEqual({
      attempts: 2,
      providerCalls: 2,
      failures: 1,
      replays: 0,
      failuresInARow: 0,
      unusableInARow: 0,
    });
    expect(transitions.map(({ what }) => what)).toEqual([
      'generation 1 is in use',
      'the server accepted generation 1',
      'an attempt failed: provider_failed',
      'generation 2 is in use',
    ]);
    for (let n = 0; n < 20; n += 1) client.auth.setToken(freshToken('martin', 3600));
    const later = client.auth.explain().transitions;
    expect(later).toHaveLength(20);
    expect(later.at(-1)?.what).toBe('generation 22 is in use');
    await client.disconnect();
    client.auth.setToken(freshToken('martin', 3600));
    const names = client.auth.explain().transitions.map(({ what }) => what);
    expect(names.slice(-3)).toEqual(['the session ended', 'a session began', 'generation 23 is in use']);
  });

  test('to those who subscribed, until they do so no more', async () => {
    make();
    const [heard, stopped] = [vi.fn(), vi.fn()];
    client.auth.subscribe(heard);
    const stop = client.auth.subscribe(stopped);
    stop();
    await client.auth.refresh();
    expect(heard).toHaveBeenCalled();
    expect(stopped).not.toHaveBeenCalled();
  });
});

describe('the time of an early token', () => {
  test('is measured by what the server says about its clock', async () => {
    make({ token: freshToken('martin', 3600, { nbf: Date.now() / 1000 + 12 }) });
    coordinator.respond = () => refusalAt(41, new Date(Date.now() + 9_500));
    const request = watch(get());
    await settle();
    await advance(2_749);
    expect(coordinator.requests).toHaveLength(1);
    await advance(1);
    expect(coordinator.requests).toHaveLength(2);
    expect(request.state).toBe('rejected');
  });

  function refusalAt(code: number, date: Date): Response {
    return answer({ StatusCode: 401, code, message: 'early' }, 401, { date: date.toUTCString() });
  }
});

describe('a static token', () => {
  test('handed in and refused with 40 gives way to the one accepted before', async () => {
    make({ tokenProvider: undefined });
    const first = client.token;
    await get();
    client.auth.setToken(freshToken('martin', 3600));
    coordinator.respond = ({ token }) => (token === first ? answer() : refusal(40));
    await get();
    expect([client.token, client.auth.state.status]).toEqual([first, 'active']);
  });

  test('does not give way to one that has expired since', async () => {
    make({ tokenProvider: undefined, token: freshToken('martin', 10) });
    await get();
    client.auth.setToken(freshToken('martin', 3600));
    await advance(10_000);
    coordinator.respond = () => refusal(40);
    await expect(get()).rejects.toMatchObject({ code: 'token_expired' });
    expect(client.auth.state).toMatchObject({ status: 'suspended', generation: 2 });
  });

  test('that was refused gets one more hearing when the app asks for it', async () => {
    make({ tokenProvider: undefined, WebSocket: fakeWebSockets().WebSocket });
    coordinator.respond = () => refusal(40);
    await expect(get()).rejects.toMatchObject({ code: 'token_expired' });
    await expect(get()).rejects.toMatchObject({ code: 'token_expired' });
    expect(coordinator.requests).toHaveLength(1);
    expect(() => client.auth.setToken(String(client.token))).toThrow(
      expect.objectContaining({ code: 'same_as_rejected' }),
    );
    coordinator.respond = () => answer();
    const controller = new AbortController();
    const connecting = watch(client.connect({ signal: controller.signal }));
    controller.abort();
    await settle();
    expect(connecting.state).toBe('rejected');
    await expect(get()).resolves.toBeDefined();
  });
});

describe('disposal', () => {
  test('is for good', async () => {
    make();
    await client[Symbol.asyncDispose]();
    await client[Symbol.asyncDispose]();
    expect(client.token).toBeUndefined();
    await expect(client.connect()).rejects.toMatchObject({
      code: 'session_ended',
      message: 'This client was disposed of',
    });
    await expect(client.auth.refresh()).rejects.toMatchObject({ code: 'session_ended' });
    expect(() => client.auth.setToken(freshToken('martin', 60))).toThrow(
      expect.objectContaining({ code: 'session_ended' }),
    );
  });
});
