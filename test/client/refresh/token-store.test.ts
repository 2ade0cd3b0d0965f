import { beforeEach, describe, expect, test, vi } from 'vitest';
import { defaultEnvironment } from '../../../src/client/environment/environment.js';
import type { TokenSource } from '../../../src/client/refresh/token-provider.js';
import { TokenStore, type TokenStoreOptions } from '../../../src/client/refresh/token-store.js';
import type { KnownUser } from '../../../src/client/user.js';
import { TokenProviderError, UnauthorizedError } from '../../../src/shared/errors.js';
import { fakeToken, freshToken } from '../../support/tokens.js';
import { advance, useVirtualTime } from '../../support/virtual.js';

const martin: KnownUser = { id: 'martin', type: 'authenticated' };
const nobody: KnownUser = { id: '!anon', type: 'anonymous' };
const none: TokenSource = { kind: 'none' };
const provider: TokenSource = { kind: 'provider', provider: () => freshToken('martin', 3600) };
const signedOut = new UnauthorizedError();

const emit = vi.fn();
const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };

function ledgerOf(options: Partial<TokenStoreOptions> = {}): TokenStore {
  return new TokenStore({
    user: martin,
    source: none,
    environment: defaultEnvironment,
    logger,
    emit,
    ...options,
  });
}

/** A token that the provider has just brought. */
function bring(ledger: TokenStore, token: string): void {
  ledger.adopt(ledger.check(token), { isFromProvider: true, requestedAt: ledger.look() });
}

const refuse = (ledger: TokenStore) => ledger.holding.refuse(ledger.held?.generation ?? 0, ledger.look());
const words = ({ history }: TokenStore) => history.transitions.map(({ what }) => what);

beforeEach(() => {
  useVirtualTime();
  vi.clearAllMocks();
});

describe('no token is needed', () => {
  test('by an anonymous user without a call token, and without a provider of one', () => {
    expect(ledgerOf({ user: nobody }).needsNoToken).toBe(true);
  });

  test.each([
    ['an anonymous user with a provider', { user: nobody, source: provider }],
    ['a signed-in user', { user: martin }],
    [
      'an anonymous user with a call token',
      { user: nobody, token: fakeToken({ user_id: '!anon', exp: 4e9, call_cids: [] }) },
    ],
  ])('except by %s', (_name, options) => {
    expect(ledgerOf(options).needsNoToken).toBe(false);
  });
});

describe('a token handed in', () => {
  test('counts as asked for when it was handed in, and is none that was just made', async () => {
    const ledger = ledgerOf({ token: freshToken('martin', 3600) });
    expect(ledger.held).toMatchObject({ isFromProvider: false, requestedAt: ledger.look() });
    ledger.clear();
    await advance(1_000);
    ledger.adoptSupplied();
    expect(ledger.held).toMatchObject({ isFromProvider: false, requestedAt: ledger.look() });
  });

  test('says nothing about the clock; one from the provider does', () => {
    const ahead = freshToken('martin', 3600, { iat: Date.now() / 1000 + 100 });
    const ledger = ledgerOf({ token: ahead });
    expect(ledger.serverClock.evidence).toBeUndefined();
    bring(ledger, ahead);
    expect(ledger.serverClock.evidence).toBe('token');
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
    ledgerOf({ ...options, token: fakeToken({ ...token }) });
    expect(logger.warn.mock.calls.map(([message]) => message)).toEqual(expected);
  });

  test('is given once per client', () => {
    const ledger = ledgerOf({ source: provider });
    bring(ledger, fakeToken({ user_id: 'martin', jti: '1' }));
    bring(ledger, fakeToken({ user_id: 'martin', jti: '2' }));
    expect(logger.warn).toHaveBeenCalledTimes(1);
  });
});

describe('the way back', () => {
  function withKept(lifeSeconds: number): TokenStore {
    const ledger = ledgerOf({ token: freshToken('martin', lifeSeconds) });
    ledger.holding.accept(1, ledger.look());
    bring(ledger, freshToken('martin', 3600));
    return ledger;
  }

  test('to the token that the server accepted is written down', () => {
    const ledger = withKept(3600);
    expect(ledger.rollBack(ledger.look())).toBe(true);
    expect(ledger.held?.generation).toBe(1);
    expect(words(ledger).at(-1)).toBe('back to generation 1, which the server accepted');
  });

  test('is closed when that one has ended, and nothing is written down', async () => {
    const ledger = withKept(10);
    await advance(10_000);
    expect(ledger.rollBack(ledger.look())).toBe(false);
    expect(ledger.held?.generation).toBe(2);
    expect(words(ledger).at(-1)).toBe('generation 2 is in use');
  });
});

describe('a token of no use', () => {
  test('counts once, however often it is refused; another one counts again', () => {
    const ledger = ledgerOf({ source: provider });
    for (const expected of [1, 2]) {
      bring(ledger, freshToken('martin', 3600));
      for (let times = 0; times < 2; times += 1) {
        if (ledger.held) ledger.countUnusable(ledger.held, ledger.look(), new Error('40'));
        expect(ledger.door.unusable).toBe(expected);
      }
    }
  });
});

describe('a failed attempt tells how long the token held is still valid', () => {
  test.each<[string, number, (ledger: TokenStore) => unknown]>([
    ['its life', 90_000, () => {}],
    ['nothing once it was refused', 0, refuse],
    ['nothing once it has ended', 0, () => advance(90_001)],
    ['nothing where none is held', 0, (ledger) => ledger.clear()],
  ])('%s', async (_name, stillValidForMs, happen) => {
    const ledger = ledgerOf({ source: provider, token: freshToken('martin', 90) });
    await happen(ledger);
    const failure = ledger.recordFailure(ledger.look(), new Error('503'), 'provider');
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

describe('a suspension', () => {
  const expired = new TokenProviderError('provider_failed', 'later', { remediation: 'None.' });

  test('stands before whatever life the token has left', () => {
    const ledger = ledgerOf({ token: freshToken('martin', 3600) });
    expect(ledger.phase(ledger.look())).toBe('fresh');
    ledger.suspend('unauthorized', signedOut);
    expect(ledger.phase(ledger.look())).toBe('suspended');
  });

  test('keeps its first reason, and is told once', () => {
    const ledger = ledgerOf({ source: provider });
    ledger.suspend('unauthorized', signedOut)();
    ledger.suspend('wrong_user', expired)();
    expect(ledger.suspension).toEqual({ reason: 'unauthorized', error: signedOut });
    expect(ledger.lastError).toBe(signedOut);
    expect(words(ledger)).toEqual(['suspended: unauthorized']);
    expect(emit.mock.calls.map(([name]) => name)).toEqual(['auth.suspended']);
  });

  test('for an expired token tells of the expiry before, with its time where there is one', () => {
    const token = fakeToken({ user_id: 'martin', exp: 4_000_000_000 });
    ledgerOf({ token }).suspend('token_expired', expired)();
    expect(emit.mock.calls).toEqual([
      ['token.expired', { expiresAt: 4_000_000_000_000 }],
      ['auth.suspended', { reason: 'token_expired', error: expired }],
    ]);
    emit.mockClear();
    ledgerOf({ token: fakeToken({ user_id: 'martin' }) }).suspend('token_expired', expired)();
    expect(emit.mock.calls[0]).toStrictEqual(['token.expired', {}]);
  });

  test('is lifted once, and that is written down and told', () => {
    const ledger = ledgerOf({ source: provider });
    ledger.resume();
    expect(emit).not.toHaveBeenCalled();
    ledger.suspend('unauthorized', signedOut);
    ledger.resume();
    ledger.resume();
    expect(words(ledger)).toEqual(['suspended: unauthorized', 'the suspension was lifted']);
    expect(emit.mock.calls).toEqual([['auth.resumed', { reason: 'unauthorized', error: signedOut }]]);
  });

  test.each<[string, TokenSource, boolean, boolean]>([
    ['gives a refused token that nothing can renew one more hearing', none, true, false],
    ['leaves a refused token that a provider can renew refused', provider, true, true],
    ['leaves a token in use that was not refused', none, false, true],
  ])('that is lifted %s', (_name, source, isRefused, isStillHeld) => {
    const ledger = ledgerOf({ source, token: freshToken('martin', 3600) });
    if (isRefused) refuse(ledger);
    ledger.suspend('token_expired', expired);
    ledger.resume();
    expect(ledger.held !== undefined).toBe(isStillHeld);
    expect(ledger.supplied).toBeDefined();
  });

  test('may come and go without a token', () => {
    const ledger = ledgerOf();
    ledger.suspend('token_expired', expired);
    ledger.resume();
    expect(ledger.suspension).toBeUndefined();
  });
});

describe('a clock that is off', () => {
  test.each([
    [60, []],
    [61, [['clock.skew', { ms: 61_000 }]]],
  ])('by %i s is told once, from beyond a minute on: %j', (seconds, told) => {
    const ledger = ledgerOf({ source: provider });
    for (let times = 0; times < 2; times += 1) {
      bring(ledger, freshToken('martin', 3600, { iat: Date.now() / 1000 + seconds }));
    }
    expect(emit.mock.calls).toEqual(told);
  });
});
