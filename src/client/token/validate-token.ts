import { InvalidTokenError, type InvalidTokenErrorCode } from '../../shared/errors.js';
import { describeType, sanitize } from '../../shared/text.js';
import { ANONYMOUS_ID } from '../user.js';
import { decodeClaims, type TokenClaims } from './claims.js';
import { claimedTimeMs } from './token-facts.js';

/** Larger than any token in the field; what exceeds it is a page or a picture. */
export const MAX_TOKEN_BYTES = 128 * 1024;
/** The coordinator's documented limit for one call token. */
export const MAX_CALL_CIDS = 100;

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

const FROM_PROVIDER = 'Make the token provider resolve with the bare token string, and nothing around it.';

function refuse(code: InvalidTokenErrorCode, message: string, remediation = FROM_PROVIDER): never {
  throw new InvalidTokenError(code, message, { remediation });
}

function checkShape(candidate: unknown): string {
  if (typeof candidate !== 'string') {
    return refuse('not_a_string', `A token must be a string, not ${describeType(candidate)}`);
  }
  const value = candidate.trim();
  if (value === '') return refuse('empty', 'The token is empty');
  if (value.length > MAX_TOKEN_BYTES) {
    return refuse('too_large', `The token has ${value.length} characters; the limit is ${MAX_TOKEN_BYTES}`);
  }
  if (/^bearer\s/i.test(value)) {
    return refuse('bearer_prefix', 'The token begins with "Bearer"; the coordinator wants it bare');
  }
  if (/^["'].*["']$/s.test(value)) {
    return refuse(
      'double_encoded',
      'The token is in quotation marks: it was written as JSON and read as text',
      'Parse the answer of the token endpoint as JSON, or let it answer in plain text.',
    );
  }
  if (value.startsWith('<')) {
    return refuse(
      'not_a_jwt',
      'The token is a web page',
      'The token endpoint answered with a web page, probably by a redirect to a sign-in page: let it answer 401 instead.',
    );
  }
  return value;
}

function checkClaims(value: string): CheckedToken {
  const claims = decodeClaims(value);
  // Header values with line breaks or other bytes would throw at each request instead of here.
  if (!claims || !/^[\w\-.=+/]+$/.test(value)) {
    return refuse('not_a_jwt', 'The token is not a JWT: three base64url parts, the second a JSON object');
  }
  const userId = Object.hasOwn(claims, 'user_id') ? claims.user_id : undefined;
  if (userId === undefined || userId === '') {
    return refuse(
      'missing_user_id',
      'The token names no user',
      'Mint a user token, whose user_id claim is the id of the user.',
    );
  }
  if (typeof userId !== 'string') {
    return refuse(
      'invalid_user_id',
      `The token's user_id must be a string, not ${describeType(userId)}`,
      'Mint the token with the user id as a string.',
    );
  }
  return { value, claims, userId };
}

function checkCallToken({ claims, userId }: CheckedToken): void {
  if (userId !== ANONYMOUS_ID) {
    refuse(
      'not_anonymous',
      `A call token of an anonymous user must be for ${ANONYMOUS_ID}, not for "${sanitize(userId)}"`,
      `Mint the call token with user_id "${ANONYMOUS_ID}".`,
    );
  }
  if (claimedTimeMs(claims.exp) === undefined) {
    refuse('missing_expiry', 'A call token must have an expiry', 'Mint the call token with an exp claim.');
  }
  if (Array.isArray(claims.call_cids) && claims.call_cids.length > MAX_CALL_CIDS) {
    refuse(
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
export function validateToken(candidate: unknown, identity: ExpectedIdentity): CheckedToken {
  const value = checkShape(candidate);
  if (value === 'null' || value === 'undefined') {
    return refuse('empty', `The token is the word "${value}": there was none to begin with`);
  }
  const token = checkClaims(value);
  if (identity.kind === 'anonymous') {
    checkCallToken(token);
  } else if (identity.userId !== undefined && token.userId !== identity.userId) {
    refuse(
      'wrong_user',
      `The token is for "${sanitize(token.userId)}", not for "${sanitize(identity.userId)}"`,
      'Mint the token for the user that the client was made for, or make another client for the other user.',
    );
  }
  return token;
}
