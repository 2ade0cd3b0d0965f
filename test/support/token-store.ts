import { defaultEnvironment } from '../../src/client/environment/environment.js';
import { TokenStore, type TokenStoreOptions } from '../../src/client/refresh/token-store.js';

/** A store for a signed-in user without a token and a provider, unless told otherwise. */
export function tokenStore(options: Partial<TokenStoreOptions> = {}): TokenStore {
  return new TokenStore({
    user: { id: 'martin', type: 'authenticated' },
    source: { kind: 'none' },
    refresh: 'auto',
    guestExpiry: 'renew',
    providerLimitMs: 10_000,
    environment: defaultEnvironment,
    logger: { debug() {}, info() {}, warn() {}, error() {} },
    emit: () => {},
    hasDemand: () => false,
    hasJoinedCall: () => false,
    ...options,
  });
}
