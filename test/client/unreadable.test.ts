import { StreamVideo } from 'stream-video-auth';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { answer, FakeCoordinator, type FakeSocket, fakeWebSockets } from '../support/fake-coordinator.js';
import { freshToken } from '../support/tokens.js';
import { type Unreadable, unreadables } from '../support/unreadable.js';
import { advance, settle, useVirtualTime } from '../support/virtual.js';
import { watch } from '../support/watch.js';

// cases 201, 210, 219: whatever others hand over may throw when it is looked at

const ALL = unreadables();
/** One base and the outermost depths, where the rule is about the way that a thing is handed over. */
const CORE = ALL.filter(
  ({ name }) => /^(?!.* of (?!an Error,)).*, [01] deep/.test(name) || name.includes('circle'),
);
/** Where the place tells nothing about the depth, the outermost are enough. */
const SHALLOW = CORE.filter(({ name }) => name.includes('0 deep'));

const clients: StreamVideo[] = [];

function make(options: object): StreamVideo {
  const client = new StreamVideo({
    apiKey: 'key',
    user: { id: 'martin' },
    tokenProvider: () => freshToken('martin', 3600),
    fetch: new FakeCoordinator().fetch,
    logger: 'silent',
    ...options,
  } as never);
  clients.push(client);
  return client;
}

beforeEach(() => useVirtualTime());

afterEach(async () => {
  for (const client of clients.splice(0)) await client.disconnect();
});

/** Moves the time on for all things at once: each rule waits here for the others. */
type Step = (milliseconds?: number) => Promise<void>;

type Rule = (thing: Unreadable, step: Step) => Promise<void>;

class Barrier {
  #left: number;
  #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#left = count;
  }

  readonly step: Step = (milliseconds = 0) =>
    new Promise((resolve) => {
      this.#waiting.push(resolve);
      void this.#goOn(milliseconds);
    });

  leave(): void {
    this.#left -= 1;
    void this.#goOn(0);
  }

  async #goOn(milliseconds: number): Promise<void> {
    if (this.#waiting.length === 0 || this.#waiting.length < this.#left) return;
    const waiting = this.#waiting.splice(0);
    // In few turns: thousands of timers fire in each.
    for (let turn = 0; turn < 4; turn += 1) {
      vi.advanceTimersByTime(milliseconds / 4);
      await settle();
    }
    for (const goOn of waiting) goOn();
  }
}

/** Holds a rule against many things at once, and says for which ones it does not hold. */
async function forEach(things: readonly Unreadable[], rule: Rule): Promise<void> {
  expect(things.length).toBeGreaterThan(10);
  const broken: string[] = [];
  // Fake timers cost the square of their number.
  for (let first = 0; first < things.length; first += BATCH) {
    await together(things.slice(first, first + BATCH), rule, broken);
  }
  expect(broken).toEqual([]);
}

const BATCH = 60;

async function together(things: readonly Unreadable[], rule: Rule, broken: string[]): Promise<void> {
  const barrier = new Barrier(things.length);
  await Promise.all(
    things.map(async (thing) => {
      try {
        await rule(thing, barrier.step);
      } catch (error) {
        broken.push(`${thing.name}: ${(error as Error).message}`);
      } finally {
        barrier.leave();
      }
    }),
  );
  for (const client of clients.splice(0)) await client.disconnect();
}

const PROVIDERS: [string, (value: unknown) => unknown][] = [
  [
    'thrown',
    (value) => {
      throw value;
    },
  ],
  ['a rejection', (value) => Promise.reject(value)],
  [
    'a rejection of a thenable',
    // biome-ignore lint/suspicious/noThenProperty: an app's promise may be of any make
    (value) => ({ then: (_resolve: unknown, reject: (reason: unknown) => void) => reject(value) }),
  ],
  [
    'thrown by a thenable',
    (value) => ({
      // biome-ignore lint/suspicious/noThenProperty: an app's promise may be of any make
      then: () => {
        throw value;
      },
    }),
  ],
  [
    'thrown by a `then` that cannot be read',
    (value) =>
      Object.defineProperty({}, 'then', {
        get: () => {
          throw value;
        },
      }),
  ],
];

describe('what a provider hands over', () => {
  const isOrdinary =
    (hand: (value: unknown) => unknown): Rule =>
    async ({ make: thing, isOurs }, step) => {
      const value = thing();
      const provider = vi.fn<() => unknown>(() => freshToken('martin', 3600));
      provider.mockImplementationOnce(() => hand(value));
      const client = make({ tokenProvider: provider });
      const request = watch(client.request('GET', '/edges'));
      await step();
      if (isOurs && client.auth.state.status === 'suspended') {
        // One that can be read where it counts says what it always says.
        expect(client.auth.state).toMatchObject({ status: 'suspended', reason: 'unauthorized' });
        return;
      }
      expect(request.state).toBe('rejected');
      expect(request.error?.name).toBe(
        request.error?.code === 'not_a_jwt' ? 'InvalidTokenError' : 'TokenProviderError',
      );
      expect(typeof request.error?.message).toBe('string');
      expect(request.error?.retryAt).toBeGreaterThan(Date.now());
      expect(client.auth.state).toMatchObject({ status: 'acquiring', refreshing: false });
      expect(typeof client.auth.explain().text).toBe('string');
      await step(2_000);
      const again = watch(client.request('GET', '/edges'));
      await step(2_000);
      expect(again.state).toBe('resolved');
      expect(provider).toHaveBeenCalledTimes(2);
    };

  test.each(PROVIDERS)('is an ordinary failure with back-off when it is %s', async (_name, hand) => {
    await forEach(CORE, isOrdinary(hand));
  });

  // In parts, since there are thousands.
  test.each([...Array(10).keys()])('is one whatever it is, however deep (%i)', async (part) => {
    const things = ALL.filter((_thing, index) => index % 10 === part);
    await forEach(
      things,
      isOrdinary((value) => Promise.reject(value)),
    );
  });

  test('is told by what could be read: a message that is text once', async () => {
    let reads = 0;
    const thrown = Object.defineProperty(new Error(), 'message', {
      get: () => {
        reads += 1;
        if (reads > 1) throw new Error('do not look');
        return 'the database is away';
      },
    });
    const client = make({ tokenProvider: () => Promise.reject(thrown) });
    const first = watch(client.request('GET', '/edges'));
    await settle();
    await advance(100);
    const second = watch(client.request('GET', '/edges'));
    await advance(10);
    await advance(60_000);
    expect([first.error?.message, first.error?.cause]).toEqual([
      'The token provider failed: the database is away',
      thrown,
    ]);
    expect(second.error?.message).toMatch(/database is away|no reason|it threw/);
  });

  test('is not a token, whatever it is, and never leaves the attempt open', async () => {
    const things: Unreadable[] = [
      ...ALL.filter(({ name }) => name.includes('0 deep')),
      {
        name: 'a then that is a function at the second reading',
        isOurs: false,
        make: () => {
          let reads = 0;
          return Object.defineProperty({}, 'then', { get: () => (reads++ === 0 ? undefined : () => {}) });
        },
      },
    ];
    await forEach(things, async ({ make: thing }, step) => {
      const value = thing();
      const provider = vi.fn<() => unknown>(() => freshToken('martin', 3600));
      provider.mockImplementationOnce(() => value);
      const client = make({ tokenProvider: provider });
      const request = watch(client.request('GET', '/edges'));
      await step();
      // A `then` that never calls back is silence, which the time limit ends.
      await step(10_000);
      expect(request.state).toBe('rejected');
      expect(['InvalidTokenError', 'TokenProviderError']).toContain(request.error?.name);
      await step(2_000);
      const again = watch(client.request('GET', '/edges'));
      await step(2_500);
      expect(again.state).toBe('resolved');
    });
  });
});

describe('what a listener or a logger throws or rejects with', () => {
  const WAYS: [string, (value: unknown) => unknown][] = [
    ...PROVIDERS.slice(0, 2),
    ['returned', (value) => value],
  ];

  test.each(WAYS)('disturbs nobody and is logged (%s)', async (way, hand) => {
    await forEach(CORE, async ({ make: thing }, step) => {
      const value = thing();
      const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
      const { WebSocket } = welcoming();
      const client = make({ logger, WebSocket });
      const heard = vi.fn();
      client.on('connection.changed', () => hand(value));
      client.on('token.refreshed', () => hand(value));
      client.auth.subscribe(() => hand(value));
      client.on('connection.changed', heard);
      const connecting = watch(client.connect());
      await step(10);
      expect(connecting.state).toBe('resolved');
      expect(heard).toHaveBeenCalledTimes(2);
      if (way === 'returned') return;
      expect(logger.error.mock.calls.length).toBeGreaterThanOrEqual(4);
      for (const [, data] of logger.error.mock.calls) expect(typeof data.error.message).toBe('string');
    });
  });

  test.each(WAYS)('in a logger disturbs nobody (%s)', async (_way, hand) => {
    await forEach(SHALLOW, async ({ make: thing }, step) => {
      const fail = () => hand(thing());
      const logger = { debug: fail, info: fail, warn: fail, error: fail };
      const client = make({ logger });
      client.on('token.refreshed', () => {
        throw new Error('x');
      });
      const request = watch(client.request('GET', '/edges'));
      await step();
      expect(request.state).toBe('resolved');
    });
  });
});

function welcoming(ok?: (socket: FakeSocket) => void) {
  return fakeWebSockets((socket) => {
    queueMicrotask(() => socket.readyState === 0 && socket.open());
    const send = socket.send.bind(socket);
    socket.send = (data) => {
      send(data);
      queueMicrotask(() => (ok ? ok(socket) : socket.ok()));
    };
  });
}

describe('what the platform hands over', () => {
  test.each([PROVIDERS[0], PROVIDERS[1]] as [string, (value: unknown) => never][])(
    'by fetch ends the request as a network failure (%s)',
    async (_name, hand) => {
      await forEach(CORE, async ({ make: thing }, step) => {
        const value = thing();
        const client = make({ fetch: () => hand(value) });
        const request = watch(client.request('POST', '/devices'));
        await step();
        expect(request.error).toMatchObject({ name: 'ConnectionError', code: 'network' });
        expect(request.error?.cause === value || value === undefined).toBe(true);
      });
    },
  );

  test('by fetch as an answer ends the request', async () => {
    await forEach(SHALLOW, async ({ make: thing }, step) => {
      const client = make({ fetch: async () => thing() });
      const request = watch(client.request('POST', '/devices'));
      await step(10_000);
      expect(request.state).toBe('rejected');
    });
  });

  test('by a WebSocket that cannot be made is a failed handshake, tried until the limit', async () => {
    await forEach(SHALLOW, async ({ make: thing }, step) => {
      const value = thing();
      const WebSocket = vi.fn(function refuse() {
        throw value;
      });
      const client = make({ WebSocket });
      const connecting = watch(client.connect());
      await step(15_000);
      expect(connecting.error).toMatchObject({ name: 'ConnectionError', code: 'connect_timeout' });
      expect(WebSocket.mock.calls.length).toBeGreaterThan(1);
    });
  });

  test('in an event of a socket ends that socket, and nothing else', async () => {
    await forEach(SHALLOW, async ({ make: thing }, step) => {
      const { WebSocket, sockets } = welcoming();
      const client = make({ WebSocket });
      const connecting = watch(client.connect());
      await step(10);
      expect(connecting.state).toBe('resolved');
      const value = thing();
      sockets[0]?.dispatch('message', value);
      sockets[0]?.dispatch('message', { data: value });
      sockets[0]?.dispatch('error', value);
      sockets[0]?.dispatch('close', { code: value, reason: value });
      await step(30_000);
      expect(client.connectionState).toBe('connected');
      expect(sockets).toHaveLength(2);
    });
  });

  test('as the reason of a signal is what the caller gets, untouched', async () => {
    await forEach(SHALLOW, async ({ make: thing }, step) => {
      const value = thing();
      if (value === undefined) return;
      const client = make({ fetch: () => new Promise(() => {}), WebSocket: fakeWebSockets().WebSocket });
      const controller = new AbortController();
      const { signal } = controller;
      const waits = [
        watch(client.request('GET', '/edges', { signal })),
        watch(client.connect({ signal })),
        watch(make({ tokenProvider: () => new Promise(() => {}) }).auth.getToken({ signal })),
      ];
      await step();
      controller.abort(value);
      await step();
      for (const wait of waits)
        expect([wait.state, Object.is(wait.error, value)]).toEqual(['rejected', true]);
    });
  });
});

describe('what the coordinator hands over', () => {
  const VALUES: unknown[] = [{ toString: 1 }, [], 7, null, true, { deep: { toString: 1 } }];
  const errors = VALUES.flatMap((value) => [
    { code: 5, StatusCode: 401, message: value },
    { code: value, StatusCode: 401, message: 'x' },
    { code: 99, StatusCode: value, message: 'x' },
    { code: 99, StatusCode: 400, message: 'x', exception_fields: value, unrecoverable: value },
    value,
  ]);

  test.each(errors.map((error) => [JSON.stringify(error), error]))(
    'in a connection.error before and after our frame ends no process: %s',
    async (_json, error) => {
      for (const isEarly of [true, false]) {
        const { WebSocket, sockets } = fakeWebSockets((socket) => {
          const refuse = () => socket.receive({ type: 'connection.error', error });
          queueMicrotask(() => {
            socket.open();
            if (isEarly) refuse();
          });
          const send = socket.send.bind(socket);
          socket.send = (data) => {
            send(data);
            queueMicrotask(refuse);
          };
        });
        const connecting = watch(make({ WebSocket }).connect());
        await advance(16_000);
        expect(connecting.error?.name).toMatch(/^(Connection|TokenProvider)Error$/);
        expect(typeof connecting.error?.message).toBe('string');
        expect(sockets.length).toBeGreaterThan(0);
      }
    },
  );

  test.each(errors.map((error) => [JSON.stringify(error), error]))(
    'as an answer is an ApiError: %s',
    async (_json, error) => {
      const client = make({ fetch: async () => answer(error as object, 400) });
      const request = watch(client.request('POST', '/devices'));
      await settle();
      expect(request.error).toMatchObject({ name: 'ApiError', status: 400 });
    },
  );
});
