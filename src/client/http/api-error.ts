import { ApiError, type RateLimit } from '../../shared/errors.js';
import { readText } from '../../shared/foreign-value.js';
import { sanitize } from '../../shared/sanitize.js';
import { algorithmOf } from '../token/claims.js';
import * as CODE from './api-codes.js';

/** Answers that come only once the token was accepted: bad input, nothing there, not allowed. */
const AFTER_AUTHENTICATION: readonly number[] = [
  CODE.input,
  CODE.notFound,
  CODE.notAllowed,
  CODE.connectionIdUnknown,
];

const AHEAD = "Set the clock of the token server: its tokens are of the coordinator's future.";

const REMEDIATION: Readonly<Record<number, string>> = {
  [CODE.accessKey]: "Compare apiKey with the app's.",
  [CODE.authentication]: 'Look at the claims of the token: they must fit this user and this app.',
  [CODE.rateLimit]: 'Send fewer requests until rateLimit.resetsAt.',
  [CODE.notAllowed]: 'Give the role of this user the permission, or make it a member of the call.',
  [CODE.tokenExpired]: 'Hand in a new token.',
  [CODE.tokenNotYetValid]: AHEAD,
  [CODE.tokenUsedBeforeIssued]: AHEAD,
  [CODE.tokenSignature]: "Compare the secret that signs the tokens with the app's.",
  [CODE.tooManyConnections]: 'Close other sockets of this user: an app in development allows few.',
};

/** The coordinator's error object, where that is what it is. */
export interface WireError {
  readonly code: number;
  readonly StatusCode?: number;
  readonly message: string;
  readonly [field: string]: unknown;
}

export function isWireError(value: unknown): value is WireError {
  if (typeof value !== 'object' || value === null) return false;
  const { code, message, StatusCode } = value as Record<string, unknown>;
  return (
    typeof code === 'number' &&
    (typeof message === 'string' || (message === undefined && typeof StatusCode === 'number'))
  );
}

interface Origin {
  readonly status: number;
  /** The token that the answer is about. */
  readonly token?: string | undefined;
  readonly requestId?: string | undefined;
  readonly rateLimit?: RateLimit | undefined;
}

function remediationFor(code: number, { status, token }: Origin): string {
  const isAboutMaking = code === CODE.authentication || code === CODE.tokenSignature;
  const algorithm = isAboutMaking && token !== undefined ? algorithmOf(token) : undefined;
  if (algorithm !== undefined && algorithm !== 'HS256') {
    return `Mint a token with HS256 and the secret of the app: this one says ${sanitize(algorithm)}, as those of identity providers do.`;
  }
  const known = REMEDIATION[code] ?? (status === 429 ? REMEDIATION[CODE.rateLimit] : undefined);
  return known ?? 'Look at the message and the details.';
}

/** The coordinator's error object as an error of this package. */
export function apiErrorOf(wire: WireError, origin: Origin): ApiError {
  const { status, requestId, rateLimit } = origin;
  const { exception_fields, unrecoverable } = wire;
  const details = {
    ...(exception_fields !== undefined && { exception_fields }),
    ...(unrecoverable !== undefined && { unrecoverable }),
  };
  return new ApiError(
    `The coordinator answered ${status} / ${wire.code}: ${sanitize(readText(wire, 'message') ?? '')}`,
    {
      status,
      apiCode: wire.code,
      requestId,
      rateLimit,
      details: Object.keys(details).length > 0 ? details : undefined,
      retryable:
        wire.unrecoverable !== true && (status >= 500 || status === 429 || wire.code === CODE.rateLimit),
      remediation: remediationFor(wire.code, origin),
    },
  );
}

/** An answer that the coordinator would not give. */
export function strangeAnswer({
  status,
  requestId,
  rateLimit,
  cause,
}: Origin & { cause?: unknown }): ApiError {
  return new ApiError(`The answer (status ${status}) is not the coordinator's`, {
    status,
    requestId,
    rateLimit,
    retryable: status >= 500 || status === 429,
    remediation:
      'Look at baseUrl, and at what stands between this client and the coordinator: a proxy or a portal.',
    cause,
  });
}

/** Whether an answer shows that the coordinator accepted the token. */
export function showsAcceptance(error: ApiError | undefined): boolean {
  return error === undefined || AFTER_AUTHENTICATION.includes(error.apiCode as number);
}

export function readRateLimit(headers: Headers): RateLimit | undefined {
  const number = (name: string) => {
    const value = headers.get(name);
    return value !== null && /^\d+$/.test(value) ? Number(value) : undefined;
  };
  const limit = number('x-ratelimit-limit');
  const remaining = number('x-ratelimit-remaining');
  const resetSeconds = number('x-ratelimit-reset');
  if (limit === undefined && remaining === undefined && resetSeconds === undefined) return undefined;
  return Object.freeze({
    ...(limit !== undefined && { limit }),
    ...(remaining !== undefined && { remaining }),
    ...(resetSeconds !== undefined && { resetsAt: resetSeconds * 1000 }),
  });
}
