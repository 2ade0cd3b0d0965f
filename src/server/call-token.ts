import { describeType } from '../shared/describe-value.js';
import { assertKnown, type Names } from '../shared/known-options.js';
import { refuse } from '../shared/refuse.js';
import { sanitize } from '../shared/sanitize.js';
import { ANONYMOUS_ID, MAX_CALL_CIDS, newTokenClaims } from '../shared/token-format.js';
import { readLifetime } from './lifetime.js';
import { MINTING_SYNONYMS } from './minting-synonyms.js';
import { readOptions } from './readable-options.js';
import { readSecret, type SecretOptions } from './secret.js';
import { signToken } from './sign.js';
import { readUserId } from './user-token.js';

const KNOWN: Names<keyof CallTokenOptions> = {
  allowLongLived: true,
  allowWeakSecret: true,
  apiSecret: true,
  callCids: true,
  expiresInSeconds: true,
  role: true,
  userId: true,
};

const CALL_CID = /^[^\s:]+:\S(?:.*\S)?$/;

/** What `createCallToken` takes. */
export interface CallTokenOptions extends SecretOptions {
  /** The calls that the token opens, each as `type:id`; 1 to 100 of them. */
  callCids: readonly string[];
  /** Whose token it is; left out, anybody's who watches without an account. @default '!anon' */
  userId?: string | undefined;
  /** The role to hold in the listed calls; left out, that of a call member. */
  role?: string | undefined;
  /** How long the token lives, in whole seconds, at most 30 days. @default 3600 */
  expiresInSeconds?: number | undefined;
  /** Accepts more than 30 days. A call token without expiry is refused all the same. @default false */
  allowLongLived?: boolean | undefined;
}

/**
 * Mints a token that opens the listed calls, without network. It adds access to these calls; it does not keep
 * its holder out of calls that the user may enter anyway.
 *
 * @throws {ConfigurationError} (as a rejection) `invalid_user` for an empty id, `invalid_option` for no calls
 * or more than 100, an id that is not `type:id`, a lifetime that is none, a missing or weak secret, and an
 * option that is none
 *
 * @example
 * const token = await createCallToken({
 *   apiSecret: process.env.STREAM_API_SECRET,
 *   callCids: ['livestream:town-hall'],
 * });
 */
export async function createCallToken(options: CallTokenOptions): Promise<string> {
  const { claims, secret } = readOptions(options, '{ apiSecret, callCids }', readCallToken);
  return signToken(claims, secret);
}

function readCallToken(options: CallTokenOptions): { claims: Record<string, unknown>; secret: string } {
  assertKnown('createCallToken', options, KNOWN, MINTING_SYNONYMS);
  const secret = readSecret(options);
  const userId = readUserId(options.userId ?? ANONYMOUS_ID);
  const callCids = readCallCids(options.callCids);
  const { role } = options;
  if (role !== undefined && (typeof role !== 'string' || role === '')) {
    refuse(
      'invalid_option',
      `role is ${describeType(role)}`,
      "Pass the name of a role, such as 'viewer', or leave it out.",
    );
  }
  const lifetimeSeconds = readLifetime(options, { mayBeEndless: false });
  const claims = {
    user_id: userId,
    call_cids: callCids,
    role,
    ...newTokenClaims(Date.now(), lifetimeSeconds),
  };
  return { claims, secret };
}

function readCallCids(callCids: readonly string[]): string[] {
  if (!Array.isArray(callCids)) {
    return refuse(
      'invalid_option',
      `callCids is ${describeType(callCids)}`,
      "Pass an array such as ['livestream:town-hall'].",
    );
  }
  const copy: unknown[] = [...callCids];
  if (copy.length === 0) {
    refuse('invalid_option', 'callCids is empty', 'Name at least one call, or use createUserToken.');
  }
  if (copy.length > MAX_CALL_CIDS) {
    refuse(
      'invalid_option',
      `callCids lists ${copy.length} calls, more than ${MAX_CALL_CIDS}`,
      `Mint one token for each group of at most ${MAX_CALL_CIDS} calls.`,
    );
  }
  return copy.map((cid) => {
    if (typeof cid === 'string' && CALL_CID.test(cid)) return cid;
    const given = typeof cid === 'string' && cid !== '' ? `'${sanitize(cid)}'` : describeType(cid);
    return refuse(
      'invalid_option',
      `callCids holds ${given}, which is not of the form type:id`,
      "Write each call as its type, a colon and its id, such as 'livestream:town-hall'.",
    );
  });
}
