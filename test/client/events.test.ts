import { StreamVideo } from 'stream-video-auth';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FakeCoordinator, type FakeSocket, fakeWebSockets } from '../support/fake-coordinator.js';
import { freshToken } from '../support/tokens.js';
import { settle, useVirtualTime } from '../support/virtual.js';

let client: StreamVideo;
let socket: FakeSocket;

beforeEach(async () => {
  useVirtualTime();
  const fake = fakeWebSockets();
  client = new StreamVideo({
    apiKey: 'key',
    user: { id: 'martin' },
    token: freshToken('martin', 3600),
    WebSocket: fake.WebSocket,
    fetch: new FakeCoordinator().fetch,
    logger: 'silent',
  });
  const connecting = client.connect();
  await settle();
  socket = fake.sockets[0] as FakeSocket;
  socket.open();
  await settle();
  socket.ok();
  await connecting;
});

afterEach(async () => {
  await client.disconnect();
});

/** Listens to a name in every way that there is, and hears a frame of that name. */
function hear(name: string, frame: object = {}) {
  const [own, all, ofCall, allOfCall] = Array.from({ length: 4 }, () => vi.fn());
  const call = client.call('default', '1');
  client.on(name, own as never);
  client.on('all', all as never);
  call.on(name, ofCall as never);
  call.on('all', allOfCall as never);
  socket.receive({ type: name, call_cid: 'default:1', ...frame });
  const counts = (spies: (typeof own)[]) => spies.map((spy) => spy?.mock.calls.length);
  return { named: counts([own, ofCall]), all: counts([all, allOfCall]) };
}

// case 215
describe('a frame of the coordinator', () => {
  test.each([
    'token.refreshed',
    'token.refresh_failed',
    'token.expiring',
    'token.expired',
    'token.',
    'token.of the future',
    'token.\n',
    'auth.suspended',
    'auth.resumed',
    'auth.anything',
    'connection.changed',
    'user.changed',
    'clock.skew',
    'call.access_lost',
    'call.watch_lost',
    'call.ring_ended',
  ])('named %j like an event of the client reaches only those who listen to all', (name) => {
    const state = client.connectionState;
    expect(hear(name, { reason: 'unauthorized', state: 'disconnected', user: { id: 'x' } })).toEqual({
      named: [0, 0],
      all: [1, 1],
    });
    expect([client.connectionState, client.auth.state.status, client.user.id]).toEqual([
      state,
      'active',
      'martin',
    ]);
  });

  test.each([
    'token',
    'tokens.refreshed',
    'xtoken.refreshed',
    'auth',
    'authx.y',
    'connection.changed.x',
    'connection_changed',
    'user.updated',
    'clock.skewed',
    'call.access_lost_again',
    'call.ring',
  ])('named %j is an event like any other', (name) => {
    expect(hear(name)).toEqual({ named: [1, 1], all: [1, 1] });
  });

  test.each(['call.ring default:1', 'connection.changed default:1', ' ', 'a b'])(
    'whose name %j holds a space, which no event has, reaches only those who listen to all',
    (name) => {
      const ofCall = vi.fn();
      client.call('default', '1').on(name.split(' ')[0] as string, ofCall);
      expect(hear(name).named).toEqual([0, 0]);
      expect(ofCall).not.toHaveBeenCalled();
    },
  );

  test('named all is told once to those who listen to all', () => {
    const all = vi.fn();
    client.on('all', all);
    socket.receive({ type: 'all' });
    expect(all).toHaveBeenCalledTimes(1);
  });
});

describe('on, once and off', () => {
  test.each([undefined, null, 7, 'call.ring', {}])(
    'without a function (%j) are refused at once',
    (listener) => {
      for (const how of ['on', 'once'] as const) {
        for (const target of [client, client.call('default', '1')]) {
          expect(() => target[how]('call.ring', listener as never)).toThrow(
            expect.objectContaining({ code: 'invalid_option' }),
          );
        }
      }
      expect(() => client.off('call.ring', listener as never)).not.toThrow();
    },
  );
});
