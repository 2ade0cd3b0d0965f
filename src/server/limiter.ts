import { read } from '../shared/foreign-value.js';

/**
 * Counts token requests. Every limiter of the package `rate-limiter-flexible` is one: in memory, or in a Redis
 * that several servers share.
 */
export interface TokenLimiter {
  /**
   * Counts one request under the key. Rejects with an object that has `msBeforeNext` (milliseconds until the
   * next request is allowed) when there were too many; any other rejection means that the counting failed.
   */
  consume(key: string): Promise<unknown>;
}

const MAX_RETRY_AFTER_SECONDS = 24 * 3600;

/** `allowed`, or the seconds to wait; where counting itself failed, the request is allowed and `failure` says so. */
export type LimiterVerdict =
  | { allowed: true; failure?: { reason: unknown } }
  | { allowed: false; retryAfterSeconds: number };

/** Counts one request; what the limiter rejects with decides. */
export async function askLimiter(limiter: TokenLimiter, key: string): Promise<LimiterVerdict> {
  try {
    await limiter.consume(key);
    return { allowed: true };
  } catch (reason) {
    const waitMs = msBeforeNext(reason);
    if (waitMs === undefined) return { allowed: true, failure: { reason } };
    const seconds = Math.ceil(waitMs / 1000);
    return { allowed: false, retryAfterSeconds: Math.min(MAX_RETRY_AFTER_SECONDS, Math.max(1, seconds)) };
  }
}

function msBeforeNext(reason: unknown): number | undefined {
  const waitMs = read(reason, 'msBeforeNext');
  return typeof waitMs === 'number' && !Number.isNaN(waitMs) ? waitMs : undefined;
}

export function isLimiter(value: unknown): value is TokenLimiter {
  return (
    typeof value === 'object' && value !== null && 'consume' in value && typeof value.consume === 'function'
  );
}
