import type { AnyStreamVideoError, ApiError, ConnectionError, InvalidTokenError } from 'stream-video-auth';
import { expectTypeOf, test } from 'vitest';

test('a switch over code narrows the error', () => {
  const error = {} as AnyStreamVideoError;
  switch (error.code) {
    case 'api_error':
      expectTypeOf(error).toEqualTypeOf<ApiError>();
      break;
    case 'handshake_rejected':
      expectTypeOf(error).toEqualTypeOf<ConnectionError>();
      expectTypeOf(error.closeCode).toEqualTypeOf<number | undefined>();
      break;
    case 'not_a_jwt':
      expectTypeOf(error).toEqualTypeOf<InvalidTokenError>();
      break;
    // @ts-expect-error no such code
    case 'invented':
      break;
  }
});

test('every error says what to change', () => {
  expectTypeOf<AnyStreamVideoError['remediation']>().toEqualTypeOf<string>();
  expectTypeOf<AnyStreamVideoError['retryable']>().toEqualTypeOf<boolean>();
});
