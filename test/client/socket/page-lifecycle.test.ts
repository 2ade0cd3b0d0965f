import { StreamVideo } from 'stream-video-auth';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FakeCoordinator, type FakeSocket, fakeWebSockets } from '../../support/fake-coordinator.js';
import { freshToken } from '../../support/tokens.js';
import { advance, settle, useVirtualTime } from '../../support/virtual.js';
import { watch } from '../../support/watch.js';

let client: StreamVideo;
let sockets: FakeSocket[];
let states: string[];
let page: EventTarget;
const listeners = new Map<string, number>();

const socket = () => sockets[sockets.length - 1] as FakeSocket;
const fire = (name: string) => page.dispatchEvent(new Event(name));

/** The page as it is before a client listens: what a restored page shows first is what these see. */
function stubPage(): void {
  page = new EventTarget();
  listeners.clear();
  const count = (name: string, by: number) => listeners.set(name, (listeners.get(name) ?? 0) + by);
  vi.stubGlobal('addEventListener', (name: string, listener: never) => {
    count(name, 1);
    page.addEventListener(name, listener);
  });
  vi.stubGlobal('removeEventListener', (name: string, listener: never) => {
    count(name, -1);
    page.removeEventListener(name, listener);
  });
}

function make(options: object = {}): void {
  const fake = fakeWebSockets();
  sockets = fake.sockets;
  client = new StreamVideo({
    apiKey: 'key',
    user: { id: 'martin' },
    token: freshToken('martin', 3600),
    tokenProvider: async () => freshToken('martin', 3600),
    WebSocket: fake.WebSocket,
    fetch: new FakeCoordinator().fetch,
    logger: 'silent',
    ...options,
  });
  states = [];
  client.on('connection.changed', ({ state }) => states.push(state));
}

async function welcomed(connectionId = 'connection-1'): Promise<void> {
  socket().open();
  await settle();
  socket().ok('martin', connectionId);
  await settle();
}

beforeEach(() => {
  useVirtualTime();
  vi.spyOn(Math, 'random').mockReturnValue(1);
  stubPage();
});

afterEach(async () => {
  await client.disconnect();
  await settle();
  expect([...listeners].filter(([, count]) => count !== 0)).toEqual([]);
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe('a page that goes away', () => {
  test('has its socket given up: reconnecting, for as long as it is away, and connected again afterwards', async () => {
    make();
    const connecting = watch(client.connect());
    await settle();
    await welcomed();
    expect(connecting.state).toBe('resolved');
    fire('pagehide');
    expect([client.connectionState, client.connectionId, socket().closedWith?.code]).toEqual([
      'reconnecting',
      undefined,
      1000,
    ]);
    await advance(3_600_000);
    expect([client.connectionState, sockets.length]).toEqual(['reconnecting', 1]);
    fire('pageshow');
    await settle();
    expect(sockets).toHaveLength(2);
    await welcomed('connection-2');
    expect([client.connectionId, states]).toEqual([
      'connection-2',
      ['connecting', 'connected', 'reconnecting', 'connected'],
    ]);
  });

  test('is no failure: the back-off starts from its beginning after the restore', async () => {
    make();
    watch(client.connect());
    await settle();
    await welcomed();
    for (let times = 0; times < 3; times += 1) {
      fire('pagehide');
      await settle();
      fire('pageshow');
      await settle();
    }
    const made = sockets.length;
    expect(made).toBe(4);
    socket().end(1006);
    await advance(249);
    expect(sockets).toHaveLength(made);
    await advance(1);
    expect(sockets).toHaveLength(made + 1);
  });

  test('shows listeners that were there before ours no state that is not true', async () => {
    const seen: string[] = [];
    page.addEventListener('pageshow', () => seen.push(client.connectionState));
    make();
    watch(client.connect());
    await settle();
    await welcomed();
    fire('pagehide');
    fire('pageshow');
    expect(seen).toEqual(['reconnecting']);
  });

  test.each<[string, () => unknown]>([
    ['before the socket is open', () => {}],
    ['before the welcome', () => socket().open()],
    ['in the back-off', () => socket().end(1006)],
    [
      'offline',
      () => {
        fire('offline');
        socket().end(1006);
      },
    ],
  ])(
    '%s while connect() is pending has it go on after the restore, time away not counted',
    async (name, before) => {
      make({ timeouts: { connectMs: 15_000 } });
      const connecting = watch(client.connect());
      await advance(5_000);
      await before();
      await settle();
      const made = sockets.length;
      fire('pagehide');
      await settle();
      expect(socket().readyState).toBe(3);
      await advance(3_600_000);
      expect([connecting.state, sockets.length, client.connectionState]).toEqual([
        'pending',
        made,
        'connecting',
      ]);
      fire('pageshow');
      await settle();
      expect(sockets).toHaveLength(made + 1);
      // The rest of the limit, and no more; offline it waits on.
      await advance(9_999);
      expect(connecting.state).toBe('pending');
      if (name === 'offline') fire('online');
      await advance(name === 'offline' ? 10_000 : 1);
      expect(connecting.error).toMatchObject({ code: 'connect_timeout' });
    },
  );

  test('and a page that comes back more than once, or comes back without having gone, changes nothing more', async () => {
    make();
    const connecting = watch(client.connect());
    await settle();
    fire('pageshow');
    await welcomed();
    fire('pageshow');
    expect([connecting.state, sockets.length, states]).toEqual(['resolved', 1, ['connecting', 'connected']]);
    for (const name of ['pagehide', 'pagehide', 'pageshow', 'pageshow']) fire(name);
    await settle();
    expect(sockets).toHaveLength(2);
    await welcomed('connection-2');
    expect(client.connectionState).toBe('connected');
  });

  test('with connect() called while it is away has it wait for the restore', async () => {
    make();
    watch(client.connect());
    await settle();
    await welcomed();
    fire('pagehide');
    const again = watch(client.connect());
    await advance(60_000);
    expect([again.state, sockets.length]).toEqual(['pending', 1]);
    fire('pageshow');
    await settle();
    await welcomed('connection-2');
    expect(again.state).toBe('resolved');
  });

  test('with a caller who aborts meanwhile ends a pending connect() at once', async () => {
    make();
    const controller = new AbortController();
    const connecting = watch(client.connect({ signal: controller.signal }));
    await settle();
    fire('pagehide');
    controller.abort('enough');
    await settle();
    expect([connecting.error, client.connectionState]).toEqual(['enough', 'disconnected']);
    fire('pageshow');
    await settle();
    expect(sockets).toHaveLength(1);
  });

  test('and disconnect() meanwhile leaves nothing that the restore would wake', async () => {
    make();
    watch(client.connect());
    await settle();
    await welcomed();
    fire('pagehide');
    await client.disconnect();
    fire('pageshow');
    await settle();
    expect([client.connectionState, sockets.length, vi.getTimerCount()]).toEqual(['disconnected', 1, 0]);
    // The twin: the next session is not taken for one of a hidden page.
    const again = watch(client.connect());
    await settle();
    await welcomed('next');
    expect(again.state).toBe('resolved');
  });

  test('without a connection opens none when it comes back', async () => {
    make();
    await client.request('GET', '/edges');
    fire('pagehide');
    fire('pageshow');
    await settle();
    expect([client.connectionState, sockets.length]).toEqual(['idle', 0]);
  });
});

describe('after the restore', () => {
  test('the phase is derived from the time that has passed before anything is served', async () => {
    const provider = vi.fn(async () => freshToken('martin', 3600));
    make({ tokenProvider: provider });
    watch(client.connect());
    await settle();
    await welcomed();
    fire('pagehide');
    // A frozen page: two hours pass, and no timer with them.
    vi.setSystemTime(Date.now() + 7_200_000);
    fire('pageshow');
    await settle();
    expect(provider).toHaveBeenCalledTimes(1);
    socket().open();
    await settle();
    expect(socket().sent[0]).toMatchObject({ token: client.token });
    expect(client.auth.state).toMatchObject({ phase: 'fresh' });
  });
});
