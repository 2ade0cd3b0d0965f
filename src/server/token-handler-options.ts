import { refuse } from '../shared/refuse.js';
import { describeType, sanitize } from '../shared/text.js';
import { readLifetime } from './lifetime.js';
import { isLimiter, type TokenLimiter } from './limiter.js';
import { readSecret, type SecretOptions } from './secret.js';
import type { ServerLogger } from './server-log.js';

/** Who a request comes from, in the words of the app's own system. */
export type Identity =
  | { userId: string; anonymous?: false | undefined }
  | { anonymous: true; userId?: undefined };

/** What a visitor asks for when the app decides about a call token. */
export interface CallTokenRequest {
  /** The signed-in user; undefined for an anonymous visitor. */
  userId: string | undefined;
  anonymous: boolean;
  /** The calls that the client named; empty when it named none. Claims of the client, not yet a right. */
  requestedCallCids: readonly string[];
  /** Why the client wants a token: `initial`, `expiring`, `rejected` or `manual`, if it said so. */
  reason: string | undefined;
}

type Awaitable<T> = T | Promise<T>;

export interface TokenHandlerOptions extends SecretOptions {
  /**
   * The app's own check, such as a look at its session cookie. Gets a clone of the request, so it may read the
   * body. Answers with the user, with `{ anonymous: true }` for a visitor without an account (needs
   * `callToken`), or with null where nobody is signed in: 401. What it throws becomes a 500 and goes to
   * `logger`.
   */
  authenticate: (request: Request) => Awaitable<Identity | null | undefined>;
  /** How long each token lives, in whole seconds, at most 30 days. @default 3600 */
  expiresInSeconds?: number | undefined;
  /** Accepts more than 30 days. @default false */
  allowLongLived?: boolean | undefined;
  /**
   * The other origins whose pages may fetch tokens, cookies included, each exactly as browsers send it:
   * `https://app.example.com`. Pages of the endpoint's own origin need no entry. @default []
   */
  allowOrigins?: readonly string[] | undefined;
  /** `GET` takes `user_id`, `reason` and repeated `call_cids` from the query. @default ['POST'] */
  methods?: readonly ('GET' | 'POST')[] | undefined;
  /**
   * Says which calls to open, for anonymous visitors and for users whose client names calls. Gets a clone of the
   * request. No list, or an empty one, is a 403.
   */
  callToken?:
    | ((request: Request, asked: CallTokenRequest) => Awaitable<readonly string[] | null | undefined>)
    | undefined;
  /** Counts the requests of whom `authenticate` has named; too many are a 429 with `Retry-After`. */
  limiter?: TokenLimiter | undefined;
  /**
   * What the limiter counts by. Without it that is the user, and all anonymous visitors together: give them
   * something of their own, such as an address that your proxy vouches for. The body of the request is spent.
   */
  limitKey?: ((request: Request, identity: Identity) => Awaitable<string>) | undefined;
  /** Gets the details that no client sees, and never a token. @default console */
  logger?: ServerLogger | undefined;
}

/** A copy of the options, or `ConfigurationError` for what would only fail at the first request. */
export function readHandlerOptions(options: TokenHandlerOptions): TokenHandlerOptions {
  readSecret(options);
  readLifetime(options, { mayBeEndless: false });
  for (const name of ['authenticate', 'callToken', 'limitKey'] as const) {
    const value: unknown = options[name];
    if (typeof value === 'function' || (value === undefined && name !== 'authenticate')) continue;
    refuse('invalid_option', `${name} is ${describeType(value)}`, 'Pass a function.');
  }
  const { methods, limiter } = options;
  if (methods !== undefined) assertMethods(methods);
  if (limiter !== undefined && !isLimiter(limiter)) {
    refuse(
      'invalid_option',
      `limiter is ${describeType(limiter)}`,
      'Pass an object with a function consume(key).',
    );
  }
  return { ...options };
}

function assertMethods(methods: unknown): void {
  if (Array.isArray(methods) && methods.length > 0 && methods.every(isMethod)) return;
  const given = Array.isArray(methods) ? `[${sanitize(methods.join(', '))}]` : describeType(methods);
  refuse('invalid_option', `methods is ${given}`, "Pass 'POST', 'GET' or both, in upper case.");
}

function isMethod(method: unknown): boolean {
  return method === 'POST' || method === 'GET';
}
