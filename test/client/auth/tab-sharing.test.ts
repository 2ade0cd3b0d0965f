import { ApiError, UnauthorizedError } from 'stream-video-auth';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { TokenSessionOptions } from '../../../src/client/auth/token-session.js';
import { defaultEnvironment } from '../../../src/client/environment/environment.js';
import { FakeTabs } from '../../support/fake-tabs.js';
import { type TestSession, tokenSession } from '../../support/token-session.js';
import { fakeToken, freshToken } from '../../support/tokens.js';
import { advance, settle, useVirtualTime } from '../../support/virtual.js';
import { watch } from '../../support/watch.js';

let tabs: FakeTabs;
let page: { hide(): void; show(): void } | undefined;
const made: TestSession[] = [];

interface TabOptions extends Partial<TokenSessionOptions> {
  key?: string;
}

/** A tab whose session has begun; a token, where it is given one, was accepted by the server. */
function tab({ key = 'martin', token, ...options }: TabOptions = {}): TestSession {
  const scene = tokenSession({
    tabKey: key,
    environment: {
      ...defaultEnvironment,
      random: () => 0,
      page: {
        watch: (listener) => {
          page = listener;
          return () => {
            page = undefined;
          };
        },
      },
    },
    ...options,
  });
  made.push(scene);
  scene.session.begin();
  if (token !== undefined) scene.session.verdicts.accept(scene.set(token));
  return scene;
}

/** What another tab of this user hands over. */
async function offer(token: unknown): Promise<void> {
  tabs.forge({ token });
  await settle();
}

const refusal = (apiCode: number) =>
  new ApiError('refused', { status: 401, apiCode, remediation: 'Look at it.' });

beforeEach(() => {
  useVirtualTime();
  tabs = new FakeTabs();
});

afterEach(() => {
  for (const { session } of made.splice(0)) session.end();
  expect(tabs.size, 'channels left open').toBe(0);
  vi.unstubAllGlobals();
});

describe('a tab offers', () => {
  test('what its provider brought, once, as soon as it is held', async () => {
    const { session, give } = tab();
    watch(session.acquire());
    await settle();
    const token = freshToken('martin', 60);
    await give(token);
    expect(tabs.posted.map(({ message }) => message)).toEqual([{ token }]);
    session.verdicts.accept(session.held as never);
    await advance(20_000);
    expect(tabs.posted).toHaveLength(1);
  });

  test('no token that it was given by hand, or that another tab offered', async () => {
    tab({ token: freshToken('martin', 60) });
    await offer(freshToken('martin', 120));
    expect(tabs.posted).toEqual([]);
  });

  test('no token that lists calls', async () => {
    const { session, give } = tab();
    watch(session.acquire());
    await settle();
    await give(freshToken('martin', 60, { call_cids: ['default:a'] }));
    expect([session.held?.generation, tabs.posted]).toEqual([1, []]);
  });

  test('nothing where it shares nothing: there is no channel', async () => {
    const { session } = tokenSession();
    session.begin();
    expect(tabs.size).toBe(0);
    session.end();
  });
});

describe('a tab adopts', () => {
  test('an offer that lives longer: its callers get it, the app is told, the server has not accepted it', async () => {
    const { session, told } = tab({ token: freshToken('martin', 60) });
    const token = freshToken('martin', 120);
    await offer(token);
    expect(session.held).toMatchObject({ value: token, origin: 'tab', generation: 2 });
    expect(session.held?.acceptedAt).toBeUndefined();
    expect((await session.acquire()).token?.value).toBe(token);
    expect(told('token.refreshed').at(-1)).toMatchObject({ reason: 'shared', generation: 2 });
  });

  test('an offer while its own provider hangs, and a caller who waits is served at once', async () => {
    const { session, asks } = tab();
    const caller = watch(session.acquire());
    await settle();
    expect(asks).toHaveLength(1);
    const token = freshToken('martin', 60);
    await offer(token);
    expect(caller.value?.token?.value).toBe(token);
  });

  test('and asks its own provider only when the adopted one ends', async () => {
    const { session, asks, give } = tab({ token: freshToken('martin', 60), hasDemand: () => true });
    await advance(40_000);
    await offer(freshToken('martin', 60));
    await advance(40_000);
    expect(asks).toHaveLength(0);
    await advance(10_000);
    expect(asks).toHaveLength(1);
    await give(freshToken('martin', 60));
    expect(session.held?.origin).toBe('provider');
  });

  test('after a token of its own was refused, whatever the offer’s life', async () => {
    const { session, held } = tab({ token: freshToken('martin', 3600) });
    session.verdicts.refuse(held, refusal(40));
    const token = freshToken('martin', 60);
    await offer(token);
    expect(session.held?.value).toBe(token);
  });
});

test('explain() tells which token came from another tab', async () => {
  const { session } = tab({ token: freshToken('martin', 60) });
  await offer(freshToken('martin', 120));
  expect(session.describe().transitions.at(-1)).toMatchObject({
    kind: 'from_tab',
    what: "generation 2 is another tab's",
  });
});

describe('a tab adopts nothing', () => {
  const kept = async (token: unknown, options: TabOptions = {}) => {
    const { session } = tab({ token: freshToken('martin', 60), ...options });
    const before = session.state;
    await offer(token);
    expect(session.state).toBe(before);
  };

  test('for another user', () => kept(freshToken('jane', 3600)));
  test('that lives no longer than its own', () => kept(freshToken('martin', 60)));
  test('that has ended', async () => {
    const { session } = tab();
    await offer(freshToken('martin', -1));
    expect(session.held).toBeUndefined();
  });
  test('that lists calls', () => kept(freshToken('martin', 3600, { call_cids: ['default:a'] })));
  test.each([
    undefined,
    null,
    42,
    '',
    'token',
    'a.b.c',
    '"quoted"',
    'Bearer a.b.c',
    '<html>',
    {},
    [],
    fakeToken({}),
    fakeToken({ user_id: { id: 'martin' }, exp: 4e9 }),
  ])('of another form (%j)', (candidate) => kept(candidate));

  // Not in the name: a runner that picks tests by their names could not write it down.
  test('of another form (200,000 letters)', () => kept('x'.repeat(200_000)));

  test('while it is suspended, and suspension is not shared', async () => {
    const [one, two] = [tab(), tab({ token: freshToken('martin', 60) })];
    watch(one.session.acquire());
    await settle();
    await one.fail(new UnauthorizedError());
    await offer(freshToken('martin', 3600));
    expect([one.session.state.status, two.session.state.status]).toEqual(['suspended', 'active']);
    expect([one.session.held, two.session.held?.origin]).toEqual([undefined, 'tab']);
  });

  test('after its session ended, also when the offer came before', async () => {
    const { session } = tab();
    tabs.forge({ token: freshToken('martin', 3600) });
    session.end();
    await settle();
    expect(session.held).toBeUndefined();
  });

  test('in the next session of what was offered in the former one', async () => {
    const { session } = tab();
    tabs.forge({ token: freshToken('martin', 3600) });
    session.end();
    session.begin();
    await settle();
    expect(session.held).toBeUndefined();
  });

  test('of what came while it was digested, and is no better by now', async () => {
    const { session, set } = tab();
    tabs.forge({ token: freshToken('martin', 60) });
    const own = set(freshToken('martin', 120));
    await settle();
    expect(session.held).toBe(own);
  });

  test('of what the platform cannot digest', async () => {
    vi.stubGlobal('crypto', { subtle: { digest: () => Promise.reject(new Error('not here')) } });
    await kept(freshToken('martin', 3600));
  });
});

describe('an adopted token that the server refuses', () => {
  test.each([43, 5])(
    'for what it is (%i): back to the accepted one, which replays, and no failure',
    async (code) => {
      const { session, held, told, asks } = tab({ token: freshToken('martin', 60) });
      await offer(freshToken('martin', 3600));
      expect(session.verdicts.rollBackAfterRejection(session.held as never, refusal(code))).toBe(true);
      expect(session.held).toBe(held);
      expect(session.state).toMatchObject({ status: 'active' });
      expect(session.state.retryAt).toBeUndefined();
      expect([session.describe().counters.unusableInARow, told('token.refresh_failed'), asks.length]).toEqual(
        [0, [], 0],
      );
    },
  );

  test.each([43, 5])(
    'for what it is (%i) with none before it: the own provider is asked, at once',
    async (code) => {
      const { session, asks, give } = tab();
      await offer(freshToken('martin', 3600));
      for (const _request of ['one', 'another at the same time']) {
        expect(session.verdicts.rollBackAfterRejection(session.held as never, refusal(code))).toBe(true);
      }
      expect(session.state.retryAt).toBeUndefined();
      const caller = watch(session.acquire());
      await settle();
      expect(asks.map(({ reason }) => reason)).toEqual(['rejected']);
      await give(freshToken('martin', 60));
      expect([caller.value?.token?.origin, session.describe().counters.unusableInARow]).toEqual([
        'provider',
        0,
      ]);
    },
  );

  test('with 40 is no evidence against the provider, however often', async () => {
    const { session, asks, give } = tab();
    for (let times = 0; times < 5; times += 1) {
      await offer(freshToken('martin', 3600 + times * 60));
      expect(session.held?.origin).toBe('tab');
      const renewal = watch(session.verdicts.renew(session.held as never, { cause: refusal(40) }));
      await settle();
      expect(asks).toHaveLength(times + 1);
      await give(freshToken('martin', 60));
      expect(renewal.state).toBe('resolved');
    }
    expect(session.describe().counters.unusableInARow).toBe(0);
  });

  test('without a provider stays in use where nothing was accepted before: the server judges', async () => {
    const { session } = tab({ source: { kind: 'none' } });
    await offer(freshToken('martin', 3600));
    expect(session.verdicts.rollBackAfterRejection(session.held as never, refusal(43))).toBe(false);
    expect(session.held?.rejectedByServerAt).toBeUndefined();
  });

  test.each<[string, (session: TestSession['session']) => unknown]>([
    ['43', (session) => session.verdicts.rollBackAfterRejection(session.held as never, refusal(43))],
    ['40', (session) => session.verdicts.refuse(session.held as never, refusal(40))],
  ])('with %s is not adopted again; another one is', async (_code, refuse) => {
    const { session } = tab({ token: freshToken('martin', 60) });
    const forged = freshToken('martin', 3600);
    await offer(forged);
    refuse(session);
    const before = session.held;
    await offer(forged);
    expect(session.held).toBe(before);
    await offer(freshToken('martin', 3600));
    expect(session.held?.origin).toBe('tab');
  });

  test('in vain for others: what this tab saw refused stays refused here, though it was not adopted', async () => {
    const { session, held } = tab({ token: freshToken('martin', 3600) });
    session.verdicts.refuse(held, refusal(40));
    await offer(held.value);
    expect(session.held?.rejectedByServerAt).toBeDefined();
  });
});

describe('an own answer that comes after an adopted token', () => {
  async function overtaken(own: string) {
    const scene = tab({ token: freshToken('martin', 60), hasDemand: () => true });
    await advance(46_000);
    expect(scene.reasons).toEqual(['expiring']);
    const adopted = freshToken('martin', 60);
    await offer(adopted);
    expect(scene.held.value).toBe(adopted);
    await scene.give(own);
    return { scene, adopted };
  }

  test('is kept where it lives longer', async () => {
    const own = freshToken('martin', 600);
    const { scene } = await overtaken(own);
    expect(scene.held).toMatchObject({ value: own, origin: 'provider' });
  });

  test('is dropped where it does not, which is no failure and tells nobody of a cache', async () => {
    const { scene, adopted } = await overtaken(freshToken('martin', 30));
    expect(scene.held.value).toBe(adopted);
    expect(scene.told('token.refresh_failed')).toEqual([]);
    expect(scene.logger.warn).not.toHaveBeenCalled();
    expect(scene.session.state).toMatchObject({ refreshing: false, phase: 'fresh' });
  });

  test('is still no progress where the adopted one was there before it was asked for', async () => {
    const scene = tab({ hasDemand: () => true });
    const adopted = freshToken('martin', 60);
    await offer(adopted);
    await advance(46_000);
    await scene.give(adopted);
    expect(scene.told('token.refresh_failed')).toHaveLength(1);
  });

  test('to another reason is taken as always', async () => {
    const { session, held, give } = tab({ token: freshToken('martin', 60) });
    const renewal = watch(session.verdicts.renew(held, { cause: refusal(40) }));
    await offer(freshToken('martin', 3600));
    const own = freshToken('martin', 30);
    await give(own);
    expect([session.held?.value, renewal.state]).toEqual([own, 'resolved']);
  });
});

describe('refresh()', () => {
  test('is not answered with what another tab offers', async () => {
    const { session, give } = tab({ token: freshToken('martin', 60) });
    const refreshed = watch(session.refresh());
    await offer(freshToken('martin', 120));
    expect(refreshed.state).toBe('pending');
    const own = freshToken('martin', 60);
    await give(own);
    expect(refreshed.value).toBe(own);
  });

  test('fails with its provider, whatever another tab offers', async () => {
    const { session, fail } = tab({ token: freshToken('martin', 60) });
    const refreshed = watch(session.refresh());
    await offer(freshToken('martin', 120));
    await fail();
    expect(refreshed.error).toMatchObject({ code: 'provider_failed' });
    expect(session.held?.origin).toBe('tab');
  });

  test('while a request that was refused goes on with it', async () => {
    const { session, held, fail } = tab({ token: freshToken('martin', 60) });
    const renewal = watch(session.verdicts.renew(held, { cause: refusal(40) }));
    await offer(freshToken('martin', 120));
    await fail();
    expect([renewal.state, session.held?.origin]).toEqual(['resolved', 'tab']);
  });
});

describe('the channel', () => {
  test('is closed while the page is away, and open again when it is shown', async () => {
    const { session } = tab({ token: freshToken('martin', 60) });
    page?.hide();
    expect(tabs.size).toBe(0);
    page?.show();
    expect(tabs.size).toBe(1);
    await offer(freshToken('martin', 120));
    expect(session.held?.origin).toBe('tab');
  });

  test('that closed while an offer was digested adopts it no more', async () => {
    const { session } = tab({ token: freshToken('martin', 60) });
    tabs.forge({ token: freshToken('martin', 120) });
    page?.hide();
    await settle();
    expect(session.held?.origin).toBe('app');
  });

  test('is open from the beginning of a session to its end, and nothing of ours stays on the page', () => {
    const { session } = tab();
    expect([tabs.size, page]).toEqual([1, expect.anything()]);
    session.end();
    expect([tabs.size, page]).toEqual([0, undefined]);
    session.begin();
    expect(tabs.size).toBe(1);
  });

  test('that cannot be had costs nothing: what is refused is not even digested', () => {
    const digest = vi.fn(() => Promise.resolve(new ArrayBuffer(32)));
    vi.stubGlobal('crypto', { subtle: { digest } });
    for (const times of [1, 0]) {
      if (times === 0) vi.stubGlobal('BroadcastChannel', undefined);
      const { session, held } = tab({ token: freshToken('martin', 60) });
      session.verdicts.refuse(held, refusal(40));
      expect(digest).toHaveBeenCalledTimes(times);
      digest.mockClear();
    }
  });

  test('that cannot be had disturbs nobody', async () => {
    vi.stubGlobal('BroadcastChannel', undefined);
    const { session, give } = tab();
    const caller = watch(session.acquire());
    await settle();
    await give(freshToken('martin', 60));
    expect(caller.state).toBe('resolved');
  });
});

describe('eight tabs', () => {
  test('over five lives ask once for each of them, the one whose jitter is first; all hold the same token', async () => {
    let calls = 0;
    const fleet = Array.from({ length: 8 }, (_, index) =>
      tab({
        token: freshToken('martin', 60),
        hasDemand: () => true,
        source: {
          kind: 'provider',
          provider: async () => {
            calls += 1;
            return freshToken('martin', 60);
          },
        },
        environment: { ...defaultEnvironment, random: () => index / 8 },
      }),
    );
    for (let life = 1; life <= 5; life += 1) {
      await advance(47_000);
      expect(calls).toBe(life);
      expect(new Set(fleet.map(({ session }) => session.held?.value)).size).toBe(1);
    }
  });

  test('of which one is frozen and one was closed go on without them', async () => {
    const provider = vi.fn(async () => freshToken('martin', 60));
    const source: TokenSessionOptions['source'] = { kind: 'provider', provider };
    const first = tab({ token: freshToken('martin', 60), hasDemand: () => true, source });
    // Whatever it begins it never ends.
    const frozen = tab({
      token: freshToken('martin', 60),
      hasDemand: () => true,
      source: { kind: 'provider', provider: () => new Promise<string>(() => {}) },
    });
    const closed = tab({ token: freshToken('martin', 60) });
    closed.session.end();
    await advance(50_000);
    expect([first.session.state, frozen.session.state]).toMatchObject([
      { phase: 'fresh' },
      { phase: 'fresh' },
    ]);
    expect(provider).toHaveBeenCalledTimes(1);
  });
});

test('a tab with another key adopts nothing: another user, app or coordinator', async () => {
  const [one, two] = [
    tab({ token: freshToken('martin', 60) }),
    tab({ key: 'other', token: freshToken('martin', 30) }),
  ];
  watch(one.session.refresh());
  await settle();
  await one.give(freshToken('martin', 3600));
  expect(two.session.held?.origin).toBe('app');
});
