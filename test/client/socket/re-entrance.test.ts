import { StreamVideo } from 'stream-video-auth';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { answer, FakeCoordinator, type FakeSocket, fakeWebSockets } from '../../support/fake-coordinator.js';
import { freshToken } from '../../support/tokens.js';
import { advance, settle, useVirtualTime } from '../../support/virtual.js';
import { type Watched, watch } from '../../support/watch.js';

// case 211. A listener of any kind, at any moment of a connection's life, ends the session or starts the next one.

const TWO_MINUTES_MS = 120_000;

let client: StreamVideo;
let sockets: FakeSocket[];
let coordinator: FakeCoordinator;
/** What a second listener, added after the one that acts, was told. */
let heard: string[];
let connecting: Watched<unknown>;

const socket = () => sockets[sockets.length - 1] as FakeSocket;

/** The server's clock is two minutes ahead, so that its first frame tells of a skew. */
function receiveOk(connectionId = 'connection-1'): void {
  const created_at = new Date(Date.now() + TWO_MINUTES_MS).toISOString();
  socket().receive({
    type: 'connection.ok',
    connection_id: connectionId,
    created_at,
    me: { id: 'martin' },
  });
}

/** The moments of a connection's life, each with what the world does for it to come. */
const MOMENTS: readonly (readonly [name: string, how: () => unknown])[] = [
  ['connect', () => (connecting = watch(client.connect()))],
  ['open', () => socket().open()],
  ['welcome', () => receiveOk()],
  ['event', () => socket().receive({ type: 'call.ring', call_cid: 'default:1' })],
  ['health check', () => socket().receive({ type: 'health.check' })],
  ['40', () => socket().refuse(40)],
  ['open again', () => socket().open()],
  ['welcome again', () => receiveOk('connection-2')],
  ['loss', () => socket().end(1006)],
  ['back-off', () => advance(250)],
  ['open once more', () => socket().open()],
  ['final refusal', () => socket().refuse(2)],
];

async function live(): Promise<void> {
  for (const [, how] of MOMENTS) {
    await how();
    await settle();
  }
}

/** All that listens, by a name for each way. */
type Listen = (listener: () => void) => () => void;

const WAYS: readonly (readonly [name: string, listen: () => Listen])[] = [
  ...(
    [
      'connection.changed',
      'token.refreshed',
      'clock.skew',
      'connection.ok',
      'health.check',
      'call.ring',
      'all',
    ] as const
  ).map((name) => [`on ${name}`, () => (listener: () => void) => client.on(name, listener)] as const),
  ['on call.ring of a call', () => (listener) => client.call('default', '1').on('call.ring', listener)],
  ['auth.subscribe', () => (listener) => client.auth.subscribe(listener)],
];

function make(options: object = {}): void {
  const fake = fakeWebSockets();
  sockets = fake.sockets;
  coordinator = new FakeCoordinator();
  coordinator.respond = () => answer();
  client = new StreamVideo({
    apiKey: 'key',
    user: { id: 'martin' },
    token: freshToken('martin', 3600),
    tokenProvider: async () => freshToken('martin', 3600),
    WebSocket: fake.WebSocket,
    fetch: coordinator.fetch,
    logger: 'silent',
    ...options,
  });
}

function listenAfterwards(): void {
  heard = [];
  client.on('connection.changed', ({ state }) => heard.push(state));
  for (const name of ['token.refreshed', 'clock.skew', 'all'] as const) {
    client.on(name, ({ type }) => heard.push(type));
  }
}

/** How often each way is told in a whole life, so that the generator below reaches every moment. */
async function countTold(listen: () => Listen): Promise<number> {
  make();
  const listener = vi.fn();
  listen()(listener);
  await live();
  const told = listener.mock.calls.length;
  await client.disconnect();
  return told;
}

beforeEach(() => {
  useVirtualTime();
  vi.spyOn(Math, 'random').mockReturnValue(1);
});

afterEach(async () => {
  await client.disconnect();
  await settle();
  vi.restoreAllMocks();
});

describe.each(WAYS)('disconnect() from inside %s', (_name, listen) => {
  test('ends the session at whichever moment it is told: connect() rejects, and disconnected is the last event', async () => {
    const told = await countTold(listen);
    expect(told).toBeGreaterThan(0);
    for (let moment = 1; moment <= told; moment += 1) {
      make();
      let calls = 0;
      let wasConnected = false;
      let stateAfter: string | undefined;
      listen()(() => {
        calls += 1;
        if (calls !== moment) return;
        wasConnected = connecting?.state === 'resolved';
        void client.disconnect();
        stateAfter = client.connectionState;
      });
      listenAfterwards();
      connecting = { state: 'pending' };
      let stepsLeft = MOMENTS.length;
      for (const [, how] of MOMENTS) {
        if (calls >= moment) break;
        stepsLeft -= 1;
        await how();
        await settle();
      }
      const where = `${moment} of ${told}, with ${stepsLeft} steps left`;
      expect(calls, where).toBeGreaterThanOrEqual(moment);
      const isBeforeConnect = stateAfter === 'idle';
      expect([client.connectionState, client.connectionId], where).toEqual([
        isBeforeConnect ? 'idle' : 'disconnected',
        undefined,
      ]);
      expect(heard.at(-1), where).toBe(isBeforeConnect ? undefined : 'disconnected');
      if (!wasConnected) {
        expect(connecting.error, where).toMatchObject({ code: 'session_ended' });
      }
      for (const made of sockets) expect(made.readyState, where).toBe(3);
      expect(vi.getTimerCount(), where).toBe(0);
      // Nothing comes later, either.
      const before = heard.length;
      await advance(TWO_MINUTES_MS);
      expect(heard, where).toHaveLength(before);
    }
  });

  test('followed by connect() starts the next session, whose states are the last ones heard', async () => {
    const told = await countTold(listen);
    for (let moment = 1; moment <= told; moment += 1) {
      make();
      let calls = 0;
      let again: Watched<unknown> | undefined;
      listen()(() => {
        calls += 1;
        if (calls !== moment) return;
        void client.disconnect();
        again = watch(client.connect());
      });
      listenAfterwards();
      connecting = { state: 'pending' };
      for (const [, how] of MOMENTS) {
        if (calls >= moment) break;
        await how();
        await settle();
      }
      const where = `${moment} of ${told}`;
      expect([client.connectionState, heard.filter((name) => !name.includes('.')).at(-1)], where).toEqual([
        'connecting',
        'connecting',
      ]);
      socket().open();
      await settle();
      receiveOk('next');
      await settle();
      expect([again?.state, client.connectionState, client.connectionId], where).toEqual([
        'resolved',
        'connected',
        'next',
      ]);
      expect(heard.filter((name) => !name.includes('.')).at(-1), where).toBe('connected');
      await client.disconnect();
    }
  });
});

describe('an event under way', () => {
  test('reaches no further listener once one of them has disconnected, nor those of all', async () => {
    make();
    const other = vi.fn();
    client.on('call.ring', () => void client.disconnect());
    client.on('call.ring', other);
    client.on('all', other);
    client.call('default', '1').on('call.ring', other);
    for (const [, how] of MOMENTS.slice(0, 4)) {
      await how();
      await settle();
    }
    expect(other.mock.calls.map(([{ type }]) => type)).toEqual(['connection.ok']);
  });

  test('reaches the others where none of them has', async () => {
    make();
    const other = vi.fn();
    client.on('call.ring', () => {});
    client.on('call.ring', other);
    client.on('all', other);
    client.call('default', '1').on('call.ring', other);
    for (const [, how] of MOMENTS.slice(0, 4)) {
      await how();
      await settle();
    }
    expect(other).toHaveBeenCalledTimes(4);
  });

  test('leaves those who wait for the next one waiting', async () => {
    make();
    const once = vi.fn();
    client.on('connection.changed', ({ state }) => state === 'connecting' && void client.disconnect());
    client.once('connection.changed', once);
    watch(client.connect());
    await settle();
    // The disconnected that it led to, and not the connecting that was cut off.
    expect(once.mock.calls.map(([{ state }]) => state)).toEqual(['disconnected']);
  });

  test('is not delivered to a listener that another one has stopped meanwhile', async () => {
    make();
    const other = vi.fn();
    client.on('connection.changed', () => stop());
    const stop = client.on('connection.changed', other);
    watch(client.connect());
    await settle();
    expect(other).not.toHaveBeenCalled();
  });
});

describe('an abort from inside a listener', () => {
  test('while the connection is made ends it', async () => {
    make();
    const controller = new AbortController();
    client.on('connection.changed', ({ state }) => state === 'connecting' && controller.abort('enough'));
    connecting = watch(client.connect({ signal: controller.signal }));
    await settle();
    expect([connecting.error, client.connectionState]).toEqual(['enough', 'disconnected']);
    for (const made of sockets) expect(made.readyState).toBe(3);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('once the server has welcomed the client comes too late', async () => {
    make();
    const controller = new AbortController();
    client.on('clock.skew', () => controller.abort('enough'));
    connecting = watch(client.connect({ signal: controller.signal }));
    await settle();
    socket().open();
    await settle();
    receiveOk();
    await settle();
    expect([connecting.state, client.connectionState]).toEqual(['resolved', 'connected']);
  });
});
