import { describeThrown } from '../../shared/describe-value.js';
import type { InvalidTokenErrorCode } from '../../shared/error-codes.js';
import {
  ConfigurationError,
  InvalidTokenError,
  SessionEndedError,
  StreamVideoError,
  TokenExpiredError,
  TokenProviderError,
} from '../../shared/errors.js';
import { isPlainText, lookAt, read, type Thrown } from '../../shared/foreign-value.js';
import type { Blocked, BlockedBy } from './provider-back-off.js';

const READ_LATER = ['code', 'message', 'remediation'] as const;
const PROVIDER_REMEDIATION =
  'Look at the token endpoint; throw UnauthorizedError where the user is signed out.';

/** Mistakes in the provider's own code: another call makes the same one. */
const MISTAKES: readonly InvalidTokenErrorCode[] = [
  'not_a_string',
  'bearer_prefix',
  'double_encoded',
  'missing_user_id',
  'invalid_user_id',
];

/** Waits for which the tokens themselves are the cause, and what is said about them. */
const OF_NO_USE: Readonly<Partial<Record<BlockedBy, string>>> = {
  breaker: 'its last tokens were all of no use',
  refusal: 'the server refused its last token',
  early_refusal: 'the server refused its last tokens soon after they came',
};

/**
 * What an attempt ended with, read once: an error of this package as it is, of anything else what could be read. An
 * error of ours that the app has given getters of its own is a stranger, too.
 */
export function readThrown(thrown: unknown): StreamVideoError | Thrown {
  const isOurs =
    thrown instanceof StreamVideoError && READ_LATER.every((field) => isPlainText(thrown, field));
  return isOurs ? thrown : lookAt(thrown);
}

/** An attempt's failure, as its waiters get it. */
export function attemptError(error: unknown, retryAt: number): InvalidTokenError | TokenProviderError {
  if (error instanceof InvalidTokenError) {
    const { code, message, remediation } = error;
    const retryable = !MISTAKES.includes(code);
    return new InvalidTokenError(code, message, { remediation, retryAt, retryable });
  }
  if (error instanceof TokenProviderError) {
    const { code, message, remediation } = error;
    return new TokenProviderError(code, message, { remediation, retryAt, cause: read(error, 'cause') });
  }
  return new TokenProviderError('provider_failed', `The token provider failed: ${describeThrown(error)}`, {
    remediation: error instanceof StreamVideoError ? error.remediation : PROVIDER_REMEDIATION,
    retryAt,
    // Such as an address of the endpoint that only a page could ask.
    retryable: !(error instanceof ConfigurationError),
    cause: lookAt(error).value,
  });
}

/** What a caller gets while the provider is not asked and there is no token to serve. */
export function blockedError({ by, error, until }: Blocked): TokenProviderError {
  const cause = error instanceof TokenProviderError ? (read(error, 'cause') ?? error) : lookAt(error).value;
  const remediation = error instanceof StreamVideoError ? error.remediation : PROVIDER_REMEDIATION;
  const init = { remediation, retryAt: until.wallMs, cause };
  const why = OF_NO_USE[by];
  if (why) {
    return new TokenProviderError(
      'circuit_open',
      `The token provider is not asked for a while: ${why}`,
      init,
    );
  }
  const code = error instanceof TokenProviderError ? error.code : 'provider_failed';
  return new TokenProviderError(
    code,
    `The token provider is not asked again yet: ${describeThrown(error)}`,
    init,
  );
}

/** The identity that a consumer's function belongs to is gone: a guest became another. */
export function formerIdentityError(): SessionEndedError {
  return new SessionEndedError(
    'This token provider belongs to a guest who became another',
    'Make a new official client, with the new user and a new auth.tokenProviderFor().',
  );
}

export function reenteredError(): TokenProviderError {
  return new TokenProviderError('provider_reentered', 'The token provider called back into its own client', {
    remediation: 'Fetch the token without the client.',
    retryable: false,
  });
}

/** Why the provider's signal aborts, where the attempt is made again without it. */
export function supersededError(): TokenProviderError {
  return new TokenProviderError('provider_failed', 'Another attempt takes the place of this one', {
    remediation: 'None: the token is asked for again.',
  });
}

export function noProgressError(): TokenProviderError {
  return new TokenProviderError(
    'provider_failed',
    'The token provider answered with a token that lives no longer than the one in use',
    {
      remediation:
        'Look for an HTTP cache before the token endpoint: answer with Cache-Control: no-store, and mint a new token each time.',
    },
  );
}

export function newTokenRefusedError(cause: unknown): TokenProviderError {
  return new TokenProviderError(
    'provider_failed',
    'The server refused the new token; the one accepted before stays in use',
    {
      remediation: "Compare secret, claims and clock of the token's issuer with the app's.",
      cause,
    },
  );
}

export function sameAsRejectedError(): InvalidTokenError {
  return new InvalidTokenError(
    'same_as_rejected',
    'The token provider answered with the token just refused',
    {
      remediation: 'Mint a new token each time, and bypass any cache when context.reason is "rejected".',
    },
  );
}

export function staticTokenError(cause?: unknown): TokenExpiredError {
  return new TokenExpiredError('token_expired', 'The server refused the token, and nothing can renew it', {
    remediation: 'Pass a tokenProvider, or hand in a new token with auth.setToken().',
    cause,
  });
}

export function secondExpiryError(cause: unknown): TokenExpiredError {
  return new TokenExpiredError(
    'provider_returns_expired',
    'The server refused two tokens in a row as expired',
    {
      remediation: 'Let the token provider mint a new token: this one is expired or revoked.',
      cause,
    },
  );
}

export function guestExpiredError(cause?: unknown): TokenExpiredError {
  return new TokenExpiredError('token_expired', "The guest's token has ended, and is not renewed now", {
    remediation: 'Call auth.refresh() to become a new guest.',
    cause,
  });
}
