import { StreamVideo, type StreamVideoOptions } from 'stream-video-auth';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { answer, FakeCoordinator, fakeWebSockets } from '../support/fake-coordinator.js';
import { freshToken } from '../support/tokens.js';
import { advance, settle } from '../support/virtual.js';
import {
  endAfterwards,
  freshProvider,
  inVirtualTime,
  json,
  Loopback,
  refuse,
  rejection,
  ScriptedServer,
  virtualScene,
  watch,
} from './support.js';

/** Throws where a browser would: when called as the method of something else. */
function strict<F extends (...parts: never[]) => unknown>(platform: F): F {
  return function checked(this: unknown, ...parts: never[]) {
    if (this !== undefined && this !== globalThis) throw new TypeError('Illegal invocation');
    return platform(...parts);
  } as unknown as F;
}

describe('over the wire', () => {
  const field = new Loopback();

  // case 90: auth-js #847, #886; ably-js #1112; atproto #4052; titen #203; cloudflare-docs #33362;
  // TanStack/ai #1184, notion-sdk-js #681, replicate-javascript #90, icp-js-core #527
  it('a fetch of the options is called without a receiver, and with five fields at most', async () => {
    const inits: RequestInit[] = [];
    const strictFetch = strict((input: string, init: RequestInit) => {
      inits.push(init);
      return fetch(input, init);
    });
    const client = field.client({ tokenProvider: field.provider(), fetch: strictFetch });
    await client.connect();
    await client.request('GET', '/edges');
    await client.call('default', 'x').getOrCreate();
    await field.create({ user: { id: 'guest', type: 'guest' }, fetch: strictFetch });
    expect(inits).toHaveLength(3);
    const allowed = ['method', 'headers', 'body', 'signal', 'redirect'];
    for (const init of inits) {
      expect(allowed).toEqual(expect.arrayContaining(Object.keys(init)));
      expect(init.redirect).toBe('manual');
    }
  });

  it('the globals are called without a receiver, looked up at each use', async () => {
    const { fetch, setTimeout, clearTimeout } = globalThis;
    const client = field.client({ tokenProvider: field.provider() });
    const strictFetch = vi.fn(strict(fetch as never));
    vi.stubGlobal('fetch', strict(strictFetch as never));
    vi.stubGlobal('setTimeout', strict(setTimeout as never));
    vi.stubGlobal('clearTimeout', strict(clearTimeout as never));
    await client.connect();
    await client.request('GET', '/edges');
    await client.disconnect();
    vi.unstubAllGlobals();
    expect(strictFetch).toHaveBeenCalledTimes(1);
  });

  it('a logger that is an object with a state keeps its receiver', async () => {
    class Lines {
      readonly lines: string[] = [];
      debug(text: string) {
        this.lines.push(text);
      }
      info(text: string) {
        this.lines.push(text);
      }
      warn(text: string) {
        this.lines.push(text);
      }
      error(text: string) {
        this.lines.push(text);
      }
    }
    const logger = new Lines();
    const client = field.client({ tokenProvider: field.provider(), logger });
    await client.connect();
    expect(logger.lines.length).toBeGreaterThan(0);
  });

  it('an error of fetch before anything was sent is told with its text, and not repeated', async () => {
    const cause = new TypeError('The "cache" field on RequestInitializerDict is not implemented.');
    const failing = vi.fn(() => Promise.reject(cause));
    const client = field.client({ token: await field.server.userToken('martin'), fetch: failing });
    const error = await rejection(client.request('GET', '/edges'));
    expect(error).toMatchObject({ name: 'ConnectionError', cause, retryable: false });
    expect(error.message).toContain('RequestInitializerDict');
    expect(failing).toHaveBeenCalledTimes(1);
  });

  // case 99: js-client-sdk #329 and others; soleur #1234, tektoncd/dashboard #1837: the socket alone is blocked
  it('a socket that something blocks is told by its close code and by what may block it; HTTP goes on', async () => {
    const server = await ScriptedServer.start();
    server.onUpgrade = (_request, socket) => {
      socket.destroy();
      return true;
    };
    const client = field.client({
      baseUrl: server.url,
      tokenProvider: freshProvider(),
      timeouts: { connectMs: 300 },
    });
    const error = await rejection(client.connect());
    expect(error).toMatchObject({ code: 'connect_timeout', closeCode: 1006 });
    expect(error.remediation).toMatch(/content policy/);
    expect(error.remediation).toMatch(/proxy/);
    await client.request('GET', '/edges');
  });

  // case 103: KiroCrew #9898; Calibre-Web-NextGen #824; projektor #135; undici #4563; fetch #944; home-assistant #16306
  describe.each([301, 302, 303, 307, 308])('a redirect with %i', (status) => {
    it.each([
      ['GET', undefined],
      ['POST', { a: 1 }],
    ])('of a %s is told by both origins, and the token goes to one of them only', async (method, body) => {
      const elsewhere = await ScriptedServer.start();
      const server = await ScriptedServer.start();
      server.reply = ({ path }, response) => {
        response.writeHead(status, { location: `${elsewhere.url}${path}` });
        response.end();
      };
      elsewhere.reply = (_request, response) => refuse(response, 40);
      const provider = freshProvider();
      const client = field.client({ baseUrl: server.url, tokenProvider: provider });
      const error = await rejection(client.request(method, '/edges', { body }));
      expect(error).toMatchObject({ name: 'ApiError', status });
      expect(error.message).toContain(server.url);
      expect(error.message).toContain(elsewhere.url);
      expect(error.remediation).toContain('baseUrl');
      expect(elsewhere.arrived).toEqual([]);
      expect(server.arrived).toHaveLength(1);
      expect(provider).toHaveBeenCalledTimes(1);
    });

    it('of the creation of a guest is told likewise', async () => {
      const server = await ScriptedServer.start();
      server.reply = (_request, response) => {
        response.writeHead(status, { location: 'https://elsewhere.example/' });
        response.end();
      };
      const error = await rejection(field.create({ user: { id: 'g', type: 'guest' }, baseUrl: server.url }));
      expect(error).toMatchObject({ name: 'ApiError', status });
      expect(error.message).toContain('https://elsewhere.example');
    });
  });

  it('an answer that a fetch has followed a redirect for is no evidence about a token', async () => {
    const provider = freshProvider();
    const followed = async () => {
      const response = new Response(JSON.stringify({ code: 40, StatusCode: 401, message: 'expired' }), {
        status: 401,
      });
      return Object.defineProperty(response, 'redirected', { value: true });
    };
    const client = field.client({ tokenProvider: provider, fetch: followed });
    expect(await rejection(client.request('GET', '/edges'))).toMatchObject({ apiCode: 40 });
    expect(provider).toHaveBeenCalledTimes(1);
  });

  it.each<[string, number, string, string]>([
    ['a portal', 200, 'text/html', '<!DOCTYPE html><h1>Welcome to the hotel'],
    ['a portal that says JSON', 200, 'application/json', '<!DOCTYPE html><h1>Welcome to the hotel'],
    ['half of an answer', 200, 'application/json', '{"calls":[{"ca'],
    ['a bare word', 200, 'application/json', '"ok"'],
    ['a page with 401', 401, 'text/html', '<html>sign in'],
    ['JSON of somebody else with 401', 401, 'application/json', '{"error":"unauthorized","code":"40"}'],
    ['a page with 502', 502, 'text/html', '<html>bad gateway'],
  ])(
    '%s in place of the coordinator is an ApiError, sent once, about no token',
    async (_name, status, type, text) => {
      const server = await ScriptedServer.start();
      server.reply = (_request, response) => {
        response.writeHead(status, { 'content-type': type });
        response.end(text);
      };
      const provider = freshProvider();
      const client = field.client({ baseUrl: server.url, tokenProvider: provider });
      const error = await rejection(client.request('GET', '/edges'));
      expect(error).toMatchObject({ name: 'ApiError', status });
      expect(error.message).not.toMatch(/hotel|sign in|Unexpected/);
      expect(server.arrived).toHaveLength(1);
      expect(provider).toHaveBeenCalledTimes(1);
      expect(client.auth.state.status).toBe('active');
    },
  );

  it.each([
    ['a page with 200', 200, '<!DOCTYPE html><title>Sign in</title>', 'not_a_jwt'],
    ['a page with 403', 403, '<html>blocked by the proxy', 'provider_failed'],
  ])(
    'a token provider that hands on %s fails, backs off, and ends no session',
    async (_name, status, page, code) => {
      const provider = async () => {
        if (status !== 200) throw new Error(`status ${status}`);
        return page;
      };
      const client = field.client({ tokenProvider: provider });
      const error = await rejection(client.request('GET', '/edges'));
      expect(error).toMatchObject({ code });
      if (code === 'not_a_jwt') expect(error.remediation).toMatch(/web page|sign-in/);
      expect(`${error.message}${error.remediation}`).not.toContain('<title>');
      expect(client.auth.state).toMatchObject({ status: 'acquiring', retryAt: expect.any(Number) });
    },
  );

  // small one a: nylas-nodejs #616, mem0 #5893, customerio-node #187, langgraph #7893
  it.each(['a/b?c#d', '用户', 'a b', '%2F', 'a%b', "it's", 'a\\b', 'a:b', '..x', '.a', '+', 'é&=é'])(
    'a call whose id is %j is one segment on the way, and itself in state and events',
    async (id) => {
      const server = await ScriptedServer.start();
      const client = field.client({ baseUrl: server.url, tokenProvider: freshProvider() });
      server.reply = (_request, response) =>
        json(response, 200, {
          call: { type: 'default', id, cid: `default:${id}` },
          members: [],
          own_capabilities: [],
        });
      const call = client.call('default', id);
      await call.get();
      const { pathname } = new URL(server.arrived[0]?.path ?? '', server.url);
      expect(pathname.split('/')).toHaveLength(5);
      expect(decodeURIComponent(pathname.split('/')[4] as string)).toBe(id);
      expect(call.cid).toBe(`default:${id}`);
      expect(call.state.call?.cid).toBe(`default:${id}`);
    },
  );

  it.each(['.', '..', '%2e', '%2E%2e', '\ud800'])('a call whose id is %j is refused', (id) => {
    const client = field.client({ tokenProvider: freshProvider() });
    expect(() => client.call('default', id)).toThrow(expect.objectContaining({ name: 'ConfigurationError' }));
    expect(() => client.call(id, 'x')).toThrow(expect.objectContaining({ name: 'ConfigurationError' }));
  });

  it.each([
    '/call/default/../../guest',
    '/call/%2e%2e/guest',
    '/./guest',
    '//evil.example/guest',
    'https://evil.example/',
    'guest',
    '/a\\b',
    '/a\nb',
    '/a#b',
    '',
    42,
  ])('a request to the path %j is refused before anything is sent', async (path) => {
    const client = field.client({ tokenProvider: freshProvider() });
    const error = await rejection(client.request('GET', path as string));
    expect(error).toMatchObject({ name: 'ConfigurationError', code: 'invalid_path' });
    expect(field.server.requests).toEqual([]);
  });

  // small one b: libsql-client-ts #356, y-sweet #407, openclaw #47432
  it.each([
    ['with a path', '/proxy/stream', '/proxy/stream'],
    ['with a path and a slash', '/proxy/stream/', '/proxy/stream'],
    ['that ends in /video', '/proxy/video', '/proxy'],
    ['that ends in /video and a slash', '/video/', ''],
    ['with a slash only', '/', ''],
    ['with white space and a line feed around it', ' \n', ''],
  ])('a baseUrl %s keeps its prefix for requests and for the socket', async (_name, suffix, prefix) => {
    const server = await ScriptedServer.start();
    const baseUrl = suffix.trim() === '' ? ` ${server.url}${suffix}` : `${server.url}${suffix}`;
    const client = field.client({ baseUrl, tokenProvider: freshProvider(), timeouts: { connectMs: 200 } });
    await client.request('GET', '/edges');
    await rejection(client.connect());
    expect(server.arrived[0]?.path).toMatch(new RegExp(`^${prefix}/video/edges\\?`));
    expect(server.upgrades[0]).toMatch(new RegExp(`^${prefix}/video/connect\\?`));
  });

  it.each([
    'http://127.0.0.1/?x=1',
    'http://127.0.0.1/#x',
    'http://user:secret@127.0.0.1',
    'ws://127.0.0.1',
    'ftp://x',
    '127.0.0.1:80',
    '/video',
    'http://exa\nmple',
    'http://x/../y',
    '',
    null,
    42,
  ])('a baseUrl of %j is refused at construction', (baseUrl) => {
    expect(() => field.client({ baseUrl, tokenProvider: freshProvider() })).toThrow(
      expect.objectContaining({ name: 'ConfigurationError', code: 'invalid_base_url' }),
    );
  });

  // small one c: pi #4927, LibreChat #11431, clerk #4244, cloudflare/agents #1751
  it.each(['Приложение', '👋', 'a\nb', 'a|b', 'é', '\ud800', ''])(
    'a clientName of %j reaches the server as ASCII',
    async (clientName) => {
      const server = await ScriptedServer.start();
      const client = field.client({ baseUrl: server.url, tokenProvider: freshProvider(), clientName });
      await client.request('GET', '/edges');
      expect(server.arrived[0]?.headers['x-stream-client']).toMatch(/^stream-video-auth-v[\x20-\x7e]+$/);
    },
  );

  it.each<[string, Record<string, unknown>]>([
    ['beyond Latin-1', { 'x-name': '用户' }],
    ['with a line feed', { 'x-name': 'a\r\nx-evil: 1' }],
    ['under a name that is none', { 'x name': 'a' }],
    ['that is no string', { 'x-name': 7 }],
  ])('a header %s is refused in our words, before anything is sent', async (_name, headers) => {
    const client = field.client({ tokenProvider: freshProvider() });
    const error = await rejection(
      client.request('GET', '/edges', { headers: headers as Record<string, string> }),
    );
    expect(error).toMatchObject({ name: 'ConfigurationError', code: 'invalid_option' });
    expect(field.server.requests).toEqual([]);
  });

  // small one f: msw #2435, interceptors #511, WebSocket-Node #282, WebSocket-for-Android #32
  it('a global WebSocket put in place after construction is the one that is used', async () => {
    const { WebSocket: Real } = await import('ws');
    const made = vi.fn();
    const client = field.client({ tokenProvider: field.provider() });
    vi.stubGlobal(
      'WebSocket',
      class extends Real {
        constructor(url: string) {
          made(url);
          super(url);
        }
      },
    );
    await client.connect();
    vi.unstubAllGlobals();
    expect(made).toHaveBeenCalledTimes(1);
  });

  it('a global fetch put in place after construction is the one that is used', async () => {
    const client = field.client({ tokenProvider: freshProvider() });
    const mocked = vi.fn(async () => answer({ from: 'mock' }));
    vi.stubGlobal('fetch', mocked);
    await expect(client.request('GET', '/edges')).resolves.toEqual({ from: 'mock' });
    vi.unstubAllGlobals();
    expect(mocked).toHaveBeenCalledTimes(1);
  });
});

describe('in virtual time', () => {
  inVirtualTime();

  // small one f, the least that a socket must have
  it('a socket class without constants, on... properties or EventTarget is enough', async () => {
    const { sockets, WebSocket: Plain } = fakeWebSockets((socket) => queueMicrotask(() => socket.open()));
    expect('OPEN' in Plain).toBe(false);
    class Least {
      readonly #inner: InstanceType<typeof Plain>;
      constructor(url: string) {
        this.#inner = new Plain(url);
      }
      get readyState() {
        return this.#inner.readyState;
      }
      send(data: string) {
        this.#inner.send(data);
      }
      close(code?: number, reason?: string) {
        this.#inner.close(code, reason);
      }
      addEventListener(...parts: Parameters<InstanceType<typeof Plain>['addEventListener']>) {
        this.#inner.addEventListener(...parts);
      }
    }
    Object.setPrototypeOf(Least.prototype, null);
    const { client } = virtualScene({ tokenProvider: freshProvider(), WebSocket: Least });
    const heard = vi.fn();
    client.on('call.created', heard);
    const connecting = client.connect();
    await settle();
    sockets[0]?.ok();
    await connecting;
    sockets[0]?.receive({ type: 'call.created', call_cid: 'x:y' });
    expect(client.connectionState).toBe('connected');
    expect(heard).toHaveBeenCalledTimes(1);
  });

  // small one d, the client's half: claudecodeui #1308, #1174; supertokens-core #542; devise_token_auth #1024
  it('a cache before the token endpoint that answers old, new, old is no progress: kept, backed off, told once', async () => {
    const warn = vi.fn();
    const quiet = () => {};
    const old = freshToken('martin', 60);
    const provider = vi.fn(() => old);
    const { client, coordinator } = virtualScene({
      tokenProvider: provider,
      logger: { debug: quiet, info: quiet, warn, error: quiet },
    });
    await client.connect();
    await advance(55_000);
    expect(client.token).toBe(old);
    expect(provider.mock.calls.length).toBeGreaterThan(1);
    expect(provider.mock.calls.length).toBeLessThanOrEqual(6);
    const about = warn.mock.calls.filter(([text]) => /cache/i.test(String(text)));
    expect(about).toHaveLength(1);
    await client.request('GET', '/edges');
    const fresh = freshToken('martin', 3600);
    provider.mockImplementation(() => fresh);
    await advance(60_000);
    expect(client.token).toBe(fresh);
    provider.mockImplementation(() => old);
    await advance(3_300_000);
    expect(client.token).toBe(fresh);
    expect(coordinator.requests).toHaveLength(1);
  });

  // small one g: electron #11290, #45646; react-detect-offline #83
  it.each([false, true, undefined])(
    'navigator.onLine of %s is not believed: only events are',
    async (onLine) => {
      vi.stubGlobal('navigator', { onLine });
      const { client } = virtualScene({ tokenProvider: freshProvider(60) });
      await client.connect();
      await advance(300_000);
      expect(client.auth.state).toMatchObject({ status: 'active', phase: 'fresh' });
      expect((client.auth.state as { generation: number }).generation).toBeGreaterThan(3);
      await client.disconnect();
      vi.unstubAllGlobals();
    },
  );

  // case 105: vuejs/core #7240, #8149; surrealdb.js #467, #598; safe-apps-sdk #141; ad4m #529; proposal-class-fields #106
  it('what has methods is frozen or tagged, so that a framework leaves it as it is', () => {
    const { client } = virtualScene({ tokenProvider: freshProvider() });
    /** What Vue wraps: plain objects, arrays and collections that can be extended. */
    const isWrapped = (value: object) =>
      Object.isExtensible(value) &&
      ['[object Object]', '[object Array]'].includes(Object.prototype.toString.call(value));
    for (const thing of [client, client.auth, client.call('default', 'x'), client.user, client.auth.state]) {
      expect(isWrapped(thing)).toBe(false);
    }
  });

  it('a plain proxy of it fails at once, and not inside a promise', () => {
    const { client } = virtualScene({ tokenProvider: freshProvider() });
    const proxied = new Proxy(client, {});
    const call = new Proxy(client.call('default', 'x'), {});
    const auth = new Proxy(client.auth, {});
    const uses: (() => unknown)[] = [
      () => proxied.connect(),
      () => proxied.disconnect(),
      () => proxied.request('GET', '/edges'),
      () => proxied.on('all', () => {}),
      () => proxied.call('default', 'x'),
      () => auth.state,
      () => auth.getToken(),
      () => auth.refresh(),
      () => auth.subscribe(() => {}),
      () => call.get(),
      () => call.getOrCreate(),
      () => call.join(),
      () => call.on('all', () => {}),
    ];
    for (const use of uses) expect(use).toThrow(TypeError);
  });

  it('a method torn off its object fails at once, and not inside a promise', () => {
    const { client } = virtualScene({ tokenProvider: freshProvider() });
    const { connect, disconnect, request, on } = client;
    const { getToken, refresh, setToken, subscribe } = client.auth;
    const { get, join, leave } = client.call('default', 'x');
    for (const torn of [
      connect,
      disconnect,
      request,
      on,
      getToken,
      refresh,
      setToken,
      subscribe,
      get,
      join,
      leave,
    ]) {
      expect(() => (torn as (...parts: unknown[]) => unknown)('GET', '/edges')).toThrow(TypeError);
    }
  });

  it('a frozen client still has a life', async () => {
    const { client } = virtualScene({ tokenProvider: freshProvider() });
    const held = { sv: client, auth: client.auth };
    await held.sv.connect();
    expect(held.auth.state.status).toBe('active');
    expect(held.sv.connectionState).toBe('connected');
    expect(() => Object.assign(client, { apiKey: 'other' })).toThrow(TypeError);
  });
});

// case 95: vitest #3088, #9351, #9352; node #60509; fake-timers #521, #588; nock #2200; jest #12527, #8891
describe('under fake timers that begin after construction', () => {
  endAfterwards();
  afterEach(() => {
    vi.useRealTimers();
  });

  const MODES: [string, Parameters<typeof vi.useFakeTimers>[0]][] = [
    ['as vitest sets them', undefined],
    ['with the real monotonic clock', { toFake: ['Date', 'setTimeout', 'clearTimeout'] }],
    [
      'of all kinds that this runner can set',
      {
        toFake: [
          'Date',
          'setTimeout',
          'clearTimeout',
          'performance',
          'queueMicrotask',
          'setImmediate',
          'clearImmediate',
        ],
      },
    ],
  ];

  function scene(options: Record<string, unknown>) {
    const coordinator = new FakeCoordinator();
    const { sockets, WebSocket: TestWebSocket } = fakeWebSockets();
    const client = new StreamVideo({
      apiKey: 'key',
      user: { id: 'martin' },
      logger: 'silent',
      fetch: coordinator.fetch,
      WebSocket: TestWebSocket,
      ...options,
    } as unknown as StreamVideoOptions);
    return { client, coordinator, sockets };
  }

  describe.each(MODES)('%s', (_name, config) => {
    it('a provider that hangs is given up after ten seconds', async () => {
      const { client } = scene({ tokenProvider: () => new Promise(() => {}) });
      vi.useFakeTimers(config);
      const fate = watch(client.auth.getToken());
      await advance(10_000);
      expect(fate).toMatchObject({ isSettled: true, error: { code: 'provider_timeout' } });
      await client.disconnect();
      expect(vi.getTimerCount()).toBe(0);
    });

    it('a token of a minute is replaced within it', async () => {
      const provider = freshProvider(60);
      const { client, sockets } = scene({ tokenProvider: provider });
      vi.useFakeTimers(config);
      const connecting = client.connect();
      await settle();
      sockets[0]?.open();
      await settle();
      sockets[0]?.ok();
      await connecting;
      for (let step = 0; step < 12; step += 1) {
        sockets[0]?.receive({ type: 'health.check' });
        await advance(5_000);
      }
      expect(provider.mock.calls.length).toBeGreaterThanOrEqual(2);
      expect(provider.mock.calls.length).toBeLessThanOrEqual(4);
      await client.disconnect();
      expect(vi.getTimerCount()).toBe(0);
    });

    it('a provider that fails twice is asked again after each back-off', async () => {
      const provider = freshProvider();
      for (let times = 0; times < 2; times += 1)
        provider.mockImplementationOnce(() => Promise.reject(new Error('x')));
      const { client, sockets } = scene({ tokenProvider: provider });
      vi.useFakeTimers(config);
      const fate = watch(client.connect());
      await settle();
      sockets[0]?.open();
      for (let step = 0; step < 10; step += 1) {
        await advance(1_000);
        const last = sockets.at(-1);
        if (last?.readyState === 0) last.open();
        await settle();
        if (last?.sent.length) last.ok();
        await settle();
      }
      expect(fate).toMatchObject({ isSettled: true, value: { id: 'martin' } });
      expect(provider).toHaveBeenCalledTimes(3);
      await client.disconnect();
      expect(vi.getTimerCount()).toBe(0);
    });

    it('connectMs passes, and so do the pauses between handshakes', async () => {
      const { client, sockets } = scene({ tokenProvider: freshProvider() });
      vi.useFakeTimers(config);
      const fate = watch(client.connect());
      for (let step = 0; step < 15; step += 1) {
        if (sockets.at(-1)?.readyState !== 3) sockets.at(-1)?.end(1006);
        await advance(1_000);
      }
      expect(fate).toMatchObject({ isSettled: true, error: { code: 'connect_timeout', closeCode: 1006 } });
      expect(sockets.length).toBeGreaterThan(2);
      await client.disconnect();
      expect(vi.getTimerCount()).toBe(0);
    });

    it('a silent socket is pinged and given up', async () => {
      const { client, sockets } = scene({ tokenProvider: freshProvider() });
      vi.useFakeTimers(config);
      const connecting = client.connect();
      await settle();
      sockets[0]?.open();
      await settle();
      sockets[0]?.ok();
      await connecting;
      await advance(25_000);
      expect(sockets[0]?.sent).toHaveLength(2);
      await advance(10_000);
      expect(client.connectionState).toBe('reconnecting');
      await client.disconnect();
      expect(vi.getTimerCount()).toBe(0);
    });
  });

  it('a Date that alone is faked, and jumps, makes no storm', async () => {
    const provider = freshProvider(60);
    const { client, coordinator } = scene({ tokenProvider: provider });
    vi.useFakeTimers({ toFake: ['Date'] });
    for (let jump = 0; jump < 10; jump += 1) {
      await Promise.all([1, 2, 3].map(() => client.request('GET', '/edges')));
      vi.setSystemTime(Date.now() + 3_600_000);
    }
    expect(coordinator.requests).toHaveLength(30);
    expect(provider.mock.calls.length).toBeLessThanOrEqual(10);
    await client.disconnect();
  });
});
