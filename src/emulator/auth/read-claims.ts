import { parseToken } from '../../server/sign.js';
import { withoutPadding } from '../../shared/base64.js';
import { MAX_CALL_CIDS } from '../../shared/token-format.js';
import type { Claims } from '../state/token-registry.js';
import { Failure } from '../wire/api-failure.js';
import { MAX_USER_ID_LENGTH } from '../wire/profile.js';

const MAX_INT_64 = 2 ** 63;
const TIME_CLAIMS = ['exp', 'nbf', 'iat'] as const;

// Two official clients write development tokens with the standard, padded alphabet.
function asBase64Url(segment: string): string {
  return withoutPadding(segment).replaceAll('+', '-').replaceAll('/', '_');
}

/** Reads a token without judging its signature or times; throws for whatever is not well formed. */
export function readClaims(token: string, { acceptUnsigned }: { acceptUnsigned: boolean }): Claims {
  const segments = token.split('.');
  if (segments.length !== 3) throw new Failure(5, 'the token does not have three segments');
  const parsed = parseToken(acceptUnsigned ? segments.map(asBase64Url).join('.') : token);
  if (parsed === undefined) throw new Failure(5, 'the token is not readable');
  if (parsed.header.alg !== 'HS256' && !acceptUnsigned)
    throw new Failure(5, 'the token is not signed with HS256');
  checkClaims(parsed.claims);
  return parsed.claims;
}

function checkClaims(claims: Claims): void {
  for (const name of TIME_CLAIMS) {
    const value = claims[name];
    if (value === undefined) continue;
    if (typeof value !== 'number' || !Number.isInteger(value) || Math.abs(value) >= MAX_INT_64) {
      throw new Failure(5, `${name} is not a whole number`);
    }
  }
  const { user_id: userId } = claims;
  if (typeof userId === 'string' && userId.length > MAX_USER_ID_LENGTH) {
    throw new Failure(5, `user_id is longer than ${MAX_USER_ID_LENGTH} characters`);
  }
  const cids = claims.call_cids;
  if (cids === undefined) return;
  if (!Array.isArray(cids) || cids.some((cid) => typeof cid !== 'string')) {
    throw new Failure(5, 'call_cids is not a list of strings');
  }
  if (cids.length > MAX_CALL_CIDS) throw new Failure(5, `call_cids lists more than ${MAX_CALL_CIDS} calls`);
}

export function callCidsOf(claims: Claims | undefined): readonly string[] {
  return Array.isArray(claims?.call_cids) ? (claims.call_cids as string[]) : [];
}
