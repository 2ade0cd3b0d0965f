import { after, isAtOrAfter, type Moment, millisecondsUntil } from '../environment/clock.js';
import { type Now, type Phase, remainingMs, windowsOf } from '../token/phase.js';
import type { TokenFacts } from '../token/token-facts.js';
import type { Blocked } from './provider-back-off.js';
import type { Outcome, RefreshAttempt } from './refresh-attempt.js';
import { blockedError } from './refresh-errors.js';
import { canReplace, isIdentityInUse, mayRenewIn, mustWait } from './refresh-policy.js';
import type { TokenReason } from './token-provider.js';
import type { TokenStore } from './token-store.js';

/** A caller waits for back-off and breaker no longer than this. */
export const BACK_OFF_PATIENCE_MS = 2_500;

/** Where I/O ends with the request that began it: how long a caller waits for whose attempt. */
const TIED_OWN_MS = 2_500;
export const TIED_JOIN_MS = 2_000;
const TIED_JOINS = 2;

/** What a caller needs: a token that may be sent, or one that was asked for at or after a moment. */
export type Need =
  | { readonly kind: 'usable'; readonly mayCutOff?: undefined }
  | {
      readonly kind: 'newer';
      readonly since: Moment;
      /** The generation that was held when the caller came. */
      readonly than: number;
      readonly reason: TokenReason;
      /** Whether a guest may become another although a joined call or a consumer relies on it. */
      readonly mayCutOff?: boolean | undefined;
    };

/** What a caller's wait for an attempt came to. */
export type WaitResult = Outcome | { readonly kind: 'out_of_patience' };

/** What a caller remembers from one step to the next. */
export interface CallerMemory {
  /** What the wait came to that has just ended, if that was for an attempt that answers the need. */
  readonly last?: WaitResult | undefined;
  /** The attempt that this caller started. */
  readonly own?: RefreshAttempt | undefined;
  /** The attempt of another caller that this one waits for, and since when. */
  readonly joined?: { readonly attempt: RefreshAttempt; readonly at: Moment } | undefined;
  /** How many attempts of others it has waited for in vain. */
  readonly joinsInVain: number;
}

/** What a caller does next. */
export type CallerStep =
  | { readonly kind: 'serve' }
  | { readonly kind: 'fail'; readonly error: unknown }
  /** Only the app can bring another token. */
  | { readonly kind: 'give_up' }
  | { readonly kind: 'wait_for_back_off'; readonly delayMs: number }
  | ({ readonly kind: 'start_attempt'; readonly reason: TokenReason } & Limit)
  | ({
      readonly kind: 'wait_for_attempt';
      readonly attempt: RefreshAttempt;
      /** Whether the attempt does not answer the need: the caller waits for its end and looks again. */
      readonly untilOver: boolean;
    } & Limit);

interface Limit {
  /** Undefined for as long as the attempt takes. */
  readonly limitMs?: number | undefined;
  /** After the limit: the living token is served, or the wait counts as one in vain. */
  readonly afterLimit?: 'serve' | 'move_on';
}

interface Circumstances {
  readonly need: Need;
  readonly memory: CallerMemory;
  /** Milliseconds until an attempt may start that nobody waits for. */
  readonly floorMs: number;
  readonly now: Now;
}

const SERVE = { kind: 'serve' } as const;

function waitForBackOff(blocked: Blocked, now: Moment): CallerStep {
  const delayMs = millisecondsUntil(blocked.until, now);
  return delayMs > BACK_OFF_PATIENCE_MS
    ? { kind: 'fail', error: blockedError(blocked) }
    : { kind: 'wait_for_back_off', delayMs };
}

/** A caller in the mandatory window is served the living token once half of the window is left. */
function mandatoryPatienceMs(held: TokenFacts, now: Now): number {
  return Math.max(0, remainingMs(held, now) - windowsOf(held, now).mandatoryMs / 2);
}

function reasonIn(current: Phase, held: TokenFacts | undefined): TokenReason {
  if (current !== 'acquiring') return 'expiring';
  return held ? 'rejected' : 'initial';
}

/** Waits for the attempt that runs, where it may still be waited for; else starts one. */
function waitOrStart(
  { attempt: current, environment }: TokenStore,
  { memory, now }: Circumstances,
  {
    reason,
    since,
    limitMs,
  }: { reason: TokenReason; since: Moment | undefined; limitMs?: number | undefined },
): CallerStep {
  const limit: Limit = limitMs === undefined ? {} : { limitMs, afterLimit: 'serve' };
  const start = { kind: 'start_attempt', reason, ...limit } as const;
  // Where attempts overlap, a caller whose own one runs starts no other.
  const attempt = current && memory.own?.outcome === undefined ? (memory.own ?? current) : current;
  if (!attempt) return start;
  const isEarlier = since !== undefined && !isAtOrAfter(attempt.startedAt, since);
  const wait = { kind: 'wait_for_attempt', attempt, untilOver: attempt.isDropped || isEarlier } as const;
  if (attempt === memory.own || !environment.tiesIoToRequests()) return { ...wait, ...limit };
  // Another request began it, and may have taken it along.
  const joinedAt = memory.joined?.attempt === attempt ? memory.joined.at : now;
  const leftMs = millisecondsUntil(after(joinedAt, TIED_JOIN_MS), now);
  if (memory.joinsInVain >= TIED_JOINS || leftMs === 0) return start;
  return limitMs !== undefined && limitMs <= leftMs
    ? { ...wait, ...limit }
    : { ...wait, limitMs: leftMs, afterLimit: 'move_on' };
}

/** Decides what a caller does next; changes nothing. */
export function callerStep(store: TokenStore, circumstances: Circumstances): CallerStep {
  const { need, memory, now } = circumstances;
  const { last } = memory;
  const { attempt, held } = store;
  const blocked = attempt ? undefined : store.blockedAt(now);
  if (need.kind === 'newer') {
    const { since, than, reason } = need;
    const isNewer = held !== undefined && held.generation > than && !held.rejectedByServerAt;
    if (last?.kind === 'delivered' || (isNewer && isAtOrAfter(held.requestedAt, since))) return SERVE;
    if (last?.kind === 'failed') return { kind: 'fail', error: last.error };
    // Asked again after each wait: a call may have been joined meanwhile.
    if (!mayReplaceFor(need, store)) return { kind: 'give_up' };
    if (blocked) return waitForBackOff(blocked, now);
    return waitOrStart(store, circumstances, { reason, since });
  }
  const current = store.phase(now);
  if (current === 'fresh') return SERVE;
  const hasToken = store.hasToken(now);
  if (last && last.kind !== 'superseded') {
    if (hasToken) return SERVE;
    if (last.kind === 'failed') return { kind: 'fail', error: last.error };
  }
  if (current === 'advisory') return advisoryStep(store, circumstances);
  if (current !== 'acquiring') {
    if (!mustWait(current, held as TokenFacts, now, store.policy)) return SERVE;
  } else if (!canReplace(store.policy)) {
    return hasToken || store.needsNoToken ? SERVE : { kind: 'give_up' };
  }
  if (blocked) return hasToken ? SERVE : waitForBackOff(blocked, now);
  return waitOrStart(store, circumstances, {
    reason: reasonIn(current, held),
    since: held?.rejectedByServerAt,
    limitMs: current === 'mandatory' ? mandatoryPatienceMs(held as TokenFacts, now) : undefined,
  });
}

function mayReplaceFor(
  { reason, mayCutOff }: Need & { kind: 'newer' },
  { policy }: TokenStore,
): boolean | undefined {
  if (policy.source.kind !== 'guest') return true;
  return reason === 'manual' ? mayCutOff || !isIdentityInUse(policy) : canReplace(policy);
}

/** Served at once, but where no attempt may run in the background: there the first caller waits for its own. */
function advisoryStep(store: TokenStore, { memory, floorMs, now }: Circumstances): CallerStep {
  const { attempt, environment, isOnline, policy } = store;
  if (!environment.tiesIoToRequests()) return SERVE;
  if (attempt) {
    if (attempt !== memory.own) return SERVE;
    const limitMs = millisecondsUntil(after(attempt.startedAt, TIED_OWN_MS), now);
    return { kind: 'wait_for_attempt', attempt, untilOver: false, limitMs, afterLimit: 'serve' };
  }
  const isDue = isOnline && floorMs === 0 && !store.blockedAt(now) && mayRenewIn('advisory', policy);
  return isDue
    ? { kind: 'start_attempt', reason: 'expiring', limitMs: TIED_OWN_MS, afterLimit: 'serve' }
    : SERVE;
}
