import { type ConnectionState, StreamVideo, User } from 'stream-video-auth';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  answer,
  FakeCoordinator,
  type FakeSocket,
  fakeWebSockets,
  refusal,
} from '../../support/fake-coordinator.js';
import { LOCAL_EVENTS } from '../../support/local-events.js';
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
    me: { id: client.user.id },
  });
}

interface Scenario {
  readonly name: string;
  make(): unknown;
  /** The moments of a life, each with what the world does for it to come. */
  readonly moments: readonly (() => unknown)[];
}

const connect = () => {
  connecting = watch(client.connect());
};
const open = () => socket().readyState === 0 && socket().open();
const loseAndWait = async () => {
  socket().end(1006);
  await advance(250);
};

const expiredAfterOneUse: { seen: Set<string> } = { seen: new Set() };

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'a connection that is made, told 40, lost and refused for good',
    make: () => make(),
    moments: [
      connect,
      open,
      () => receiveOk(),
      () => socket().receive({ type: 'call.ring', call_cid: 'default:1' }),
      () => socket().receive({ type: 'health.check' }),
      () => socket().refuse(40),
      open,
      () => receiveOk('connection-2'),
      loseAndWait,
      open,
      () => socket().refuse(2),
    ],
  },
  {
    name: 'a token that nothing renews, to its end and back',
    make: () => make({ tokenProvider: undefined, token: freshToken('martin', 60) }),
    moments: [
      connect,
      open,
      () => receiveOk(),
      () => advance(24_000),
      () => socket().receive({ type: 'health.check' }),
      () => advance(24_000),
      () => socket().refuse(40),
      () => client.auth.setToken(freshToken('martin', 3600)),
    ],
  },
  {
    name: 'a provider that fails and comes back',
    make: () => {
      let asked = 0;
      make({
        token: undefined,
        tokenProvider: async () => {
          asked += 1;
          if (asked < 3) throw new Error('503');
          return freshToken('martin', 3600);
        },
      });
    },
    moments: [connect, open, () => advance(10_000), open, () => receiveOk()],
  },
  {
    name: 'a guest that becomes another',
    make: async () => {
      expiredAfterOneUse.seen.clear();
      let guests = 0;
      const fake = fakeWebSockets();
      sockets = fake.sockets;
      coordinator = new FakeCoordinator();
      coordinator.respond = ({ url, token }) => {
        if (!url.pathname.endsWith('/guest')) {
          const isSeen = expiredAfterOneUse.seen.has(String(token));
          expiredAfterOneUse.seen.add(String(token));
          return isSeen ? refusal(40) : answer();
        }
        guests += 1;
        const id = `guest-${guests}-visitor`;
        return answer({ user: { id }, access_token: freshToken(id, 3600) }, 201);
      };
      client = await StreamVideo.create({
        apiKey: 'key',
        user: User.guest('visitor'),
        WebSocket: fake.WebSocket,
        fetch: coordinator.fetch,
        logger: 'silent',
      });
    },
    moments: [
      connect,
      open,
      () => receiveOk(),
      () => watch(client.request('GET', '/edges')),
      () => watch(client.request('GET', '/edges')),
      open,
      () => receiveOk('connection-2'),
    ],
  },
];

/** All that listens, by a name for each way. */
type Listen = (listener: () => void) => () => void;

const NAMES = [...LOCAL_EVENTS, 'connection.ok', 'health.check', 'call.ring', 'all'] as const;

const WAYS: readonly (readonly [name: string, listen: Listen])[] = [
  ...NAMES.map((name) => [`on ${name}`, (listener: () => void) => client.on(name, listener)] as const),
  ['on call.ring of a call', (listener) => client.call('default', '1').on('call.ring', listener)],
  ['auth.subscribe', (listener) => client.auth.subscribe(listener)],
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
  for (const name of NAMES.slice(1)) client.on(name, ({ type }) => heard.push(type));
}

const STATES = ['connecting', 'connected', 'reconnecting', 'disconnected'];
const lastState = () => heard.filter((name) => STATES.includes(name)).at(-1);

/** Lives until `isEnough`; how often each way was told by then is known to the caller. */
async function live({ moments }: Scenario, isEnough: () => boolean): Promise<void> {
  connecting = { state: 'pending' };
  for (const moment of moments) {
    if (isEnough()) return;
    await moment();
    await settle();
  }
}

/** How often each way is told in a whole life, so that the tests below reach every moment. */
async function countTold(scenario: Scenario, listen: Listen): Promise<number> {
  await scenario.make();
  const listener = vi.fn();
  listen(listener);
  await live(scenario, () => false);
  const told = listener.mock.calls.length;
  await client.disconnect();
  await settle();
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

describe.each(WAYS)('from inside %s', (_name, listen) => {
  test('disconnect() ends the session at whichever moment: connect() rejects, and disconnected is the last event', async () => {
    let moments = 0;
    for (const scenario of SCENARIOS) {
      const told = await countTold(scenario, listen);
      for (let moment = 1; moment <= told; moment += 1) {
        moments += 1;
        await scenario.make();
        let calls = 0;
        let wasConnected = false;
        let before: ConnectionState = 'idle';
        let heardBefore = 0;
        listen(() => {
          calls += 1;
          if (calls !== moment) return;
          wasConnected = connecting.state === 'resolved';
          before = client.connectionState;
          heardBefore = heard.length;
          void client.disconnect();
        });
        listenAfterwards();
        await live(scenario, () => calls >= moment);
        const where = `${scenario.name}: ${moment} of ${told}`;
        expect(calls, where).toBeGreaterThanOrEqual(moment);
        expect([client.connectionState, client.connectionId, client.auth.state.status], where).toEqual([
          before === 'idle' ? 'idle' : 'disconnected',
          undefined,
          'signed_out',
        ]);
        // Where there was no connection to lose, nothing more is told at all; else that it is lost, last.
        const hadNone = before === 'idle' || before === 'disconnected';
        if (hadNone) expect(heard.length - heardBefore, where).toBeLessThanOrEqual(before === 'idle' ? 0 : 1);
        else expect(heard.at(-1), where).toBe('disconnected');
        if (!hadNone && !wasConnected) expect(connecting.state, where).toBe('rejected');
        for (const made of sockets) expect(made.readyState, where).toBe(3);
        expect(vi.getTimerCount(), where).toBe(0);
        // Nothing comes later, either.
        const heardSince = heard.length;
        await advance(TWO_MINUTES_MS);
        expect(heard, where).toHaveLength(heardSince);
      }
    }
    expect(moments).toBeGreaterThan(0);
  });

  test('followed by connect() it starts the next session, whose states are the last ones heard', async () => {
    for (const scenario of SCENARIOS) {
      const told = await countTold(scenario, listen);
      for (let moment = 1; moment <= told; moment += 1) {
        await scenario.make();
        let calls = 0;
        let again: Watched<unknown> | undefined;
        let earlier: readonly string[] = [];
        listen(() => {
          calls += 1;
          if (calls !== moment) return;
          void client.disconnect();
          again = watch(client.connect());
          earlier = [...heard];
        });
        listenAfterwards();
        await live(scenario, () => calls >= moment);
        const where = `${scenario.name}: ${moment} of ${told}`;
        expect([client.connectionState, lastState()], where).toEqual(['connecting', 'connecting']);
        // What the former session had still to tell is not told in the next one.
        const since = heard.slice(earlier.length);
        expect(
          since.filter((name) => name.startsWith('auth.') || name === 'user.changed'),
          where,
        ).toEqual([]);
        await client.disconnect();
        await settle();
        expect(again?.state, where).toBe('rejected');
      }
    }
  });
});

test('the next session that a listener starts connects like any other', async () => {
  make();
  let again: Watched<unknown> | undefined;
  client.on('connection.changed', ({ state }) => {
    if (state !== 'connected' || again) return;
    void client.disconnect();
    again = watch(client.connect());
  });
  listenAfterwards();
  connect();
  await settle();
  for (const connectionId of ['first', 'next']) {
    socket().open();
    await settle();
    receiveOk(connectionId);
    await settle();
  }
  expect([again?.state, client.connectionState, client.connectionId, lastState()]).toEqual([
    'resolved',
    'connected',
    'next',
    'connected',
  ]);
});

describe('an event under way', () => {
  test('reaches no further listener once one of them has disconnected, nor those of all', async () => {
    make();
    const other = vi.fn();
    client.on('call.ring', () => void client.disconnect());
    client.on('call.ring', other);
    client.on('all', other);
    client.call('default', '1').on('call.ring', other);
    for (const moment of (SCENARIOS[0] as Scenario).moments.slice(0, 4)) {
      await moment();
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
    for (const moment of (SCENARIOS[0] as Scenario).moments.slice(0, 4)) {
      await moment();
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

describe('a logger', () => {
  /** Acts at its n-th line, and at no other. */
  function logging(moment: number, act: () => void) {
    let lines = 0;
    const line = () => {
      lines += 1;
      if (lines === moment) act();
    };
    return { lines: () => lines, logger: { debug: line, info: line, warn: line, error: line } };
  }

  const ACTIONS: Readonly<Record<string, () => void>> = {
    'disconnect()': () => void client.disconnect(),
    'disconnect() and connect()': () => {
      void client.disconnect();
      watch(client.connect());
    },
    'connect()': () => void watch(client.connect()),
  };

  test.each(Object.keys(ACTIONS))(
    'that calls %s leaves no listener with a false last state',
    async (name) => {
      const [scenario] = SCENARIOS as [Scenario];
      let moment = 0;
      let hasActed = true;
      while (hasActed) {
        moment += 1;
        const { lines, logger } = logging(moment, ACTIONS[name] as () => void);
        make({ logger });
        listenAfterwards();
        await live(scenario, () => lines() >= moment);
        hasActed = lines() >= moment;
        expect([moment, lastState() ?? 'idle']).toEqual([moment, client.connectionState]);
        await client.disconnect();
        await settle();
      }
      expect(moment).toBeGreaterThan(5);
    },
  );

  test('that starts the next session has nothing of the former one told in it', async () => {
    let again = false;
    const line = (message: string) => {
      if (again || !message.includes('token.refreshed')) return;
      again = true;
      void client.disconnect();
      watch(client.connect());
    };
    make({ token: undefined, logger: { debug: line, info: line, warn: line, error: line } });
    listenAfterwards();
    connect();
    await settle();
    expect([again, heard.filter((name) => name === 'token.refreshed')]).toEqual([true, ['token.refreshed']]);
    expect(client.auth.state).toMatchObject({ status: 'active' });
  });
});

test('a socket whose close() calls connect() leads to one connection', async () => {
  make();
  let calls = 0;
  connect();
  open();
  await settle();
  receiveOk();
  await settle();
  const first = socket();
  const close = first.close.bind(first);
  first.close = (code, reason) => {
    close(code, reason);
    calls += 1;
    watch(client.connect());
  };
  first.receive({ type: 'connection.error', error: {} });
  await advance(1_000);
  for (const made of sockets.slice(1)) made.open();
  await settle();
  receiveOk('connection-2');
  await settle();
  expect([calls, sockets.length, client.connectionState, client.connectionId]).toEqual([
    1,
    2,
    'connected',
    'connection-2',
  ]);
});
