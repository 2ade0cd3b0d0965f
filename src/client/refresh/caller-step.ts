import { isAtOrAfter, type Moment, millisecondsUntil } from '../environment/clock.js';
import { type Now, type Phase, remainingMs, windowsOf } from '../token/phase.js';
import type { TokenFacts } from '../token/token-facts.js';
import type { Blocked } from './provider-back-off.js';
import type { Outcome, RefreshAttempt } from './refresh-attempt.js';
import { blockedError } from './refresh-errors.js';
import { canReplace, mustWait } from './refresh-policy.js';
import type { TokenReason } from './token-provider.js';
import type { TokenStore } from './token-store.js';

/** A caller waits for back-off and breaker no longer than this. */
export const BACK_OFF_PATIENCE_MS = 2_500;

/** What a caller needs: a token that may be sent, or one that was asked for at or after a moment. */
export type Need =
  | { readonly kind: 'usable' }
  | {
      readonly kind: 'newer';
      readonly since: Moment;
      /** The generation that was held when the caller came. */
      readonly than: number;
      readonly reason: TokenReason;
    };

/** What a caller's wait for an attempt came to. */
export type WaitResult = Outcome | { readonly kind: 'out_of_patience' };

/** What a caller does next. */
export type CallerStep =
  | { readonly kind: 'serve' }
  | { readonly kind: 'fail'; readonly error: unknown }
  /** Only the app can bring another token. */
  | { readonly kind: 'suspend' }
  | { readonly kind: 'wait_for_back_off'; readonly delayMs: number }
  | {
      readonly kind: 'wait_for_attempt';
      /** For the attempt that starts where none is running. */
      readonly reason: TokenReason;
      /** Whether the running attempt is not the caller's, who waits for its end and looks again. */
      readonly untilOver: boolean;
      readonly patienceMs?: number;
    };

const SERVE = { kind: 'serve' } as const;

function waitForBackOff(blocked: Blocked, now: Moment): CallerStep {
  const delayMs = millisecondsUntil(blocked.until, now);
  return delayMs > BACK_OFF_PATIENCE_MS
    ? { kind: 'fail', error: blockedError(blocked) }
    : { kind: 'wait_for_back_off', delayMs };
}

function isOwn(attempt: RefreshAttempt | undefined, since: Moment | undefined): boolean {
  if (!attempt) return true;
  return !attempt.isDropped && (since === undefined || isAtOrAfter(attempt.startedAt, since));
}

/** A caller in the mandatory window is served the living token once half of the window is left. */
function mandatoryPatienceMs(held: TokenFacts, now: Now): number {
  return Math.max(0, remainingMs(held, now) - windowsOf(held, now).mandatoryMs / 2);
}

function reasonIn(current: Phase, held: TokenFacts | undefined): TokenReason {
  if (current !== 'acquiring') return 'expiring';
  return held ? 'rejected' : 'initial';
}

interface Circumstances {
  readonly attempt: RefreshAttempt | undefined;
  /** What the wait came to that the caller has just ended, if that was for an attempt of its own. */
  readonly last: WaitResult | undefined;
  readonly now: Now;
}

/** Decides what a caller does next; changes nothing. */
export function callerStep(store: TokenStore, need: Need, { attempt, last, now }: Circumstances): CallerStep {
  const { held } = store;
  const blocked = attempt ? undefined : store.blockedAt(now);
  if (need.kind === 'newer') {
    const { since, than, reason } = need;
    const isNewer = held !== undefined && held.generation > than && !held.rejectedByServerAt;
    if (last?.kind === 'delivered' || (isNewer && isAtOrAfter(held.requestedAt, since))) return SERVE;
    if (last?.kind === 'failed') return { kind: 'fail', error: last.error };
    if (blocked) return waitForBackOff(blocked, now);
    return { kind: 'wait_for_attempt', reason, untilOver: !isOwn(attempt, since) };
  }
  const current = store.phase(now);
  if (current === 'fresh') return SERVE;
  const hasToken = store.hasToken(now);
  if (last && last.kind !== 'superseded') {
    if (hasToken) return SERVE;
    if (last.kind === 'failed') return { kind: 'fail', error: last.error };
  }
  if (current !== 'acquiring') {
    if (!mustWait(current, held as TokenFacts, now, store.policy)) return SERVE;
  } else if (!canReplace(store.policy)) {
    return hasToken || store.needsNoToken ? SERVE : { kind: 'suspend' };
  }
  if (blocked) return hasToken ? SERVE : waitForBackOff(blocked, now);
  return {
    kind: 'wait_for_attempt',
    reason: reasonIn(current, held),
    untilOver: !isOwn(attempt, held?.rejectedByServerAt),
    ...(current === 'mandatory' && { patienceMs: mandatoryPatienceMs(held as TokenFacts, now) }),
  };
}
