import { REFUSALS } from './fairness.js';
import { type AppCall, type Ask, claimsOf, isSecondTry, type Send } from './records.js';
import type { Rig } from './rig.js';
import type { World } from './world.js';

/** Says what is wrong; undefined while the rule holds. */
type Rule = (world: World) => string | undefined;
type RigRule = (rig: Rig, world: World) => string | undefined;

const JWT = /eyJ[\w-]+\.[\w-]+/;
const FLOOR_MS = 5_000;
const LEAST_BACK_OFF_MS = 1_000;
const BREAKER_MS = 30_000;

/** What a promise may take at most, by what it waits for. */
const PATIENCE_MS: Record<AppCall['kind'], number> = {
  request: 180_000,
  // Waits for a connection for as long as one is being made.
  watch: Number.POSITIVE_INFINITY,
  join: 180_000,
  getToken: 90_000,
  refresh: 90_000,
  consumer: 120_000,
  connect: 60_000,
  disconnect: 0,
};

const forEachRig =
  (rule: RigRule): Rule =>
  (world) => {
    for (const rig of world.rigs) {
      const what = rule(rig, world);
      if (what) return what;
    }
    return undefined;
  };

function describe({ kind, method, number, outcome, sends }: AppCall): string {
  const error = outcome?.value as { name?: string; code?: string; message?: string } | undefined;
  const answers = sends.map(({ answer }) => answer ?? 'none').join(', ');
  return `${kind} ${method} #${number} (answers: ${answers || 'none'}) -> ${error?.name} ${error?.code}: ${error?.message}`;
}

/** Whether nothing has opened the door between two calls: no hand of the app, no network, no clock. */
function isSameDoor(previous: Ask, next: Ask): boolean {
  return previous.doorOpenings === next.doorOpenings && previous.jumps === next.jumps;
}

function pairs(asks: readonly Ask[]): (readonly [Ask, Ask])[] {
  return asks.slice(1).flatMap((ask, index) => {
    const previous = asks[index] as Ask;
    return previous.session === ask.session ? [[previous, ask] as const] : [];
  });
}

// ---- promises and requests

function noRejectionIsUnhandled({ rejections }: World): string | undefined {
  return rejections.length > 0 ? String(rejections[0]) : undefined;
}

function everyPromiseSettles(rig: Rig, { clock, offlineAtMs }: World): string | undefined {
  const late = rig.waiting.find(({ kind, startedAtMs }) => {
    const since = kind === 'connect' ? Math.max(startedAtMs, offlineAtMs) : startedAtMs;
    return clock.monotonicMs - since > PATIENCE_MS[kind];
  });
  return late && `still waiting: ${describe(late)}`;
}

function aCallIsSentSeldom(rig: Rig): string | undefined {
  const tooOften = rig.calls.find(({ sends, method }) => {
    const saw = (...codes: unknown[]) => (sends.some(({ answer }) => codes.includes(answer)) ? 1 : 0);
    const lost = sends.filter(({ answer }) => answer === 'lost').length;
    const replays = saw(40) + saw(41, 42) + saw(46) + saw(...REFUSALS);
    return sends.length > 1 + replays + (method === 'GET' ? Math.min(lost, 2) : 0);
  });
  return tooOften && `sent ${tooOften.sends.length} times: ${describe(tooOften)}`;
}

function everyAnswerIsItsCallersOwn(rig: Rig): string | undefined {
  const mixedUp = rig.calls.find(({ kind, number, outcome }) => {
    if (!outcome?.isOk || !['request', 'watch', 'join'].includes(kind)) return false;
    return (outcome.value as { call?: { id?: string } }).call?.id !== `c${number}`;
  });
  return mixedUp && `the answer is another call's: ${describe(mixedUp)}`;
}

function noRequestFailsUnfairly({ calls }: Rig): string | undefined {
  const wronged = calls.find(({ complaint }) => complaint !== undefined);
  return wronged && `${wronged.complaint}: ${describe(wronged)}`;
}

const CONNECT_ERRORS: readonly unknown[] = [
  ...['connect_timeout', 'handshake_rejected', 'provider_returns_expired', 'token_expired', 'unauthorized'],
  ...['wrong_user', 'session_ended', 'missing_permission', 'circuit_open'],
  // No retry heals these.
  ...['not_a_string', 'bearer_prefix', 'double_encoded', 'missing_user_id', 'invalid_user_id'],
];

function covers({ startedAtMs, outcome }: AppCall, atMs: number): boolean {
  return startedAtMs <= atMs && (outcome === undefined || outcome.atMs >= atMs);
}

/** Those who call `connect()` meanwhile share one attempt, and its time: the one who began it. */
function firstOfAttempt(call: AppCall, rig: Rig): AppCall {
  const earlier = rig.calls.find(
    (other) => other.kind === 'connect' && other.number < call.number && covers(other, call.startedAtMs),
  );
  return earlier ? firstOfAttempt(earlier, rig) : call;
}

function connectFailsForAReason(rig: Rig): string | undefined {
  for (const call of rig.calls) {
    const { kind, outcome, isAborted } = call;
    if (kind !== 'connect' || !outcome || outcome.isOk || isAborted) continue;
    const { code } = outcome.value as { code?: string };
    const shakes = rig.sends
      .filter(({ via }) => via === 'socket')
      .slice(Math.max(0, call.socketSendsBefore - 2));
    const saw = (...codes: unknown[]) => shakes.filter(({ answer }) => codes.includes(answer)).length;
    if (!CONNECT_ERRORS.includes(code)) return `connect() fails with none of its errors: ${describe(call)}`;
    // A token that a request, or an earlier connection, has seen refused is not sent again.
    const refusals = [
      ...rig.sends.map(({ answer }) => answer),
      ...rig.refusedByFrame.map(({ code }) => code),
    ];
    const isRefused = refusals.some((answer) => REFUSALS.includes(answer));
    if (code === 'handshake_rejected' && !isRefused) return `nobody refused: ${describe(call)}`;
    if (code === 'provider_returns_expired' && saw(40) < 2) return `no second 40: ${describe(call)}`;
    const first = firstOfAttempt(call, rig);
    const waitedMs = outcome.atMs - first.startedAtMs;
    const waitedByWallMs = Math.abs(outcome.atWallMs - first.startedAtWallMs);
    const isEarly = Math.max(waitedMs, waitedByWallMs) < 14_000;
    if (code === 'connect_timeout' && isEarly && rig.troubles.length === 0) {
      return `out of time too early: ${describe(call)}`;
    }
  }
  return undefined;
}

// ---- the provider's budget

function theProviderIsAskedByOneAtATime({ asks, setup }: Rig): string | undefined {
  // What one request of a Worker began is lost to the others.
  if (setup.isInWorkers) return undefined;
  const doubled = asks.find(({ othersInFlight }) => othersInFlight > 0);
  return doubled && `${doubled.othersInFlight} other calls were in flight (${doubled.reason})`;
}

function nobodyAsksForASignedOutUser({ asks }: Rig): string | undefined {
  return asks.some(({ isSessionLive }) => !isSessionLive) ? 'the provider was called' : undefined;
}

/** Modes whose failures end the asking until the app steps in, or come right in the end. */
const NO_BACK_OFF = ['unauthorized', 'wrong_user', 'late'];

function isOverlapped(ask: Ask, asks: readonly Ask[]): boolean {
  const end = ({ endedAtMs = Number.POSITIVE_INFINITY }: Ask) => endedAtMs;
  return asks.some((other) => other !== ask && other.atMs < end(ask) && end(other) > ask.atMs);
}

function aFailureClosesTheDoor({ asks, setup }: Rig): string | undefined {
  for (const [previous, next] of pairs(asks)) {
    const { answer, endedAtMs, mode, reason } = previous;
    if (answer?.kind !== 'failed' || reason === 'guest' || NO_BACK_OFF.includes(mode)) continue;
    if (endedAtMs === undefined || !isSameDoor(previous, next)) continue;
    // In a Worker calls may overlap, and one that is overdue gives way.
    const isAmongOthers = isOverlapped(previous, asks) || asks.some((ask) => isSecondTry(ask, next));
    if (setup.isInWorkers && (isAmongOthers || previous.signal?.aborted)) continue;
    const waited = next.atMs - endedAtMs;
    const least = previous.retryAfterMs ?? LEAST_BACK_OFF_MS;
    if (waited < least - 1) return `asked ${waited} ms after a failure that asks for ${least} ms`;
  }
  return undefined;
}

function theBreakerHolds(rig: Rig): string | undefined {
  let useless: Ask[] = [];
  for (const [previous, next] of pairs(rig.asks)) {
    const isUseless =
      previous.mode === 'garbage' && previous.reason !== 'guest' && previous.answer?.kind === 'token';
    if (useless[0]?.session !== previous.session) useless = [];
    const isInARow = isSameDoor(previous, next) && previous.acceptances === next.acceptances;
    useless = isUseless && isInARow ? [...useless, previous] : [];
    if (useless.length < 3) continue;
    const waited = next.atMs - (previous.endedAtMs ?? previous.atMs);
    if (waited < BREAKER_MS - 1) return `asked ${waited} ms after ${useless.length} tokens of no use`;
  }
  return undefined;
}

function theBackgroundKeepsToTheFloor({ asks }: Rig): string | undefined {
  const attempts = asks.filter((ask, index) => !isSecondTry(asks[index - 1], ask));
  for (const [previous, next] of pairs(attempts)) {
    const isBackground = next.phaseThen === 'advisory' || !next.hasCaller;
    if (next.reason !== 'expiring' || !isBackground || previous.jumps !== next.jumps) continue;
    if (next.atMs - previous.atMs < FLOOR_MS - 1) return `asked again after ${next.atMs - previous.atMs} ms`;
  }
  return undefined;
}

function everyProviderCallHasACause(rig: Rig): string | undefined {
  const { asks, calls, doorOpenings, setup } = rig;
  const refreshes = calls.filter(({ kind }) => kind === 'refresh').length;
  const manual = asks.filter(({ reason }) => reason === 'manual').length;
  // Another provider is asked for those who wait; in a Worker whoever has waited in vain asks again.
  const most = setup.isInWorkers ? asks.length : 2 * refreshes + doorOpenings;
  if (manual > most) return `${manual} manual calls for ${refreshes} refreshes`;
  const early = asks.find(({ reason, phaseThen }) => reason === 'expiring' && phaseThen === 'fresh');
  if (early) return 'a fresh token was refreshed';
  const initial = asks.find(({ reason, heldThen }) => reason === 'initial' && heldThen !== undefined);
  return initial && 'an initial token was asked for while one is held';
}

function providerCallsStayInBudget(rig: Rig, { clock }: World): string | undefined {
  const { asks, calls, sends, session, doorOpenings } = rig;
  const shakes = sends.filter(({ via }) => via === 'socket').length;
  const refusals = sends.filter(({ answer }) => answer === 40).length;
  const causes = 2 + session + calls.length + shakes + refusals + doorOpenings;
  const budget = 2 * causes + clock.monotonicMs / FLOOR_MS;
  return asks.length > budget ? `${asks.length} calls, where the rules imply at most ${budget}` : undefined;
}

/** Whether the server took none of the tokens between two calls, and nothing has opened the door. */
function isInOneRow(previous: Ask, next: Ask): boolean {
  return isSameDoor(previous, next) && previous.session === next.session;
}

/** What the server said first about the token that a call brought, with this code, in the session of the call. */
function refusalOf({ answer, session }: Ask, sends: readonly Send[], code: number): Send | undefined {
  const token = answer?.kind === 'token' ? answer.token : undefined;
  return sends
    .filter((send) => send.token === token && send.answer === code && send.session === session)
    .sort((one, other) => (one.answeredAtMs as number) - (other.answeredAtMs as number))[0];
}

/** Each run of attempts in a row, by the call that ended it, with the call that follows. */
function rowsOf(calls: readonly Ask[], length: number): (readonly [row: Ask[], next: Ask])[] {
  // A twin of the refused token counts nothing: the attempt goes on with a second call.
  const asks = calls.filter((ask, index) => !isSecondTry(ask, calls[index + 1]));
  return asks.slice(length).flatMap((next, index) => {
    const row = asks.slice(index, index + length);
    return row.every((ask, at) => isInOneRow(ask, row[at + 1] ?? next)) ? [[row, next] as const] : [];
  });
}

/** When the attempt began that a call belongs to: what the server says meanwhile does not end it. */
function beganAtMs(asks: readonly Ask[], ask: Ask): number {
  const previous = asks[asks.indexOf(ask) - 1];
  return previous && isSecondTry(previous, ask) ? previous.atMs : ask.atMs;
}

function forgedTokensOpenTheBreaker({ asks, sends }: Rig): string | undefined {
  for (const [row, next] of rowsOf(asks, 3)) {
    if (row[0]?.acceptances !== next.acceptances) continue;
    const refusals = row.map((ask) => refusalOf(ask, sends, 43));
    const isKnown = refusals.every((refusal, at) => {
      const after = row[at + 1] ?? next;
      return refusal !== undefined && (refusal.answeredAtMs as number) < beganAtMs(asks, after);
    });
    if (!isKnown) continue;
    const waited = next.atMs - (refusals[2]?.answeredAtMs as number);
    if (waited < BREAKER_MS - 1) return `asked ${waited} ms after the third token refused with 43`;
  }
  return undefined;
}

const EARLY_MS = 9_000;

/** Each answer is a token that the server refuses with 40 within seconds: no call of the provider per request. */
function earlyRefusalsSlowDown({ asks, sends }: Rig): string | undefined {
  for (const [row, next] of rowsOf(asks, 3)) {
    const refusals = row.map((ask) => refusalOf(ask, sends, 40));
    const areEarly = refusals.every((refusal, at) => {
      const [ask, after] = [row[at] as Ask, row[at + 1] ?? next];
      const { exp } = claimsOf(refusal?.token) as { exp?: number };
      const answeredAtMs = refusal?.answeredAtMs ?? Number.POSITIVE_INFINITY;
      const isFarAhead = exp === undefined || exp * 1000 > next.atWallMs + 3_000_000;
      const isEarly = answeredAtMs - (ask.endedAtMs as number) < EARLY_MS;
      return isFarAhead && isEarly && answeredAtMs < beganAtMs(asks, after) && ask.reason !== 'guest';
    });
    if (!areEarly) continue;
    const waited = next.atMs - (refusals[2]?.answeredAtMs as number);
    if (waited < LEAST_BACK_OFF_MS - 1) return `asked ${waited} ms after the third early refusal`;
  }
  return undefined;
}

/** Every attempt in a Worker is started for a caller who waits for it. */
function aWorkerAsksForItsCallers({ asks, setup }: Rig): string | undefined {
  if (!setup.isInWorkers) return undefined;
  // A caller who aborts leaves the attempt alone, its second call included.
  const stray = asks.find(
    (ask) => !ask.hasCaller && ask.reason !== 'guest' && !asks.some((previous) => isSecondTry(previous, ask)),
  );
  return stray && `nobody waits for a token, and it is asked for (${stray.reason})`;
}

function theFormerProviderIsLeftAlone({ asks }: Rig): string | undefined {
  return asks.some((ask) => !ask.isOfPresentProvider) ? 'it was asked after another was set' : undefined;
}

/** By a client that can have another one. Handed out once more, or handed in, it is another token to us. */
function aRefusedTokenIsNotUsedAgain({ sends, asks, calls, setup, suppliedAtMs }: Rig): string | undefined {
  if (setup.kind === 'guest') return undefined;
  const refusals = sends.filter(({ answer, canRenew }) => canRenew && (answer === 40 || answer === 43));
  for (const refusal of refusals) {
    const { token, answeredAtMs = Number.POSITIVE_INFINITY, session, via } = refusal;
    // Nobody listened any more.
    const isDropped = calls.some(
      ({ isAborted, kind, outcome, sends: own }) =>
        isAborted &&
        outcome?.atMs === answeredAtMs &&
        (via === 'socket' ? kind === 'connect' : own.includes(refusal)),
    );
    if (isDropped) continue;
    // About a token that has a successor by now; who waits after 41 or 42 sends the same once more.
    const isFormer = asks.some(
      ({ answer, atMs, endedAtMs = answeredAtMs }) =>
        answer?.kind === 'token' &&
        answer.token !== token &&
        atMs > refusal.deliveredAtMs &&
        endedAtMs < answeredAtMs,
    );
    const hasSuppliedSuccessor = [...suppliedAtMs].some(
      ([other, atMs]) => other !== token && atMs > refusal.deliveredAtMs && atMs < answeredAtMs,
    );
    if (isFormer || hasSuppliedSuccessor) continue;
    const isGivenAgain = (atMs: number) =>
      (suppliedAtMs.get(String(token)) ?? 0) >= answeredAtMs ||
      asks.some(
        ({ answer, endedAtMs = 0 }) =>
          answer?.kind === 'token' &&
          answer.token === token &&
          endedAtMs >= answeredAtMs &&
          endedAtMs <= atMs,
      );
    const again = sends.find(
      (send) =>
        send.token === token &&
        send.session === session &&
        send.atMs > answeredAtMs &&
        !isGivenAgain(send.atMs),
    );
    if (again) return `${again.via} ${again.path} carries a token that was refused with ${refusal.answer}`;
  }
  return undefined;
}

// ---- identity

function everyRequestHasItsIdentity({ sends, isAnonymous }: Rig): string | undefined {
  for (const { path, token, authType, needsToken, via } of sends) {
    const expected = isAnonymous || path === '/guest' ? 'anonymous' : 'jwt';
    if (authType !== expected) return `${via} ${path} says ${authType}`;
    if (needsToken && !token) return `${via} ${path} went out without a token`;
    if (path === '/guest' && token !== null) return 'the creation of a guest carried a token';
  }
  return undefined;
}

function noTokenLeavesItsSession({ sends }: Rig): string | undefined {
  const isForeign = ({ token, isOwnToken }: Send) => token !== null && !isOwnToken;
  const stray = sends.find((send) => isForeign(send) || (!send.isSessionLive && send.path !== '/guest'));
  return (
    stray &&
    `${stray.via} ${stray.path} ${stray.isSessionLive ? "carries another session's token" : 'after the end'}`
  );
}

function userAndTokenAreOne({ sends, client }: Rig): string | undefined {
  for (const { token, claimedUserId, clientUserId, via, path } of sends) {
    if (token === null) continue;
    const { user_id } = claimsOf(token);
    if (user_id !== (claimedUserId ?? clientUserId))
      return `${via} ${path}: ${claimedUserId ?? clientUserId} with the token of ${user_id}`;
  }
  const { token, user } = client;
  if (token === undefined || claimsOf(token).user_id === user.id) return undefined;
  return `the client is ${user.id} with the token of ${claimsOf(token).user_id}`;
}

function nothingTellsAToken({ written, client }: Rig): string | undefined {
  // What was looked at once need not be looked at again.
  const seen = written.splice(0);
  seen.push(JSON.stringify(client.auth.state), JSON.stringify(client.auth.explain()), String(client));
  const leak = seen.find((text) => JWT.test(text));
  return leak && `a token shows in ${leak.replace(JWT, '<token>').slice(0, 120)}`;
}

// ---- states

function nothingWasSeenToBeWrong({ complaints }: Rig): string | undefined {
  return complaints[0];
}

function theLastStateHeardIsTrue({ statesHeard, client }: Rig): string | undefined {
  const wrong = statesHeard.findIndex((state) => state !== undefined && state !== client.connectionState);
  return wrong < 0
    ? undefined
    : `listener ${wrong} was told ${statesHeard[wrong]}, it is ${client.connectionState}`;
}

function aJoinedCallIsJoined({ calls, client, over, session, setup }: Rig): string | undefined {
  for (const call of calls) {
    if (call.kind !== 'join') continue;
    const { joined, watched } = client.call('default', `c${call.number}`).state;
    if (over.has(call.number) && joined) return `c${call.number} is over, and joined`;
    if (call.session !== session && watched) return `c${call.number} is watched after the end of its session`;
    // A guest may become another, and a call token may die.
    const mayLose = setup.kind === 'guest' || setup.kind.startsWith('anonymous');
    if (call.outcome?.isOk && !over.has(call.number) && !mayLose && !joined) {
      return `c${call.number} was joined, and is no more`;
    }
  }
  return undefined;
}

function theStateKnowsTheSession({ client, isSessionLive }: Rig): string | undefined {
  const { status } = client.auth.state;
  return (status === 'signed_out') === isSessionLive ? `the state is ${status}` : undefined;
}

const LONGEST_WATCH_MS = 10_000;
const WATCHING: readonly string[] = ['watch', 'join'];

function connectedMeansALiveSocket(rig: Rig, { clock }: World): string | undefined {
  const { client, liveSockets } = rig;
  if (liveSockets.length > 1) return `${liveSockets.length} live sockets`;
  const isConnected = client.connectionState === 'connected';
  // It counts only once the calls are watched that are to be, or after the time for that.
  const isToWatch = rig.calls.some(({ kind, session }) => WATCHING.includes(kind) && session === rig.session);
  const admittedMs = clock.monotonicMs - (liveSockets[0]?.admittedAtMs ?? 0);
  const isWatchingAgain = isToWatch && admittedMs <= LONGEST_WATCH_MS;
  if (!isConnected && isWatchingAgain) return undefined;
  if (isConnected !== (liveSockets.length === 1)) {
    return `the state is ${client.connectionState} with ${liveSockets.length} live sockets`;
  }
  return isConnected && client.connectionId !== liveSockets[0]?.connectionId
    ? 'another connection id'
    : undefined;
}

function connectingIsForSomebody(rig: Rig): string | undefined {
  const isAsked = rig.waiting.some(({ kind }) => kind === 'connect');
  return rig.client.connectionState === 'connecting' && !isAsked
    ? 'nobody waits for the connection'
    : undefined;
}

function nothingIsLeftAfterTheEnd({ rigs, clock, page }: World): string | undefined {
  const open = rigs.find(
    ({ isSessionLive, sockets }) => !isSessionLive && sockets.some((socket) => socket.readyState !== 3),
  );
  if (open) return 'a socket is open';
  const waiting = rigs.find((rig) => !rig.isSessionLive && rig.waiting.length > 0)?.waiting[0];
  if (waiting) return `somebody still waits: ${describe(waiting)}`;
  if (rigs.some(({ isSessionLive }) => isSessionLive)) return undefined;
  if (clock.clientTimers > 0) return `${clock.clientTimers} timers`;
  return page.listenerCount > 0 ? `${page.listenerCount} listeners on the page` : undefined;
}

const RIG_RULES: readonly RigRule[] = [
  everyPromiseSettles,
  aCallIsSentSeldom,
  everyAnswerIsItsCallersOwn,
  noRequestFailsUnfairly,
  connectFailsForAReason,
  theProviderIsAskedByOneAtATime,
  nobodyAsksForASignedOutUser,
  aFailureClosesTheDoor,
  theBreakerHolds,
  theBackgroundKeepsToTheFloor,
  everyProviderCallHasACause,
  providerCallsStayInBudget,
  everyRequestHasItsIdentity,
  noTokenLeavesItsSession,
  userAndTokenAreOne,
  nothingTellsAToken,
  theStateKnowsTheSession,
  connectedMeansALiveSocket,
  connectingIsForSomebody,
  forgedTokensOpenTheBreaker,
  earlyRefusalsSlowDown,
  aWorkerAsksForItsCallers,
  theFormerProviderIsLeftAlone,
  aRefusedTokenIsNotUsedAgain,
  nothingWasSeenToBeWrong,
  theLastStateHeardIsTrue,
  aJoinedCallIsJoined,
];

const RULES: readonly (readonly [name: string, rule: Rule])[] = [
  ...[noRejectionIsUnhandled, nothingIsLeftAfterTheEnd].map((rule) => [rule.name, rule] as const),
  ...RIG_RULES.map((rule) => [rule.name, forEachRig(rule)] as const),
];

/** The first rule that is broken, by its name. */
export function brokenRule(world: World): { rule: string; what: string } | undefined {
  for (const [rule, check] of RULES) {
    const what = check(world);
    if (what) return { rule, what };
  }
  return undefined;
}
