import { after, millisecondsUntil } from '../environment/clock.js';
import { lifeAtReceiptMs, type Now, type Phase } from '../token/phase.js';
import type { TokenFacts } from '../token/token-facts.js';
import type { TokenSource } from './token-provider.js';

/** From the start of one attempt to the start of the next one that nobody waits for. */
export const FLOOR_MS = 5_000;

/** What decides about asking for tokens, besides the token itself. */
export interface PolicyFacts {
  readonly source: TokenSource;
  readonly refresh: 'auto' | 'on-demand';
  readonly guestExpiry: 'renew' | 'suspend';
  readonly hasJoinedCall: boolean;
  /** Whether an official client was handed this guest's token. */
  readonly hasConsumer: boolean;
}

/** Whether a guest's identity is relied on elsewhere: another one under it would cut that off. */
export function isIdentityInUse({ hasJoinedCall, hasConsumer }: PolicyFacts): boolean {
  return hasJoinedCall || hasConsumer;
}

function mayRenewGuest(facts: PolicyFacts): boolean {
  return facts.guestExpiry === 'renew' && !isIdentityInUse(facts);
}

/** Whether a refused or missing token can have a successor without the app's help. */
export function canReplace(facts: PolicyFacts): boolean {
  switch (facts.source.kind) {
    case 'none':
      return false;
    case 'provider':
      return true;
    case 'guest':
      return mayRenewGuest(facts);
  }
}

/** Whether anything is asked in this phase before the server refuses the token. */
export function mayRenewIn(current: Phase, facts: PolicyFacts): boolean {
  if (facts.refresh === 'on-demand') return false;
  // A new guest is a new user on somebody's bill: never ahead of time.
  return facts.source.kind === 'guest'
    ? current === 'expired' && mayRenewGuest(facts)
    : facts.source.kind === 'provider';
}

/** Whether a caller has to wait for the provider, though there is a token that was not refused. */
export function mustWait(current: Phase, held: TokenFacts, now: Now, facts: PolicyFacts): boolean {
  if (!mayRenewIn(current, facts)) return false;
  if (current !== 'expired') return current === 'mandatory';
  const isRecent = millisecondsUntil(after(held.receivedAt, FLOOR_MS), now) > 0;
  const isJustDelivered = held.origin === 'provider' && !held.usedAt && isRecent;
  // Expired on arrival and yet accepted: our clock is wrong, and the server knows better.
  const isClockWrong = lifeAtReceiptMs(held, now) <= 0 && held.acceptedAt !== undefined;
  return !isJustDelivered && !isClockWrong;
}
