import {
  InvalidTokenError,
  StreamVideoError,
  TokenExpiredError,
  TokenProviderError,
} from '../../shared/errors.js';
import { lookAt } from '../../shared/foreign-value.js';
import { describeThrown } from '../../shared/text.js';
import type { Blocked } from './provider-back-off.js';

const PROVIDER_REMEDIATION =
  'Look at the token endpoint; throw UnauthorizedError from the token provider when the user is signed out.';

/** An attempt's failure, as its waiters get it. */
export function attemptError(error: unknown, retryAt: number): InvalidTokenError | TokenProviderError {
  if (error instanceof InvalidTokenError) {
    const { code, message, remediation } = error;
    return new InvalidTokenError(code, message, { remediation, retryAt, retryable: true });
  }
  if (error instanceof TokenProviderError) {
    const { code, message, remediation, cause } = error;
    return new TokenProviderError(code, message, { remediation, retryAt, cause });
  }
  return new TokenProviderError('provider_failed', `The token provider failed: ${describeThrown(error)}`, {
    remediation: error instanceof StreamVideoError ? error.remediation : PROVIDER_REMEDIATION,
    retryAt,
    cause: lookAt(error).value,
  });
}

/** What a caller gets while the provider is not asked and there is no token to serve. */
export function blockedError({ by, error, until }: Blocked): TokenProviderError {
  const cause = error instanceof TokenProviderError ? (error.cause ?? error) : lookAt(error).value;
  const isBreaker = by === 'breaker';
  const code = error instanceof TokenProviderError && !isBreaker ? error.code : 'provider_failed';
  return new TokenProviderError(
    isBreaker ? 'circuit_open' : code,
    isBreaker
      ? 'The token provider is not asked for a while: its last tokens were all of no use'
      : `The token provider is not asked again yet: ${describeThrown(error)}`,
    {
      remediation: error instanceof StreamVideoError ? error.remediation : PROVIDER_REMEDIATION,
      retryAt: until.wallMs,
      cause,
    },
  );
}

export function reenteredError(): TokenProviderError {
  return new TokenProviderError('provider_reentered', 'The token provider called back into its own client', {
    remediation: 'Fetch the token without the client: what it would send needs the token first.',
    retryable: false,
  });
}

export function noProgressError(): TokenProviderError {
  return new TokenProviderError(
    'provider_failed',
    'The token provider answered with a token that lives no longer than the one it is to replace',
    {
      remediation:
        'Look for an HTTP cache before the token endpoint: answer with Cache-Control: no-store, and mint anew each time.',
    },
  );
}

export function newTokenRefusedError(cause: unknown): TokenProviderError {
  return new TokenProviderError(
    'provider_failed',
    'The server refused the new token; the one that it accepted before stays in use',
    {
      remediation: "Compare the secret, the claims and the clock of the token's issuer with the app's.",
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
      remediation: 'Let the token provider mint anew: what it returns is expired or revoked.',
      cause,
    },
  );
}

export function guestExpiredError(cause?: unknown): TokenExpiredError {
  return new TokenExpiredError('token_expired', "The guest's token has ended, and is not renewed now", {
    remediation: 'Call auth.refresh() to become a new guest, or create another client.',
    cause,
  });
}
