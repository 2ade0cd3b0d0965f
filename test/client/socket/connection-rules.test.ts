import { ConfigurationError, InvalidTokenError, StreamVideo, type TokenProvider } from 'stream-video-auth';
import { afterEach, beforeEach, describe, expect, type Mock, test, vi } from 'vitest';
import { FakeCoordinator, type FakeSocket, fakeWebSockets, refusal } from '../../support/fake-coordinator.js';
import { fakeToken, freshToken } from '../../support/tokens.js';
import { advance, settle, useVirtualTime } from '../../support/virtual.js';
import { watch } from '../../support/watch.js';

let client: StreamVideo;
let sockets: FakeSocket[];
let provider: Mock<TokenProvider>;
const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };

const socket = () => sockets[sockets.length - 1] as FakeSocket;

function make(options: object = {}): void {
  const fake = fakeWebSockets((made) => queueMicrotask(() => made.readyState === 0 && made.open()));
  sockets = fake.sockets;
  client = new StreamVideo({
    apiKey: 'key',
    user: { id: 'martin' },
    token: freshToken('martin', 3600),
    tokenProvider: provider,
    WebSocket: fake.WebSocket,
    fetch: new FakeCoordinator().fetch,
    logger,
    ...options,
  });
}

async function connected(options: object = {}): Promise<void> {
  make(options);
  const connecting = watch(client.connect());
  await settle();
  socket().ok();
  await settle();
  expect(connecting.state).toBe('resolved');
}

/** Refuses every handshake that comes within this time. */
async function refuseFor(durationMs: number, ...refusal: Parameters<FakeSocket['refuse']>): Promise<void> {
  for (let waitedMs = 0; waitedMs < durationMs; waitedMs += 1_000) {
    if (socket().readyState === 1 && socket().sent.length === 1) socket().refuse(...refusal);
    await advance(1_000);
  }
}

beforeEach(() => {
  useVirtualTime();
  vi.spyOn(Math, 'random').mockReturnValue(1);
  provider = vi.fn<TokenProvider>(async () => freshToken('martin', 3600));
  for (const log of Object.values(logger)) log.mockReset();
});

afterEach(async () => {
  await client.disconnect();
  await settle();
  vi.restoreAllMocks();
});

// case 207: stream-video-js #2228
const PASSING: readonly (readonly [code: number, status: number])[] = [
  [23, 408],
  [16, 404],
  [-1, 500],
  [-1, 503],
  [71, 429],
  [9, 429],
  [1234, 400],
];

describe('a refusal that is not about the token', () => {
  test.each(PASSING)('(%i / %i) is backed off during a reconnect, without end', async (code, status) => {
    await connected({ token: freshToken('martin', 86_400) });
    socket().end(1006);
    await refuseFor(3_600_000, code, status);
    expect(client.connectionState).toBe('reconnecting');
    // No more than one handshake per 25 s once the back-off has grown.
    expect(sockets.length).toBeGreaterThan(100);
    expect(sockets.length).toBeLessThan(200);
    for (let waitedMs = 0; socket().sent.length === 0 || socket().readyState === 3; waitedMs += 1_000) {
      expect(waitedMs).toBeLessThanOrEqual(25_000);
      await advance(1_000);
    }
    socket().ok();
    await settle();
    expect([client.connectionState, provider.mock.calls.length]).toEqual(['connected', 0]);
  });

  test.each(PASSING)('(%i / %i) is backed off during connect() until its limit', async (code, status) => {
    make();
    const connecting = watch(client.connect());
    await settle();
    await refuseFor(14_000, code, status);
    expect(connecting.state).toBe('pending');
    await refuseFor(1_000, code, status);
    expect(connecting.error).toMatchObject({ code: 'connect_timeout', apiCode: code });
    expect(client.connectionState).toBe('disconnected');
  });

  test.each([
    [71, 429, /sockets/],
    [9, 429, /Send fewer requests/],
    [1234, 429, /Send fewer requests/],
  ])('(%i / %i) is told in the end with the limit by name', async (code, status, limit) => {
    make();
    const connecting = watch(client.connect());
    await settle();
    await refuseFor(15_000, code, status);
    expect(connecting.error?.remediation).toMatch(limit);
  });

  test('is logged as a warning with its message and what to do, each time that it is tried again', async () => {
    make();
    watch(client.connect());
    await settle();
    socket().refuse(71, 429);
    await settle();
    expect(logger.warn).toHaveBeenCalledWith('[stream-video-auth] The handshake is tried again', {
      message: expect.stringMatching(/429 \/ 71/),
      remediation: expect.stringMatching(/Close other sockets/),
    });
  });
});

describe('a connection that is made for somebody else', () => {
  const welcome = (me: unknown) =>
    socket().receive({ type: 'connection.ok', connection_id: 'connection-1', created_at: 'x', me });

  // case 228
  test.each([[{ id: 'thierry' }], [{ id: 'martin ' }], [{ id: 7 }], [{ id: null }], [{}], ['martin'], [7]])(
    '(%j) is refused like a token with code 5',
    async (me) => {
      make({ tokenProvider: undefined });
      const connecting = watch(client.connect());
      await settle();
      welcome(me);
      await settle();
      expect(connecting.error).toMatchObject({ code: 'handshake_rejected', apiCode: 5 });
      expect([client.connectionState, socket().readyState, sockets.length]).toEqual(['disconnected', 3, 1]);
    },
  );

  test.each([[{ id: 'martin', name: 'Martin' }], [undefined], [null]])(
    'is not one whose own user is %j',
    async (me) => {
      make();
      const connecting = watch(client.connect());
      await settle();
      welcome(me);
      await settle();
      expect([connecting.state, client.connectionState]).toEqual(['resolved', 'connected']);
    },
  );
});

describe('a mistake of the provider that no retry heals', () => {
  const jwt = freshToken('martin', 3600);
  // case 223
  const MISTAKES: readonly (readonly [code: string, answer: unknown])[] = [
    ['not_a_string', { token: jwt }],
    ['not_a_string', undefined],
    ['not_a_string', 7],
    ['bearer_prefix', `Bearer ${jwt}`],
    ['double_encoded', JSON.stringify(jwt)],
    ['missing_user_id', fakeToken({ exp: 4_000_000_000 })],
    ['invalid_user_id', fakeToken({ user_id: 7, exp: 4_000_000_000 })],
  ];
  const TRANSIENT: readonly (readonly [code: string, answer: unknown])[] = [
    ['empty', ''],
    ['not_a_jwt', '<html>'],
    ['not_a_jwt', 'nonsense'],
  ];

  test.each(MISTAKES)('(%s) ends connect() at once with that error', async (code, answer) => {
    provider.mockResolvedValue(answer as string);
    make({ token: undefined });
    const connecting = watch(client.connect());
    await settle();
    expect(connecting.error).toBeInstanceOf(InvalidTokenError);
    expect(connecting.error).toMatchObject({ code });
    expect([client.connectionState, provider.mock.calls.length, vi.getTimerCount()]).toEqual([
      'disconnected',
      1,
      0,
    ]);
  });

  test('(a ConfigurationError) ends connect() at once: no retry finds a page or a secret', async () => {
    const init = { remediation: 'Use an absolute address.' };
    provider.mockRejectedValue(new ConfigurationError('invalid_option', 'No page to ask from', init));
    make({ token: undefined });
    const connecting = watch(client.connect());
    await settle();
    expect(connecting.error).toMatchObject({ code: 'provider_failed', retryable: false, ...init });
    expect([client.connectionState, provider.mock.calls.length, vi.getTimerCount()]).toEqual([
      'disconnected',
      1,
      0,
    ]);
  });

  async function expectSecondTry(): Promise<void> {
    make({ token: undefined });
    const connecting = watch(client.connect());
    await settle();
    expect(connecting.state).toBe('pending');
    await advance(2_000);
    socket().ok();
    await settle();
    expect([connecting.state, provider.mock.calls.length]).toEqual(['resolved', 2]);
  }

  test('is not another thing that is thrown: that may pass, and is tried again', async () => {
    provider.mockRejectedValueOnce(new Error('No page to ask from'));
    await expectSecondTry();
  });

  test.each(TRANSIENT)('is not %s (%j): that may pass, and is tried again', async (_code, answer) => {
    provider.mockResolvedValueOnce(answer as string);
    await expectSecondTry();
  });

  test.each(MISTAKES)('(%s) does not end a reconnect that nobody waits for', async (_code, answer) => {
    await connected();
    provider.mockResolvedValueOnce(answer as string);
    socket().refuse(40);
    await settle();
    expect(client.connectionState).toBe('reconnecting');
    await advance(2_000);
    socket().ok();
    await settle();
    expect(client.connectionState).toBe('connected');
  });

  test.each([...MISTAKES, ...TRANSIENT])(
    '(%s) is logged with message and remediation',
    async (code, answer) => {
      provider.mockResolvedValue(answer as string);
      make({ token: undefined });
      watch(client.connect());
      await settle();
      const [, data] =
        logger.warn.mock.calls.find(([message]) => message.endsWith('token.refresh_failed')) ?? [];
      expect(data.error).toMatchObject({
        code,
        message: expect.stringMatching(/token/i),
        remediation: expect.stringMatching(/\w+ \w+/),
      });
    },
  );
});

describe('an open circuit', () => {
  async function openCircuit(connectMs: number): Promise<void> {
    provider.mockResolvedValue('nonsense');
    make({ token: undefined, timeouts: { connectMs } });
    for (let attempt = 0; attempt < 3; attempt += 1) {
      watch(client.auth.getToken());
      await advance(10_000);
    }
    expect(client.auth.explain().text).toBeDefined();
    expect(provider).toHaveBeenCalledTimes(3);
  }

  test('that outlasts connectMs ends connect() at once, with the time of the next probe', async () => {
    await openCircuit(15_000);
    const connecting = watch(client.connect());
    await settle();
    expect(connecting.error).toMatchObject({ code: 'circuit_open', retryAt: expect.any(Number) });
    expect([client.connectionState, provider.mock.calls.length, vi.getTimerCount()]).toEqual([
      'disconnected',
      3,
      0,
    ]);
  });

  test('that ends before connectMs is waited for', async () => {
    await openCircuit(60_000);
    provider.mockImplementation(async () => freshToken('martin', 3600));
    const connecting = watch(client.connect());
    await settle();
    expect(connecting.state).toBe('pending');
    await advance(30_000);
    socket().ok();
    await settle();
    expect([connecting.state, provider.mock.calls.length]).toEqual(['resolved', 4]);
  });

  test.each([
    ['ends with connectMs is waited for', 0, 'pending'],
    ['outlasts connectMs by a millisecond ends connect() at once', 1, 'rejected'],
  ])('that %s', async (_name, outlastsMs, state) => {
    await openCircuit(60_000);
    const blockedMs = (client.auth.state.retryAt as number) - Date.now();
    await client.disconnect();
    provider.mockClear();
    await openCircuit(blockedMs - outlastsMs);
    const connecting = watch(client.connect());
    await settle();
    expect(connecting.state).toBe(state);
  });

  test('that opens during connect() and outlasts it ends it at once', async () => {
    provider.mockResolvedValue('nonsense');
    make({ token: undefined, timeouts: { connectMs: 20_000 } });
    const connecting = watch(client.connect());
    await advance(6_000);
    expect(provider).toHaveBeenCalledTimes(3);
    expect(connecting.error).toMatchObject({ code: 'circuit_open' });
  });
});

describe('what the server says about a token that has a successor', () => {
  test.each([40, 41, 42, 43, 5, 2, 17, 4])('(%i) is not final: the newer one is tried', async (code) => {
    make();
    const connecting = watch(client.connect());
    await settle();
    client.auth.setToken(freshToken('martin', 3600));
    socket().refuse(code);
    await settle();
    expect([connecting.state, sockets.length]).toEqual(['pending', 2]);
    expect(socket().sent[0]?.token).toBe(client.token);
    socket().ok();
    await settle();
    expect([connecting.state, provider.mock.calls.length]).toEqual(['resolved', 0]);
  });

  test.each([43, 5, 2, 17, 4])('(%i) is final where there is none', async (code) => {
    make();
    const connecting = watch(client.connect());
    await settle();
    socket().refuse(code);
    await settle();
    expect(connecting.error).toMatchObject({ code: 'handshake_rejected', apiCode: code });
    expect([client.connectionState, sockets.length]).toEqual(['disconnected', 1]);
  });
});

describe('an open socket that is told 40', () => {
  test.each(['before', 'after'])(
    'and closed %s anything else is told reconnects with the new token',
    async (when) => {
      await connected();
      const former = client.token;
      const first = socket();
      first.refuse(40);
      if (when === 'before') first.end(4401);
      await settle();
      if (when === 'after') first.end(4401);
      await settle();
      expect([sockets.length, provider.mock.calls.length]).toEqual([2, 1]);
      expect(socket().sent[0]?.token).toBe(client.token);
      expect(client.token).not.toBe(former);
      socket().ok();
      await settle();
      expect(client.connectionState).toBe('connected');
    },
  );

  test('and told 40 again with the new token backs off, and comes back', async () => {
    await connected();
    for (let refusal = 0; refusal < 2; refusal += 1) {
      socket().refuse(40);
      await settle();
    }
    expect([client.connectionState, sockets.length]).toEqual(['reconnecting', 2]);
    await advance(3_000);
    socket().ok();
    await settle();
    expect(client.connectionState).toBe('connected');
  });
});

describe('the handshake takes as long as the slower of socket and token, and one round trip', () => {
  test.each([
    [300, 0],
    [0, 300],
    [300, 300],
    [100, 250],
    [250, 100],
  ])('with %i ms for the socket and %i ms for the token', async (openMs, tokenMs) => {
    const roundTripMs = 40;
    provider.mockImplementation(
      () => new Promise((resolve) => setTimeout(() => resolve(freshToken('martin', 3600)), tokenMs)),
    );
    const fake = fakeWebSockets((made) => {
      setTimeout(() => made.open(), openMs);
      const send = made.send.bind(made);
      made.send = (data) => {
        send(data);
        setTimeout(() => made.ok(), roundTripMs);
      };
    });
    make({ token: undefined, WebSocket: fake.WebSocket });
    const connecting = watch(client.connect());
    await advance(Math.max(openMs, tokenMs) + roundTripMs - 1);
    expect(connecting.state).toBe('pending');
    await advance(1);
    expect(connecting.state).toBe('resolved');
  });
});

describe('a token refused for what it is', () => {
  /** A reconnect whose first handshake is refused so. */
  async function reconnectRefused(code: number, options: object = {}): Promise<void> {
    await connected(options);
    socket().end(1006);
    await advance(250);
    socket().refuse(code);
    await advance(3_000);
  }

  test.each([43, 5])(
    '(%i) during a reconnect is replaced once, and the connection comes back',
    async (code) => {
      await reconnectRefused(code);
      expect(provider).toHaveBeenCalledTimes(1);
      expect(socket().sent[0]?.token).toBe(client.token);
      socket().ok();
      await settle();
      expect(client.connectionState).toBe('connected');
    },
  );

  test.each([43, 5])(
    '(%i) twice during a reconnect ends it; with a loss in between it does not',
    async (code) => {
      await reconnectRefused(code);
      socket().end(1006);
      await advance(1_000);
      socket().refuse(code);
      await advance(10_000);
      expect([client.connectionState, provider.mock.calls.length]).toEqual(['reconnecting', 2]);
      socket().refuse(code);
      await advance(10_000);
      expect(client.connectionState).toBe('disconnected');
    },
  );

  test.each([43, 5])('(%i) during a reconnect ends it at once where nothing can replace it', async (code) => {
    await reconnectRefused(code, { tokenProvider: undefined });
    expect([client.connectionState, sockets.length]).toEqual(['disconnected', 2]);
  });

  test.each([2, 17, 4])(
    'is none that is refused with %i: a reconnect ends at once, and nobody is asked',
    async (code) => {
      await reconnectRefused(code);
      expect([client.connectionState, sockets.length, provider.mock.calls.length]).toEqual([
        'disconnected',
        2,
        0,
      ]);
    },
  );

  test('and given again by the provider ends a reconnect with that refusal', async () => {
    const same = freshToken('martin', 3600);
    provider.mockResolvedValue(same);
    const changes = vi.fn();
    await connected({ token: same });
    client.on('connection.changed', changes);
    socket().end(1006);
    await advance(250);
    socket().refuse(43);
    await advance(3_000);
    expect(changes.mock.lastCall?.[0]).toMatchObject({
      state: 'disconnected',
      error: { code: 'handshake_rejected', apiCode: 43 },
    });
  });

  test('while an accepted one lives has connect() go back to that one', async () => {
    make();
    const accepted = client.token;
    await client.request('GET', '/edges');
    client.auth.setToken(freshToken('martin', 3600));
    const connecting = watch(client.connect());
    await settle();
    socket().refuse(43);
    await settle();
    expect([sockets.length, socket().sent[0]?.token]).toEqual([2, accepted]);
    socket().ok();
    await settle();
    expect([connecting.state, client.token]).toEqual(['resolved', accepted]);
  });

  /** A handshake carries the accepted token while the app hands in another; the server refuses first one, then both. */
  async function refusedInTurn(first: number) {
    make();
    const accepted = client.token;
    await client.request('GET', '/edges');
    const connecting = watch(client.connect());
    await settle();
    expect(socket().sent[0]?.token).toBe(accepted);
    const second = freshToken('martin', 3600);
    client.auth.setToken(second);
    socket().refuse(first);
    await settle();
    expect(socket().sent[0]?.token).toBe(second);
    socket().refuse(43);
    await settle();
    return { connecting, accepted };
  }

  test.each([43, 5])('is nothing to go back to once the server refused it with %i', async (code) => {
    const { connecting } = await refusedInTurn(code);
    expect(connecting.error).toMatchObject({ code: 'handshake_rejected', apiCode: 43 });
    expect(sockets).toHaveLength(2);
  });

  test.each([42, 2])('is still one to go back to where the server said %i about it', async (code) => {
    const { connecting, accepted } = await refusedInTurn(code);
    expect([sockets.length, socket().sent[0]?.token]).toEqual([3, accepted]);
    socket().ok();
    await settle();
    expect([connecting.state, client.token]).toEqual(['resolved', accepted]);
  });
});

describe('what the server says about a token whose successor was refused, too', () => {
  test.each([2, 17, 4])('(%i) is final', async (code) => {
    const coordinator = new FakeCoordinator();
    coordinator.respond = () => refusal(40);
    provider.mockReturnValue(new Promise(() => {}));
    make({ fetch: coordinator.fetch });
    const connecting = watch(client.connect());
    await settle();
    client.auth.setToken(freshToken('martin', 3600));
    const request = watch(client.request('GET', '/edges'));
    await settle();
    expect(coordinator.requests).toHaveLength(1);
    socket().refuse(code);
    await settle();
    expect(connecting.error).toMatchObject({ code: 'handshake_rejected', apiCode: code });
    await client.disconnect();
    await settle();
    expect(request.state).toBe('rejected');
  });
});

describe('a second 40', () => {
  test.each<[string, () => unknown]>([
    ['a loss', () => socket().end(1006)],
    ['a refusal that passes', () => socket().refuse(71, 429)],
  ])('after %s is the first of its row: the token is renewed once more', async (_name, between) => {
    make();
    const connecting = watch(client.connect());
    await settle();
    socket().refuse(40);
    await settle();
    between();
    await advance(500);
    socket().refuse(40);
    await advance(5_000);
    expect([connecting.state, provider.mock.calls.length]).toEqual(['pending', 2]);
    socket().ok();
    await settle();
    expect(connecting.state).toBe('resolved');
  });
});

describe('a back-off of the socket', () => {
  test('is not cut short by news of the token, also where the loop has waited for the token before', async () => {
    provider.mockRejectedValueOnce(new Error('503'));
    make({ token: undefined });
    watch(client.connect());
    await advance(2_000);
    const made = sockets.length;
    for (const waitMs of [250, 500]) {
      socket().end(1006);
      await advance(waitMs);
    }
    expect(sockets).toHaveLength(made + 2);
    socket().end(1006);
    // The back-off has begun by then.
    await settle();
    client.auth.setToken(freshToken('martin', 3600));
    await advance(999);
    expect(sockets).toHaveLength(made + 2);
    await advance(1);
    expect(sockets).toHaveLength(made + 3);
  });
});
