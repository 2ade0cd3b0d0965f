import { type AppCall, type Ask, claimsOf, isSecondTry } from './records.js';
import type { Rig } from './rig.js';
import type { World } from './world.js';

/** How a socket may end, or seem to. */
export const CLOSINGS = [
  '1000',
  '1006',
  '4001',
  'error_40',
  'error_43',
  'error_71',
  'silent',
  'noise',
] as const;
/** What the app may hand in as a token. */
export const HANDED_IN = ['fresh', 'held', 'expired', 'wrong_user', 'garbage', 'forged'] as const;

export function send(rig: Rig, method: 'GET' | 'POST', signal?: AbortSignal): AppCall {
  return rig.track(
    'request',
    (call) =>
      rig.client.request(method, `/call/default/c${call.number}${method === 'POST' ? '/event' : ''}`, {
        signal,
        ...(method === 'POST' && { body: { n: call.number } }),
      }),
    method,
  );
}

export function connect(rig: Rig, signal?: AbortSignal): AppCall {
  // Also where there is no socket to be had: an anonymous user has no other way to begin a session.
  rig.beginSession();
  return rig.track('connect', () => rig.client.connect({ signal }));
}

export function refresh(rig: Rig, signal?: AbortSignal): AppCall {
  if (rig.canRenew) rig.beginSession();
  return rig.track('refresh', () => rig.client.auth.refresh({ signal }));
}

export function setProvider(rig: Rig): void {
  if (rig.setup.kind !== 'guest') rig.doorOpenings += 1;
  rig.client.auth.setTokenProvider(rig.makeProvider());
}

export function abortLater(world: World, start: (signal: AbortSignal) => AppCall, afterMs: number): void {
  const controller = new AbortController();
  const call = start(controller.signal);
  world.clock.later(afterMs, () => {
    call.isAborted = true;
    controller.abort(new Error('the caller lost patience'));
  });
}

export function handIn(rig: Rig, what: (typeof HANDED_IN)[number]): void {
  const { issuer, client } = rig;
  const tokens: Record<typeof what, () => string> = {
    fresh: () => issuer.mint(rig.userId),
    held: () => client.token ?? issuer.mint(rig.userId),
    expired: () => issuer.mint(rig.userId, { ageSeconds: issuer.lifeSeconds + 60 }),
    wrong_user: () => issuer.mint('somebody-else'),
    garbage: () => 'garbage',
    forged: () => issuer.forge(rig.userId),
  };
  const token = tokens[what]();
  const before = client.token;
  const { isSessionLive } = rig;
  // A listener may end at once what begins here.
  rig.beginSession();
  rig.doorOpenings += 1;
  try {
    client.auth.setToken(rig.supply(token));
    if (what === 'expired' || what === 'forged') rig.noteTrouble();
  } catch (error) {
    rig.isSessionLive = isSessionLive;
    rig.doorOpenings -= 1;
    const { code } = error as { code?: string };
    if (client.token !== before) throw new Error('a refused setToken changed the token');
    const expected: readonly (string | undefined)[] =
      what === 'garbage'
        ? ['not_a_jwt']
        : what === 'wrong_user'
          ? ['wrong_user', 'not_anonymous']
          : ['same_as_rejected'];
    if (!expected.includes(code)) throw error;
  }
}

export function drop(world: World, how: (typeof CLOSINGS)[number]): void {
  const { coordinator } = world;
  for (const rig of world.rigs) {
    for (const socket of rig.liveSockets) {
      if (how === 'silent') coordinator.forget(socket);
      else if (how === 'noise') socket.receive('{"half a frame');
      else if (how.startsWith('error_')) coordinator.refuse(socket, Number(how.slice(6)));
      else {
        coordinator.forget(socket);
        socket.end(Number(how));
      }
      const { token } = (socket.sent[0] ?? {}) as { token?: string };
      const isRefused = how === 'error_40' || (how === 'error_43' && rig.canRenew);
      if (isRefused && token !== undefined) rig.refused.add(token);
      if (how.startsWith('error_')) {
        rig.refusedByFrame.push({ code: Number(how.slice(6)), token });
        rig.noteTrouble();
      }
    }
  }
}

/** The events of the client in whose listeners an app may do something. */
export const HEARD = [
  ...['token.refreshed', 'token.refresh_failed', 'auth.suspended', 'auth.resumed'],
  ...['connection.changed', 'user.changed', 'health.check'],
] as const;

/** An app that signs its user out in a listener, and another listener that would hear of things next. */
export function disconnectAt(rig: Rig, event: string, done: () => void): void {
  const { client, statesHeard } = rig;
  const stop = client.once(event, () => {
    if (!rig.isSessionLive) return;
    done();
    rig.disconnect();
  });
  rig.disarm.push(stop);
  const index = statesHeard.push(client.connectionState) - 1;
  client.on('connection.changed', ({ state }) => {
    statesHeard[index] = state;
  });
}

/** A listener with a fault, which may be one that nobody can look at. */
export function failAt(rig: Rig, event: string, isLater: boolean): void {
  const fault = rig.issuer.unreadable();
  rig.client.once(event, () => {
    if (isLater) return Promise.reject(fault);
    throw fault;
  });
}

export function join(rig: Rig): AppCall {
  return rig.track('join', ({ number }) => rig.client.call('default', `c${number}`).join(), 'POST');
}

export function leaveAll(rig: Rig): void {
  for (const { number, kind } of rig.calls) {
    if (kind !== 'join') continue;
    rig.over.add(number);
    rig.client.call('default', `c${number}`).leave();
  }
}

/** The coordinator ends the call that was joined last. */
export function endCall({ rig, coordinator }: World): void {
  const call = rig.calls.findLast(({ kind, session }) => kind === 'join' && session === rig.session);
  if (!call || rig.client.connectionState !== 'connected') return;
  rig.over.add(call.number);
  for (const socket of rig.liveSockets) coordinator.tellOfCall(socket, 'call.ended', `c${call.number}`);
}

/** Far apart enough for a repeat not to be a straggler of one burst. */
const REPEAT_MS = 7_000;

/** An official client whose own server takes no token: asks again and again, and has to cost little. */
export async function refuseAsConsumer(world: World): Promise<void> {
  const { rig } = world;
  const provide = rig.client.auth.tokenProviderFor(`consumer ${rig.calls.length}`);
  const [askedBefore, sentBefore, openings] = [rig.asks.length, rig.sends.length, rig.doorOpenings];
  const others = rig.waiting;
  for (let times = 0; times < 8 && rig.isSessionLive; times += 1) {
    rig.track('consumer', provide);
    await world.pass(REPEAT_MS);
  }
  const isDisturbed =
    rig.sends.slice(sentBefore).some(({ answer }) => answer !== 0) || rig.waiting.length > 0;
  const asks = rig.asks.slice(askedBefore);
  const isWell = asks.every(({ mode, answer }) => mode === 'ok' && answer?.kind === 'token');
  if (isDisturbed || !isWell || rig.issuer.lifeSeconds < 600 || rig.doorOpenings !== openings) return;
  // What is dead here is replaced for us, too.
  const isDead = ({ heldThen: held, atWallMs, atServerMs }: Ask) =>
    // The client may know better than its own clock.
    Number(claimsOf(held).exp) * 1000 < Math.max(atWallMs, atServerMs) + 5_000 ||
    // By a frame.
    rig.refused.has(String(held)) ||
    rig.sends.some(({ token, answer }) => token === held && answer !== 0);
  // Somebody whose request was refused waits for a token, too.
  const isForOthers = ({ atMs }: Ask) =>
    others.some(({ outcome }) => outcome === undefined || outcome.atMs > atMs);
  const costs = asks.filter(
    (ask) =>
      ask.reason === 'rejected' &&
      !isForOthers(ask) &&
      !isDead(ask) &&
      !rig.asks.some((previous) => isSecondTry(previous, ask)),
  ).length;
  if (costs > 2) rig.complaints.push(`a consumer that refuses all tokens costs ${costs} calls in 56 s`);
}

/** A caller of a Worker goes away, and everything that its request began with it. */
export function abandonLater(world: World, afterMs: number): void {
  const { rig, clock } = world;
  const call = send(rig, 'GET');
  clock.later(afterMs, () => rig.abandon(call));
}
