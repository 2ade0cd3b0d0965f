import { describe, expect, test } from 'vitest';
import { attemptError, blockedError } from '../../../src/client/refresh/refresh-errors.js';
import { ApiError, InvalidTokenError } from '../../../src/shared/errors.js';

const invalid = (code: InvalidTokenError['code']) => new InvalidTokenError(code, 'm', { remediation: 'r' });
const until = { wallMs: 5_000, monotonicMs: 0 };

describe('a token that failed its checks', () => {
  test.each([
    'not_a_string',
    'bearer_prefix',
    'double_encoded',
    'missing_user_id',
    'invalid_user_id',
  ] as const)('as %s is a mistake that no retry heals', (code) => {
    expect(attemptError(invalid(code), 5_000)).toMatchObject({ code, retryable: false, retryAt: 5_000 });
  });

  test.each(['empty', 'not_a_jwt', 'too_large', 'missing_expiry', 'same_as_rejected'] as const)(
    'as %s may be another one the next time',
    (code) => {
      expect(attemptError(invalid(code), 5_000)).toMatchObject({ code, retryable: true, retryAt: 5_000 });
    },
  );
});

describe('while the provider is not asked', () => {
  const refusal = new ApiError('refused', { status: 401, apiCode: 43, remediation: 'Compare the secret.' });

  test.each(['breaker', 'refusal', 'early_refusal'] as const)(
    'because of its tokens (%s), the circuit is open, and what the refusal said to change is repeated',
    (by) => {
      expect(blockedError({ by, error: refusal, until })).toMatchObject({
        code: 'circuit_open',
        cause: refusal,
        remediation: 'Compare the secret.',
        retryAt: 5_000,
        retryable: true,
      });
    },
  );

  test.each(['network', 'provider', 'retry_after'] as const)('for another reason (%s), it is not', (by) => {
    expect(blockedError({ by, error: new Error('503'), until })).toMatchObject({
      code: 'provider_failed',
      retryAt: 5_000,
    });
  });
});
