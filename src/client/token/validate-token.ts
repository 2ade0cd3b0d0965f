import { describeType } from '../../shared/describe-value.js';
import { refuseToken } from '../../shared/refuse.js';
import { sanitize } from '../../shared/sanitize.js';
import {
  ANONYMOUS_ID,
  MAX_CALL_CIDS,
  MAX_TOKEN_LENGTH,
  type ShapeFault,
  shapeFaultOf,
} from '../../shared/token-format.js';
import { decodeClaims, type TokenClaims } from './claims.js';
import { claimedTimeMs, type TokenOrigin } from './token-facts.js';

/** Whom a token must be for. */
export interface ExpectedIdentity {
  readonly kind: 'authenticated' | 'guest' | 'anonymous';
  /** Undefined for a guest whose identity the token itself brings. */
  readonly userId: string | undefined;
}

export interface CheckedToken {
  readonly value: string;
  readonly claims: TokenClaims;
  readonly userId: string;
}

/** Where the faults of a candidate are mended. */
export type MendedBy = Exclude<TokenOrigin, 'tab'>;

const BARE: Readonly<Record<MendedBy, string>> = {
  provider: 'Make the token provider resolve with the bare token string, and nothing around it.',
  app: 'Pass the bare token string as token: await a promise of it, or pass a function as tokenProvider.',
};

/** What to change where a web page comes instead of a token. */
export const ANSWER_401 =
  'Let the token endpoint answer 401 where nobody is signed in, instead of redirecting to a sign-in page.';

const AS_JSON = 'Parse the answer of the token endpoint as JSON.';

function readShape(candidate: unknown, mendedBy: MendedBy): string {
  const value = typeof candidate === 'string' ? candidate.trim() : '';
  const fault = shapeFaultOf(candidate);
  if (fault) {
    const messages: Record<ShapeFault, string> = {
      not_a_string: `A token must be a string, not ${describeType(candidate)}`,
      empty: value ? `The token is the word "${value}"` : 'The token is empty',
      too_large: `The token has ${value.length} characters; the limit is ${MAX_TOKEN_LENGTH}`,
      bearer_prefix: 'The token begins with "Bearer"',
      double_encoded: 'The token is in quotation marks: JSON was read as text',
    };
    refuseToken(fault, messages[fault], fault === 'double_encoded' ? AS_JSON : BARE[mendedBy]);
  }
  if (value.startsWith('<')) {
    return refuseToken('not_a_jwt', 'The token is a web page', ANSWER_401);
  }
  return value;
}

function readClaims(value: string, mendedBy: MendedBy): CheckedToken {
  const claims = decodeClaims(value);
  // Header values with line breaks or other bytes would throw at each request instead of here.
  if (!claims || !/^[\w\-.=+/]+$/.test(value)) {
    return refuseToken(
      'not_a_jwt',
      'The token is not a JWT: three base64url parts, the second a JSON object',
      BARE[mendedBy],
    );
  }
  const userId = Object.hasOwn(claims, 'user_id') ? claims.user_id : undefined;
  if (userId === undefined || userId === '') {
    return refuseToken(
      'missing_user_id',
      'The token names no user',
      'Mint the token with the id of the user as its user_id.',
    );
  }
  if (typeof userId !== 'string') {
    return refuseToken(
      'invalid_user_id',
      `The token's user_id must be a string, not ${describeType(userId)}`,
      'Mint the token with the user id as a string.',
    );
  }
  return { value, claims, userId };
}

function assertCallToken({ claims, userId }: CheckedToken): void {
  if (userId !== ANONYMOUS_ID) {
    refuseToken(
      'not_anonymous',
      `A call token of an anonymous user must be for ${ANONYMOUS_ID}, not for "${sanitize(userId)}"`,
      `Mint the call token with user_id "${ANONYMOUS_ID}".`,
    );
  }
  if (claimedTimeMs(claims.exp) === undefined) {
    refuseToken(
      'missing_expiry',
      'A call token must have an expiry',
      'Mint the call token with an exp claim.',
    );
  }
  if (Array.isArray(claims.call_cids) && claims.call_cids.length > MAX_CALL_CIDS) {
    refuseToken(
      'too_many_calls',
      `The call token lists ${claims.call_cids.length} calls; the limit is ${MAX_CALL_CIDS}`,
      `Mint a call token for at most ${MAX_CALL_CIDS} calls.`,
    );
  }
}

/**
 * Checks a candidate before it is used, each fault with its own code, without judging its times. Surrounding
 * white space is trimmed. The value appears in no message.
 */
export function validateToken(
  candidate: unknown,
  identity: ExpectedIdentity,
  mendedBy: MendedBy = 'provider',
): CheckedToken {
  const token = readClaims(readShape(candidate, mendedBy), mendedBy);
  if (identity.kind === 'anonymous') {
    assertCallToken(token);
  } else if (identity.userId !== undefined && token.userId !== identity.userId) {
    refuseToken(
      'wrong_user',
      `The token is for "${sanitize(token.userId)}", not for "${sanitize(identity.userId)}"`,
      'Mint the token for the user of this client, or make another client.',
    );
  }
  return token;
}
