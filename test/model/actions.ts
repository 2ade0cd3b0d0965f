import type { AppCall } from './records.js';
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
      if (how === 'error_40' && socket.sent[0])
        rig.refused.add(String((socket.sent[0] as { token?: string }).token));
      if (how.startsWith('error_')) rig.noteTrouble();
    }
  }
}
