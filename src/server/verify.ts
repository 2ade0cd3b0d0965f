import { describeType } from '../shared/describe-value.js';
import { TokenExpiredError } from '../shared/errors.js';
import { assertKnown, type Names } from '../shared/known-options.js';
import { refuse, refuseToken } from '../shared/refuse.js';
import { MAX_CALL_CIDS } from '../shared/token-format.js';
import { MINTING_SYNONYMS } from './minting-synonyms.js';
import { readOptions } from './readable-options.js';
import { readSecret, type SecretOptions } from './secret.js';
import { verifySignature } from './sign.js';
import { readToken } from './token-shape.js';

/** What a verified token says. Times are whole seconds since 1970. */
export interface TokenClaims {
  /** Whose token it is; `!anon` for an anonymous visitor. */
  readonly user_id: string;
  /** When it was minted. */
  readonly iat?: number;
  /** From when on it is expired; missing where only a revocation ends it. */
  readonly exp?: number;
  /** From when on it is valid. */
  readonly nbf?: number;
  /** What keeps it apart from others of the same second. */
  readonly jti?: string;
  /** The calls that a call token opens. */
  readonly call_cids?: readonly string[];
  /** The role that its holder has in these calls. */
  readonly role?: string;
  readonly [claim: string]: unknown;
}

/** What `verifyToken` takes besides the token. */
export interface VerifyOptions extends SecretOptions {
  /** The time to judge by, in epoch milliseconds. @default Date.now() */
  now?: number | undefined;
}

/** 256 bits in base64url without padding: 42 letters, and one whose two spare bits are zero. */
const ONE_SPELLING = /\.[\w-]{42}[AEIMQUYcgkosw048]$/;

const KNOWN: Names<keyof VerifyOptions> = { allowWeakSecret: true, apiSecret: true, now: true };

/**
 * Verifies a token as the coordinator would, without network: signed by this secret with HS256 and nothing
 * else, not expired, not from the future, and somebody's. It knows nothing of revocations.
 *
 * There is no grace: a token is expired once `now` has reached its `exp`. White space around it is ignored. Its
 * signature has one spelling: padding, white space inside or other spare bits are refused, so that a list of
 * refused tokens can't be passed by.
 *
 * @throws {InvalidTokenError} (as a rejection) for what is no token, is signed by another secret or another
 * algorithm, names no user, or is not valid yet
 * @throws {TokenExpiredError} (as a rejection) `token_expired` for a genuine token whose time is over
 * @throws {ConfigurationError} (as a rejection) `invalid_option` for a missing or weak secret, and an option that
 * is none
 *
 * @example
 * const { user_id } = await verifyToken(request.headers.get('authorization'), { apiSecret });
 */
export async function verifyToken(token: unknown, options: VerifyOptions): Promise<TokenClaims> {
  const { secret, now } = readOptions(options, '{ apiSecret }', (given) => {
    assertKnown('verifyToken', given, KNOWN, MINTING_SYNONYMS);
    return { secret: readSecret(given), now: readNow(given.now) };
  });
  const { token: trimmed, header, claims } = readToken(token);
  if (header.alg !== 'HS256') {
    refuseToken(
      'wrong_signature',
      'The token is not signed with HS256',
      'Accept tokens of this package or an official SDK only.',
    );
  }
  if (!ONE_SPELLING.test(trimmed)) {
    refuseToken(
      'wrong_signature',
      'The signature of the token is not written as base64url without padding',
      'Pass the token as it was minted: other spellings would pass for other tokens.',
    );
  }
  if (!(await verifySignature(trimmed, secret))) {
    refuseToken(
      'wrong_signature',
      'The signature of the token does not match apiSecret',
      'Mint and verify with the secret of the same application.',
    );
  }
  assertTimes(claims, now);
  assertCalls(claims);
  return readIdentity(claims);
}

function readNow(now: number | undefined): number {
  if (now === undefined) return Date.now();
  if (typeof now === 'number' && Number.isFinite(now)) return now;
  return refuse(
    'invalid_option',
    `now is ${describeType(now)}, not a time`,
    'Pass epoch milliseconds, such as Date.now(), or leave it out.',
  );
}

function assertTimes(claims: Readonly<Record<string, unknown>>, now: number): void {
  const nowSeconds = now / 1000;
  const [exp, nbf, iat] = ['exp', 'nbf', 'iat'].map((name) => readSeconds(claims, name));
  if (exp !== undefined && nowSeconds >= exp) {
    throw new TokenExpiredError('token_expired', 'The token has expired', {
      remediation: 'Mint a new one.',
    });
  }
  if (nbf !== undefined && nowSeconds < nbf) {
    refuseToken(
      'not_yet_valid',
      'The token is not valid yet (nbf)',
      'Leave nbf out when minting, or set the clock of the minting server.',
    );
  }
  if (iat !== undefined && nowSeconds < iat) {
    refuseToken(
      'not_yet_valid',
      'The token was issued in the future (iat)',
      'Set the clock of the minting server.',
    );
  }
}

function readSeconds(claims: Readonly<Record<string, unknown>>, name: string): number | undefined {
  const value = claims[name];
  if (value === undefined || Number.isSafeInteger(value)) return value as number | undefined;
  return refuseToken(
    'not_a_jwt',
    `The claim ${name} is not a whole number`,
    'Mint times as whole seconds since 1970.',
  );
}

function assertCalls({ call_cids: callCids, role }: Readonly<Record<string, unknown>>): void {
  if (role !== undefined && typeof role !== 'string') {
    refuseToken('not_a_jwt', `The claim role is ${describeType(role)}`, 'Mint it as a string.');
  }
  if (callCids === undefined) return;
  if (!Array.isArray(callCids) || !callCids.every((cid) => typeof cid === 'string')) {
    refuseToken(
      'not_a_jwt',
      'The claim call_cids is not a list of strings',
      'Mint it as an array of type:id.',
    );
  }
  if (callCids.length > MAX_CALL_CIDS) {
    refuseToken(
      'too_many_calls',
      `The token lists ${callCids.length} calls`,
      `Mint one token for each group of at most ${MAX_CALL_CIDS} calls.`,
    );
  }
}

function readIdentity(claims: Readonly<Record<string, unknown>>): TokenClaims {
  const { user_id: userId } = claims;
  if (userId === undefined || userId === '') {
    return refuseToken(
      'missing_user_id',
      'The token names no user',
      'Pass a user or call token; a server token is no proof of who someone is.',
    );
  }
  if (typeof userId !== 'string') {
    return refuseToken('invalid_user_id', `user_id is ${describeType(userId)}`, 'Mint user_id as a string.');
  }
  return Object.freeze({ ...claims, user_id: userId });
}
