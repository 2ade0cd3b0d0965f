import { describeType } from '../shared/describe-value.js';
import { assertKnown, type Names } from '../shared/known-options.js';
import { refuse } from '../shared/refuse.js';
import { ANONYMOUS_ID, newTokenClaims } from '../shared/token-format.js';
import { readClaims } from './custom-claims.js';
import { readLifetime } from './lifetime.js';
import { MINTING_SYNONYMS } from './minting-synonyms.js';
import { readOptions } from './readable-options.js';
import { readSecret, type SecretOptions } from './secret.js';
import { signToken } from './sign.js';

/** What `createUserToken` takes. */
export interface UserTokenOptions extends SecretOptions {
  /** Whom the token is for. Check first that the request really comes from this user. */
  userId: string;
  /**
   * How long the token lives, in whole seconds, at most 30 days. `null` means no expiry and needs
   * `allowLongLived`: nothing but a revocation ends such a token.
   *
   * @default 3600
   */
  expiresInSeconds?: number | null | undefined;
  /** Accepts more than 30 days, or `null`. @default false */
  allowLongLived?: boolean | undefined;
  /**
   * Further claims, as JSON. What decides over the token itself (`user_id`, `exp`, `iat`, `nbf`, `server`,
   * `role`, `call_cids`, `channel_cids`) is refused here; a `jti` of your own replaces the random one.
   */
  claims?: Readonly<Record<string, unknown>> | undefined;
}

const KNOWN: Names<keyof UserTokenOptions> = {
  allowLongLived: true,
  allowWeakSecret: true,
  apiSecret: true,
  claims: true,
  expiresInSeconds: true,
  userId: true,
};

/**
 * Mints a token for one user, without network. `iat` lies one second back, `exp` is rounded up to the next
 * second, and a random `jti` makes any two tokens differ.
 *
 * It does not create the user and does not check that the user exists: the coordinator creates users when
 * they first connect.
 *
 * @throws {ConfigurationError} (as a rejection) `invalid_user` for an empty id or `!anon`, `invalid_option`
 * for a missing or weak secret, a lifetime that is none, claims that would change what the token is, and an
 * option that is none
 *
 * @example
 * const token = await createUserToken({
 *   apiSecret: process.env.STREAM_API_SECRET,
 *   userId: session.userId,
 *   expiresInSeconds: 4 * 3600,
 * });
 */
export async function createUserToken(options: UserTokenOptions): Promise<string> {
  const { claims, secret } = readOptions(options, '{ apiSecret, userId }', readUserToken);
  return signToken(claims, secret);
}

function readUserToken(options: UserTokenOptions): { claims: Record<string, unknown>; secret: string } {
  assertKnown('createUserToken', options, KNOWN, MINTING_SYNONYMS);
  const secret = readSecret(options);
  const userId = readUserId(options.userId);
  if (userId === ANONYMOUS_ID) {
    refuse(
      'invalid_user',
      `userId is '${ANONYMOUS_ID}', which is nobody`,
      'Use createCallToken for anonymous visitors: their tokens name the calls they open.',
    );
  }
  const lifetimeSeconds = readLifetime(options, { mayBeEndless: true });
  const { jti, ...times } = newTokenClaims(Date.now(), lifetimeSeconds);
  const claims = { jti, ...readClaims(options.claims), user_id: userId, ...times };
  return { claims, secret };
}

/** The id, where it is a string that names somebody. */
export function readUserId(userId: string): string {
  if (typeof userId === 'string' && userId.trim() !== '') return userId;
  const given = typeof userId === 'string' && userId !== '' ? 'white space' : describeType(userId);
  return refuse('invalid_user', `userId is ${given}`, 'Pass the id of the signed-in user as a string.');
}
