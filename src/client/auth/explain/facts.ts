import { canReplace } from '../../refresh/refresh-policy.js';
import type { SingleFlight } from '../../refresh/single-flight.js';
import type { TokenStore } from '../../refresh/token-store.js';
import { remainingMs, windowsOf } from '../../token/phase.js';
import type { AuthState } from '../auth-state.js';

interface Parts {
  readonly store: TokenStore;
  readonly flight: SingleFlight;
  readonly state: AuthState;
}

/** Everything that `explain()` tells, without secrets. */
export function factsOf({ store, flight, state }: Parts) {
  const now = store.now();
  const { backOff, breaker, held, history, isOnline, lastError, policy, serverClock, tokens, user } = store;
  const startedAt = store.attempt?.startedAt;
  return {
    now,
    state,
    user,
    remediation: lastError?.remediation,
    attemptEndsAt: startedAt && startedAt.wallMs + store.providerLimitMs,
    canReplace: canReplace(policy),
    source: policy.source.kind,
    refresh: policy.refresh,
    remainingMs: held ? remainingMs(held, now) : undefined,
    windows: held ? windowsOf(held, now) : undefined,
    isAccepted: held?.acceptedAt !== undefined,
    isRefused: held?.rejectedByServerAt !== undefined,
    hasKept: tokens.kept !== undefined,
    blocked: store.blockedAt(now),
    floorMs: flight.floorMs(now),
    isOnline,
    hasDemand: store.hasDemand,
    isOnRequestOnly: store.environment.tiesIoToRequests(),
    clock: { offsetMs: now.offsetMs, evidence: serverClock.evidenceAt(now) },
    counters: { ...history.counters, failuresInARow: backOff.failures, unusableInARow: breaker.unusable },
    transitions: history.transitions,
  };
}

export type Facts = ReturnType<typeof factsOf>;
