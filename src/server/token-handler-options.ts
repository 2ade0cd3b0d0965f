import { describeType } from '../shared/describe-value.js';
import { assertKnown, type Names } from '../shared/known-options.js';
import { refuse } from '../shared/refuse.js';
import { sanitize } from '../shared/sanitize.js';
import { AllowedOrigins } from './cors.js';
import { drawLifetime, readJitter, readLifetime } from './lifetime.js';
import { isLimiter, type TokenLimiter } from './limiter.js';
import { MINTING_SYNONYMS } from './minting-synonyms.js';
import { readOptions } from './readable-options.js';
import type { SecretOptions } from './secret.js';
import { isServerLogger, ServerLog, type ServerLogger } from './server-log.js';
import type { UserTokenOptions } from './user-token.js';

/** Who a request comes from, in the words of the app's own system: `userId` of a signed-in user, or an anonymous visitor. */
export type Identity =
  | { userId: string; anonymous?: false | undefined }
  | { anonymous: true; userId?: undefined };

/** What a visitor asks for when the app decides about a call token. */
export interface CallTokenRequest {
  /** The signed-in user; undefined for an anonymous visitor. */
  userId: string | undefined;
  /** Whether `authenticate` answered with `{ anonymous: true }`. */
  anonymous: boolean;
  /** The calls that the client named; empty when it named none. Claims of the client, not yet a right. */
  requestedCallCids: readonly string[];
  /** Why the client wants a token: `initial`, `expiring`, `rejected` or `manual`, if it said so. */
  reason: string | undefined;
}

type Awaitable<T> = T | Promise<T>;

/**
 * What `createTokenHandler` takes: an object, or an instance of a class, whose functions keep it as their `this`.
 * `authenticate`, `callToken` and the limiter have 10 s each; then the answer is a 503 and a line in the log.
 */
export interface TokenHandlerOptions extends SecretOptions {
  /**
   * The secret of the application, as the dashboard shows it. Read at each request, never when the handler is
   * made: a build may import the module where the secret is not set, and a getter may hand in a rotated one.
   * Without it each request is a 500, and `logger` says why.
   */
  apiSecret: string | undefined;
  /**
   * The app's own check, such as a look at its session cookie. Gets a clone of the request, so it may read the
   * body. Answers with the user, with `{ anonymous: true }` for a visitor without an account (needs
   * `callToken`), or with null where nobody is signed in: 401. What it throws becomes a 500 and goes to
   * `logger`.
   */
  authenticate: (request: Request) => Awaitable<Identity | null | undefined>;
  /** How long each token lives, in whole seconds, at most 30 days. @default 3600 */
  expiresInSeconds?: number | undefined;
  /**
   * Takes up to so many whole seconds off each token's life, drawn for each token: clients that signed in together
   * then do not renew together. Smaller than `expiresInSeconds`. @default 0
   */
  jitterSeconds?: number | undefined;
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
   * request. No list, or an empty one, is a 403. @default none, so that call tokens are a 403
   */
  callToken?:
    | ((request: Request, asked: CallTokenRequest) => Awaitable<readonly string[] | null | undefined>)
    | undefined;
  /**
   * Counts the requests of whom `authenticate` has named; too many are a 429 with `Retry-After`. Where counting
   * fails, the request is let through and `logger` says so. @default none
   */
  limiter?: TokenLimiter | undefined;
  /**
   * What the limiter counts by. Without it that is the user, and all anonymous visitors together: give them
   * something of their own, such as an address that your proxy vouches for. The body of the request is spent.
   *
   * @default the user's id
   */
  limitKey?: ((request: Request, identity: Identity) => Awaitable<string>) | undefined;
  /** Gets the details that no client sees, and never a token. @default console */
  logger?: ServerLogger | undefined;
}

const KNOWN: Names<keyof TokenHandlerOptions> = {
  allowLongLived: true,
  allowOrigins: true,
  allowWeakSecret: true,
  apiSecret: true,
  authenticate: true,
  callToken: true,
  expiresInSeconds: true,
  jitterSeconds: true,
  limiter: true,
  limitKey: true,
  logger: true,
  methods: true,
};

/** The options after their checks; the app's functions are called with the options as their receiver. */
export interface HandlerSettings
  extends Pick<TokenHandlerOptions, 'authenticate' | 'callToken' | 'limiter' | 'limitKey'> {
  readonly methods: readonly string[];
  readonly origins: AllowedOrigins;
  readonly log: ServerLog;
  /** What each token is minted with. The secret is read at each call. */
  minting(): Pick<UserTokenOptions, 'apiSecret' | 'allowLongLived' | 'allowWeakSecret'> & {
    expiresInSeconds: number;
  };
}

/** Checks what the code says. What the environment says, the secret, is checked when a request needs it. */
export function readHandlerOptions(options: TokenHandlerOptions): HandlerSettings {
  return readOptions(options, '{ apiSecret, authenticate }', readSettings);
}

function readSettings(options: TokenHandlerOptions): HandlerSettings {
  assertKnown('createTokenHandler', options, KNOWN, MINTING_SYNONYMS);
  const lifetimeSeconds = readLifetime(options, { mayBeEndless: false });
  const jitterSeconds = readJitter(options, lifetimeSeconds);
  const { allowLongLived, allowWeakSecret, limiter, logger, methods = ['POST'] } = options;
  assertMethods(methods);
  if (limiter !== undefined && !isLimiter(limiter)) {
    refuse(
      'invalid_option',
      `limiter is ${describeType(limiter)}`,
      'Pass an object with a function consume(key).',
    );
  }
  if (logger !== undefined && !isServerLogger(logger)) {
    refuse(
      'invalid_option',
      `logger is ${describeType(logger)} that cannot log`,
      'Pass an object with a function error(message, data).',
    );
  }
  return {
    log: new ServerLog(logger),
    origins: new AllowedOrigins(options.allowOrigins),
    authenticate: readFunction(options, 'authenticate') ?? missing('authenticate', undefined),
    callToken: readFunction(options, 'callToken'),
    limitKey: readFunction(options, 'limitKey'),
    limiter,
    methods: [...methods],
    minting: () => ({
      apiSecret: options.apiSecret,
      allowLongLived,
      allowWeakSecret,
      expiresInSeconds: drawLifetime(lifetimeSeconds, jitterSeconds),
    }),
  };
}

/** One of the app's functions, with the options as its receiver: they may be an instance of a class. */
function readFunction<Name extends 'authenticate' | 'callToken' | 'limitKey'>(
  options: TokenHandlerOptions,
  name: Name,
): TokenHandlerOptions[Name] | undefined {
  const given: unknown = options[name];
  if (given === undefined) return undefined;
  return typeof given === 'function' ? given.bind(options) : missing(name, given);
}

function missing(name: string, given: unknown): never {
  return refuse('invalid_option', `${name} is ${describeType(given)}`, 'Pass a function.');
}

function assertMethods(methods: unknown): void {
  if (Array.isArray(methods) && methods.length > 0 && methods.every(isMethod)) return;
  const given = Array.isArray(methods) ? `[${sanitize(methods.join(', '))}]` : describeType(methods);
  refuse('invalid_option', `methods is ${given}`, "Pass 'POST', 'GET' or both, in upper case.");
}

function isMethod(method: unknown): boolean {
  return method === 'POST' || method === 'GET';
}
