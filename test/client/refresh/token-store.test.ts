import { beforeEach, describe, expect, test, vi } from 'vitest';
import { recordFailure } from '../../../src/client/refresh/record-failure.js';
import type { TokenSource } from '../../../src/client/refresh/token-provider.js';
import type { TokenStore, TokenStoreOptions } from '../../../src/client/refresh/token-store.js';
import type { TokenFacts } from '../../../src/client/token/token-facts.js';
import type { KnownUser } from '../../../src/client/user.js';
import { tokenStore } from '../../support/token-store.js';
import { fakeToken, freshToken } from '../../support/tokens.js';
import { advance, useVirtualTime } from '../../support/virtual.js';

const martin: KnownUser = { id: 'martin', type: 'authenticated' };
const nobody: KnownUser = { id: '!anon', type: 'anonymous' };
const provider: TokenSource = { kind: 'provider', provider: () => freshToken('martin', 3600) };

const emit = vi.fn();
const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };

function storeOf(options: Partial<TokenStoreOptions> = {}): TokenStore {
  return tokenStore({ logger, emit, ...options });
}

/** A token that the provider has just brought. */
function bring(store: TokenStore, token: string): void {
  store.adopt(store.check(token, 'provider'), { origin: 'provider', requestedAt: store.now() });
}

const refuse = (store: TokenStore) => store.tokens.refuse(store.held as TokenFacts, store.now());
const words = ({ history }: TokenStore) => history.transitions.map(({ what }) => what);

beforeEach(() => {
  useVirtualTime();
  vi.clearAllMocks();
});

describe('no token is needed', () => {
  test('by an anonymous user without a call token, and without a provider of one', () => {
    expect(storeOf({ user: nobody }).needsNoToken).toBe(true);
  });

  test.each([
    ['an anonymous user with a provider', { user: nobody, source: provider }],
    ['a signed-in user', { user: martin }],
    [
      'an anonymous user with a call token',
      { user: nobody, token: fakeToken({ user_id: '!anon', exp: 4e9, call_cids: [] }) },
    ],
  ])('except by %s', (_name, options) => {
    expect(storeOf(options).needsNoToken).toBe(false);
  });
});

describe('a token handed in', () => {
  test('counts as asked for when it was handed in, and is none that was just made', async () => {
    const store = storeOf({ token: freshToken('martin', 3600) });
    expect(store.held).toMatchObject({ origin: 'app', requestedAt: store.now() });
    store.clear();
    await advance(1_000);
    store.adoptSupplied();
    expect(store.held).toMatchObject({ origin: 'app', requestedAt: store.now() });
  });

  test('says nothing about the clock; one from the provider does', () => {
    const ahead = freshToken('martin', 3600, { iat: Date.now() / 1000 + 100 });
    const store = storeOf({ token: ahead });
    expect(store.serverClock.evidenceAt(store.now())).toBeUndefined();
    bring(store, ahead);
    expect(store.serverClock.evidenceAt(store.now())).toBe('token');
  });
});

describe('a warning', () => {
  const NO_CALLS = 'The call token has no call_cids: it opens no call';
  const NO_EXPIRY = 'The token has no usable expiry: only a revocation can end it';

  test.each<[string, object, string[]]>([
    [
      'a call token that names no calls is',
      { user: nobody, token: { user_id: '!anon', exp: 4e9 } },
      [NO_CALLS],
    ],
    [
      'a call token that names some is not',
      { user: nobody, token: { user_id: '!anon', exp: 4e9, call_cids: ['livestream:1'] } },
      [],
    ],
    ["a user's token without calls is not", { token: { user_id: 'martin', exp: 4e9 } }, []],
    ['a token without an expiry is', { token: { user_id: 'martin' } }, [NO_EXPIRY]],
  ])('%s worth one', (_name, { token, ...options }: { token?: object }, expected) => {
    storeOf({ ...options, token: fakeToken({ ...token }) });
    expect(logger.warn.mock.calls.map(([message]) => message)).toEqual(expected);
  });

  test('is given once per client', () => {
    const store = storeOf({ source: provider });
    bring(store, fakeToken({ user_id: 'martin', jti: '1' }));
    bring(store, fakeToken({ user_id: 'martin', jti: '2' }));
    expect(logger.warn).toHaveBeenCalledTimes(1);
  });
});

describe('the way back', () => {
  function withKept(lifeSeconds: number): TokenStore {
    const store = storeOf({ token: freshToken('martin', lifeSeconds) });
    store.tokens.accept(store.held as TokenFacts, store.now());
    bring(store, freshToken('martin', 3600));
    return store;
  }

  test('to the token that the server accepted is written down', () => {
    const store = withKept(3600);
    expect(store.rollBack(store.now())).toBe(true);
    expect(store.held?.generation).toBe(1);
    expect(words(store).at(-1)).toBe('back to generation 1, which the server accepted');
  });

  test('is closed when that one has ended, and nothing is written down', async () => {
    const store = withKept(10);
    await advance(10_000);
    expect(store.rollBack(store.now())).toBe(false);
    expect(store.held?.generation).toBe(2);
    expect(words(store).at(-1)).toBe('generation 2 is in use');
  });
});

describe('a token of no use', () => {
  test('counts once, however often it is refused; another one counts again', () => {
    const store = storeOf({ source: provider });
    for (const expected of [1, 2]) {
      bring(store, freshToken('martin', 3600));
      for (let times = 0; times < 2; times += 1) {
        if (store.held) store.countUnusable(store.held, store.now(), new Error('40'));
        expect(store.breaker.unusable).toBe(expected);
      }
    }
  });
});

describe('a failed attempt tells how long the token held is still valid', () => {
  test.each<[string, number, (store: TokenStore) => unknown]>([
    ['its life', 90_000, () => {}],
    ['nothing once it was refused', 0, refuse],
    ['nothing once it has ended', 0, () => advance(90_001)],
    ['nothing where none is held', 0, (store) => store.clear()],
  ])('%s', async (_name, stillValidForMs, happen) => {
    const store = storeOf({ source: provider, token: freshToken('martin', 90) });
    await happen(store);
    const failure = recordFailure(store, store.now(), new Error('503'), { by: 'provider' });
    expect(emit).not.toHaveBeenCalled();
    failure.announce();
    expect(emit).toHaveBeenCalledExactlyOnceWith('token.refresh_failed', {
      error: failure.error,
      attempt: 1,
      retryAt: expect.any(Number),
      stillValidForMs,
    });
  });
});

describe('a clock that is off', () => {
  test.each([
    [60, []],
    [61, [['clock.skew', { ms: 61_000 }]]],
  ])('by %i s is told once, from beyond a minute on: %j', (seconds, told) => {
    const store = storeOf({ source: provider });
    for (let times = 0; times < 2; times += 1) {
      bring(store, freshToken('martin', 3600, { iat: Date.now() / 1000 + seconds }));
      // Not before everything is in its place: a listener may end the session.
      expect(emit.mock.calls).toEqual(times === 0 ? [] : told);
      store.tellSkew();
    }
    expect(emit.mock.calls).toEqual(told);
  });
});

describe('who listens to the facts', () => {
  const listenTo = (store: TokenStore) => {
    const listener = vi.fn();
    return { listener, stop: store.onChange(listener) };
  };

  test('hears of each change, until it stops', () => {
    const store = storeOf();
    const { listener, stop } = listenTo(store);
    store.changed();
    stop();
    store.changed();
    expect(listener).toHaveBeenCalledTimes(1);
  });

  test('hears of the time once it has changed the phase, and not before', async () => {
    const store = storeOf({ token: freshToken('martin', 3600), source: provider });
    const { listener } = listenTo(store);
    store.changed();
    await advance(10_000);
    store.noticeTime(store.now());
    expect(listener).toHaveBeenCalledTimes(1);
    await advance(3_500_000);
    store.noticeTime(store.now());
    store.noticeTime(store.now());
    expect(listener).toHaveBeenCalledTimes(2);
  });

  test('hears of the time once it has ended a wait, and not before', async () => {
    const store = storeOf({ source: provider });
    const { listener } = listenTo(store);
    store.backOff.fail(store.now(), { by: 'provider', error: undefined, retryAfterMs: 1_000 });
    store.changed();
    await advance(999);
    store.noticeTime(store.now());
    expect(listener).toHaveBeenCalledTimes(1);
    await advance(1);
    store.noticeTime(store.now());
    expect(listener).toHaveBeenCalledTimes(2);
  });
});

describe('a consumer', () => {
  test('has had no token in a session that begins', () => {
    const store = storeOf();
    expect(store.policy.hasConsumer).toBe(false);
    store.hasConsumer = true;
    expect(store.policy.hasConsumer).toBe(true);
    store.clear();
    expect(store.policy.hasConsumer).toBe(false);
  });
});

describe('40s that come early', () => {
  const refuseEarly = (store: TokenStore) => {
    refuse(store);
    store.countExpiry(store.held as TokenFacts, store.now(), new Error('40'));
  };

  test('keep the next attempt away from the third in a row on', () => {
    const store = storeOf({ source: provider });
    for (const blocked of [undefined, undefined, { by: 'early_refusal' }]) {
      bring(store, freshToken('martin', 3600));
      refuseEarly(store);
      if (blocked) expect(store.blockedAt(store.now())).toMatchObject(blocked);
      else expect(store.blockedAt(store.now())).toBeUndefined();
    }
  });

  test('are no row where a token in between was taken for more than 10 s', async () => {
    const store = storeOf({ source: provider });
    for (let times = 0; times < 2; times += 1) {
      bring(store, freshToken('martin', 3600));
      refuseEarly(store);
    }
    bring(store, freshToken('martin', 3600));
    await advance(10_000);
    bring(store, freshToken('martin', 3600));
    refuseEarly(store);
    expect(store.blockedAt(store.now())).toBeUndefined();
  });

  test('are a row where the token in between was replaced as soon as it came', () => {
    const store = storeOf({ source: provider });
    for (let times = 0; times < 2; times += 1) {
      bring(store, freshToken('martin', 3600));
      refuseEarly(store);
    }
    bring(store, freshToken('martin', 3600));
    bring(store, freshToken('martin', 3600));
    refuseEarly(store);
    expect(store.blockedAt(store.now())).toMatchObject({ by: 'early_refusal' });
  });
});

describe('a late 40', () => {
  test('counts against the provider where the server never took the token, and only there', async () => {
    for (const isAccepted of [true, false]) {
      const store = storeOf({ source: provider });
      bring(store, freshToken('martin', 3600));
      const token = store.held as TokenFacts;
      if (isAccepted) store.tokens.accept(token, store.now());
      await advance(10_000);
      store.countExpiry(token, store.now(), new Error('40'));
      expect(store.breaker.unusable).toBe(isAccepted ? 0 : 1);
    }
  });
});

describe('the supplied token', () => {
  test('is supplied no more once the server has refused it, where a provider can bring another', () => {
    const token = freshToken('martin', 3600);
    const store = storeOf({ token, source: provider });
    store.refuse(store.held as TokenFacts, store.now());
    expect(store.supplied).toBeUndefined();
  });

  test('stays where the server has refused another one', () => {
    const token = freshToken('martin', 3600);
    const store = storeOf({ token, source: provider });
    bring(store, freshToken('martin', 1800));
    store.refuse(store.held as TokenFacts, store.now());
    expect(store.supplied).toBe(token);
  });
});
