import { getEventListeners } from 'node:events';
import { inspect } from 'node:util';
import { type LogLevel, StreamVideo, UnauthorizedError } from 'stream-video-auth';
import { describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { refusal } from '../support/fake-coordinator.js';
import { freshToken } from '../support/tokens.js';
import { advance } from '../support/virtual.js';
import {
  entered,
  eventsOf,
  freshProvider,
  inVirtualTime,
  json,
  Loopback,
  rejection,
  ScriptedServer,
  virtualScene,
} from './support.js';

const TOKEN = /eyJ[\w-]/;

/** Everything that may be printed of a value. */
const printed = (value: unknown) =>
  [
    inspect(value, { depth: 10 }),
    inspect(value, { depth: 10, showHidden: true }),
    inspect([value], { depth: 10 }),
    JSON.stringify(value),
    String(value),
    JSON.stringify(Object.entries(Object(value))),
  ].join('\n');

describe('over the wire', () => {
  const field = new Loopback();

  // case 82: client-sdk-js #1364; stream-core-android 80e529f; axios #6919; paperless-ai #966; litellm #22424; OneSignal #2626
  it.each(['debug', 'info', 'warn', 'error', 'silent'] as LogLevel[])(
    'a life with all its faults prints no token, at level %s',
    async (logger) => {
      const lines: string[] = [];
      const methods = ['debug', 'info', 'log', 'warn', 'error'] as const;
      for (const method of methods) {
        vi.spyOn(console, method).mockImplementation((...parts) => {
          lines.push(inspect(parts, { depth: 10 }));
        });
      }
      const client = field.client({ tokenProvider: field.provider(), logger });
      const events = eventsOf(client);
      const errors: unknown[] = [];
      const keep = (promise: Promise<unknown>) => promise.catch((error) => errors.push(error));
      await client.connect();
      const call = client.call('default', 'x');
      await call.join({ create: true });
      field.server.faults.expireTokens();
      await client.request('GET', '/edges');
      for (const fault of [
        { status: 403, code: 17 },
        { status: 401, code: 43 },
        { status: 500 },
        { kind: 'html' as const },
      ]) {
        field.server.faults.failNext(1, fault);
        await keep(client.request('POST', '/calls', { body: {} }));
      }
      client.auth.setTokenProvider(() => Promise.reject(new Error(`no luck with ${client.token}`)));
      await keep(client.auth.refresh());
      await keep(client.auth.getToken());
      client.auth.setTokenProvider(() => `"${freshToken('martin', 60)}"`);
      await keep(client.auth.refresh());
      await keep(Promise.resolve().then(() => client.auth.setToken(freshToken('somebody', 60))));
      const things = [
        client,
        client.auth,
        client.auth.state,
        client.auth.explain(),
        client.user,
        call,
        call.state,
      ];
      const output = [...things, ...events, ...errors].map(printed).concat(lines).join('\n');
      await client.disconnect();
      vi.restoreAllMocks();
      expect(errors.length).toBeGreaterThanOrEqual(6);
      expect(output).not.toMatch(TOKEN);
      expect(output).not.toContain('Authorization');
    },
  );

  it('a logger of the app gets no token either, and no error of the app whole', async () => {
    const seen: unknown[][] = [];
    const write = (...parts: unknown[]) => seen.push(parts);
    const logger = { debug: write, info: write, warn: write, error: write };
    const secret = new Error('request failed') as Error & { config: object };
    secret.config = { headers: { authorization: freshToken('martin', 60) } };
    const client = field.client({ tokenProvider: () => Promise.reject(secret), logger });
    const error = await rejection(client.auth.getToken());
    client.on('token.refresh_failed', () => Promise.reject(secret));
    await rejection(client.auth.refresh());
    expect(seen.length).toBeGreaterThan(0);
    expect(inspect(seen, { depth: 10, showHidden: true })).not.toMatch(/eyJ|headers/);
    expect(error.cause).toBe(secret);
    expect(printed(error).replace(/\[cause\][\s\S]*/, '')).not.toMatch(TOKEN);
    expect(Object.keys(error)).not.toContain('cause');
  });

  it.each([
    ['whose header has spaces', '{ "alg": "HS256", "typ": "JWT" }', 'base64url'],
    ['whose header has line breaks', '{\r\n  "alg": "HS256"\r\n}', 'base64url'],
    ['in plain base64', '{"alg":"HS256"}', 'base64'],
  ] as const)('a token %s is one to be masked, too', async (_name, header, encoding) => {
    const encode = (text: string) => Buffer.from(text).toString(encoding);
    const claims = JSON.stringify({ user_id: 'martin', exp: 4e9, x: '>>>???~~~' });
    const parts = [encode(header), encode(claims), encode('ÿþýü'.repeat(8))];
    const token = parts.join('.');
    const server = await ScriptedServer.start();
    server.reply = (_request, response) => json(response, 403, { code: 99, StatusCode: 403, message: token });
    const client = field.client({ baseUrl: server.url, token });
    const { message } = await rejection(client.request('GET', '/edges'));
    expect(message).toBe('The coordinator answered 403 / 99: <token>');
  });

  it('what a server says is masked, cut and escaped before it is shown', async () => {
    const server = await ScriptedServer.start();
    const token = freshToken('martin', 3600);
    const message = `token ${token} is bad\r\n\u001b[31m${'x'.repeat(5_000)}`;
    server.reply = (_request, response) => json(response, 403, { code: 99, StatusCode: 403, message });
    const client = field.client({ baseUrl: server.url, token });
    const error = await rejection(client.request('GET', '/edges'));
    expect(error.message).not.toMatch(TOKEN);
    expect(error.message).not.toMatch(/\p{Cc}/u);
    expect(error.message.length).toBeLessThan(300);
  });

  // case 83: client-sdk-js #1364; fliks #629
  it('no address carries a token, over HTTP or by socket, through refreshes and reconnects', async () => {
    const urls: string[] = [];
    class Recording extends WebSocket {
      constructor(url: string) {
        urls.push(url);
        super(url);
      }
    }
    const client = field.client({
      tokenProvider: field.provider(),
      WebSocket: Recording,
      fetch: (input: string, init: RequestInit) => {
        urls.push(input);
        return fetch(input, init);
      },
    });
    await client.connect();
    field.server.faults.expireTokens();
    await client.request('GET', '/edges', { query: { x: 1 } });
    await client.call('default', 'x').getOrCreate({}, { watch: true });
    const isBack = entered(client, 'connected');
    field.server.faults.dropConnections();
    await isBack;
    expect(urls.length).toBeGreaterThanOrEqual(5);
    for (const url of urls) expect(url).not.toMatch(/eyJ|token|authorization/i);
    expect(urls.filter((url) => url.startsWith('ws:'))).toHaveLength(2);
  });

  // case 84: auth-js #100, #599; solid-client-authn #1623; node-vault-client #143, #69; earthengine-api #77
  it('a connected client holds the process by its socket alone, and a disconnected one by nothing', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
    const before = timers();
    const client = field.client({ tokenProvider: field.provider() });
    await client.request('GET', '/edges');
    await client.auth.getToken();
    await client.connect();
    expect(timers()).toBeLessThanOrEqual(before);
    await client.disconnect();
    await vi.waitFor(() => expect(timers()).toBeLessThanOrEqual(before));
  });
});

describe('in virtual time', () => {
  inVirtualTime();

  it.each<[string, (scene: ReturnType<typeof virtualScene>) => Promise<unknown>]>([
    ['was connected', ({ client }) => client.connect()],
    ['had a token only', ({ client }) => client.auth.getToken()],
    [
      'was refreshing',
      async ({ client }) => {
        client.auth.setTokenProvider(() => new Promise(() => {}));
        client.auth.refresh().catch(() => {});
      },
    ],
    [
      'was waiting at a closed door',
      async ({ client }) => {
        client.auth.setTokenProvider(() => Promise.reject(new Error('x')));
        await rejection(client.auth.refresh());
        client.auth.refresh().catch(() => {});
      },
    ],
    [
      'was reconnecting',
      async ({ client, sockets }) => {
        await client.connect();
        sockets[0]?.end(1006);
      },
    ],
    [
      'was waiting out an early token',
      async ({ client, coordinator }) => {
        coordinator.respond = () => refusal(42);
        client.request('GET', '/edges').catch(() => {});
        await advance(100);
      },
    ],
    [
      'was between two tries of a GET',
      async ({ client, coordinator }) => {
        coordinator.respond = () => Promise.reject(new TypeError('fetch failed'));
        client.request('GET', '/edges').catch(() => {});
        await advance(100);
      },
    ],
  ])('no timer outlives the disconnect() of a client that %s', async (_name, work) => {
    const scene = virtualScene({ tokenProvider: freshProvider() });
    await work(scene);
    await scene.client.disconnect();
    await advance(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  // case 85: ky e48386e, b49cd03; centrifuge-js 727d477; stream-chat-react-native #765
  // api.md section 7: text from outside is escaped and cut before it reaches a log or explain()
  it('what servers and providers say is escaped and cut in the log and in explain(), too', async () => {
    const evil = `bad\r\n\u001b[31m\u2028${'x'.repeat(500)}`;
    const lines: unknown[] = [];
    const write = (message: string, data: object = {}) => lines.push(message, ...Object.values(data));
    const logger = { debug: write, info: write, warn: write, error: write };
    const { client, sockets } = virtualScene({ logger, tokenProvider: freshProvider() }, { welcome: false });
    const connected = client.connect();
    await advance(0);
    sockets[0]?.ok('martin', evil);
    await connected;
    expect(client.connectionId).toBe(evil);
    client.auth.setTokenProvider(() => Promise.reject(new UnauthorizedError(evil)));
    await rejection(client.auth.refresh());
    const { text, state } = client.auth.explain();
    const told = [...lines, state.lastError?.message, ...text.split('\n')].filter(
      (line) => line !== undefined,
    );
    expect(told.length).toBeGreaterThan(10);
    for (const line of told) {
      expect(String(line)).not.toMatch(/[\p{Cc}\u2028]/u);
      expect(String(line).length).toBeLessThan(300);
    }
  });

  it('a hundred connects and disconnects leave as many listeners as before: none', async () => {
    const counts = { page: 0, window: 0 };
    const counting = (name: keyof typeof counts) => ({
      addEventListener: () => {
        counts[name] += 1;
      },
      removeEventListener: () => {
        counts[name] -= 1;
      },
    });
    const window = counting('window');
    vi.stubGlobal('document', { visibilityState: 'visible', ...counting('page') });
    vi.stubGlobal('addEventListener', window.addEventListener);
    vi.stubGlobal('removeEventListener', window.removeEventListener);
    const longLived = new AbortController();
    const { client, sockets } = virtualScene({ tokenProvider: freshProvider() });
    const { signal } = longLived;
    await client.connect({ signal });
    const whileConnected = { ...counts };
    const timers = vi.getTimerCount();
    for (let cycle = 0; cycle < 100; cycle += 1) {
      await client.disconnect();
      expect(counts).toEqual({ page: 0, window: 0 });
      expect(vi.getTimerCount()).toBe(0);
      await client.connect({ signal });
      await client.request('GET', '/edges', { signal });
      await client.auth.getToken({ signal });
    }
    expect(counts).toEqual(whileConnected);
    expect(vi.getTimerCount()).toBe(timers);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    expect(sockets.filter(({ readyState }) => readyState !== 3)).toHaveLength(1);
    await client.disconnect();
    vi.unstubAllGlobals();
  });

  it('a hundred failed requests and reconnects leave nothing on a long-lived signal', async () => {
    const { signal } = new AbortController();
    const { client, coordinator, sockets } = virtualScene({ tokenProvider: freshProvider() });
    await client.connect();
    const timers = vi.getTimerCount();
    for (let cycle = 0; cycle < 100; cycle += 1) {
      coordinator.respond = () => refusal(43);
      await rejection(client.request('GET', '/edges', { signal }));
      sockets.at(-1)?.end(1006);
      await advance(26_000);
    }
    expect(client.connectionState).toBe('connected');
    expect(vi.getTimerCount()).toBe(timers);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

it('importing the package does nothing', async () => {
  const spies = [
    vi.spyOn(globalThis, 'setTimeout'),
    vi.spyOn(globalThis, 'setInterval'),
    vi.spyOn(process, 'on'),
  ];
  vi.stubGlobal('fetch', vi.fn());
  vi.stubGlobal('addEventListener', vi.fn());
  vi.resetModules();
  const { StreamVideo: Fresh } = await import('../../src/client/index.js');
  const touched = [...spies.map(({ mock }) => mock.calls.length), vi.mocked(fetch).mock.calls.length];
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  expect(touched).toEqual([0, 0, 0, 0]);
  expect(Fresh).not.toBe(StreamVideo);
});
