import { type Explanation, StreamVideo, type StreamVideoOptions } from 'stream-video-auth';
import { createUserToken } from 'stream-video-auth/server';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ClientWatch } from '../../src/devtools/watch/client-watch.js';
import { laneOf } from '../../src/devtools/watch/lane.js';
import { FakeTabs } from '../support/fake-tabs.js';

const SECRET = 'a-secret-that-is-long-enough-for-hs256-tests';
const REFUSAL = { code: 43, message: 'signature', StatusCode: 401 };

let watch: ClientWatch;
let client: StreamVideo;
let answers: object[];

beforeEach(() => {
  vi.useFakeTimers();
  answers = [];
});
afterEach(async () => {
  watch.stop();
  await client.disconnect();
  vi.unstubAllGlobals();
});

const mint = (expiresInSeconds = 600) =>
  createUserToken({ apiSecret: SECRET, userId: 'martin', expiresInSeconds });

/** A client that is watched, over a coordinator whose next answers are listed. */
function watched(options: Partial<StreamVideoOptions> = {}): ClientWatch {
  const fetch = async () => {
    const refusal = answers.shift();
    const status = refusal === undefined ? 200 : 401;
    return new Response(JSON.stringify(refusal ?? {}), {
      status,
      headers: { 'content-type': 'application/json' },
    });
  };
  client = new StreamVideo({
    apiKey: 'key',
    user: { id: 'martin' },
    tokenProvider: () => mint(),
    logger: 'silent',
    fetch,
    ...options,
  } as StreamVideoOptions);
  watch = new ClientWatch(client, () => {});
  watch.start();
  return watch;
}

const kinds = () => laneOf(watch, 'a').marks.map(({ kind }) => kind);
const ask = () => client.request('GET', '/edges');
const later = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('a watched life', () => {
  test('a watch that ends and begins again, as for an element that is moved, knows one socket still', () => {
    const { auth } = watched().client;
    const moved = { auth, on: () => () => {}, connectionState: 'connected' };
    const again = new ClientWatch(moved as unknown as StreamVideo, () => {});
    for (let times = 0; times < 3; times += 1) {
      again.start();
      again.stop();
    }
    expect(again.life.sockets).toEqual([{ from: Date.now() }]);
    moved.connectionState = 'disconnected';
    again.start();
    again.stop();
    expect(again.life.sockets).toEqual([{ from: Date.now(), until: Date.now() }]);
  });

  test.each([5, 60, 3 * 60, 36 * 60, 10 * 365 * 24 * 60])(
    'a clock that is put back by %i minutes leaves what has happened as long ago as it was',
    async (minutes) => {
      const { life } = watched();
      await ask();
      await later(60_000);
      const before = laneOf(watch, 'a');
      const now = Date.now();
      vi.setSystemTime(now - minutes * 60_000);
      await later(5000);
      const after = laneOf(watch, 'a');
      expect(after.bars.map(({ label }) => label)).toEqual(before.bars.map(({ label }) => label));
      expect(JSON.stringify(after)).not.toMatch(/-\d+ (?:s|min|h)\b/);
      for (const { at } of life.happenings) expect(at).toBeLessThanOrEqual(Date.now());
      const [token] = life.tokens;
      const ageMs = Date.now() - (token?.from ?? 0);
      expect(ageMs).toBeGreaterThan(60_000);
      expect(ageMs).toBeLessThan(70_000);
    },
  );

  test.each([5, 60, 3 * 60, 36 * 60])(
    'a clock that goes ahead by %i minutes, as after a sleep, moves nothing of the past',
    async (minutes) => {
      const { life } = watched();
      await ask();
      await later(1000);
      const from = life.tokens.map((token) => token.from);
      vi.setSystemTime(Date.now() + minutes * 60_000);
      await later(5000);
      expect(life.tokens.slice(0, from.length).map((token) => token.from)).toEqual(from);
      expect(JSON.stringify(laneOf(watch, 'a'))).not.toMatch(/-\d+ (?:s|min|h)\b/);
    },
  );

  test('a token is a bar from its arrival to its end, with its windows, accepted once a request was answered', async () => {
    const { life } = watched();
    await ask();
    await later(1000);
    const [token] = life.tokens;
    expect(token).toMatchObject({ generation: 1, acceptedAt: expect.any(Number) });
    expect(Number(token?.expiresAt) - Number(token?.from)).toBeGreaterThan(598_000);
    expect(Number(token?.advisoryAt)).toBeLessThan(Number(token?.mandatoryAt));
    expect(laneOf(watch, 'a').bars).toMatchObject([{ isRefresh: false, isEndedEarly: false }]);
    expect(kinds()).toEqual(['accepted']);
  });

  test('a token of another tab is said to be one, and not the provider’s', async () => {
    const [own, others] = [await mint(), await mint(1200)];
    const tabs = new FakeTabs();
    const { life } = watched({ tabs: 'shared', tokenProvider: async () => own });
    await ask();
    const before = life.happenings.length;
    tabs.forge({ token: others });
    await later(1000);
    const said = life.happenings.slice(before).map(({ what }) => what);
    expect(said).toContain("generation 2 is another tab's");
    expect(said.filter((what) => what.includes('provider'))).toEqual([]);
    expect(life.happenings.map(({ what }) => what)).toContainEqual(
      expect.stringMatching(/^generation 1 came from the provider/),
    );
  });

  test('a refused token ends early, its successor begins, and the request that was sent once more is a replay', async () => {
    watched();
    await ask();
    answers = [{ code: 40, message: 'expired', StatusCode: 401 }];
    await ask();
    await later(1000);
    expect(laneOf(watch, 'a').bars).toMatchObject([{ isEndedEarly: true }, { isRefresh: true }]);
    expect(kinds()).toEqual(expect.arrayContaining(['refused', 'replay', 'accepted']));
  });

  test('a request whose answer says nothing about the token is neither refusal nor replay', async () => {
    watched();
    answers = [{ code: 17, message: 'forbidden', StatusCode: 403 }];
    await ask().catch(() => {});
    await later(1000);
    expect(kinds()).not.toContain('refused');
    expect(kinds()).not.toContain('replay');
  });

  test('a new token that the server refuses is rolled back to the one before, which is in use again', async () => {
    const { life } = watched();
    await ask();
    await client.auth.refresh();
    answers = [REFUSAL];
    await ask();
    await later(1000);
    expect(life.tokens.map(({ generation, end }) => [generation, end])).toEqual([
      [1, 'replaced'],
      [2, 'rolled back'],
      [1, undefined],
    ]);
    expect(kinds()).toContain('rolled-back');
  });

  test('a provider that fails is a back-off as long as the client waits, and no breaker', async () => {
    const { life } = watched({
      tokenProvider: () => {
        throw new Error('no token today');
      },
    });
    await ask().catch(() => {});
    expect(life.pauses).toMatchObject([{ kind: 'back-off', until: expect.any(Number) }]);
    expect(life.pauses[0]?.until).toBe(client.auth.explain().blocked?.until);
    expect(kinds()).toEqual(['failed']);
  });

  test('tokens of no use in a row are a breaker, which is told from a back-off', async () => {
    const { life } = watched({ tokenProvider: () => 'nonsense' });
    for (let tries = 0; tries < 4; tries += 1) {
      await ask().catch(() => {});
      await later(10_000);
    }
    expect(life.pauses.map(({ kind }) => kind)).toContain('breaker');
    expect(laneOf(watch, 'a').bands?.find(({ kind }) => kind === 'breaker')?.label).toMatch(
      /^breaker \d+ s$/,
    );
  });

  test('a suspension lasts until the app steps in', async () => {
    const { UnauthorizedError } = await import('stream-video-auth');
    const { life } = watched({
      tokenProvider: () => {
        throw new UnauthorizedError();
      },
    });
    await ask().catch(() => {});
    expect(life.pauses).toMatchObject([{ kind: 'suspension' }]);
    expect(life.pauses[0]?.until).toBeUndefined();
    client.auth.setToken(await mint());
    expect(life.pauses[0]?.until).toEqual(expect.any(Number));
  });

  test('what happened before the watch began is read from explain()', async () => {
    watched().stop();
    await ask();
    const late = new ClientWatch(client, () => {});
    late.start();
    expect(late.life.tokens).toMatchObject([{ generation: 1 }]);
    expect(late.life.happenings.map(({ kind }) => kind)).toContain('accepted');
    late.stop();
  });

  test('a watch that has ended hears nothing more, and asks for no token by itself', async () => {
    const tokenProvider = vi.fn(() => mint());
    const { life } = watched({ tokenProvider });
    await later(60_000);
    expect(tokenProvider).not.toHaveBeenCalled();
    watch.stop();
    await ask();
    await later(5000);
    expect(life.tokens).toEqual([]);
  });

  test('a life is bounded, and holds no token', async () => {
    const { life } = watched();
    const token = await client.auth.getToken();
    for (let index = 0; index < 600; index += 1) life.note(index, 'note', 'something');
    expect(life.happenings).toHaveLength(500);
    const told: [object, Explanation | undefined] = [laneOf(watch, 'a'), life.present?.explanation];
    for (const part of token.split('.')) expect(JSON.stringify(told)).not.toContain(part);
  });
});
