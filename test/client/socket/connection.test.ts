import { StreamVideo, type TokenProvider, UnauthorizedError, User } from 'stream-video-auth';
import { afterEach, beforeEach, describe, expect, type Mock, test, vi } from 'vitest';
import { answer, FakeCoordinator, type FakeSocket, fakeWebSockets } from '../../support/fake-coordinator.js';
import { freshToken } from '../../support/tokens.js';
import { advance, settle, useVirtualTime } from '../../support/virtual.js';
import { watch } from '../../support/watch.js';

let client: StreamVideo;
let sockets: FakeSocket[];
let provider: Mock<TokenProvider>;
let states: string[];

function make(options: object = {}): StreamVideo {
  const fake = fakeWebSockets();
  sockets = fake.sockets;
  client = new StreamVideo({
    apiKey: 'key',
    user: { id: 'martin', name: 'Martin' },
    WebSocket: fake.WebSocket,
    fetch: new FakeCoordinator().fetch,
    logger: 'silent',
    token: freshToken('martin', 3600),
    tokenProvider: provider,
    ...options,
  });
  states = [];
  client.on('connection.changed', ({ state }) => states.push(state));
  return client;
}

const socket = () => sockets[sockets.length - 1] as FakeSocket;

async function connected(options: object = {}): Promise<void> {
  make(options);
  const connecting = watch(client.connect());
  await settle();
  socket().open();
  await settle();
  socket().ok();
  await settle();
  expect(connecting.state).toBe('resolved');
}

beforeEach(() => {
  useVirtualTime();
  vi.spyOn(Math, 'random').mockReturnValue(1);
  provider = vi.fn<TokenProvider>(async () => freshToken('martin', 3600));
});

afterEach(async () => {
  await client?.disconnect();
  vi.restoreAllMocks();
});

describe('the handshake', () => {
  test('sends the token in the first frame, and in no URL', async () => {
    await connected();
    const { token } = client;
    expect(socket().sent[0]).toEqual({
      token,
      user_details: { id: 'martin', name: 'Martin' },
      products: ['video'],
    });
    expect(socket().url).toMatch(
      /^wss:\/\/video\.stream-io-api\.com\/video\/connect\?api_key=key&stream-auth-type=jwt&X-Stream-Client=stream-video-auth-v/,
    );
    expect(socket().url).not.toContain(String(token));
    expect(states).toEqual(['connecting', 'connected']);
    expect(client.connectionId).toBe('connection-1');
  });

  test('overlaps with fetching the token', async () => {
    let give: (token: string) => void = () => {};
    provider.mockReturnValue(new Promise((resolve) => (give = resolve)));
    make({ token: undefined });
    const connecting = watch(client.connect());
    await settle();
    expect([sockets.length, provider.mock.calls.length]).toEqual([1, 1]);
    socket().open();
    await settle();
    expect(socket().sent).toEqual([]);
    give(freshToken('martin', 3600));
    await settle();
    expect(socket().sent).toHaveLength(1);
    socket().ok();
    await settle();
    expect(connecting.value).toEqual({ id: 'martin' });
  });

  test('is shared by calls in parallel, and a call while connected resolves at once', async () => {
    make();
    const both = [watch(client.connect()), watch(client.connect())];
    await settle();
    socket().open();
    await settle();
    socket().ok();
    await settle();
    expect(both.map(({ state }) => state)).toEqual(['resolved', 'resolved']);
    await expect(client.connect()).resolves.toEqual({ id: 'martin' });
    expect(sockets).toHaveLength(1);
  });

  test('that the server does not answer within 15 s is given up, and tried again until connectMs', async () => {
    make({ timeouts: { connectMs: 40_000 } });
    const connecting = watch(client.connect());
    await settle();
    await advance(15_000);
    expect(sockets[0]?.closedWith?.code).toBe(1000);
    await advance(250);
    expect(sockets).toHaveLength(2);
    await advance(24_750);
    expect(connecting.error).toMatchObject({ code: 'connect_timeout' });
    expect(client.connectionState).toBe('disconnected');
  });

  test('that is refused before our frame was sent says nothing about the token', async () => {
    provider.mockReturnValue(new Promise(() => {}));
    make({ token: undefined });
    watch(client.connect());
    await settle();
    socket().open();
    socket().refuse(5);
    await advance(250);
    expect(sockets).toHaveLength(2);
    expect(provider).toHaveBeenCalledTimes(1);
  });
});

describe('before the handshake is done', () => {
  async function introduced(options: object = {}) {
    make(options);
    const connecting = watch(client.connect());
    await settle();
    socket().open();
    await settle();
    expect(socket().sent).toHaveLength(1);
    return connecting;
  }

  test.each<[string, unknown]>([
    ['another event', { type: 'call.ring', connection_id: 'connection-1' }],
    ['a health check', { type: 'health.check', connection_id: 'connection-1' }],
    ['an ok without a connection id', { type: 'connection.ok', me: { id: 'martin' } }],
    ['an ok whose connection id is a number', { type: 'connection.ok', connection_id: 7 }],
    ['bytes', new ArrayBuffer(2)],
    ['half of an answer', '{"type":"connection.ok"'],
  ])('%s connects nobody, and the ok that follows does', async (_name, frame) => {
    const connecting = await introduced();
    socket().receive(frame);
    await settle();
    expect([connecting.state, client.connectionState]).toEqual(['pending', 'connecting']);
    socket().ok();
    await settle();
    expect(connecting.state).toBe('resolved');
  });

  test('an ok to somebody who has not said who he is connects nobody', async () => {
    provider.mockReturnValue(new Promise(() => {}));
    make({ token: undefined });
    const connecting = watch(client.connect());
    await settle();
    socket().open();
    socket().ok();
    await settle();
    expect(connecting.state).toBe('pending');
  });

  test('an ok without the own user stands for the user of the token', async () => {
    const connecting = await introduced();
    socket().receive({ type: 'connection.ok', connection_id: 'connection-1' });
    await settle();
    expect(connecting.value).toEqual({ id: 'martin' });
  });

  test('an error that gives no reason is tried again later', async () => {
    const connecting = await introduced();
    socket().receive({ type: 'connection.error' });
    await settle();
    expect(socket().closedWith).toBeDefined();
    await advance(250);
    expect([connecting.state, sockets.length, provider.mock.calls.length]).toEqual(['pending', 2, 0]);
  });

  test('an error that comes before our frame is told when the time is up', async () => {
    provider.mockReturnValue(new Promise(() => {}));
    make({ token: undefined, timeouts: { connectMs: 5_000 } });
    const connecting = watch(client.connect());
    await settle();
    socket().open();
    socket().refuse(5);
    await advance(5_000);
    expect(connecting.error).toMatchObject({
      code: 'connect_timeout',
      closeCode: 0,
      closeReason: expect.stringMatching(/Connect failed/),
    });
  });

  test('a silence of 15 s is told when the time is up', async () => {
    const connecting = await introduced({ timeouts: { connectMs: 15_200 } });
    await advance(15_200);
    expect(connecting.error).toMatchObject({ closeCode: 0, closeReason: 'the handshake took too long' });
  });

  test('a platform that refuses to make a socket is asked again, and its error is the cause', async () => {
    const refused = new DOMException('mixed content', 'SecurityError');
    const WebSocket = vi.fn(function refusing() {
      throw refused;
    });
    make({ WebSocket, timeouts: { connectMs: 1_000 } });
    const connecting = watch(client.connect());
    await advance(1_000);
    expect(WebSocket.mock.calls.length).toBeGreaterThan(1);
    expect(connecting.error).toMatchObject({ code: 'connect_timeout', cause: refused });
    expect(connecting.error).not.toHaveProperty('closeReason');
  });
});

async function refusedWith(code: number, status?: number, options?: object) {
  make(options);
  const connecting = watch(client.connect());
  await settle();
  socket().open();
  await settle();
  socket().refuse(code, status);
  socket().end(4401);
  await settle();
  return connecting;
}

describe('a refused handshake', () => {
  async function answerNext(reply: (socket: FakeSocket) => void): Promise<void> {
    socket().open();
    await settle();
    reply(socket());
    await settle();
  }

  test('with 40 has the token renewed and the socket opened at once with the new one', async () => {
    const connecting = await refusedWith(40);
    expect(provider).toHaveBeenCalledTimes(1);
    expect(sockets).toHaveLength(2);
    await answerNext((next) => next.ok());
    expect(connecting.state).toBe('resolved');
    expect(socket().sent[0]?.token).toBe(client.token);
    expect(sockets[0]?.sent[0]?.token).not.toBe(client.token);
  });

  test('with 40 twice in a row ends connect()', async () => {
    const connecting = await refusedWith(40);
    await answerNext((next) => next.refuse(40));
    expect(connecting.error).toMatchObject({ code: 'provider_returns_expired' });
    expect(provider).toHaveBeenCalledTimes(1);
    expect(client.connectionState).toBe('disconnected');
  });

  test.each([43, 5, 2])('with %i ends connect() without another try', async (code) => {
    const connecting = await refusedWith(code);
    expect(connecting.error).toMatchObject({ code: 'handshake_rejected', apiCode: code });
    expect(connecting.error?.cause).toMatchObject({ apiCode: code });
    await advance(60_000);
    expect([sockets.length, provider.mock.calls.length]).toEqual([1, 0]);
  });

  test('with 42 is tried once more with the same token, then ends connect()', async () => {
    const connecting = await refusedWith(42);
    await advance(999);
    expect(sockets).toHaveLength(1);
    await advance(1);
    expect(sockets).toHaveLength(2);
    await answerNext((next) => next.refuse(42));
    expect(connecting.error).toMatchObject({ code: 'handshake_rejected', apiCode: 42 });
    expect(connecting.error?.remediation).toMatch(/clock of the token server/);
    expect(provider).not.toHaveBeenCalled();
  });

  test.each([
    [71, 429, /sockets/i],
    [9, 429, /fewer requests/i],
    [-1, 500, /./],
  ])(
    'with %i is tried again with back-off, and the last error names the limit',
    async (code, status, words) => {
      const connecting = await refusedWith(code, status, { timeouts: { connectMs: 2_000 } });
      await advance(249);
      expect(sockets).toHaveLength(1);
      await advance(1);
      expect(sockets).toHaveLength(2);
      await answerNext((next) => next.refuse(code, status));
      await advance(2_000);
      expect(connecting.error).toMatchObject({ code: 'connect_timeout', apiCode: code });
      expect(connecting.error?.remediation).toMatch(words);
    },
  );

  test('of a static token suspends, and tells why', async () => {
    const events: string[] = [];
    make({ tokenProvider: undefined });
    for (const name of ['token.expired', 'auth.suspended'] as const)
      client.on(name, ({ type }) => events.push(type));
    const connecting = watch(client.connect());
    await settle();
    await answerNext((first) => first.refuse(40));
    expect(connecting.error).toMatchObject({ code: 'token_expired' });
    expect(events).toEqual(['token.expired', 'auth.suspended']);
    expect(client.auth.state).toMatchObject({ status: 'suspended', reason: 'token_expired' });
  });
});

describe('connect()', () => {
  test('keeps trying what the network loses, doubling its back-off, and names the last close', async () => {
    make({ timeouts: { connectMs: 5_000 } });
    const connecting = watch(client.connect());
    await settle();
    const openedAt: number[] = [];
    const start = Date.now();
    for (let n = 0; n < 5; n += 1) {
      openedAt.push(Date.now() - start);
      socket().end(1006, 'nope');
      await advance(Math.round(250 * 2 ** n));
    }
    expect(openedAt).toEqual([0, 250, 750, 1_750, 3_750]);
    await advance(5_000);
    expect(connecting.error).toMatchObject({ code: 'connect_timeout', closeCode: 1006, closeReason: 'nope' });
    expect(connecting.error?.remediation).toMatch(/policy/);
  });

  test('retries a provider that fails, and ends with its own error as the cause', async () => {
    const down = new Error('503');
    provider.mockRejectedValue(down);
    make({ token: undefined });
    const connecting = watch(client.connect());
    await advance(15_000);
    expect(connecting.error).toMatchObject({ code: 'connect_timeout' });
    expect(connecting.error?.cause).toBe(down);
    expect(provider.mock.calls.length).toBeGreaterThan(1);
    const asked = provider.mock.calls.length;
    await advance(120_000);
    expect([provider.mock.calls.length, vi.getTimerCount()]).toEqual([asked, 0]);
  });

  test('succeeds as soon as the provider does', async () => {
    provider.mockRejectedValueOnce(new Error('503'));
    make({ token: undefined });
    const connecting = watch(client.connect());
    await advance(2_000);
    socket().open();
    await settle();
    socket().ok();
    await settle();
    expect([connecting.state, provider.mock.calls.length]).toEqual(['resolved', 2]);
  });

  describe('while the provider asks for more time than is left', () => {
    beforeEach(() => {
      provider.mockRejectedValue(Object.assign(new Error('429'), { retryAfterMs: 60_000 }));
      make({ token: undefined, timeouts: { connectMs: 10_000 } });
    });

    test('ends with its limit, not before', async () => {
      const connecting = watch(client.connect());
      await advance(9_999);
      expect(connecting.state).toBe('pending');
      await advance(1);
      expect(connecting.error).toMatchObject({ code: 'connect_timeout', cause: { message: '429' } });
      expect(provider).toHaveBeenCalledTimes(1);
    });

    test('takes a token that the app hands in meanwhile', async () => {
      const connecting = watch(client.connect());
      await advance(5_000);
      client.auth.setToken(freshToken('martin', 3600));
      await settle();
      socket().open();
      await settle();
      socket().ok();
      await settle();
      expect(connecting.state).toBe('resolved');
    });
  });

  test.each([
    ['that the app hands in', () => client.auth.setToken(freshToken('martin', 7_200))],
    ['that the provider brings', () => void client.auth.refresh()],
  ])('introduces itself with the token %s while the socket opens', async (_whence, act) => {
    make();
    const connecting = watch(client.connect());
    await settle();
    const former = client.token;
    act();
    await settle();
    expect(client.token).not.toBe(former);
    socket().open();
    await settle();
    expect(socket().sent.map(({ token }) => token)).toEqual([client.token]);
    socket().ok();
    await settle();
    expect(connecting.state).toBe('resolved');
  });

  test('that has failed leaves nothing running, also where a token was in use', async () => {
    const connecting = await refusedWith(43);
    expect(connecting.state).toBe('rejected');
    expect(vi.getTimerCount()).toBe(0);
    make({ timeouts: { connectMs: 1_000 } });
    const unreachable = watch(client.connect());
    await settle();
    socket().end(1006);
    await advance(1_000);
    expect(unreachable.state).toBe('rejected');
    expect(vi.getTimerCount()).toBe(0);
  });

  test('ends at once when the provider says that the user is signed out', async () => {
    const error = new UnauthorizedError();
    provider.mockRejectedValue(error);
    make({ token: undefined });
    const connecting = watch(client.connect());
    await settle();
    expect(connecting.error).toBe(error);
    expect(client.connectionState).toBe('disconnected');
  });

  test('of nobody, a reconnect, ends at once, too, when the provider says that the user is signed out', async () => {
    await connected();
    const error = new UnauthorizedError();
    provider.mockRejectedValue(error);
    const changes = vi.fn();
    client.on('connection.changed', changes);
    socket().refuse(40);
    await settle();
    expect(changes.mock.calls.map(([{ state, error: why }]) => [state, why])).toEqual([
      ['reconnecting', undefined],
      ['disconnected', error],
    ]);
    expect(sockets).toHaveLength(1);
  });

  test('of one caller may be aborted without harm to the other; with the last one the attempt ends', async () => {
    make();
    const [one, two] = [new AbortController(), new AbortController()];
    const first = watch(client.connect({ signal: one.signal }));
    const second = watch(client.connect({ signal: two.signal }));
    await settle();
    one.abort('one');
    await settle();
    expect([first.error, second.state, socket().closedWith]).toEqual(['one', 'pending', undefined]);
    two.abort('two');
    await settle();
    expect(second.error).toBe('two');
    expect(socket().closedWith?.code).toBe(1000);
    expect(client.connectionState).toBe('disconnected');
  });

  test('rejects for an anonymous user and opens nothing', async () => {
    make({ user: User.anonymous, token: undefined, tokenProvider: undefined });
    await expect(client.connect()).rejects.toMatchObject({ code: 'missing_permission' });
    expect(sockets).toEqual([]);
  });

  test('starts a session for an anonymous user all the same: without a call token nothing else could', async () => {
    make({ user: User.anonymous, token: undefined, tokenProvider: undefined });
    await client.disconnect();
    await expect(client.auth.getToken()).rejects.toMatchObject({ code: 'session_ended' });
    await expect(client.connect()).rejects.toMatchObject({ code: 'missing_permission' });
    expect(await client.auth.getToken()).toBe('');
    await client.disconnect();
  });
});

describe('an open socket', () => {
  test.each([1000, 1001, 1006, 4001, undefined])(
    'that the other side closes with %s is opened again',
    async (code) => {
      await connected();
      socket().end(code);
      expect(client.connectionState).toBe('reconnecting');
      await advance(250);
      expect(sockets).toHaveLength(2);
      socket().open();
      await settle();
      socket().ok();
      await settle();
      expect(states).toEqual(['connecting', 'connected', 'reconnecting', 'connected']);
      expect(provider).not.toHaveBeenCalled();
    },
  );

  test('that reports an error and a close ends once, with the code of the close', async () => {
    await connected();
    socket().fail();
    socket().end(1006);
    await advance(0);
    await advance(250);
    expect(sockets).toHaveLength(2);
    expect(states.filter((state) => state === 'reconnecting')).toHaveLength(1);
  });

  test('that reports only an error ends, too', async () => {
    await connected();
    socket().fail();
    await advance(0);
    expect(client.connectionState).toBe('reconnecting');
  });

  test('that is told 40 is opened anew with a new token, also when a close follows at once', async () => {
    await connected();
    const old = client.token;
    const former = socket();
    former.refuse(40);
    former.end(4401);
    expect(client.connectionState).toBe('reconnecting');
    await settle();
    expect(provider).toHaveBeenCalledTimes(1);
    expect(sockets).toHaveLength(2);
    socket().open();
    await settle();
    expect(socket().sent[0]?.token).toBe(client.token);
    expect(client.token).not.toBe(old);
    socket().ok();
    await settle();
    expect(client.connectionState).toBe('connected');
  });

  test('is pinged every 25 s, and given up after 35 s without a frame', async () => {
    await connected();
    await advance(24_999);
    expect(socket().sent).toHaveLength(1);
    await advance(1);
    expect(socket().sent[1]).toEqual([{ type: 'health.check', client_id: 'connection-1' }]);
    await advance(9_999);
    expect(client.connectionState).toBe('connected');
    await advance(1);
    expect(client.connectionState).toBe('reconnecting');
  });

  test.each([[{ type: 'health.check' }], ['not json'], [undefined]])(
    'lives on with any frame, such as %j',
    async (frame) => {
      await connected();
      await advance(30_000);
      socket().receive(frame);
      await advance(34_999);
      expect(client.connectionState).toBe('connected');
      await advance(1);
      expect(client.connectionState).toBe('reconnecting');
    },
  );

  test.each<[string, () => unknown, string | undefined]>([
    ['that is silent', () => advance(35_000), 'no sign of life'],
    [
      'that is told of an error without a reason',
      () => socket().receive({ type: 'connection.error' }),
      'connection.error',
    ],
    ['that the network ends without a word', () => socket().end(1006), undefined],
  ])('%s is opened again, and connect() tells of it when it fails', async (_name, lose, closeReason) => {
    await connected({ timeouts: { connectMs: 1_000 } });
    await lose();
    const connecting = watch(client.connect());
    await settle();
    await advance(1_000);
    expect(connecting.error).toMatchObject({ code: 'connect_timeout' });
    expect(connecting.error).toHaveProperty('closeCode', closeReason === undefined ? 1006 : 0);
    expect((connecting.error as { closeReason?: string }).closeReason).toBe(closeReason);
  });

  test('tells its states with the id while there is one, and an error only at the end', async () => {
    make();
    const changes: object[] = [];
    client.on('connection.changed', ({ type, ...change }) => changes.push(change));
    const connecting = watch(client.connect());
    await settle();
    socket().open();
    await settle();
    socket().ok();
    await settle();
    socket().end(1006);
    await client.disconnect();
    expect(connecting.state).toBe('resolved');
    expect(changes).toStrictEqual([
      { state: 'connecting', previous: 'idle' },
      { state: 'connected', previous: 'connecting', connectionId: 'connection-1' },
      { state: 'reconnecting', previous: 'connected' },
      { state: 'disconnected', previous: 'reconnecting' },
    ]);
  });

  test('that lived for 5 s has the next one back off anew', async () => {
    await connected();
    for (const [uptimeMs, waitMs] of [
      [4_999, 250],
      [4_999, 500],
      [5_000, 250],
    ] as const) {
      const before = sockets.length;
      await advance(uptimeMs);
      socket().end(1006);
      await advance(waitMs - 1);
      expect(sockets).toHaveLength(before);
      await advance(1);
      expect(sockets).toHaveLength(before + 1);
      socket().open();
      await settle();
      socket().ok();
      await settle();
    }
  });

  test('is not disturbed by a refreshed token', async () => {
    await connected();
    await client.auth.refresh();
    await settle();
    expect([sockets.length, client.connectionState]).toEqual([1, 'connected']);
  });

  test('that dropped while the provider fails comes back when it works again', async () => {
    await connected();
    provider.mockRejectedValueOnce(new Error('503'));
    socket().refuse(40);
    await advance(2_000);
    expect(provider).toHaveBeenCalledTimes(2);
    socket().open();
    await settle();
    socket().ok();
    await settle();
    expect(client.connectionState).toBe('connected');
  });

  test('that comes back refused with 43 twice ends in disconnected, with the error', async () => {
    await connected();
    const changes = vi.fn();
    client.on('connection.changed', changes);
    socket().end(1006);
    await advance(250);
    for (const state of ['reconnecting', 'disconnected']) {
      socket().open();
      await settle();
      socket().refuse(43);
      await advance(3_000);
      expect(client.connectionState).toBe(state);
    }
    expect(changes.mock.lastCall?.[0].error).toMatchObject({ code: 'handshake_rejected', apiCode: 43 });
    await advance(120_000);
    expect(sockets).toHaveLength(3);
  });

  test('delivers the events of the coordinator, health checks not to all', async () => {
    await connected();
    const all: string[] = [];
    const rings = vi.fn();
    client.on('all', ({ type }) => all.push(type));
    client.on('call.ring', rings);
    client.call('default', '1').on('call.ring', rings);
    client.call('default', '2').on('call.ring', rings);
    socket().receive({ type: 'health.check', created_at: 'x' });
    socket().receive({ type: 'call.ring', call_cid: 'default:1' });
    expect(all).toEqual(['call.ring']);
    expect(rings).toHaveBeenCalledTimes(2);
  });
});

describe('disconnect()', () => {
  test('closes the socket with 1000 and leaves nothing running', async () => {
    await connected();
    await client.disconnect();
    expect(socket().closedWith?.code).toBe(1000);
    expect([client.connectionState, client.connectionId, vi.getTimerCount()]).toEqual([
      'disconnected',
      undefined,
      0,
    ]);
  });

  test('while connecting rejects connect() with SessionEndedError', async () => {
    make();
    const connecting = watch(client.connect());
    await settle();
    await client.disconnect();
    await settle();
    expect(connecting.error).toMatchObject({ code: 'session_ended' });
    expect(socket().closedWith?.code).toBe(1000);
  });

  test('that is not awaited may be followed by connect() in the same tick', async () => {
    await connected();
    void client.disconnect();
    const again = watch(client.connect());
    await settle();
    socket().open();
    await settle();
    socket().ok('martin', 'connection-2');
    await settle();
    expect([again.state, client.connectionState, client.connectionId]).toEqual([
      'resolved',
      'connected',
      'connection-2',
    ]);
  });

  test('has the next session back off anew', async () => {
    await connected();
    for (const waitMs of [250, 500]) {
      socket().end(1006);
      await advance(waitMs);
    }
    await client.disconnect();
    watch(client.connect());
    await settle();
    const before = sockets.length;
    socket().end(1006);
    await advance(249);
    expect(sockets).toHaveLength(before);
    await advance(1);
    expect(sockets).toHaveLength(before + 1);
  });

  test('keeps the listeners of the app', async () => {
    await connected();
    await client.disconnect();
    const again = watch(client.connect());
    await settle();
    expect(states.slice(-2)).toEqual(['disconnected', 'connecting']);
    await client.disconnect();
    await settle();
    expect(again.state).toBe('rejected');
  });
});

describe('a guest', () => {
  test('that is renewed under another id has its socket opened anew for that one', async () => {
    const coordinator = new FakeCoordinator();
    let guests = 0;
    coordinator.respond = ({ url, token }) => {
      if (!url.pathname.endsWith('/guest')) {
        return token && JSON.parse(atob(token.split('.')[1] as string)).user_id === 'guest-1-visitor'
          ? answer({ StatusCode: 401, code: 40, message: 'expired' }, 401)
          : answer();
      }
      guests += 1;
      const id = `guest-${guests}-visitor`;
      return answer({ user: { id }, access_token: freshToken(id, 3600), duration: '1ms' }, 201);
    };
    const fake = fakeWebSockets();
    sockets = fake.sockets;
    client = await StreamVideo.create({
      apiKey: 'key',
      user: User.guest('visitor'),
      fetch: coordinator.fetch,
      WebSocket: fake.WebSocket,
      logger: 'silent',
    });
    const connecting = watch(client.connect());
    await settle();
    socket().open();
    await settle();
    socket().ok(client.user.id);
    await settle();
    expect([connecting.state, client.user.id]).toEqual(['resolved', 'guest-1-visitor']);
    const changed = vi.fn();
    client.on('user.changed', changed);
    await client.request('GET', '/edges');
    await settle();
    expect(client.user.id).toBe('guest-2-visitor');
    expect(changed).toHaveBeenCalledTimes(1);
    expect(sockets).toHaveLength(2);
    socket().open();
    await settle();
    expect(socket().sent[0]).toMatchObject({ token: client.token, user_details: { id: 'guest-2-visitor' } });
    const asked = coordinator.requests.filter(({ url }) => url.pathname.endsWith('/guest'));
    expect(asked.map(({ body }) => JSON.parse(String(body)).user.id)).toEqual(['visitor', 'visitor']);
    expect(asked.map(({ token, headers }) => [token, headers.get('stream-auth-type')])).toEqual([
      [null, 'anonymous'],
      [null, 'anonymous'],
    ]);
  });
});
