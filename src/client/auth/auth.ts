import { describeType } from '../../shared/describe-value.js';
import { refuse } from '../../shared/refuse.js';
import type { Logger } from '../logger.js';
import type { TokenProvider } from '../refresh/token-provider.js';
import type { AuthState } from './auth-state.js';
import { type Explanation, explain } from './explain/explain.js';
import { readSignal, type Waiting } from './signal-option.js';
import type { TokenConsumer } from './token-provider-for.js';
import type { TokenSession } from './token-session.js';

/** Checks a token provider before anything is built on it. */
export function checkProvider(provider: unknown): TokenProvider {
  if (typeof provider === 'function') return provider as TokenProvider;
  return refuse(
    'invalid_option',
    `tokenProvider must be a function, not ${describeType(provider)}`,
    "Pass a function that returns a token or a promise of one, or fetchTokenProvider('/token').",
  );
}

export function warnOfIgnoredProvider(logger: Logger): void {
  logger.warn('A guest has no token provider; the one given is ignored');
}

async function tokenOf(session: TokenSession, options: Waiting | undefined): Promise<string> {
  const signal = readSignal(options);
  const { token } = session.acquireAtOnce({ signal }) ?? (await session.acquireInTime({ signal }));
  return token?.value ?? '';
}

/** The token's life, as the app sees and steers it: `streamVideo.auth`. Works without `connect()`. */
export class Auth {
  readonly #session: TokenSession;
  readonly #logger: Logger;
  #consumers: Map<string, { state: TokenConsumer; provide: () => Promise<string> }> | undefined;
  readonly #askServer: () => Promise<unknown>;

  /** @internal */
  constructor(session: TokenSession, logger: Logger, askServer: () => Promise<unknown>) {
    this.#session = session;
    this.#logger = logger;
    this.#askServer = askServer;
    Object.freeze(this);
  }

  /** A frozen snapshot without secrets; the same object until something differs. Times are epoch milliseconds. */
  get state(): AuthState {
    return this.#session.state;
  }

  /**
   * A token that is good to use now: what a request would send. Refreshes first when it must.
   *
   * Rejects like a request would: with `TokenProviderError` (and its `retryAt`) while no token can be had, with
   * the reason of a suspension, with `SessionEndedError` after `disconnect()`. An anonymous user without a call
   * token gets an empty string.
   *
   * @example
   * const token = await streamVideo.auth.getToken();
   */
  getToken(options?: Waiting): Promise<string> {
    // Read outside of the promise: a method torn off its object fails at once.
    return tokenOf(this.#session, options);
  }

  /**
   * A token newer than this call, always through the provider; lifts a suspension and starts a session where
   * none is live. For a guest it makes a new guest.
   *
   * Rejects with `ConfigurationError` `missing_token_provider` where there is no provider, and else like `getToken()`.
   */
  refresh(options?: Waiting): Promise<string> {
    return this.#session.refresh(options);
  }

  /**
   * Takes a token by hand, at once: callers who wait for one get it. Throws `InvalidTokenError` and changes
   * nothing where the token fails its checks. Also the way out of `suspended`.
   */
  setToken(token: string): void {
    this.#session.setToken(token);
  }

  /**
   * Takes another provider: a call of the former one is aborted, and callers who wait get what the new one brings.
   * Ends back-off and breaker. The provider that is there already changes nothing. Also the way out of `suspended`.
   * Throws `ConfigurationError` `invalid_option` for what is no function.
   */
  setTokenProvider(provider: TokenProvider): void {
    const checked = checkProvider(provider);
    if (this.#session.source.kind === 'guest') {
      warnOfIgnoredProvider(this.#logger);
      return;
    }
    this.#session.setProvider(checked);
  }

  /** What happens next, when and why, in plain words and as data. Holds no secret: paste it into a ticket. */
  explain(): Explanation {
    return explain(this.#session.describe());
  }

  /**
   * A function that gives an official client its tokens, so that one life cycle serves them all.
   *
   * The same name gives the same function. A first call is served; a repeat for the token that is still in use
   * counts as "my server refused it" and refreshes, but not for each of many in a row. Where that fails, the token
   * that still lives is given again. Where nothing can replace it, a second repeat asks the coordinator whether it is
   * still good, with one `GET /edges`: so the end of a guest, or of a token without a provider, reaches the app.
   *
   * The function rejects like a request would: with the reason of a suspension, with `TokenExpiredError` where the
   * token has ended and nothing can replace it, with `SessionEndedError` after `disconnect()`. It belongs to one
   * identity: after `user.changed` it rejects with `SessionEndedError`, and the same name gives a new function. A
   * guest whose token a consumer was handed is not renewed, except by `refresh()`.
   *
   * @example
   * const client = new StreamVideoClient({ apiKey, user, tokenProvider: streamVideo.auth.tokenProviderFor('video') });
   */
  tokenProviderFor(consumer: string): () => Promise<string> {
    if (typeof consumer !== 'string' || consumer === '') {
      refuse(
        'invalid_option',
        `A consumer's name must be a string, not ${describeType(consumer)}`,
        "Name the client that takes the tokens, for example 'video' or 'chat'.",
      );
    }
    const known = this.#consumers?.get(consumer);
    if (known?.state.isCurrent) return known.provide;
    const state = this.#session.consumer(this.#askServer);
    const provide = () => state.token();
    this.#consumers ??= new Map();
    this.#consumers.set(consumer, { state, provide });
    return provide;
  }

  /** Calls `listener` after every change of `state`; returns the way to stop. Fits `useSyncExternalStore`. */
  subscribe(listener: () => void): () => void {
    return this.#session.subscribe(listener);
  }

  /** Has Vue leave the object raw, and printing name it. */
  get [Symbol.toStringTag](): string {
    return 'StreamVideoAuth';
  }
}
