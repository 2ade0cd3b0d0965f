import type { BlockedBy } from '../../refresh/provider-back-off.js';
import type { SuspensionReason } from '../../refresh/token-events.js';
import type { TokenPhase } from '../../token/phase.js';
import type { Windows } from '../../token/refresh-windows.js';
import type { AuthState } from '../auth-state.js';
import type { Facts } from './facts.js';

/** What the token's life does next, when and why, in words for a ticket. */
export interface NextStep {
  /** In words, as is `why`. */
  readonly what: string;
  /** Epoch milliseconds; absent where it is up to a caller, the server or the app. */
  readonly at?: number;
  /** How `at` is meant. */
  readonly timing?: 'at' | 'not before' | 'no later than';
  /** The reason, in words. */
  readonly why: string;
}

type WithPhase = AuthState & { readonly phase: TokenPhase };

const BLOCKED_BY: Readonly<Record<BlockedBy, string>> = {
  network: 'the last attempt to get one failed for the network, and the next one backs off',
  provider: 'the last attempt to get one failed, and the next one backs off',
  retry_after: 'the token provider asked to wait',
  refusal: 'the server refused the last token, and the next attempt backs off (circuit_open)',
  early_refusal:
    'the server refused the last tokens soon after they came, and the next attempt backs off (circuit_open)',
  breaker: 'the last tokens were all of no use, and the provider is spared for a while (circuit_open)',
};

const SUSPENDED_FOR: Readonly<Record<SuspensionReason, string>> = {
  unauthorized: 'the token provider said that the user is signed out (UnauthorizedError)',
  wrong_user: 'the token provider gave a token for another user',
  token_expired: 'the server refused the token, and there is no token provider to bring another',
  guest_expired:
    "the guest's token has ended, and is not renewed while a call is joined, under an official client, or with guestExpiry 'suspend'",
  guest_refused: 'the server refused the guest, who may be banned',
};

const NO_DEMAND =
  'nobody has used the token since it came, and no joined call or open socket on a visible page needs it';

function acquiring(facts: Facts): NextStep {
  const { source, state, isRefused, blocked, attemptEndsAt } = facts;
  const why = isRefused ? 'the server refused the token' : 'there is no token yet';
  if (source === 'none') {
    return state.status === 'active'
      ? { what: 'requests go out without a token', why: 'the user is anonymous and has no call token' }
      : { what: 'requests fail until auth.setToken()', why: `${why}, and there is no token provider` };
  }
  const what =
    source === 'guest' ? 'the next request makes a new guest' : 'the next request asks for a token';
  if (state.refreshing) {
    return {
      what: 'requests wait for the running attempt, which ends',
      at: attemptEndsAt as number,
      timing: 'no later than',
      why,
    };
  }
  return blocked
    ? { what, at: blocked.until.wallMs, timing: 'not before', why: `${why}; ${BLOCKED_BY[blocked.by]}` }
    : { what, why };
}

/** Nothing is done about this token before it has ended or the server refuses it. */
function leftAlone({ source, refresh, remainingMs, now, canReplace }: Facts): NextStep | undefined {
  const inUse = 'the token stays in use until the server refuses it';
  if (remainingMs === Number.POSITIVE_INFINITY) return { what: inUse, why: 'it has no usable expiry' };
  const hasEnded = (remainingMs as number) <= 0;
  const end = { at: Math.round(now.wallMs + (remainingMs as number)), timing: 'at' } as const;
  if (source === 'none') {
    const why = 'there is no token provider to renew it';
    return hasEnded ? { what: inUse, why } : { what: `${inUse}; by the clock it ends`, ...end, why };
  }
  if (source === 'guest') {
    if (!hasEnded)
      return { what: 'the guest keeps its token until it ends', ...end, why: 'a renewal makes a new guest' };
    return canReplace
      ? { what: 'the next request makes a new guest', why: "the guest's token has ended" }
      : { what: `${inUse}, which then suspends the client`, why: 'this guest is not renewed' };
  }
  return refresh === 'on-demand' ? { what: inUse, why: "refresh is 'on-demand'" } : undefined;
}

const OFFLINE = 'the runtime says that it is offline, and nothing is done ahead of time until it is back';

const TIED_IO = 'this runtime ends what no request waits for, so nothing is done ahead of time';

const ON_REQUEST = {
  fresh: 'is served',
  advisory: 'is served this token, and has it renewed',
  mandatory: 'waits for a new token, while this one lives',
  expired: 'waits for a new token, and is sent with the old one if none comes',
} as const;

function renewal(facts: Facts, { phase, refreshing }: WithPhase): NextStep {
  const { now, windows, remainingMs, blocked, floorMs, isOnline, attemptEndsAt, isOnRequestOnly } = facts;
  const hasDemand = facts.hasDemand && !isOnRequestOnly;
  const noDemand = isOnRequestOnly ? TIED_IO : NO_DEMAND;
  const inPhase = `the token is in its ${phase} phase`;
  const opensAt = Math.round(now.wallMs + (remainingMs as number) - (windows as Windows).advisoryMs);
  if (refreshing) {
    const served =
      phase === 'fresh' || phase === 'advisory' ? 'requests are served meanwhile' : 'requests wait';
    return {
      what: `the running attempt brings a new token or fails (${served})`,
      at: attemptEndsAt as number,
      timing: 'no later than',
      why: phase === 'fresh' ? 'a refresh was asked for' : inPhase,
    };
  }
  const held = Math.max(blocked?.until.wallMs ?? 0, now.wallMs + floorMs);
  if (phase === 'fresh') {
    const at = Math.round(Math.max(opensAt, held));
    if (!hasDemand)
      return { what: 'the next request has the token renewed', at, timing: 'not before', why: noDemand };
    return isOnline
      ? { what: 'the token is renewed', at, timing: 'at', why: 'its advisory window opens then' }
      : { what: 'the token is renewed', at, timing: 'not before', why: OFFLINE };
  }
  if (blocked) {
    const what = 'requests are sent with the token held, and it is renewed';
    return {
      what,
      at: Math.round(held),
      timing: hasDemand && isOnline ? 'at' : 'not before',
      why: BLOCKED_BY[blocked.by],
    };
  }
  if (!hasDemand) return { what: `the next request ${ON_REQUEST[phase]}`, why: `${inPhase}; ${noDemand}` };
  if (!isOnline) {
    return {
      what: `the token is renewed when the network is back; a request ${ON_REQUEST[phase]}`,
      why: OFFLINE,
    };
  }
  return {
    what: 'the token is renewed',
    at: Math.round(now.wallMs + floorMs),
    timing: 'at',
    why: floorMs > 0 ? `${inPhase}, and attempts that nobody waits for keep a distance` : inPhase,
  };
}

function waysOut({ canReplace }: Facts, reason: SuspensionReason): string {
  return reason === 'guest_expired' && !canReplace
    ? 'auth.refresh() or auth.setToken()'
    : 'auth.setToken(), auth.setTokenProvider(), auth.refresh() or connect()';
}

/** Derives from the facts what happens next. */
export function nextStep(facts: Facts): NextStep {
  const { state } = facts;
  switch (state.status) {
    case 'signed_out':
      return {
        what: 'requests are refused until connect(), auth.refresh() or auth.setToken() starts a session',
        why: 'disconnect() ended the last one',
      };
    case 'suspended':
      return {
        what: `requests fail at once and nobody is asked, until the app calls ${waysOut(facts, state.reason)}`,
        why: SUSPENDED_FOR[state.reason],
      };
    case 'acquiring':
      return acquiring(facts);
    case 'active':
      return facts.remainingMs === undefined
        ? acquiring(facts)
        : (leftAlone(facts) ?? renewal(facts, state as WithPhase));
  }
}
