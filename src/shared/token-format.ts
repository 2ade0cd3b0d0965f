// What the coordinator and its clients agree on about tokens: each fact once, for all doors.

/** The id of every anonymous user. */
export const ANONYMOUS_ID = '!anon';

/** The coordinator accepts no more call ids in one token. */
export const MAX_CALL_CIDS = 100;

/** In characters. Larger than any token in the field; what exceeds it is a page or a picture. */
export const MAX_TOKEN_LENGTH = 128 * 1024;

/** The last second of the year 9999. What lies beyond was written in milliseconds by mistake. */
export const LAST_USABLE_SECOND = 253_402_300_799;

const BACKDATED_SECONDS = 1;

export interface NewTokenClaims {
  iat: number;
  exp?: number;
  jti: string;
}

/**
 * The claims that make a token new. `iat` lies back, since the coordinator refuses one that is ahead of its
 * clock; `exp` is rounded up, so that the token lives as long as asked, and missing without a lifetime; `jti`
 * keeps two tokens of one second apart.
 */
export function newTokenClaims(nowMs: number, lifetimeSeconds: number | null): NewTokenClaims {
  const nowSeconds = nowMs / 1000;
  return {
    iat: Math.floor(nowSeconds) - BACKDATED_SECONDS,
    ...(lifetimeSeconds !== null && { exp: Math.ceil(nowSeconds) + lifetimeSeconds }),
    jti: globalThis.crypto.randomUUID(),
  };
}

/** What keeps a value from being a token, as far as its look tells. */
export type ShapeFault = 'not_a_string' | 'empty' | 'too_large' | 'bearer_prefix' | 'double_encoded';

/** The first fault in the look of a value; undefined for what may be a token, white space around it aside. */
export function shapeFaultOf(candidate: unknown): ShapeFault | undefined {
  if (typeof candidate !== 'string') return 'not_a_string';
  const value = candidate.trim();
  if (value === '' || value === 'null' || value === 'undefined') return 'empty';
  if (value.length > MAX_TOKEN_LENGTH) return 'too_large';
  if (/^bearer\s/i.test(value)) return 'bearer_prefix';
  return /^(["']).*\1$/s.test(value) ? 'double_encoded' : undefined;
}
