import { vi } from 'vitest';
import { TokenSession, type TokenSessionOptions } from '../../src/client/auth/token-session.js';
import { defaultEnvironment, type Environment } from '../../src/client/environment/environment.js';
import type { Network } from '../../src/client/environment/network.js';
import type { NewGuest, TokenProviderContext, TokenSource } from '../../src/client/refresh/token-provider.js';
import type { TokenFacts } from '../../src/client/token/token-facts.js';
import { freshToken } from './tokens.js';
import { settle } from './virtual.js';

/** One call of the token provider, or of the coordinator for a guest, to be answered by the test. */
interface Ask {
  readonly reason?: TokenProviderContext['reason'];
  resolve(answer: unknown): void;
  reject(error: unknown): void;
}

/** A session without HTTP and socket: the test speaks for the provider, the server and the page. */
export function tokenSession(options: Partial<TokenSessionOptions> = {}) {
  const asks: Ask[] = [];
  const emit = vi.fn();
  const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  let network: Parameters<Network['watch']>[0] | undefined;
  const ask = (reason?: Ask['reason']) =>
    new Promise<never>((resolve, reject) => {
      asks.push({ ...(reason && { reason }), resolve: resolve as Ask['resolve'], reject });
    });
  const provider: TokenSource = { kind: 'provider', provider: ({ reason }) => ask(reason) };
  const guest: TokenSource = { kind: 'guest', create: () => ask() as Promise<NewGuest> };
  const isGuest = options.user?.type === 'guest';
  const environment: Environment = {
    ...defaultEnvironment,
    random: () => 0,
    network: {
      watch: (listener) => {
        network = listener;
        return () => {
          network = undefined;
        };
      },
    },
  };
  const session = new TokenSession({
    user: { id: 'martin', type: 'authenticated' },
    source: isGuest ? guest : provider,
    refresh: 'auto',
    guestExpiry: 'renew',
    providerLimitMs: 10_000,
    hasDemand: () => false,
    hasJoinedCall: () => false,
    logger,
    emit,
    environment,
    ...options,
  });
  const last = () => asks[asks.length - 1] as Ask;
  return {
    session,
    asks,
    environment,
    emit,
    logger,
    page: { offline: () => network?.offline(), online: () => network?.online() },
    get reasons() {
      return asks.map(({ reason }) => reason);
    },
    get held() {
      return session.held as TokenFacts;
    },
    /** What was told under this name. */
    told: (name: string): unknown[] =>
      emit.mock.calls.filter(([told]) => told === name).map(([, payload]) => payload),
    /** The last call is answered. */
    async give(answer: unknown): Promise<void> {
      last().resolve(answer);
      await settle();
    },
    async fail(error: unknown = new Error('503')): Promise<void> {
      last().reject(error);
      await settle();
    },
    /** The app hands in a token, which is then held. */
    set(token = freshToken('martin', 3600)): TokenFacts {
      session.setToken(token);
      return session.held as TokenFacts;
    },
  };
}

export type TestSession = ReturnType<typeof tokenSession>;
