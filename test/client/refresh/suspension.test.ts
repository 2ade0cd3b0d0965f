import { beforeEach, describe, expect, test, vi } from 'vitest';
import { resume, suspend } from '../../../src/client/refresh/suspension.js';
import type { TokenSource } from '../../../src/client/refresh/token-provider.js';
import type { TokenStore, TokenStoreOptions } from '../../../src/client/refresh/token-store.js';
import type { TokenFacts } from '../../../src/client/token/token-facts.js';
import { TokenProviderError, UnauthorizedError } from '../../../src/shared/errors.js';
import { tokenStore } from '../../support/token-store.js';
import { fakeToken, freshToken } from '../../support/tokens.js';
import { useVirtualTime } from '../../support/virtual.js';

const none: TokenSource = { kind: 'none' };
const provider: TokenSource = { kind: 'provider', provider: () => freshToken('martin', 3600) };
const signedOut = new UnauthorizedError();
const emit = vi.fn();

function storeOf(options: Partial<TokenStoreOptions> = {}): TokenStore {
  return tokenStore({ emit, ...options });
}

const refuse = (store: TokenStore) => store.tokens.refuse(store.held as TokenFacts, store.now());
const words = ({ history }: TokenStore) => history.transitions.map(({ what }) => what);

beforeEach(() => {
  useVirtualTime();
  vi.clearAllMocks();
});

describe('a suspension', () => {
  const expired = new TokenProviderError('provider_failed', 'later', { remediation: 'None.' });

  test('stands before whatever life the token has left', () => {
    const store = storeOf({ token: freshToken('martin', 3600) });
    expect(store.phase(store.now())).toBe('fresh');
    suspend(store, 'unauthorized', signedOut);
    expect(store.phase(store.now())).toBe('suspended');
  });

  test('keeps its first reason, and is told once', () => {
    const store = storeOf({ source: provider });
    suspend(store, 'unauthorized', signedOut)();
    suspend(store, 'wrong_user', expired)();
    expect(store.suspension).toEqual({ reason: 'unauthorized', error: signedOut });
    expect(store.lastError).toBe(signedOut);
    expect(words(store)).toEqual(['suspended: unauthorized']);
    expect(emit.mock.calls.map(([name]) => name)).toEqual(['auth.suspended']);
  });

  test('for an expired token tells of the expiry before, with its time where there is one', () => {
    const token = fakeToken({ user_id: 'martin', exp: 4_000_000_000 });
    suspend(storeOf({ token }), 'token_expired', expired)();
    expect(emit.mock.calls).toEqual([
      ['token.expired', { expiresAt: 4_000_000_000_000 }],
      ['auth.suspended', { reason: 'token_expired', error: expired }],
    ]);
    emit.mockClear();
    suspend(storeOf({ token: fakeToken({ user_id: 'martin' }) }), 'token_expired', expired)();
    expect(emit.mock.calls[0]).toStrictEqual(['token.expired', {}]);
  });

  test('is lifted once, and that is written down and told', () => {
    const store = storeOf({ source: provider });
    resume(store);
    expect(emit).not.toHaveBeenCalled();
    suspend(store, 'unauthorized', signedOut);
    resume(store);
    resume(store);
    expect(words(store)).toEqual(['suspended: unauthorized', 'the suspension was lifted']);
    expect(emit.mock.calls).toEqual([['auth.resumed', { reason: 'unauthorized', error: signedOut }]]);
  });

  test.each<[string, TokenSource, boolean, boolean]>([
    ['gives a refused token that nothing can renew one more hearing', none, true, false],
    ['leaves a refused token that a provider can renew refused', provider, true, true],
    ['leaves a token in use that was not refused', none, false, true],
  ])('that is lifted %s', (_name, source, isRefused, isStillHeld) => {
    const store = storeOf({ source, token: freshToken('martin', 3600) });
    if (isRefused) refuse(store);
    suspend(store, 'token_expired', expired);
    resume(store);
    expect(store.held !== undefined).toBe(isStillHeld);
    expect(store.supplied).toBeDefined();
  });

  test('may come and go without a token', () => {
    const store = storeOf();
    suspend(store, 'token_expired', expired);
    resume(store);
    expect(store.suspension).toBeUndefined();
  });
});
