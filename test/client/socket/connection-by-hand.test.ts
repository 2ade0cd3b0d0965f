import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Network } from '../../../src/client/environment/network.js';
import { Connection, type ConnectionOptions } from '../../../src/client/socket/connection.js';
import { ApiError } from '../../../src/shared/errors.js';
import { type FakeSocket, fakeWebSockets } from '../../support/fake-coordinator.js';
import { type TestSession, tokenSession } from '../../support/token-session.js';
import { freshToken } from '../../support/tokens.js';
import { advance, settle, useVirtualTime } from '../../support/virtual.js';
import { watch } from '../../support/watch.js';

// A connection without a client: the test speaks for the server, the network, the page, the session and the calls.

interface Page {
  hide(): void;
  show(): void;
}

let on: TestSession;
let connection: Connection;
let sockets: FakeSocket[];
let network: Parameters<Network['watch']>[0];
let page: Page;
let isWatched: boolean;
const emit = vi.fn();
const onServerEvent = vi.fn();
const beforeConnected = vi.fn<ConnectionOptions['beforeConnected']>();

const socket = () => sockets[sockets.length - 1] as FakeSocket;
const changes = () => emit.mock.calls.map(([, change]) => change as Record<string, unknown>);
const states = () => changes().map(({ state }) => state);
const EIGHT_MINUTES_MS = 480_000;

function make(options: Parameters<typeof tokenSession>[0] = {}, connectMs = 15_000): void {
  on = tokenSession({ token: freshToken('martin', 3600), ...options });
  const fake = fakeWebSockets();
  sockets = fake.sockets;
  const stop = () => {
    isWatched = false;
  };
  connection = new Connection({
    url: 'wss://x.example',
    WebSocket: fake.WebSocket,
    connectMs,
    session: on.session,
    logger: on.logger,
    emit,
    onServerEvent,
    beforeConnected,
    environment: {
      ...on.environment,
      random: () => 1,
      network: {
        watch: (listener) => {
          network = listener;
          isWatched = true;
          return stop;
        },
      },
      page: {
        ...on.environment.page,
        watch: (listener: Page) => {
          page = listener;
          return stop;
        },
      } as never,
    },
  });
}

async function open(): Promise<void> {
  await settle();
  socket().open();
  await settle();
}

async function welcomed(connectionId = 'connection-1', userId = 'martin'): Promise<void> {
  await open();
  socket().ok(userId, connectionId);
  await settle();
}

async function connected(): Promise<void> {
  const connecting = watch(connection.connect());
  await welcomed();
  expect(connecting.state).toBe('resolved');
}

/** As `disconnect()`. */
function end(): void {
  let tell: (() => void) | undefined;
  on.session.end({
    ended: () => {
      tell = connection.close();
    },
  });
  tell?.();
}

beforeEach(() => {
  useVirtualTime();
  isWatched = false;
  for (const mock of [emit, onServerEvent, beforeConnected]) mock.mockReset();
});

afterEach(async () => {
  end();
  await settle();
  expect(isWatched).toBe(false);
});

describe('a socket that we close', () => {
  test.each<[string, () => unknown, string]>([
    ['when the session ends', () => end(), 'client closed the connection'],
    ['to open another', () => page.hide(), 'reconnecting'],
  ])('%s is told why', async (_name, close, reason) => {
    make();
    await connected();
    close();
    expect(socket().closedWith).toEqual({ code: 1000, reason });
  });
});

describe('the states', () => {
  test('end with disconnected once: a session that ends after connect() has failed tells it no more', async () => {
    make({}, 1_000);
    const connecting = watch(connection.connect());
    await advance(1_000);
    expect(connecting.error).toMatchObject({ code: 'connect_timeout' });
    end();
    expect(states()).toEqual(['connecting', 'disconnected']);
  });

  test('end with disconnected for a session that ends while it connects', async () => {
    make();
    const connecting = watch(connection.connect());
    await settle();
    end();
    await settle();
    expect([connecting.state, states()]).toEqual(['rejected', ['connecting', 'disconnected']]);
  });

  test('of a session that has begun before the end of the former was told do not tell that end', async () => {
    make();
    await connected();
    let tell: (() => void) | undefined;
    on.session.end({
      ended: () => {
        tell = connection.close();
      },
    });
    watch(connection.connect());
    tell?.();
    expect(changes().map(({ previous, state }) => [previous, state])).toEqual([
      ['idle', 'connecting'],
      ['connecting', 'connected'],
      ['disconnected', 'connecting'],
    ]);
  });

  test('are told when they change: a connection that is given up before it is told stays reconnecting', async () => {
    make();
    await connected();
    socket().end(1006);
    await advance(250);
    const ids: unknown[] = [];
    // The first frame tells of a clock that is wrong, and a listener finds its connection unknown to the server.
    on.emit.mockImplementation((name) => {
      if (name !== 'clock.skew') return;
      const { connectionId: unknown } = connection;
      ids.push(unknown);
      watch(connection.waitForId({ unknown, signal: on.session.ending }));
    });
    await open();
    vi.setSystemTime(Date.now() - EIGHT_MINUTES_MS);
    const created_at = new Date(Date.now() + EIGHT_MINUTES_MS).toISOString();
    socket().receive({
      type: 'connection.ok',
      connection_id: 'connection-2',
      created_at,
      me: { id: 'martin' },
    });
    await settle();
    expect(ids).toEqual(['connection-2']);
    expect([connection.state, states()]).toEqual([
      'reconnecting',
      ['connecting', 'connected', 'reconnecting'],
    ]);
  });

  test('are those of the connect() that a listener calls when one has failed', async () => {
    make({}, 1_000);
    watch(connection.connect());
    await settle();
    let again: { readonly state: string } | undefined;
    // What changes in the state of the session when the connection rests is told at once.
    vi.spyOn(on.session, 'rest').mockImplementationOnce(() => {
      again = watch(connection.connect());
    });
    await advance(1_000);
    expect([again?.state, connection.state, states()]).toEqual(['pending', 'connecting', ['connecting']]);
  });
});

describe('whoever waits for the id', () => {
  const wait = (unknown?: string, signal: AbortSignal = new AbortController().signal) =>
    watch(connection.waitForId({ unknown, signal }));

  test('while there is none gets that of the next connection, whichever one was unknown', async () => {
    make();
    await connected();
    socket().end(1006);
    const waiting = wait('connection-1');
    await advance(250);
    expect(waiting.state).toBe('pending');
    await welcomed('connection-2');
    expect(waiting.value).toBe('connection-2');
  });

  test('gets the live one at once, unless it is the unknown one', async () => {
    make();
    await connected();
    const [known, unknown] = [wait('connection-0'), wait('connection-1')];
    await settle();
    expect([known.value, unknown.state, connection.state]).toEqual([
      'connection-1',
      'pending',
      'reconnecting',
    ]);
    await welcomed('connection-2');
    expect(unknown.value).toBe('connection-2');
  });

  test('of a connection that is lost at once waits on, and may leave', async () => {
    make();
    watch(connection.connect());
    const controller = new AbortController();
    const waiting = wait(undefined, controller.signal);
    await open();
    socket().ok();
    socket().end(1006);
    await settle();
    expect([connection.state, waiting.state]).toEqual(['reconnecting', 'pending']);
    controller.abort('enough');
    await settle();
    expect(waiting.error).toBe('enough');
  });

  test('where nobody has connected is told so', async () => {
    make();
    const waiting = wait();
    await settle();
    expect(waiting.error).toMatchObject({ code: 'not_connected' });
  });
});

describe('a guest that becomes another while the server answers', () => {
  test('has the socket of the former one closed before anything is done for it, and one of its own', async () => {
    beforeConnected.mockReturnValue(undefined);
    make({ user: { id: 'guest-1', type: 'guest' }, token: freshToken('guest-1', 3600) });
    const connecting = watch(connection.connect());
    await open();
    expect(socket().sent).toHaveLength(1);
    watch(on.session.refresh());
    await settle();
    await on.give({ user: { id: 'guest-2', type: 'guest' }, token: freshToken('guest-2', 3600) });
    connection.followUser();
    socket().ok('guest-1', 'connection-1');
    await settle();
    expect([sockets[0]?.closedWith, sockets.length]).toEqual([{ code: 1000, reason: 'another user' }, 2]);
    expect([beforeConnected.mock.calls, connecting.state]).toEqual([[], 'pending']);
    await welcomed('connection-2', 'guest-2');
    expect(socket().sent[0]).toMatchObject({ user_details: { id: 'guest-2' } });
    expect([beforeConnected.mock.calls.length, connecting.value]).toEqual([1, { id: 'guest-2' }]);
  });
});

describe('what a connection is needed for before it counts', () => {
  let done: (then: () => void) => void;

  async function prepare(): Promise<{ readonly state: string }> {
    beforeConnected.mockImplementation(
      () =>
        new Promise((resolve) => {
          done = resolve;
        }),
    );
    make();
    const connecting = watch(connection.connect());
    await welcomed();
    expect([connection.state, connecting.state]).toEqual(['connecting', 'pending']);
    return connecting;
  }

  test('is done before the state says connected, and frames wait for it', async () => {
    const connecting = await prepare();
    socket().receive({ type: 'call.ring' });
    const then = vi.fn(() => expect(onServerEvent).toHaveBeenCalledTimes(1));
    done(then);
    await settle();
    expect([connecting.state, then.mock.calls.length]).toEqual(['resolved', 1]);
    expect(onServerEvent.mock.calls.map(([{ type }]) => type)).toEqual(['connection.ok', 'call.ring']);
  });

  test('comes to nothing where the server refuses the token meanwhile: it was never connected', async () => {
    const connecting = await prepare();
    socket().refuse(40);
    await settle();
    expect([connecting.state, states(), on.reasons]).toEqual(['pending', ['connecting'], ['rejected']]);
    expect(socket().closedWith).toEqual({ code: 1000, reason: 'client closed the connection' });
    await on.give(freshToken('martin', 3600));
    expect(sockets).toHaveLength(2);
  });

  test('comes to nothing where the socket ends, which is backed off', async () => {
    const connecting = await prepare();
    socket().end(1006);
    await advance(249);
    expect([connecting.state, sockets.length]).toEqual(['pending', 1]);
    await advance(1);
    expect(sockets).toHaveLength(2);
  });
});

describe('an anonymous user', () => {
  test('whose call token was refused stays suspended: connect() does nothing for it', async () => {
    const token = freshToken('!anon', 3600, { call_cids: ['default:1'] });
    make({ user: { id: '!anon', type: 'anonymous' }, token, source: { kind: 'none' } });
    const cause = new ApiError('40', { status: 401, apiCode: 40, remediation: 'Look at it.' });
    watch(on.session.verdicts.renew(on.held, { cause }));
    await settle();
    expect(on.session.state.status).toBe('suspended');
    const connecting = watch(connection.connect());
    await settle();
    expect(connecting.error).toMatchObject({ code: 'missing_permission' });
    expect([on.session.state.status, sockets.length]).toEqual(['suspended', 0]);
  });
});

describe('a live connection', () => {
  test('takes no notice of the network, nor of a page that was not hidden', async () => {
    make();
    await connected();
    for (const happens of [() => network.offline(), () => network.online(), () => page.show()]) {
      expect(happens).not.toThrow();
      await settle();
    }
    expect([connection.state, sockets.length]).toEqual(['connected', 1]);
  });

  test('after a page was shown again is opened anew when it is lost, like any other', async () => {
    make();
    await connected();
    page.hide();
    page.show();
    await welcomed('connection-2');
    socket().end(1006);
    await advance(250);
    expect(sockets).toHaveLength(3);
    await welcomed('connection-3');
    expect(connection.connectionId).toBe('connection-3');
  });

  test('logs a frame that is no JSON as ignored, and no other', async () => {
    make();
    await connected();
    socket().receive({ type: 'health.check' });
    expect(on.logger.debug).not.toHaveBeenCalled();
    socket().receive('nonsense');
    expect(on.logger.debug.mock.calls).toEqual([['A frame that is no JSON was ignored']]);
  });

  test.each<[string, object]>([
    ['an event', { type: 'call.ring' }],
    ['a refusal', { type: 'connection.error', error: { code: 40, message: 'expired', StatusCode: 401 } }],
  ])(
    'whose session a listener ends at the time of a frame does not tell the frame (%s)',
    async (_name, frame) => {
      make();
      await connected();
      onServerEvent.mockClear();
      on.emit.mockImplementation((name) => name === 'clock.skew' && end());
      const created_at = new Date(Date.now() + EIGHT_MINUTES_MS).toISOString();
      socket().receive({ ...frame, created_at });
      await settle();
      expect(on.told('clock.skew')).toHaveLength(1);
      expect([onServerEvent.mock.calls, connection.state, sockets.length]).toEqual([[], 'disconnected', 1]);
    },
  );

  test('that is told that its token is of no use asks the provider once, and ends where there is none', async () => {
    make();
    await connected();
    socket().refuse(43);
    await advance(3_000);
    expect([connection.state, on.reasons.length]).toEqual(['reconnecting', 1]);
    await on.give(freshToken('martin', 3600));
    await welcomed('connection-2');
    expect(connection.state).toBe('connected');
    end();
    make({ source: { kind: 'none' } });
    await connected();
    socket().refuse(43);
    await settle();
    expect([connection.state, sockets.length]).toEqual(['disconnected', 1]);
  });
});

describe('a page that goes away', () => {
  test('after connect() has failed opens nothing, nor when it comes back', async () => {
    make({}, 1_000);
    watch(connection.connect());
    await advance(1_000);
    const made = sockets.length;
    page.hide();
    page.show();
    await advance(60_000);
    expect([connection.state, sockets.length]).toEqual(['disconnected', made]);
  });
});

describe('a handshake', () => {
  test('whose caller leaves in the moment in which the socket opens introduces nobody', async () => {
    make();
    const controller = new AbortController();
    const connecting = watch(connection.connect({ signal: controller.signal }));
    await settle();
    socket().open();
    controller.abort('enough');
    await settle();
    expect([connecting.error, socket().sent]).toEqual(['enough', []]);
  });

  test('that is given up asks the session for a token no more', async () => {
    make({ token: undefined });
    const controller = new AbortController();
    const acquire = vi.spyOn(on.session, 'acquire');
    watch(connection.connect({ signal: controller.signal }));
    await settle();
    const asked = watch(acquire.mock.results[0]?.value as Promise<unknown>);
    controller.abort('enough');
    await settle();
    expect(asked.error).toBe('enough');
  });

  test('that is of another user than the token ends with words that say so', async () => {
    make({ source: { kind: 'none' } });
    const connecting = watch(connection.connect());
    await welcomed('connection-1', 'thierry');
    expect(connecting.error).toMatchObject({
      message: expect.stringMatching(/the connection is of another user than the token/),
    });
  });

  test('that is refused without a reason is told as such when the time is up', async () => {
    make({}, 200);
    const connecting = watch(connection.connect());
    await open();
    socket().receive({ type: 'connection.error' });
    await advance(200);
    expect(connecting.error).toMatchObject({
      code: 'connect_timeout',
      apiCode: -1,
      message: expect.stringMatching(/no reason given/),
    });
  });

  test('that is refused without a message before it began is told with no reason', async () => {
    make({ token: undefined }, 200);
    const connecting = watch(connection.connect());
    await open();
    socket().receive({ type: 'connection.error', error: { code: 5, StatusCode: 401 } });
    await advance(200);
    expect(connecting.error).toMatchObject({ code: 'connect_timeout', closeCode: 0 });
    expect(connecting.error).not.toHaveProperty('closeReason');
  });
});
