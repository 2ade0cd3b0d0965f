import { sanitize } from '../../../shared/sanitize.js';
import { runtimeName } from '../../environment/runtime.js';
import type { Transition } from '../../refresh/history.js';
import type { BlockedBy } from '../../refresh/provider-back-off.js';
import { VERSION } from '../../version.js';
import type { AuthState } from '../auth-state.js';
import type { Facts } from './facts.js';
import { type NextStep, nextStep } from './next-step.js';

/** What `auth.explain()` returns. Times are epoch milliseconds, the rest milliseconds. Holds no secret. */
export interface Explanation {
  /** For people: one fact a line. */
  readonly text: string;
  /** What happens next, when and why. */
  readonly next: NextStep;
  /** `auth.state` of that moment. */
  readonly state: AuthState;
  /** How long before its end the token is renewed ahead of time, and from when requests wait for that. */
  readonly windows?: { readonly advisoryMs: number; readonly mandatoryMs: number };
  /** What the token has left, negative once it has ended; absent without a token. */
  readonly remainingMs?: number;
  /** Until when the token provider is not asked, and why. */
  readonly blocked?: { readonly until: number; readonly by: BlockedBy };
  /** Server time minus local time, and what that is known by. */
  readonly clock: { readonly offsetMs: number; readonly evidence?: string };
  /** How often what happened since the client was made, or in a row. */
  readonly counters: Readonly<Record<string, number>>;
  /** The last 20. */
  readonly transitions: readonly Transition[];
  /** Of this package. */
  readonly version: string;
  /** For people: nothing is decided by it. */
  readonly runtime: string;
  /** `authenticated`, `guest` or `anonymous`. */
  readonly userType: string;
}

const iso = (epochMs: number) => new Date(epochMs).toISOString();

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
] as const;

/** `59.5 min`, `12.3 s`: in the largest unit of which there are two. */
function span(milliseconds: number): string {
  const [unit, size] = UNITS.find(([, unitMs]) => milliseconds >= 2 * unitMs) ?? ['s', 1_000];
  return `${Number((milliseconds / size).toFixed(1))} ${unit}`;
}

const EVIDENCE: Readonly<Record<string, string>> = {
  frame: 'the frames of its socket',
  date: 'the Date headers of its answers',
  token: 'the tokens that the provider brings',
};

function clockLine({ offsetMs, evidence }: Facts['clock']): string {
  if (!evidence) return 'Clock: nothing is known about the server, so the local clock counts.';
  const source = `as ${EVIDENCE[evidence] ?? evidence} tell`;
  if (offsetMs === 0) return `Clock: agrees with the server's, ${source}.`;
  const direction = offsetMs > 0 ? 'behind' : 'ahead of';
  return `Clock: the local one is ${span(Math.abs(offsetMs))} ${direction} the server's, ${source}; that is allowed for.`;
}

function tokenLines(facts: Facts): string[] {
  const { now, state, remainingMs, windows, isAccepted, isRefused, hasKept } = facts;
  if (!('generation' in state) || remainingMs === undefined || !windows) return [];
  const isEndless = !Number.isFinite(remainingMs);
  const end = now.wallMs + remainingMs;
  const left = remainingMs > 0 ? `${span(remainingMs)} left` : `ended ${span(-remainingMs)} ago`;
  const accepted = isAccepted ? 'accepted by the server' : 'not yet accepted by the server';
  const lines = [
    `Token: generation ${state.generation}, ${isEndless ? 'no usable expiry' : left}, ${isRefused ? 'refused by the server' : accepted}.`,
  ];
  const isRenewedAhead = facts.source === 'provider' && facts.refresh === 'auto';
  if (isRenewedAhead && state.status === 'active' && !isEndless) {
    const [advisory, mandatory] = [windows.advisoryMs, windows.mandatoryMs].map((windowMs) =>
      iso(end - windowMs),
    );
    lines.push(
      `Windows: it is renewed ahead of time from ${advisory}, requests wait for that from ${mandatory}.`,
    );
  }
  if (hasKept) lines.push('The token that the server accepted before is kept until it accepts this one.');
  return lines;
}

function errorLines({ state, remediation }: Facts): string[] {
  if (!state.lastError) return [];
  const { code, message } = state.lastError;
  return [`Last error: ${code}: ${message}`, `What to change: ${remediation}`];
}

function describe(facts: Facts, { what, at, timing, why }: NextStep, client: string): string {
  const { now, state, clock, counters, transitions } = facts;
  const phase = state.status === 'active' && state.phase ? ` (${state.phase})` : '';
  const when = at === undefined ? '' : ` ${timing} ${iso(at)}`;
  const counts = Object.entries(counters).map(([name, count]) => `${name} ${count}`);
  return [
    client,
    `Now ${iso(now.wallMs)}: ${state.status}${phase}${state.refreshing ? ', refreshing' : ''}.`,
    `Next: ${what}${when}, because ${why}.`,
    ...tokenLines(facts),
    ...errorLines(facts),
    clockLine(clock),
    `Counters: ${counts.join(', ')}.`,
    ...transitions.map((transition) => `  ${iso(transition.at)} ${transition.what}`),
  ].join('\n');
}

/** Puts what is known about a session into words. */
export function explain(facts: Facts): Explanation {
  const next = nextStep(facts);
  const runtime = runtimeName();
  const { id, type: userType } = facts.user;
  const { evidence, offsetMs } = facts.clock;
  const { blocked } = facts;
  return {
    text: describe(
      facts,
      next,
      `stream-video-auth ${VERSION} on ${runtime}, ${userType} user ${sanitize(id)}`,
    ),
    next,
    state: facts.state,
    ...(facts.windows && { windows: facts.windows }),
    ...(facts.remainingMs !== undefined && { remainingMs: facts.remainingMs }),
    ...(blocked && { blocked: { until: blocked.until.wallMs, by: blocked.by } }),
    clock: { offsetMs, ...(evidence && { evidence }) },
    counters: facts.counters,
    transitions: facts.transitions,
    version: VERSION,
    runtime,
    userType,
  };
}
