import {
  ConfigurationError,
  type ConfigurationErrorCode,
  InvalidTokenError,
  type InvalidTokenErrorCode,
} from './errors.js';

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
