import type {
  CallErrorCode,
  ConfigurationErrorCode,
  ConnectionErrorCode,
  InvalidTokenErrorCode,
  StreamVideoErrorCode,
  TokenExpiredErrorCode,
  TokenProviderErrorCode,
} from './error-codes.js';
import { read, toText } from './foreign-value.js';
import { safeCopy } from './safe-copy.js';
import { maskTokens } from './sanitize.js';

interface ErrorInit {
  /** What to change, in one sentence. */
  remediation: string;
  /** Whether the same call may work later without a change by the app. @default false, but true for `TokenProviderError` */
  retryable?: boolean | undefined;
  /** The original error. @default none */
  cause?: unknown;
}

/** Where an error of any copy of this package says of which class it is. No clone and no look-alike has it. */
const FAMILY = Symbol.for('stream-video-auth.error');
const BASE = 'StreamVideoError';

/**
 * The base of every error of this package.
 *
 * `code` is a literal, so a `switch` over it narrows. `remediation` is one sentence that says what to change.
 * `cause` is the original error, untouched; it is not enumerable and never printed, since an app's error may
 * hold headers. No message, field, `toJSON` or `inspect` contains a token.
 *
 * `instanceof` holds for each class across the doors, bundles and copies of this package; a clone is no instance.
 */
export abstract class StreamVideoError extends Error {
  /** What happened, as a literal for a `switch`. */
  abstract readonly code: StreamVideoErrorCode;
  /** Whether the same call may work later without a change by the app. */
  readonly retryable: boolean;
  /** What to change, in one sentence. */
  readonly remediation: string;

  constructor(message: string, { remediation, retryable = false, cause }: ErrorInit) {
    super(maskTokens(toText(message)));
    // A getter, since a runtime prints the cause of an uncaught error in full, past our own inspect.
    if (cause !== undefined) Object.defineProperty(this, 'cause', { get: () => cause, configurable: true });
    this.retryable = retryable;
    this.remediation = maskTokens(toText(remediation));
  }

  /** Name, message and fields, without the cause. */
  toJSON(): Record<string, unknown> {
    return { name: this.name, message: this.message, ...Object.fromEntries(Object.entries(this)) };
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    const fields = JSON.stringify({ ...this }, null, 2);
    return `${this.stack ?? `${this.name}: ${this.message}`} ${fields}`;
  }
}

/** `instanceof` for each class of the family, of whichever copy the error is. */
function isInstance(this: abstract new (...args: never[]) => unknown, value: unknown): boolean {
  const kind: unknown = Object.getOwnPropertyDescriptor(this.prototype, FAMILY)?.value;
  const given = read(value, FAMILY);
  if (kind !== undefined) return kind === BASE ? given !== undefined : given === kind;
  // A class that the app derives from one of ours. No other object is looked at further: it may be a revoked proxy.
  return given !== undefined && Function.prototype[Symbol.hasInstance].call(this, value);
}

// A minifier renames classes, so the name is data.
function named(errorClass: { prototype: Error }, name: string): void {
  Object.defineProperty(errorClass.prototype, 'name', { value: name, configurable: true, writable: true });
  Object.defineProperty(errorClass.prototype, FAMILY, { value: name });
}

/** The app's own mistake, found before any I/O. */
export class ConfigurationError extends StreamVideoError {
  readonly code: ConfigurationErrorCode;

  constructor(code: ConfigurationErrorCode, message: string, init: ErrorInit) {
    super(message, init);
    this.code = code;
  }
}

/** What was given as a token is none, or is somebody else's. The value itself appears nowhere. */
export class InvalidTokenError extends StreamVideoError {
  readonly code: InvalidTokenErrorCode;
  /** Epoch milliseconds before which the provider is not asked again; only on tokens from a provider. */
  declare readonly retryAt?: number;

  constructor(
    code: InvalidTokenErrorCode,
    message: string,
    { retryAt, ...init }: ErrorInit & { retryAt?: number | undefined },
  ) {
    super(message, init);
    this.code = code;
    if (retryAt !== undefined) this.retryAt = retryAt;
  }
}

/** The server refused the token as expired or revoked, and nothing at hand can replace it. */
export class TokenExpiredError extends StreamVideoError {
  readonly code: TokenExpiredErrorCode;

  constructor(code: TokenExpiredErrorCode, message: string, init: ErrorInit) {
    super(message, init);
    this.code = code;
  }
}

/** The token provider failed, took too long, or is not asked for a while because it did. */
export class TokenProviderError extends StreamVideoError {
  readonly code: TokenProviderErrorCode;
  /** Epoch milliseconds before which the provider is not asked again. */
  declare readonly retryAt?: number;

  constructor(
    code: TokenProviderErrorCode,
    message: string,
    { retryAt, ...init }: ErrorInit & { retryAt?: number | undefined },
  ) {
    super(message, { retryable: true, ...init });
    this.code = code;
    if (retryAt !== undefined) this.retryAt = retryAt;
  }
}

/**
 * Thrown by the app's token provider to say: the user is signed out, stop asking.
 *
 * Only this class suspends the client; anything else that a provider throws is retried with back-off.
 *
 * @example
 * const tokenProvider = async () => {
 *   if (!session.isSignedIn) throw new UnauthorizedError();
 *   return fetchToken(session);
 * };
 */
export class UnauthorizedError extends StreamVideoError {
  readonly code = 'unauthorized';

  constructor(
    message = 'The token provider says that the user is signed out',
    init: { cause?: unknown } = {},
  ) {
    super(message, {
      remediation: 'Sign the user in again, then call auth.setToken(), auth.refresh() or connect().',
      ...init,
    });
  }
}

/** The user may not do this: an anonymous user wants a socket, or the coordinator answered 403 / 17. */
export class MissingPermissionError extends StreamVideoError {
  readonly code = 'missing_permission';
}

/** What the rate limit headers of an answer said. */
export interface RateLimit {
  /** Requests per window. */
  limit?: number;
  /** Requests that are left in this window. */
  remaining?: number;
  /** When the next window begins, in epoch milliseconds. */
  resetsAt?: number;
}

interface ApiErrorInit extends ErrorInit {
  status: number;
  apiCode?: number | undefined;
  requestId?: string | undefined;
  details?: Readonly<Record<string, unknown>> | undefined;
  rateLimit?: RateLimit | undefined;
}

/** The coordinator, or something that stands in front of it, answered with an error. */
export class ApiError extends StreamVideoError {
  readonly code = 'api_error';
  /** The HTTP status; 0 where a browser hides it (a redirect). */
  readonly status: number;
  /** The coordinator's own code; undefined where the answer was not the coordinator's. */
  declare readonly apiCode?: number;
  /** The `x-client-request-id` of the attempt that failed. */
  declare readonly requestId?: string;
  /** `exception_fields`, `unrecoverable` and the like, as the coordinator sent them. */
  declare readonly details?: Readonly<Record<string, unknown>>;
  /** What the rate limit headers said, where the answer had any. */
  declare readonly rateLimit?: RateLimit;

  constructor(message: string, { status, apiCode, requestId, details, rateLimit, ...init }: ApiErrorInit) {
    super(message, init);
    this.status = status;
    if (apiCode !== undefined) this.apiCode = apiCode;
    if (requestId !== undefined) this.requestId = requestId;
    if (details !== undefined) this.details = safeCopy(details) as Readonly<Record<string, unknown>>;
    if (rateLimit !== undefined) this.rateLimit = rateLimit;
  }
}

interface ConnectionErrorInit extends ErrorInit {
  closeCode?: number | undefined;
  closeReason?: string | undefined;
  apiCode?: number | undefined;
}

/** The network, the socket or a time limit stood in the way. */
export class ConnectionError extends StreamVideoError {
  readonly code: ConnectionErrorCode;
  /** The last close code of the socket; 1006 or 0 means that the network ended it. */
  declare readonly closeCode?: number;
  /** The reason that came with it: tokens masked, control characters escaped, cut at 200 characters. */
  declare readonly closeReason?: string;
  /** The coordinator's code, where it refused the handshake. */
  declare readonly apiCode?: number;

  constructor(
    code: ConnectionErrorCode,
    message: string,
    { closeCode, closeReason, apiCode, ...init }: ConnectionErrorInit,
  ) {
    super(message, init);
    this.code = code;
    if (closeCode !== undefined) this.closeCode = closeCode;
    if (closeReason !== undefined) this.closeReason = maskTokens(toText(closeReason));
    if (apiCode !== undefined) this.apiCode = apiCode;
  }
}

/** The session that this call belonged to has ended. */
export class SessionEndedError extends StreamVideoError {
  readonly code = 'session_ended';

  constructor(
    message = 'The session has ended',
    remediation = 'Call connect(), auth.refresh() or auth.setToken() to start a new session.',
  ) {
    super(message, { remediation });
  }
}

/** A call was left or has ended while something was asked of it. */
export class CallError extends StreamVideoError {
  readonly code: CallErrorCode;

  constructor(code: CallErrorCode, message: string, init: ErrorInit) {
    super(message, init);
    this.code = code;
  }
}

/** Every error of this package; `switch (error.code)` narrows it. */
export type AnyStreamVideoError =
  | ConfigurationError
  | InvalidTokenError
  | TokenExpiredError
  | TokenProviderError
  | UnauthorizedError
  | MissingPermissionError
  | ApiError
  | ConnectionError
  | SessionEndedError
  | CallError;

Object.defineProperty(StreamVideoError, Symbol.hasInstance, { value: isInstance });
named(StreamVideoError, BASE);
named(ConfigurationError, 'ConfigurationError');
named(InvalidTokenError, 'InvalidTokenError');
named(TokenExpiredError, 'TokenExpiredError');
named(TokenProviderError, 'TokenProviderError');
named(UnauthorizedError, 'UnauthorizedError');
named(MissingPermissionError, 'MissingPermissionError');
named(ApiError, 'ApiError');
named(ConnectionError, 'ConnectionError');
named(SessionEndedError, 'SessionEndedError');
named(CallError, 'CallError');
