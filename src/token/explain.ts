import type { Environment } from '../environment/environment.js';
import { runtimeName } from '../environment/runtime.js';
import { VERSION } from '../version.js';
import type { Transition } from './history.js';
import type { TokenSession } from './session.js';
import type { AuthState } from './state.js';

/** What `auth.explain()` returns. Times are epoch milliseconds, the rest milliseconds. Holds no secret. */
export interface Explanation {
  /** For people: one fact a line. */
  readonly text: string;
  /** What happens next, when and why. */
  readonly next: { readonly what: string; readonly at?: number; readonly why: string };
  readonly state: AuthState;
  readonly windows?: { readonly advisoryMs: number; readonly mandatoryMs: number };
  readonly remainingMs?: number;
  readonly clock: { readonly offsetMs: number; readonly evidence?: string };
  readonly counters: Readonly<Record<string, number>>;
  /** The last 20. */
  readonly transitions: readonly Transition[];
  readonly version: string;
  readonly runtime: string;
  readonly userType: string;
}

type Facts = ReturnType<TokenSession['describe']>;

const iso = (epochMs: number) => new Date(epochMs).toISOString();

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

function nextWhileAcquiring(facts: Facts): Explanation['next'] {
  if (facts.source === 'none') {
    return facts.state.status === 'active'
      ? { what: 'requests go out without a token', why: 'the user is anonymous and has no call token' }
      : { what: 'nothing can bring a token', why: 'there is no token provider' };
  }
  const why = facts.isRefused ? 'the server refused the token' : 'there is no token yet';
  if (facts.state.refreshing) return { what: 'whoever needs a token waits for the running attempt', why };
  if (facts.closure) {
    const { until, by } = facts.closure;
    return {
      what: 'the next request after that time asks for a token',
      at: until.wallMs,
      why: `${why}, and the last attempts failed (${by})`,
    };
  }
  return { what: 'the next request asks for a token', why };
}

function nextWhileActive(facts: Facts): Explanation['next'] {
  const { state, now, windows, remainingMs } = facts;
  const phase = state.status === 'active' ? state.phase : undefined;
  if (remainingMs === undefined || !windows) return nextWhileAcquiring(facts);
  if (!Number.isFinite(remainingMs)) {
    return { what: 'the token stays in use until the server refuses it', why: 'it has no usable expiry' };
  }
  if (facts.source === 'none') {
    return {
      what: 'the token stays in use until the server refuses it',
      at: now.wallMs + remainingMs,
      why: 'there is no token provider to renew it',
    };
  }
  if (facts.source === 'guest') {
    return {
      what: 'the guest stays until its token has ended',
      at: now.wallMs + remainingMs,
      why: 'each renewal makes a new guest',
    };
  }
  if (facts.refresh === 'on-demand') {
    return { what: 'the token is refreshed when the server refuses it', why: "refresh is 'on-demand'" };
  }
  if (state.refreshing) return { what: 'an attempt is running', why: `the token is in its ${phase} phase` };
  if (!facts.hasDemand) {
    return {
      what: 'the next request refreshes the token if it is due by then',
      why: 'nobody needs a token at present',
    };
  }
  if (!facts.isOnline)
    return { what: 'a refresh follows when the network is back', why: 'the runtime says it is offline' };
  const untilAdvisoryMs = remainingMs - windows.advisoryMs;
  if (untilAdvisoryMs > 0) {
    return {
      what: 'the token is refreshed',
      at: Math.round(now.wallMs + untilAdvisoryMs),
      why: 'its advisory window opens then',
    };
  }
  const { closure } = facts;
  const heldBackMs = Math.max(closure ? closure.until.wallMs - now.wallMs : 0, facts.floorMs);
  return {
    what: 'the token is refreshed',
    at: Math.round(now.wallMs + heldBackMs),
    why: closure ? `the last attempts failed (${closure.by})` : `it is in its ${phase} phase`,
  };
}

function nextOf(facts: Facts): Explanation['next'] {
  const { state } = facts;
  switch (state.status) {
    case 'signed_out':
      return {
        what: 'requests are refused',
        why: 'the session has ended; connect(), auth.refresh() or auth.setToken() starts another',
      };
    case 'suspended':
      return {
        what: 'nothing, until setToken(), setTokenProvider(), refresh() or connect()',
        why: `the client is suspended (${state.reason})`,
      };
    case 'acquiring':
      return nextWhileAcquiring(facts);
    case 'active':
      return nextWhileActive(facts);
  }
}

function describe(facts: Facts, next: Explanation['next'], userType: string, runtime: string): string {
  const { state, remainingMs, windows, clock, counters } = facts;
  const phase = state.status === 'active' && state.phase ? ` (${state.phase})` : '';
  const lines = [
    `stream-video-auth ${VERSION} on ${runtime}, ${userType} user${state.userId ? ` ${state.userId}` : ''}`,
    `Now ${iso(facts.now.wallMs)}: ${state.status}${phase}${state.refreshing ? ', refreshing' : ''}.`,
    `Next: ${next.what}${next.at === undefined ? '' : ` at ${iso(next.at)}`}, because ${next.why}.`,
  ];
  if ('generation' in state && remainingMs !== undefined && windows) {
    const expiry = Number.isFinite(remainingMs) ? `${seconds(remainingMs)} left` : 'no usable expiry';
    const accepted = facts.isAccepted ? 'accepted by the server' : 'not yet accepted by the server';
    lines.push(
      `Token: generation ${state.generation}, ${expiry}, ${facts.isRefused ? 'refused by the server' : accepted}.`,
    );
    if (Number.isFinite(remainingMs)) {
      lines.push(
        `Windows: advisory ${seconds(windows.advisoryMs)}, mandatory ${seconds(windows.mandatoryMs)} before expiry.`,
      );
    }
    if (facts.hasKept) lines.push('The token accepted before it is kept until then.');
  }
  if (state.lastError) lines.push(`Last error: ${state.lastError.code}: ${state.lastError.message}`);
  lines.push(
    `Clock: server is ${seconds(clock.offsetMs)} ahead${clock.evidence ? ` by its ${clock.evidence}` : ' (no evidence)'}.`,
    `Counters: ${Object.entries(counters)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')}.`,
    ...facts.transitions.map(({ at, what }) => `  ${iso(at)} ${what}`),
  );
  return lines.join('\n');
}

/** Puts what is known about a session into words. */
export function explain(session: TokenSession, _environment: Environment): Explanation {
  const facts = session.describe();
  const next = nextOf(facts);
  const runtime = runtimeName();
  const userType = session.user.type;
  const { evidence, offsetMs } = facts.clock;
  return {
    text: describe(facts, next, userType, runtime),
    next,
    state: facts.state,
    ...(facts.windows && { windows: facts.windows }),
    ...(facts.remainingMs !== undefined && { remainingMs: facts.remainingMs }),
    clock: { offsetMs, ...(evidence && { evidence }) },
    counters: facts.counters,
    transitions: facts.transitions,
    version: VERSION,
    runtime,
    userType,
  };
}
