import { ConfigurationError } from '../shared/errors.js';
import { describeType } from '../shared/text.js';

const DEFAULT_LIFETIME_SECONDS = 3600;
const MAX_LIFETIME_SECONDS = 30 * 24 * 3600;
// The end of the year 9999: what lies beyond is milliseconds taken for seconds.
const LATEST_EXPIRY_SECONDS = 253_402_300_799;
const BACKDATED_SECONDS = 1;

export interface LifetimeOptions {
  /** How long the token lives, in whole seconds. */
  expiresInSeconds?: number | null | undefined;
  /** Accepts more than 30 days and, for user tokens, `null`: no expiry. @default false */
  allowLongLived?: boolean | undefined;
}

/** The lifetime in seconds, `null` for none; throws `ConfigurationError` for one that nobody should mint. */
export function checkedLifetime(
  { expiresInSeconds = DEFAULT_LIFETIME_SECONDS, allowLongLived = false }: LifetimeOptions,
  { mayBeEndless }: { mayBeEndless: boolean },
): number | null {
  if (expiresInSeconds === null) {
    if (mayBeEndless && allowLongLived) return null;
    throw refusal(
      'expiresInSeconds is null: the token would never expire',
      mayBeEndless
        ? 'Give a number of seconds, or allowLongLived: true if only revocation shall end this token.'
        : 'Give a number of seconds: a call token always expires.',
    );
  }
  if (typeof expiresInSeconds !== 'number' || !Number.isInteger(expiresInSeconds) || expiresInSeconds <= 0) {
    const given =
      typeof expiresInSeconds === 'number' ? String(expiresInSeconds) : describeType(expiresInSeconds);
    throw refusal(
      `expiresInSeconds is ${given}`,
      'Give a whole number of seconds above zero, such as 3600 for an hour.',
    );
  }
  if (expiresInSeconds > MAX_LIFETIME_SECONDS && !allowLongLived) {
    throw refusal(
      `expiresInSeconds is ${expiresInSeconds}, which is more than 30 days`,
      'Give seconds, not milliseconds, or allowLongLived: true if the token shall live that long.',
    );
  }
  if (Date.now() / 1000 + expiresInSeconds > LATEST_EXPIRY_SECONDS - 1) {
    throw refusal(
      `expiresInSeconds is ${expiresInSeconds}, which ends beyond the year 9999`,
      'Give seconds, not milliseconds, or null with allowLongLived: true for a token without expiry.',
    );
  }
  return expiresInSeconds;
}

export interface TimeClaims {
  iat: number;
  exp?: number;
  jti: string;
}

/**
 * The claims that make a token new: `iat` lies back since the coordinator refuses one that is ahead of its
 * clock, `exp` is rounded up so that the token lives as long as asked, and `jti` keeps two tokens of one
 * second apart.
 */
export function timeClaims(lifetimeSeconds: number | null): TimeClaims {
  const nowSeconds = Date.now() / 1000;
  return {
    iat: Math.floor(nowSeconds) - BACKDATED_SECONDS,
    ...(lifetimeSeconds === null ? {} : { exp: Math.ceil(nowSeconds) + lifetimeSeconds }),
    jti: crypto.randomUUID(),
  };
}

function refusal(message: string, remediation: string): ConfigurationError {
  return new ConfigurationError('invalid_option', message, { remediation });
}
