import type { TokenClaims } from '../token/claims.js';
import type { Now } from '../token/phase.js';
import { claimedTimeMs, type TokenFacts } from '../token/token-facts.js';

/** Whether a token may go from tab to tab: what opens calls is for the one that asked for them. */
export function isShareable({ call_cids }: TokenClaims): boolean {
  return call_cids === undefined;
}

/** Whether another tab's token lives, and longer than the one that is held here. */
export function isWorthAdopting(claims: TokenClaims, held: TokenFacts | undefined, now: Now): boolean {
  if (!isShareable(claims) || (held && !isShareable(held.claims))) return false;
  // Only a token that claims no end has none: an end that makes no sense would pass for longer than any.
  const endMs = claimedTimeMs(claims.exp) ?? (claims.exp === undefined ? Number.POSITIVE_INFINITY : 0);
  if (endMs <= now.wallMs + now.offsetMs) return false;
  // By their claims alone: what is known of the clock is the same for both.
  return (
    held === undefined ||
    held.rejectedByServerAt !== undefined ||
    endMs > (held.expiresAtMs ?? Number.POSITIVE_INFINITY)
  );
}
