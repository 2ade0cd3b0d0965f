import type { Coordinator } from '../state/coordinator.js';
import { isIssuedBefore, type KnownToken } from '../state/token-registry.js';
import { Failure } from '../wire/api-failure.js';

/** Why a token no longer works although it has not expired: a fault, or a cutoff of its user or the application. */
export function revocationOf(
  { claims, ended, userId }: Pick<KnownToken, 'claims' | 'ended' | 'userId'>,
  coordinator: Coordinator,
): Failure | undefined {
  if (ended !== undefined) {
    return new Failure(40, ended === 'expired' ? 'the token is past its exp claim' : 'the token was revoked');
  }
  const cutoffs = [
    coordinator.app.revokeTokensIssuedBefore,
    coordinator.users.find(userId)?.revokeTokensIssuedBefore,
  ];
  const isRevoked = cutoffs.some(
    (cutoff) => cutoff !== undefined && isIssuedBefore(claims, Math.floor(cutoff.ms / 1000)),
  );
  return isRevoked ? new Failure(40, 'the token was revoked') : undefined;
}
