import fc from 'fast-check';
import {
  abandonLater,
  abortLater,
  CLOSINGS,
  connect,
  disconnectAt,
  drop,
  endCall,
  failAt,
  HANDED_IN,
  HEARD,
  handIn,
  join,
  leaveAll,
  refresh,
  refuseAsConsumer,
  send,
  setProvider,
} from './actions.js';
import type { ServerMood } from './coordinator.js';
import { ISSUER_MODES, type IssuerMode } from './issuer.js';
import { type ModelCommand, Step } from './step.js';
import type { Tally } from './tally.js';
import type { World } from './world.js';

const MOODS: readonly ServerMood[] = [
  ...(['well', 'rate_limited', 'broken', 'slow', 'unreachable', 'crowded'] as const),
  'takes_each_token_once',
];
const HAS_DISCONNECTED = 'a listener has disconnected';
const LIVES = [1, 12, 45, 90, 600, 3_600, 864_000];
const SKEWS = [0, 0, 2_000, -2_000, 40_000, -40_000, 900_000, -900_000];
const JUMPS = [3_000, -3_000, 60_000, -60_000, 3_600_000, -3_600_000];
const PAUSES = [0, 0, 20, 200, 1_500, 6_000];

/** Everything that a sequence may hold; each has to be executed at least once in a whole run. */
export const COMMAND_NAMES: readonly string[] = [
  ...['request', 'post', 'watch', 'request_aborted', 'request_twice', 'get_token', 'consume'],
  ...['refresh', 'refresh_aborted', 'set_token_provider', 'connect', 'connect_aborted', 'connect_twice'],
  ...['disconnect', 'reconnect', 'switch_user', 'join', 'leave'],
  ...['clock_jump', 'sleep', 'offline', 'online', 'hide', 'show', 'time'],
  ...['revoke', 'skew', 'token_life', 'rotate_secret', 'wrong_secret', 'repair_secret'],
  ...['consumer_refuses', 'request_abandoned', 'set_token_provider_midway', 'pagehide', 'pageshow'],
  ...['disconnect_at', HAS_DISCONNECTED, 'fail_at', 'end_call', 'join_and_leave', 'false_frame'],
  ...HANDED_IN.map((what) => `set_token:${what}`),
  ...CLOSINGS.map((how) => `drop:${how}`),
  ...ISSUER_MODES.map((mode) => `provider:${mode}`),
  ...MOODS.map((mood) => `server:${mood}`),
];

/** All commands, each with its chances. */
export function commandsFor(tally: Tally): fc.Arbitrary<ModelCommand>[] {
  const pauses = fc.constantFrom(...PAUSES);
  const plain = (name: string, act: (world: World) => void | Promise<void>) =>
    pauses.map((thenMs): ModelCommand => new Step(name, { details: '', thenMs, tally, act }));
  const withOne = <T>(
    name: string | ((value: T) => string),
    values: fc.Arbitrary<T>,
    act: (world: World, value: T) => void | Promise<void>,
  ) =>
    fc.tuple(values, pauses).map(([value, thenMs]): ModelCommand => {
      const details = String(value);
      const full = typeof name === 'string' ? name : name(value);
      return new Step(full, { details, thenMs, tally, act: (world) => act(world, value) });
    });
  const patience = fc.constantFrom(0, 10, 60, 700, 5_000);
  const lengths = fc.constantFrom(500, 3_000, 12_000, 31_000, 90_000, 900_000);
  const modes = fc.oneof(
    { weight: 1, arbitrary: fc.constant<IssuerMode>('ok') },
    { weight: 2, arbitrary: fc.constantFrom(...ISSUER_MODES) },
  );
  const moods = fc.oneof(
    { weight: 1, arbitrary: fc.constant<ServerMood>('well') },
    { weight: 2, arbitrary: fc.constantFrom(...MOODS) },
  );
  const request = plain('request', ({ rig }) => void send(rig, 'GET'));
  const time = withOne('time', lengths, (world, milliseconds) => world.pass(milliseconds));
  const connecting = plain('connect', ({ rig }) => void connect(rig));
  const provider = withOne<IssuerMode>(
    (mode) => `provider:${mode}`,
    modes,
    ({ rig }, mode) => {
      rig.issuer.mode = mode;
    },
  );
  return [
    request,
    request,
    time,
    time,
    connecting,
    provider,
    provider,
    plain('post', ({ rig }) => void send(rig, 'POST')),
    plain('watch', ({ rig }) => {
      rig.track('watch', (call) => rig.client.call('default', `c${call.number}`).get({ watch: true }));
    }),
    withOne('request_aborted', patience, (world, afterMs) =>
      abortLater(world, (signal) => send(world.rig, 'GET', signal), afterMs),
    ),
    plain('request_twice', ({ rig }) => {
      send(rig, 'GET');
      send(rig, 'POST');
    }),
    plain('get_token', ({ rig }) => void rig.track('getToken', () => rig.client.auth.getToken())),
    plain(
      'consume',
      ({ rig }) => void rig.track('consumer', () => rig.client.auth.tokenProviderFor('video')()),
    ),
    plain('refresh', ({ rig }) => void refresh(rig)),
    withOne('refresh_aborted', patience, (world, afterMs) =>
      abortLater(world, (signal) => refresh(world.rig, signal), afterMs),
    ),
    withOne(
      (what) => `set_token:${what}`,
      fc.constantFrom(...HANDED_IN),
      ({ rig }, what) => handIn(rig, what),
    ),
    plain('set_token_provider', ({ rig }) => setProvider(rig)),
    withOne('connect_aborted', patience, (world, afterMs) =>
      abortLater(world, (signal) => connect(world.rig, signal), afterMs),
    ),
    plain('connect_twice', ({ rig }) => {
      connect(rig);
      connect(rig);
    }),
    plain('disconnect', ({ rig }) => void rig.disconnect()),
    plain('reconnect', ({ rig }) => {
      rig.disconnect();
      connect(rig);
    }),
    plain('switch_user', async (world) => {
      world.rig.disconnect();
      if (world.setup.rig.kind === 'guest' && !world.coordinator.isReachable) return;
      const mood = world.coordinator.mood;
      world.coordinator.mood = 'well';
      await world.addRig();
      world.coordinator.mood = mood;
    }),
    plain('join', ({ rig }) => void join(rig)),
    plain('leave', ({ rig }) => leaveAll(rig)),
    withOne('join_and_leave', patience, (world, afterMs) => {
      const { rig } = world;
      join(rig);
      world.clock.later(afterMs, () => leaveAll(rig));
    }),
    plain('end_call', endCall),
    plain('false_frame', ({ rig }) => {
      for (const type of ['auth.suspended', 'token.refreshed', 'connection.changed'])
        for (const socket of rig.liveSockets) socket.deliver({ type, posed: true, state: 'disconnected' });
    }),
    plain('rotate_secret', ({ coordinator }) => coordinator.rotateSecret()),
    plain('wrong_secret', ({ rig }) => {
      rig.issuer.isSecretWrong = true;
    }),
    plain('repair_secret', ({ rig }) => {
      rig.issuer.isSecretWrong = false;
    }),
    plain('consumer_refuses', refuseAsConsumer),
    withOne('request_abandoned', patience, (world, afterMs) => abandonLater(world, afterMs)),
    withOne('set_token_provider_midway', patience, (world, afterMs) => {
      const { rig } = world;
      refresh(rig);
      world.clock.later(afterMs, () => setProvider(rig));
    }),
    withOne('disconnect_at', fc.constantFrom(...HEARD), ({ rig }, event) =>
      disconnectAt(rig, event, () => tally.count(HAS_DISCONNECTED)),
    ),
    fc.tuple(fc.constantFrom(...HEARD), fc.boolean(), pauses).map(
      ([event, isLater, thenMs]): ModelCommand =>
        new Step('fail_at', {
          details: `${event}, ${isLater ? 'later' : 'at once'}`,
          thenMs,
          tally,
          act: ({ rig }) => failAt(rig, event, isLater),
        }),
    ),
    plain('pagehide', (world) => world.leavePage()),
    plain('pageshow', ({ page }) => {
      if (page.isAway) page.comeBack();
    }),
    withOne('clock_jump', fc.constantFrom(...JUMPS), ({ clock }, milliseconds) => clock.jump(milliseconds)),
    fc.tuple(fc.constantFrom(20_000, 400_000, 7_200_000), fc.boolean(), pauses).map(
      ([milliseconds, isNoticed, thenMs]): ModelCommand =>
        new Step('sleep', {
          details: `${milliseconds}, ${isNoticed ? 'noticed' : 'unnoticed'}`,
          thenMs,
          tally,
          act: ({ clock, page }) => {
            clock.sleep(milliseconds);
            if (isNoticed) page.show(true);
          },
        }),
    ),
    plain('offline', (world) => world.setOnline(false)),
    plain('online', (world) => world.setOnline(true)),
    plain('hide', ({ page }) => page.show(false)),
    plain('show', ({ page }) => page.show(true)),
    plain('revoke', ({ coordinator, rig }) => coordinator.revoke(rig.userId)),
    withOne('skew', fc.constantFrom(...SKEWS), ({ coordinator }, skewMs) => {
      coordinator.skewMs = skewMs;
    }),
    withOne('token_life', fc.constantFrom(...LIVES), ({ rig }, lifeSeconds) => {
      rig.issuer.lifeSeconds = lifeSeconds;
    }),
    withOne(
      (how) => `drop:${how}`,
      fc.constantFrom(...CLOSINGS),
      (world, how) => drop(world, how),
    ),
    withOne(
      (mood) => `server:${mood}`,
      moods,
      ({ coordinator }, mood) => {
        coordinator.mood = mood;
      },
    ),
  ];
}
