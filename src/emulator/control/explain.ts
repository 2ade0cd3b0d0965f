import { explainToken } from '../../server/explain-token.js';
import { verifySignature } from '../../server/sign.js';
import { readClaims } from '../auth/read-claims.js';
import { revocationOf } from '../auth/revocation.js';
import type { Coordinator } from '../state/coordinator.js';
import { redact } from '../state/journal-redaction.js';
import type { Claims } from '../state/token-registry.js';
import { Failure } from '../wire/api-failure.js';

/** What a token is, and what this emulator would make of it now. The token itself is not in it. */
export interface ExplainedToken {
  readonly isAccepted: boolean;
  /** The coordinator's code of the refusal. */
  readonly code?: number | undefined;
  /** Why, in a sentence. */
  readonly verdict: string;
  readonly facts: readonly string[];
  readonly problems: readonly string[];
  readonly claims?: unknown;
  /** The number under which the journal and the page show it, where it was seen before. */
  readonly tokenId?: number | undefined;
}

/** Explains a token without using it: nobody is created, and it counts as neither seen nor sent. */
export async function explain(given: string, coordinator: Coordinator): Promise<ExplainedToken> {
  const token = given.trim();
  const { facts, problems } = await explainToken(given, { now: coordinator.clock.now() });
  let claims: Claims | undefined;
  let refusal: Failure | undefined;
  try {
    claims = readClaims(token, { acceptUnsigned: coordinator.app.disableAuthChecks });
    refusal = await refusalOf(token, claims, coordinator);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    refusal = error;
  }
  return {
    isAccepted: refusal === undefined,
    code: refusal?.code,
    verdict: refusal?.message ?? 'the emulator takes it',
    facts,
    problems,
    claims: claims === undefined ? undefined : redact(claims),
    tokenId: coordinator.tokens.find(token)?.id,
  };
}

// The part of the order of authentication that asks about the token alone.
async function refusalOf(
  token: string,
  claims: Claims,
  coordinator: Coordinator,
): Promise<Failure | undefined> {
  const { app, apiSecret, clock, tokens, users } = coordinator;
  const seconds = clock.now() / 1000;
  if (!app.disableAuthChecks && !(await verifySignature(token, apiSecret)))
    return new Failure(43, 'the signature is not of this emulator’s API secret');
  const { exp, nbf, iat, user_id: userId, server } = claims;
  if (typeof exp === 'number' && exp <= seconds) return new Failure(40, 'the token is past its exp claim');
  if (typeof nbf === 'number' && nbf > seconds) return new Failure(41, 'the token is not valid yet (nbf)');
  if (typeof iat === 'number' && iat > seconds)
    return new Failure(42, 'the token is used before it was issued (iat)');
  if (server === true) return undefined;
  if (typeof userId !== 'string' || userId === '') return new Failure(5, 'user_id is missing in the token');
  const user = users.find(userId);
  const seen = tokens.find(token) ?? tokens.unseen(userId, claims);
  const revoked = revocationOf(seen, coordinator);
  if (revoked !== undefined) return revoked;
  if (user?.deletedAt !== undefined) return new Failure(5, 'the user was deleted');
  return user?.deactivatedAt === undefined ? undefined : new Failure(5, 'the user is deactivated');
}
