import { StreamVideo, type TokenProviderContext, UnauthorizedError } from 'stream-video-auth';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { answer, FakeCoordinator, refusal } from '../../support/fake-coordinator.js';
import { tokenSession } from '../../support/token-session.js';
import { freshToken } from '../../support/tokens.js';
import { advance, settle, useVirtualTime } from '../../support/virtual.js';
import { type Watched, watch } from '../../support/watch.js';

interface Call {
  reason: TokenProviderContext['reason'];
  signal: AbortSignal;
  resolve(token: unknown): void;
  reject(error: unknown): void;
}

let coordinator: FakeCoordinator;
let calls: Call[];
let client: StreamVideo;

/** A client whose provider's answers are in the test's hands. */
function make(options: object = {}): StreamVideo {
  client = new StreamVideo({
    apiKey: 'key',
    user: { id: 'martin' },
    fetch: coordinator.fetch,
    logger: 'silent',
    tokenProvider: ({ reason, signal }) =>
      new Promise((resolve, reject) => {
        calls.push({ reason, signal, resolve: resolve as Call['resolve'], reject });
      }),
    ...options,
  });
  return client;
}

const last = () => calls[calls.length - 1] as Call;
const get = (signal?: AbortSignal) => client.request('GET', '/edges', { signal });

beforeEach(() => {
  useVirtualTime();
  vi.spyOn(Math, 'random').mockReturnValue(0);
  coordinator = new FakeCoordinator();
  calls = [];
});

afterEach(async () => {
  await client?.disconnect();
  vi.restoreAllMocks();
});

describe('single flight', () => {
  test('a hundred callers without a token share one call of the provider', async () => {
    make();
    const all = Array.from({ length: 100 }, () => watch(get()));
    await settle();
    expect(calls.map(({ reason }) => reason)).toEqual(['initial']);
    last().resolve(freshToken('martin', 3600));
    await settle();
    expect(all.every(({ state }) => state === 'resolved')).toBe(true);
    expect(calls).toHaveLength(1);
  });

  test('a hundred requests refused with 40 share one, and are each sent again once', async () => {
    make({ token: freshToken('martin', 3600) });
    const old = client.token;
    coordinator.respond = ({ token }) => (token === old ? refusal(40) : answer());
    const all = Array.from({ length: 100 }, () => watch(get()));
    await settle();
    expect(calls.map(({ reason }) => reason)).toEqual(['rejected']);
    last().resolve(freshToken('martin', 3600));
    await settle();
    expect(all.every(({ state }) => state === 'resolved')).toBe(true);
    expect(coordinator.requests).toHaveLength(200);
    expect(calls).toHaveLength(1);
  });

  test('a 40 for an older token asks nobody', async () => {
    make({ token: freshToken('martin', 3600) });
    let answerLate: (response: Response) => void = () => {};
    coordinator.respond = () => new Promise((resolve) => (answerLate = resolve));
    const request = watch(get());
    await settle();
    client.auth.setToken(freshToken('martin', 3600));
    coordinator.respond = () => answer();
    answerLate(refusal(40));
    await settle();
    expect(request.state).toBe('resolved');
    expect(calls).toHaveLength(0);
  });

  test('a 40 during an attempt that began before it has exactly one more follow, shared', async () => {
    make({ token: freshToken('martin', 100) });
    const old = client.token;
    await get();
    await advance(85_000);
    expect(calls.map(({ reason }) => reason)).toEqual(['expiring']);
    coordinator.respond = ({ token }) => (token === old ? refusal(40) : answer());
    await advance(1);
    const refused = [watch(get()), watch(get())];
    await settle();
    expect(calls).toHaveLength(1);
    last().resolve(freshToken('martin', 100));
    await settle();
    expect(calls.map(({ reason }) => reason)).toEqual(['expiring', 'rejected']);
    expect(refused.map(({ state }) => state)).toEqual(['pending', 'pending']);
    last().resolve(freshToken('martin', 100));
    await settle();
    expect(refused.map(({ state }) => state)).toEqual(['resolved', 'resolved']);
    expect(calls).toHaveLength(2);
  });

  test('a 40 in the tick in which an attempt began joins it', async () => {
    make({ token: freshToken('martin', 100) });
    const old = client.token;
    coordinator.respond = ({ token }) => (token === old ? refusal(40) : answer());
    const refreshed = watch(client.auth.refresh());
    const request = watch(get());
    await settle();
    expect(calls).toHaveLength(1);
    last().resolve(freshToken('martin', 100));
    await settle();
    expect([refreshed.state, request.state]).toEqual(['resolved', 'resolved']);
    expect(calls).toHaveLength(1);
  });

  test('refresh() always goes through the provider, also right after another', async () => {
    make({ token: freshToken('martin', 3600) });
    for (const count of [1, 2]) {
      const refreshed = watch(client.auth.refresh());
      await settle();
      expect(calls).toHaveLength(count);
      const token = freshToken('martin', 3600);
      last().resolve(token);
      await settle();
      expect(refreshed.value).toBe(token);
    }
  });

  describe('whose provider keeps the tick busy for 5 ms', () => {
    const tokenProvider = () => {
      vi.advanceTimersByTime(5);
      return new Promise((resolve, reject) => {
        calls.push({ reason: 'manual', signal: new AbortController().signal, resolve, reject });
      });
    };

    test('refresh() joins what began in that tick', async () => {
      make({ tokenProvider });
      const all = [client.auth.getToken(), client.auth.refresh(), client.auth.refresh()].map(watch);
      await settle();
      const token = freshToken('martin', 3600);
      last().resolve(token);
      await settle();
      expect(all.map(({ value }) => value)).toEqual([token, token, token]);
      expect(calls).toHaveLength(1);
    });

    test('refresh() a tick later is answered by one further attempt', async () => {
      make({ tokenProvider });
      const first = watch(client.auth.refresh());
      await Promise.resolve();
      const others = [client.auth.refresh(), client.auth.refresh()].map(watch);
      last().resolve(freshToken('martin', 3600));
      await settle();
      const token = freshToken('martin', 3600);
      last().resolve(token);
      await settle();
      expect([first.state, ...others.map(({ value }) => value)]).toEqual(['resolved', token, token]);
      expect(calls).toHaveLength(2);
    });
  });

  test('refresh() during an attempt that began earlier is answered by one further attempt', async () => {
    make();
    const first = watch(client.auth.getToken());
    await advance(10);
    const forced = [watch(client.auth.refresh()), watch(client.auth.refresh())];
    last().resolve(freshToken('martin', 3600));
    await settle();
    expect(first.state).toBe('resolved');
    expect(forced.map(({ state }) => state)).toEqual(['pending', 'pending']);
    expect(calls.map(({ reason }) => reason)).toEqual(['initial', 'manual']);
    last().resolve(freshToken('martin', 3600));
    await settle();
    expect(forced.map(({ state }) => state)).toEqual(['resolved', 'resolved']);
  });

  test('refresh() answered with the very token that is held resolves with it', async () => {
    const token = freshToken('martin', 3600);
    make({ token });
    const refreshed = watch(client.auth.refresh());
    await settle();
    last().resolve(token);
    await settle();
    expect(refreshed.value).toBe(token);
    expect(client.auth.state).toMatchObject({ status: 'active', generation: 1 });
  });
});

describe('a token set by hand', () => {
  test('serves those who wait for an attempt, and that attempt counts no more', async () => {
    make();
    const waiting = watch(client.auth.getToken());
    await settle();
    const mine = freshToken('martin', 3600);
    client.auth.setToken(mine);
    await settle();
    expect(waiting.value).toBe(mine);
    last().resolve(freshToken('martin', 3600));
    await settle();
    expect(client.token).toBe(mine);
  });

  test('that fails its checks throws at once and changes nothing', () => {
    make({ token: freshToken('martin', 3600) });
    const { state } = client.auth;
    expect(() => client.auth.setToken(freshToken('mara', 3600))).toThrow(
      expect.objectContaining({ code: 'wrong_user' }),
    );
    expect(client.auth.state).toBe(state);
  });

  test('never has two provider calls run side by side', async () => {
    make();
    const waiting = watch(client.auth.getToken());
    await settle();
    client.auth.setToken(freshToken('martin', 3600));
    coordinator.respond = () => refusal(40);
    const request = watch(get());
    await settle();
    expect(calls).toHaveLength(1);
    coordinator.respond = () => answer();
    last().reject(new Error('too late'));
    await settle();
    expect(calls).toHaveLength(2);
    last().resolve(freshToken('martin', 3600));
    await settle();
    expect([waiting.state, request.state]).toEqual(['resolved', 'resolved']);
  });

  test('wakes those who wait at a closed door', async () => {
    make();
    const first = watch(client.auth.getToken());
    await settle();
    last().reject(new Error('503'));
    await settle();
    expect(first.state).toBe('rejected');
    const second = watch(client.auth.getToken());
    await settle();
    expect(second.state).toBe('pending');
    client.auth.setToken(freshToken('martin', 3600));
    await settle();
    expect(second.state).toBe('resolved');
    expect(calls).toHaveLength(1);
  });
});

describe('the provider', () => {
  test('that never answers is given up after 10 s, and its signal aborts', async () => {
    make();
    const waiting = watch(client.auth.getToken());
    await advance(9_999);
    expect(waiting.state).toBe('pending');
    await advance(1);
    expect(waiting.error).toMatchObject({ code: 'provider_timeout', retryAt: Date.now() + 1_000 });
    expect(last().signal.aborted).toBe(true);
  });

  test('that answers late is still heard', async () => {
    make();
    const waiting = watch(client.auth.getToken());
    await advance(10_000);
    expect(waiting.state).toBe('rejected');
    const token = freshToken('martin', 3600);
    last().resolve(token);
    await settle();
    expect(await client.auth.getToken()).toBe(token);
    expect(calls).toHaveLength(1);
    expect(client.auth.state).not.toHaveProperty('retryAt');
  });

  test('that answers late, after a newer answer was taken, is not', async () => {
    make();
    const first = watch(client.auth.getToken());
    await advance(10_000);
    const late = last();
    const second = watch(client.auth.getToken());
    await advance(1_000);
    const newer = freshToken('martin', 3600);
    last().resolve(newer);
    await settle();
    late.resolve(freshToken('martin', 7200));
    await settle();
    expect([first.state, second.value, client.token]).toEqual(['rejected', newer, newer]);
  });

  test('that answers after disconnect() is not heard', async () => {
    make();
    const waiting = watch(client.auth.getToken());
    await settle();
    await client.disconnect();
    await settle();
    expect(waiting.error).toMatchObject({ code: 'session_ended' });
    expect(last().signal.aborted).toBe(true);
    last().resolve(freshToken('martin', 3600));
    await settle();
    expect([client.token, client.auth.state.status]).toEqual([undefined, 'signed_out']);
  });

  test.each([
    [
      'throws',
      () => {
        throw new TypeError('x');
      },
    ],
    ['rejects with nothing', () => Promise.reject()],
    ['rejects with a word', () => Promise.reject('no')],
  ])('that %s has failed like any other', async (_how, tokenProvider) => {
    make({ tokenProvider });
    const waiting = watch(client.auth.getToken());
    await settle();
    expect(waiting.error).toMatchObject({ code: 'provider_failed', retryable: true });
    expect(waiting.error?.message).not.toMatch(/undefined$/);
  });

  test('that says the user is signed out suspends at once, though the old token would still live', async () => {
    make({ token: freshToken('martin', 3600) });
    const refreshed = watch(client.auth.refresh());
    await settle();
    const error = new UnauthorizedError();
    last().reject(error);
    await settle();
    expect(refreshed.error).toBe(error);
    expect(client.auth.state).toMatchObject({ status: 'suspended', reason: 'unauthorized' });
    const request = watch(get());
    await settle();
    expect(request.error).toBe(error);
    expect(coordinator.requests).toHaveLength(0);
  });

  test('that calls back into its own client is told so, and nothing hangs', async () => {
    const inner: Watched<unknown>[] = [];
    make({
      tokenProvider: () => {
        inner.push(watch(client.auth.getToken()), watch(get()), watch(client.auth.refresh()));
        return freshToken('martin', 3600);
      },
    });
    const waiting = watch(client.auth.getToken());
    await settle();
    expect(inner.map(({ error }) => error?.code)).toEqual(Array(3).fill('provider_reentered'));
    expect(waiting.state).toBe('resolved');
  });

  test('is asked once more after 1 s when it answers with a refused token that was minted just now', async () => {
    const token = freshToken('martin', 3600);
    make({ token });
    coordinator.respond = (request) => (request.token === token ? refusal(40) : answer());
    const request = watch(get());
    await settle();
    last().resolve(token);
    await advance(999);
    expect(calls).toHaveLength(1);
    await advance(1);
    expect(calls).toHaveLength(2);
    last().resolve(freshToken('martin', 3600));
    await settle();
    expect(request.state).toBe('resolved');
  });

  test('has failed when it answers with a refused token that is older', async () => {
    const token = freshToken('martin', 3600);
    make({ token });
    coordinator.respond = () => refusal(40);
    await advance(2_000);
    const request = watch(get());
    await settle();
    last().resolve(token);
    await settle();
    expect(request.error).toMatchObject({ code: 'same_as_rejected' });
  });
});

describe('a new token', () => {
  /** A client whose first token the server has accepted, and whose second one is about to be tried. */
  async function withNewToken(): Promise<{ first: string; second: string }> {
    const first = freshToken('martin', 3600);
    const second = freshToken('martin', 3600);
    make({ token: first });
    await get();
    client.auth.setToken(second);
    return { first, second };
  }

  test.each([43, 5])(
    'that is refused with %i gives way to the one accepted before, and a failure is counted',
    async (code) => {
      const { first, second } = await withNewToken();
      const failed = vi.fn();
      client.on('token.refresh_failed', failed);
      coordinator.respond = ({ token }) => (token === second ? refusal(code) : answer());
      await get();
      expect(coordinator.tokens.slice(1)).toEqual([second, first]);
      expect(client.token).toBe(first);
      expect(failed).toHaveBeenCalledTimes(1);
      expect(client.auth.state).toHaveProperty('retryAt');
    },
  );

  test('that many requests find refused is given up once', async () => {
    const { first, second } = await withNewToken();
    const failed = vi.fn();
    client.on('token.refresh_failed', failed);
    coordinator.respond = ({ token }) => (token === second ? refusal(43) : answer());
    await Promise.all([get(), get(), get()]);
    expect(client.token).toBe(first);
    expect(failed).toHaveBeenCalledTimes(1);
    expect(calls).toHaveLength(0);
  });

  test.each([41, 42])(
    'that is too early (%i) is sent once more after a while, then given up',
    async (code) => {
      const { first, second } = await withNewToken();
      coordinator.respond = ({ token }) => (token === second ? refusal(code) : answer());
      const request = watch(get());
      await advance(999);
      expect(coordinator.tokens.slice(1)).toEqual([second]);
      await advance(1);
      expect(coordinator.tokens.slice(1)).toEqual([second, second, first]);
      expect(request.state).toBe('resolved');
    },
  );

  test('that was accepted stays, whatever is refused later', async () => {
    const { second } = await withNewToken();
    await get();
    coordinator.respond = () => refusal(43);
    const request = watch(get());
    await settle();
    expect(request.error).toMatchObject({ code: 'api_error', apiCode: 43 });
    expect(client.token).toBe(second);
  });

  test('that is the first one has nothing to give way to', async () => {
    make({ token: freshToken('martin', 3600) });
    coordinator.respond = () => refusal(43);
    const request = watch(get());
    await settle();
    expect(request.error).toMatchObject({ apiCode: 43 });
    expect([coordinator.requests.length, calls.length]).toEqual([1, 0]);
  });
});

describe('a session', () => {
  test('is an epoch: a request that waits for a renewal is not sent by the next one', async () => {
    make({ token: freshToken('martin', 3600) });
    coordinator.respond = () => refusal(40);
    const request = watch(get());
    await settle();
    const old = last();
    await client.disconnect();
    client.auth.setToken(freshToken('martin', 3600));
    old.resolve(freshToken('martin', 3600));
    await settle();
    expect(request.error).toMatchObject({ code: 'session_ended' });
    expect(coordinator.requests).toHaveLength(1);
  });

  test('that has ended refuses requests until another begins', async () => {
    make({ token: freshToken('martin', 3600) });
    await client.disconnect();
    const refused = watch(get());
    await settle();
    expect(refused.error).toMatchObject({ code: 'session_ended' });
    client.auth.setToken(freshToken('martin', 3600));
    await expect(get()).resolves.toBeDefined();
  });

  test('ends once: a further disconnect() changes nothing', async () => {
    make({ token: freshToken('martin', 3600) });
    await client.disconnect();
    const { transitions } = client.auth.explain();
    await client.disconnect();
    expect(client.auth.explain().transitions).toEqual(transitions);
  });

  test('begins once: refresh() in a live one begins none', async () => {
    make({ token: freshToken('martin', 3600) });
    const refreshed = watch(client.auth.refresh());
    await settle();
    last().resolve(freshToken('martin', 3600));
    await settle();
    expect(refreshed.state).toBe('resolved');
    expect(client.auth.explain().transitions.map(({ what }) => what)).not.toContain('a session began');
  });

  test('that has ended is not woken up', async () => {
    make({ token: freshToken('martin', 100) });
    await get();
    const states = vi.fn();
    await client.disconnect();
    client.auth.subscribe(states);
    await advance(200_000);
    expect([calls.length, states.mock.calls.length]).toEqual([0, 0]);
  });

  test('keeps what the caller supplied, and forgets what the provider gave', async () => {
    const mine = freshToken('martin', 3600);
    make({ token: mine });
    const refreshed = watch(client.auth.refresh());
    await settle();
    last().resolve(freshToken('martin', 3600));
    await settle();
    expect(refreshed.state).toBe('resolved');
    await client.disconnect();
    expect(client.token).toBe(mine);
  });
});

describe('the mandatory window', () => {
  test('has callers wait, but no longer than until half of it is left', async () => {
    make({ token: freshToken('martin', 1_000) });
    await advance(975_000);
    const waiting = watch(client.auth.getToken());
    await advance(9_999);
    expect(waiting.state).toBe('pending');
    await advance(1);
    expect(waiting.state).toBe('resolved');
    expect(calls.length).toBeGreaterThan(0);
  });

  test('serves the token that still lives when the attempt fails', async () => {
    const token = freshToken('martin', 1_000);
    make({ token });
    await advance(975_000);
    const waiting = watch(client.auth.getToken());
    await settle();
    last().reject(new Error('503'));
    await settle();
    expect(waiting.value).toBe(token);
  });
});

describe('a refused token that nothing can renew', () => {
  /** What the socket hears about a token only marks it. */
  function refused(isAcceptedBefore: boolean) {
    const on = tokenSession({ source: { kind: 'none' }, token: freshToken('martin', 3600) });
    if (isAcceptedBefore) {
      on.session.verdicts.accept(on.held);
      on.set();
    }
    on.session.verdicts.refuse(on.held, new Error('40'));
    return on;
  }

  test('suspends when the next caller comes', async () => {
    const { session, told } = refused(false);
    expect(session.state.status).toBe('acquiring');
    await expect(session.acquire()).rejects.toMatchObject({ code: 'token_expired' });
    expect(session.state).toMatchObject({ status: 'suspended', reason: 'token_expired' });
    expect(told('auth.suspended')).toHaveLength(1);
    session.end();
  });

  test('gives way to the one accepted before when the next caller comes', async () => {
    const { session } = refused(true);
    const { token } = await session.acquire();
    expect([token?.generation, session.state.status]).toEqual([1, 'active']);
    session.end();
  });

  test('is left alone where the caller has left before', async () => {
    const { session } = refused(false);
    const signal = AbortSignal.abort(new Error('left'));
    await expect(session.acquire({ signal })).rejects.toThrow('left');
    expect(session.state.status).toBe('acquiring');
    session.end();
  });
});
