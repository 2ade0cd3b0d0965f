import {
  ConfigurationError,
  InvalidTokenError,
  type InvalidTokenErrorCode,
  TokenExpiredError,
} from '../shared/errors.js';
import { describeType } from '../shared/text.js';
import { MAX_CALL_CIDS } from './call-token.js';
import { checkedSecret, type SecretOptions } from './secret.js';
import { verifySignature } from './sign.js';
import { readableToken } from './token-shape.js';

/** What a verified token says. Times are whole seconds since 1970. */
export interface TokenClaims {
  readonly user_id: string;
  readonly iat?: number;
  readonly exp?: number;
  readonly nbf?: number;
  readonly jti?: string;
  /** The calls that a call token opens. */
  readonly call_cids?: readonly string[];
  readonly role?: string;
  readonly [claim: string]: unknown;
}

export interface VerifyOptions extends SecretOptions {
  /** The time to judge by, in epoch milliseconds. @default Date.now() */
  now?: number | undefined;
}

/**
 * Verifies a token as the coordinator would, without network: signed by this secret with HS256 and nothing
 * else, not expired, not from the future, and somebody's. It knows nothing of revocations.
 *
 * There is no grace: a token is expired once `now` has reached its `exp`. White space around it is ignored.
 *
 * @throws {InvalidTokenError} (as a rejection) for what is no token, is signed by another secret or another
 * algorithm, names no user, or is not valid yet
 * @throws {TokenExpiredError} (as a rejection) `token_expired` for a genuine token whose time is over
 * @throws {ConfigurationError} (as a rejection) `invalid_option` for a missing or weak secret
 *
 * @example
 * const { user_id } = await verifyToken(request.headers.get('authorization'), { apiSecret });
 */
export async function verifyToken(token: unknown, options: VerifyOptions): Promise<TokenClaims> {
  const secret = checkedSecret(options);
  const now = checkedNow(options.now);
  const { token: trimmed, header, claims } = readableToken(token);
  if (header.alg !== 'HS256') {
    throw invalid(
      'The token is not signed with HS256',
      'Accept tokens of this package or an official SDK only.',
      'wrong_signature',
    );
  }
  if (!(await verifySignature(trimmed, secret))) {
    throw invalid(
      'The signature of the token does not match apiSecret',
      'Mint and verify with the secret of the same application.',
      'wrong_signature',
    );
  }
  checkTimes(claims, now);
  checkCalls(claims);
  return checkedIdentity(claims);
}

function checkedNow(now: number | undefined): number {
  if (now === undefined) return Date.now();
  if (typeof now === 'number' && Number.isFinite(now)) return now;
  throw new ConfigurationError('invalid_option', `now is ${describeType(now)}, not a time`, {
    remediation: 'Pass epoch milliseconds, such as Date.now(), or leave it out.',
  });
}

function checkTimes(claims: Readonly<Record<string, unknown>>, now: number): void {
  const nowSeconds = now / 1000;
  const [exp, nbf, iat] = ['exp', 'nbf', 'iat'].map((name) => seconds(claims, name));
  if (exp !== undefined && nowSeconds >= exp) {
    throw new TokenExpiredError('token_expired', 'The token has expired', {
      remediation: 'Mint a new one.',
    });
  }
  if (nbf !== undefined && nowSeconds < nbf) {
    throw invalid(
      'The token is not valid yet (nbf)',
      'Leave nbf out when minting, or set the clock of the minting server.',
      'not_yet_valid',
    );
  }
  if (iat !== undefined && nowSeconds < iat) {
    throw invalid(
      'The token was issued in the future (iat)',
      'Set the clock of the minting server.',
      'not_yet_valid',
    );
  }
}

function seconds(claims: Readonly<Record<string, unknown>>, name: string): number | undefined {
  const value = claims[name];
  if (value === undefined || Number.isSafeInteger(value)) return value as number | undefined;
  throw invalid(`The claim ${name} is not a whole number`, 'Mint times as whole seconds since 1970.');
}

function checkCalls({ call_cids: callCids, role }: Readonly<Record<string, unknown>>): void {
  if (role !== undefined && typeof role !== 'string') {
    throw invalid(`The claim role is ${describeType(role)}`, 'Mint it as a string.');
  }
  if (callCids === undefined) return;
  if (!Array.isArray(callCids) || !callCids.every((cid) => typeof cid === 'string')) {
    throw invalid('The claim call_cids is not a list of strings', 'Mint it as an array of type:id.');
  }
  if (callCids.length > MAX_CALL_CIDS) {
    throw new InvalidTokenError('too_many_calls', `The token lists ${callCids.length} calls`, {
      remediation: `Mint one token for each group of at most ${MAX_CALL_CIDS} calls.`,
    });
  }
}

function checkedIdentity(claims: Readonly<Record<string, unknown>>): TokenClaims {
  const { user_id: userId } = claims;
  if (userId === undefined || userId === '') {
    throw new InvalidTokenError('missing_user_id', 'The token names no user', {
      remediation: 'Pass a user or call token; a server token is no proof of who someone is.',
    });
  }
  if (typeof userId !== 'string') {
    throw new InvalidTokenError('invalid_user_id', `user_id is ${describeType(userId)}`, {
      remediation: 'Mint user_id as a string.',
    });
  }
  return Object.freeze({ ...claims, user_id: userId });
}

function invalid(
  message: string,
  remediation: string,
  code: InvalidTokenErrorCode = 'not_a_jwt',
): InvalidTokenError {
  return new InvalidTokenError(code, message, { remediation });
}
