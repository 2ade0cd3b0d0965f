import type { ConfigurationErrorCode, InvalidTokenErrorCode } from './error-codes.js';
import { ConfigurationError, InvalidTokenError, StreamVideoError } from './errors.js';

/** Refuses what an app passed, before any I/O: throws `ConfigurationError`. */
export function refuse(
  code: ConfigurationErrorCode,
  message: string,
  remediation: string,
  cause?: unknown,
): never {
  throw new ConfigurationError(code, message, { remediation, cause });
}

/** Refuses what is no token, or not the right one: throws `InvalidTokenError`. */
export function refuseToken(code: InvalidTokenErrorCode, message: string, remediation: string): never {
  throw new InvalidTokenError(code, message, { remediation });
}

/** Reads what an app passed: where a look at it throws (a getter, a revoked proxy), that is the app's mistake, too. */
export function readGiven<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof StreamVideoError) throw error;
    return refuse('invalid_option', `${what} cannot be read`, 'Pass plain data.', error);
  }
}
