import { isAtOrAfter } from '../environment/clock.js';
import { claimedTimeMs, type TokenFacts } from '../token/token-facts.js';
import type { CheckedToken } from '../token/validate-token.js';
import type { RefreshAttempt } from './refresh-attempt.js';
import type { TokenStore } from './token-store.js';

/** A refused token younger than this may be answered with its own twin, minted in the same second. */
export const TWIN_AGE_MS = 2_000;
export const TWIN_WAIT_MS = 1_000;

/** The refused token that this string is: by our server, or by that of the consumer for whom the attempt runs. */
export function justRefused(
  { held, tokens }: TokenStore,
  { reason }: RefreshAttempt,
  value: string,
): TokenFacts | undefined {
  const rejected = reason === 'rejected' && held?.firstRejectedAt ? held : undefined;
  return tokens.refused(value) ?? (rejected?.value === value ? rejected : undefined);
}

/** Two tokens minted in one second can be the same string. */
export function isTwinOfRefused(store: TokenStore, attempt: RefreshAttempt, answer: unknown): boolean {
  const issuedAtMs =
    typeof answer === 'string' ? justRefused(store, attempt, answer.trim())?.issuedAtMs : undefined;
  const { wallMs, offsetMs } = store.now();
  return issuedAtMs !== undefined && wallMs + offsetMs - issuedAtMs < TWIN_AGE_MS;
}

/** Whether an answer is another token than the held one, and ends no sooner. */
export function outlives({ value, claims }: CheckedToken, held: TokenFacts): boolean {
  const expiresAtMs = claimedTimeMs(claims.exp);
  const isLater =
    expiresAtMs === undefined || held.expiresAtMs === undefined || expiresAtMs > held.expiresAtMs;
  return value !== held.value && isLater;
}

/** Whether another tab handed this token over while the attempt ran: that the answer is older is no one's fault. */
export function cameDuring({ startedAt }: RefreshAttempt, { origin, receivedAt }: TokenFacts): boolean {
  return origin === 'tab' && isAtOrAfter(receivedAt, startedAt);
}
