import { getEventListeners } from 'node:events';
import { ApiError, MissingPermissionError, StreamVideo, type TokenProvider, User } from 'stream-video-auth';
import { afterEach, beforeEach, describe, expect, type Mock, test, vi } from 'vitest';
import {
  answer,
  FakeCoordinator,
  type FakeSocket,
  fakeWebSockets,
  refusal,
} from '../../support/fake-coordinator.js';
import { freshToken } from '../../support/tokens.js';
import { advance, settle, useVirtualTime } from '../../support/virtual.js';
import { watch } from '../../support/watch.js';

type Failure = Error & { remediation: string };

let client: StreamVideo;
let coordinator: FakeCoordinator;
let sockets: FakeSocket[];
let provider: Mock<TokenProvider>;

function make(options: object = {}): StreamVideo {
  const fake = fakeWebSockets();
  sockets = fake.sockets;
  client = new StreamVideo({
    apiKey: 'key',
    user: { id: 'martin' },
    token: freshToken('martin', 3600),
    tokenProvider: provider,
    fetch: coordinator.fetch,
    WebSocket: fake.WebSocket,
    logger: 'silent',
    ...options,
  });
  return client;
}

/** Sends a GET whose caller leaves as soon as nothing moves any more. */
async function leave() {
  const controller = new AbortController();
  const request = watch(client.request('GET', '/edges', { signal: controller.signal }));
  await settle();
  const timers = vi.getTimerCount();
  controller.abort('enough');
  await settle();
  return { error: request.error, timersGone: timers - vi.getTimerCount() };
}

beforeEach(() => {
  useVirtualTime();
  vi.spyOn(Math, 'random').mockReturnValue(1);
  coordinator = new FakeCoordinator();
  provider = vi.fn<TokenProvider>(async () => freshToken('martin', 3600));
});

afterEach(async () => {
  await client.disconnect();
  vi.restoreAllMocks();
});

describe('a request', () => {
  test('of a signed-in user carries the raw token, its type, the key and the name of the client', async () => {
    make({ clientName: 'app' });
    await client.request('POST', '/devices', {
      body: { id: 'd' },
      query: { a: 1, b: undefined, c: null, d: { e: 1 } },
    });
    const [{ method, url, headers, body, token }] = coordinator.requests as [
      (typeof coordinator.requests)[0],
    ];
    expect([method, url.pathname, body]).toEqual(['POST', '/video/devices', '{"id":"d"}']);
    expect([...url.searchParams]).toEqual([
      ['a', '1'],
      ['d', '{"e":1}'],
      ['api_key', 'key'],
    ]);
    expect(token).toBe(client.token);
    expect(headers.get('stream-auth-type')).toBe('jwt');
    expect(headers.get('x-stream-client')).toMatch(/^stream-video-auth-v\d+\.\d+\.\d+\|app=app$/);
    expect(headers.get('x-client-request-id')).toMatch(/^[\da-f-]{36}$/);
    expect(headers.get('content-type')).toBe('application/json');
  });

  test('of an anonymous user without a call token carries none, and a 401 asks nobody', async () => {
    make({ user: User.anonymous, token: undefined, tokenProvider: undefined });
    coordinator.respond = () => refusal(40);
    await expect(client.request('GET', '/edges')).rejects.toMatchObject({
      code: 'api_error',
      status: 401,
      apiCode: 40,
    });
    const [{ headers }] = coordinator.requests as [(typeof coordinator.requests)[0]];
    expect([headers.has('authorization'), headers.get('stream-auth-type')]).toEqual([false, 'anonymous']);
  });

  test('of an anonymous user with a call token carries it as anonymous', async () => {
    const token = freshToken('!anon', 3600, { call_cids: ['livestream:1'] });
    make({ user: User.anonymous, token });
    await client.request('GET', '/edges');
    const [{ headers }] = coordinator.requests as [(typeof coordinator.requests)[0]];
    expect([headers.get('authorization'), headers.get('stream-auth-type')]).toEqual([token, 'anonymous']);
  });

  test('follows no redirect, asks for JSON, and has a content type only with a body', async () => {
    make();
    const fetch = vi.fn(coordinator.fetch);
    make({ fetch });
    await client.request('GET', '/edges');
    const [, { redirect, headers }] = fetch.mock.lastCall as [string, RequestInit];
    expect(redirect).toBe('manual');
    expect(headers).toMatchObject({ accept: 'application/json' });
    expect(headers).not.toHaveProperty('content-type');
  });

  test('whose path has a query keeps it', async () => {
    make();
    await client.request('GET', '/edges?a=1', { query: { b: 2 } });
    expect(coordinator.requests[0]?.url.search).toBe('?a=1&b=2&api_key=key');
  });

  test('may carry headers of the app, by any case, also empty ones', async () => {
    make();
    await client.request('GET', '/edges', { headers: { 'X-App': 'a b', 'x-empty': '' } });
    const { headers } = coordinator.requests[0] as (typeof coordinator.requests)[0];
    expect([headers.get('x-app'), headers.get('x-empty')]).toEqual(['a b', '']);
  });

  test('with a content type of the app keeps that one', async () => {
    const fetch = vi.fn(coordinator.fetch);
    make({ fetch });
    await client.request('POST', '/devices', { body: '{}', headers: { 'Content-Type': 'application/json' } });
    expect(fetch.mock.lastCall?.[1]?.headers).toMatchObject({ 'content-type': 'application/json' });
  });

  test('is sent again with nothing but another token and another id of its own', async () => {
    make();
    const old = client.token;
    coordinator.respond = ({ token }) => (token === old ? refusal(40) : answer({ ok: true }));
    const data = await client.request('POST', '/devices', {
      body: { id: 'd' },
      query: { a: 'b' },
      headers: { 'X-App': '1' },
    });
    expect(data).toEqual({ ok: true });
    const [first, second] = coordinator.requests.map(({ method, url, headers, body }) => {
      const { authorization, 'x-client-request-id': id, ...rest } = Object.fromEntries(headers);
      return { same: { method, url: url.href, body, rest }, authorization, id };
    });
    expect(second?.same).toEqual(first?.same);
    expect(second?.authorization).toBe(client.token);
    expect(second?.id).not.toBe(first?.id);
  });

  test.each([400, 401, 403, 404])('refused with code 40 is renewed at status %i', async (status) => {
    make();
    const old = client.token;
    coordinator.respond = ({ token }) => (token === old ? refusal(40, status) : answer());
    await client.request('GET', '/edges');
    expect(provider).toHaveBeenCalledTimes(1);
  });

  test('refused with code 40 twice ends with provider_returns_expired', async () => {
    make();
    coordinator.respond = () => refusal(40);
    const error = (await client.request('GET', '/edges').catch((caught) => caught)) as Failure;
    expect(error).toMatchObject({ code: 'provider_returns_expired' });
    expect(error.cause).toBeInstanceOf(ApiError);
    expect([coordinator.requests.length, provider.mock.calls.length]).toEqual([2, 1]);
  });

  test.each([
    ['43', () => refusal(43)],
    ['5', () => refusal(5)],
    ['2', () => refusal(2)],
    ['17', () => refusal(17, 403)],
    ['99', () => refusal(99, 403)],
    ['429', () => refusal(9, 429)],
    ["a 401 that is not the coordinator's", () => new Response('nope', { status: 401 })],
    ['a 401 with other JSON', () => answer({ error: 'nope' }, 401)],
    ['code 40 with status 500', () => refusal(40, 500)],
  ])('answered with %s is neither renewed nor sent again', async (_name, respond) => {
    make();
    coordinator.respond = respond;
    await expect(client.request('POST', '/devices')).rejects.toBeDefined();
    expect([coordinator.requests.length, provider.mock.calls.length]).toEqual([1, 0]);
  });

  test('answered with 429 tells the rate limit', async () => {
    make();
    coordinator.respond = () =>
      answer({ StatusCode: 429, code: 9, message: 'too many' }, 429, {
        'x-ratelimit-limit': '60',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': '1772445700',
      });
    await expect(client.request('GET', '/edges')).rejects.toMatchObject({
      retryable: true,
      rateLimit: { limit: 60, remaining: 0, resetsAt: 1_772_445_700_000 },
    });
  });

  test('answered with 403 / 17 on a call token names the calls that it opens', async () => {
    make({
      user: User.anonymous,
      token: freshToken('!anon', 3600, { call_cids: ['livestream:1', 'livestream:2'] }),
    });
    coordinator.respond = () => refusal(17, 403);
    const error = (await client
      .call('livestream', '3')
      .get()
      .catch((caught) => caught)) as Failure;
    expect(error).toBeInstanceOf(MissingPermissionError);
    expect(error.message).toContain('livestream:1, livestream:2');
    expect(error.cause).toMatchObject({ status: 403, apiCode: 17 });
  });

  test('answered with 403 / 17 on a token for every call names none', async () => {
    make();
    coordinator.respond = () => refusal(17, 403);
    const error = (await client.request('GET', '/edges').catch((caught) => caught)) as Failure;
    expect(error).toMatchObject({ code: 'missing_permission' });
    expect(error.message).toMatch(/"17"$/);
  });

  test('answered with 403 / 17 without any token is told so, too', async () => {
    make({ user: User.anonymous, token: undefined, tokenProvider: undefined });
    coordinator.respond = () => refusal(17, 403);
    await expect(client.request('GET', '/edges')).rejects.toMatchObject({ code: 'missing_permission' });
  });

  test.each([
    [17, 401],
    [99, 403],
  ])('answered with code %i and status %i is an ApiError, not a missing permission', async (code, status) => {
    make();
    coordinator.respond = () => refusal(code, status);
    await expect(client.request('GET', '/edges')).rejects.toMatchObject({ code: 'api_error', status });
  });
});

describe('an early token', () => {
  test.each([41, 42])(
    '(%i) is sent once more after its time, and the error blames the token server',
    async (code) => {
      make({ token: freshToken('martin', 3600, { nbf: Date.now() / 1000 + 3 }) });
      coordinator.respond = () => refusal(code);
      const request = watch(client.request('GET', '/edges'));
      await advance(3_249);
      expect(coordinator.requests).toHaveLength(1);
      await advance(1);
      expect(coordinator.requests).toHaveLength(2);
      expect(coordinator.tokens[1]).toBe(coordinator.tokens[0]);
      expect(request.error).toMatchObject({ apiCode: code });
      expect(request.error?.remediation).toMatch(/clock of the token server/);
      expect(provider).not.toHaveBeenCalled();
    },
  );

  test('that is accepted the second time has cost one replay and nothing else', async () => {
    make({ token: freshToken('martin', 3600) });
    coordinator.respond = () => (coordinator.requests.length === 1 ? refusal(42) : answer({ ok: true }));
    const request = watch(client.request('GET', '/edges'));
    await advance(5_000);
    expect([request.value, coordinator.requests.length]).toEqual([{ ok: true }, 2]);
    expect(coordinator.tokens[1]).toBe(coordinator.tokens[0]);
  });

  test('is not waited for any longer when the caller leaves', async () => {
    make({ token: freshToken('martin', 3600) });
    coordinator.respond = () => refusal(42);
    expect(await leave()).toEqual({ error: 'enough', timersGone: 1 });
  });

  test('far ahead is waited for no longer than 5 s', async () => {
    make({ token: freshToken('martin', 3600, { nbf: Date.now() / 1000 + 600 }) });
    coordinator.respond = () => refusal(41);
    const request = watch(client.request('GET', '/edges'));
    await advance(4_999);
    expect(request.state).toBe('pending');
    await advance(1);
    expect(request.state).toBe('rejected');
  });
});

describe('the network', () => {
  const lost = () => Promise.reject(new TypeError('fetch failed'));

  test('that loses a GET has it sent twice more, with jitter', async () => {
    make();
    coordinator.respond = lost;
    const request = watch(client.request('GET', '/edges'));
    await settle();
    await advance(299);
    expect(coordinator.requests).toHaveLength(1);
    await advance(1);
    expect(coordinator.requests).toHaveLength(2);
    await advance(600);
    expect(coordinator.requests).toHaveLength(3);
    expect(request.error).toMatchObject({ code: 'network', retryable: true });
  });

  test('is not waited for any longer when the caller leaves', async () => {
    make();
    coordinator.respond = lost;
    expect(await leave()).toEqual({ error: 'enough', timersGone: 1 });
  });

  test('that loses a GET has it sent again at half the delay where chance says so', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0);
    make();
    coordinator.respond = lost;
    watch(client.request('GET', '/edges'));
    await advance(149);
    expect(coordinator.requests).toHaveLength(1);
    await advance(1);
    expect(coordinator.requests).toHaveLength(2);
    await advance(300);
    expect(coordinator.requests).toHaveLength(3);
  });

  test.each([
    ['while the body is read', () => Promise.reject(new TypeError('terminated'))],
    ['after the caller has left', () => new Promise<void>(() => {})],
  ])('that is lost %s ends the request', async (_name, pull) => {
    make();
    coordinator.respond = () => new Response(new ReadableStream({ pull }));
    const controller = new AbortController();
    const request = watch(client.request('POST', '/devices', { signal: controller.signal }));
    await settle();
    if (request.state === 'pending') controller.abort('enough');
    await settle();
    expect(request.error).toSatisfy((error) => error === 'enough' || error.code === 'network');
  });

  test('that loses a GET has it sent again with the token of that moment', async () => {
    make();
    const former = client.token;
    coordinator.respond = () => (coordinator.requests.length === 1 ? lost() : answer());
    const request = watch(client.request('GET', '/edges'));
    await settle();
    client.auth.setToken(freshToken('martin', 3600));
    await advance(300);
    expect([request.state, coordinator.tokens]).toEqual(['resolved', [former, client.token]]);
    expect(client.token).not.toBe(former);
  });

  test('that loses a GET whose token was refused meanwhile has it wait for the next one', async () => {
    make();
    const former = client.token;
    coordinator.respond = ({ url, token }) => {
      if (url.pathname.endsWith('/edges') && coordinator.requests.length === 1) return lost();
      return token === former ? refusal(40) : answer();
    };
    const request = watch(client.request('GET', '/edges'));
    await settle();
    await client.request('GET', '/devices');
    await advance(300);
    expect([request.state, provider.mock.calls.length]).toEqual(['resolved', 1]);
    expect(coordinator.tokens).toEqual([former, former, client.token, client.token]);
  });

  test.each([
    ['another by then', true],
    ['the same still', false],
  ])(
    'that loses the repeat of an early token has it sent with the token in use, %s',
    async (_name, isReplaced) => {
      make();
      const early = client.token;
      coordinator.respond = () =>
        [() => refusal(42), lost, answer][coordinator.requests.length - 1]?.() ?? answer();
      const request = watch(client.request('GET', '/edges'));
      await settle();
      await advance(1_000);
      expect(coordinator.tokens).toEqual([early, early]);
      if (isReplaced) client.auth.setToken(freshToken('martin', 3600));
      await advance(300);
      expect([request.state, coordinator.tokens[2]]).toEqual(['resolved', client.token]);
      expect(client.token === early).toBe(!isReplaced);
    },
  );

  test('that loses nothing has an early token repeated, though there is another by then', async () => {
    make();
    const early = client.token;
    coordinator.respond = () => (coordinator.requests.length === 1 ? refusal(42) : answer());
    const request = watch(client.request('GET', '/edges'));
    await settle();
    client.auth.setToken(freshToken('martin', 3600));
    await advance(1_000);
    expect([request.state, coordinator.tokens]).toEqual(['resolved', [early, early]]);
  });

  test('that loses anything else does not', async () => {
    make();
    coordinator.respond = lost;
    await expect(client.request('POST', '/devices')).rejects.toMatchObject({ code: 'network' });
    expect(coordinator.requests).toHaveLength(1);
  });

  test('is not to blame for a fetch that refuses to send: told once, with its text as the cause', async () => {
    make();
    const thrown = new TypeError('Illegal invocation');
    coordinator.respond = () => Promise.reject(thrown);
    const error = (await client.request('GET', '/edges').catch((caught) => caught)) as Failure;
    expect(error).toMatchObject({ code: 'network', retryable: false });
    expect(error.cause).toBe(thrown);
    expect(coordinator.requests).toHaveLength(1);
  });

  test('that stays silent ends one attempt after requestMs, which is not repeated', async () => {
    make({ timeouts: { requestMs: 3_000 } });
    coordinator.respond = () => new Promise(() => {});
    const request = watch(client.request('GET', '/edges'));
    await advance(2_999);
    expect(request.state).toBe('pending');
    await advance(1);
    expect(request.error).toMatchObject({ code: 'request_timeout' });
    expect(coordinator.requests).toHaveLength(1);
    expect(coordinator.requests[0]?.signal?.aborted).toBe(true);
  });

  test('limit does not count the wait for a token', async () => {
    make({ token: undefined, timeouts: { requestMs: 1_000 } });
    provider.mockImplementationOnce(async () => {
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      return freshToken('martin', 3600);
    });
    const request = watch(client.request('GET', '/edges'));
    await advance(5_000);
    expect(request.state).toBe('resolved');
  });
});

describe('an answer from elsewhere', () => {
  test.each([301, 302, 307, 308])(
    'by a redirect (%i) is an error that names both origins',
    async (status) => {
      make();
      coordinator.respond = () =>
        new Response(null, { status, headers: { location: 'https://other.example/video/x?token=1' } });
      const error = (await client.request('GET', '/edges').catch((caught) => caught)) as Failure;
      expect(error).toMatchObject({ code: 'api_error', status });
      expect(error.message).toContain(
        'https://video.stream-io-api.com redirects to https://other.example/video/x;',
      );
      expect(error.message).not.toContain('token=1');
      expect(error.remediation).toMatch(/baseUrl/);
      expect([coordinator.requests.length, provider.mock.calls.length]).toEqual([1, 0]);
    },
  );

  test('by a redirect that a browser hides is one, too', async () => {
    make();
    coordinator.respond = () => ({ type: 'opaqueredirect', status: 0, headers: new Headers() }) as Response;
    const error = (await client.request('GET', '/edges').catch((caught) => caught)) as Failure;
    expect(error.message).toBe('https://video.stream-io-api.com redirects; redirects are not followed');
  });

  test('with status 304 is no redirect', async () => {
    make();
    coordinator.respond = () => new Response(null, { status: 304 });
    const error = (await client.request('GET', '/edges').catch((caught) => caught)) as Failure;
    expect(error).toMatchObject({ code: 'api_error', status: 304 });
    expect(error.message).not.toMatch(/redirect/);
  });

  test('that came through a redirect says nothing about the time', async () => {
    make();
    const date = new Date(Date.now() + 3_600_000).toUTCString();
    const offsetMs = () => Math.round(client.auth.explain().clock.offsetMs / 1_000) * 1_000;
    coordinator.respond = () =>
      Object.defineProperty(answer({}, 200, { date }), 'redirected', { value: true });
    await client.request('GET', '/edges');
    expect(offsetMs()).toBe(0);
    coordinator.respond = () => answer({}, 200, { date });
    await client.request('GET', '/edges');
    expect(offsetMs()).toBe(3_601_000);
  });

  test('that came through a redirect is no evidence about the token', async () => {
    make();
    coordinator.respond = () => Object.defineProperty(refusal(40), 'redirected', { value: true });
    await expect(client.request('GET', '/edges')).rejects.toMatchObject({ code: 'api_error', apiCode: 40 });
    expect(provider).not.toHaveBeenCalled();
  });

  test.each([
    ['a web page', '<html>', 'text/html'],
    ['half of an answer', '{"a":', 'application/json'],
    ['a number', '42', 'application/json'],
    ['null', 'null', 'application/json'],
  ])('that is %s with status 200 is an ApiError, and not sent again', async (_name, body, type) => {
    make();
    coordinator.respond = () => new Response(body, { headers: { 'content-type': type } });
    await expect(client.request('GET', '/edges')).rejects.toMatchObject({ code: 'api_error', status: 200 });
    expect(coordinator.requests).toHaveLength(1);
  });

  test('that is empty with a good status is taken for what it is', async () => {
    make();
    coordinator.respond = () => new Response(null, { status: 204 });
    await expect(client.request('DELETE', '/devices')).resolves.toBeUndefined();
  });
});

describe('abort', () => {
  test('works while waiting for a token, leaves the attempt alone, and leaves no trace', async () => {
    make({ token: undefined });
    let give: (token: string) => void = () => {};
    provider.mockImplementationOnce(
      () =>
        new Promise((resolve) => {
          give = resolve;
        }),
    );
    const controller = new AbortController();
    const remove = vi.spyOn(controller.signal, 'removeEventListener');
    const add = vi.spyOn(controller.signal, 'addEventListener');
    const request = watch(client.request('GET', '/edges', { signal: controller.signal }));
    const other = watch(client.request('GET', '/edges'));
    await settle();
    controller.abort('enough');
    await settle();
    expect(request.error).toBe('enough');
    give(freshToken('martin', 3600));
    await settle();
    expect(other.state).toBe('resolved');
    expect(remove.mock.calls.length).toBe(add.mock.calls.length);
    expect(coordinator.requests).toHaveLength(1);
  });

  test('by a signal that is null, as fetch takes it, is never asked for', async () => {
    make();
    await expect(client.request('GET', '/edges', { signal: null as never })).resolves.toBeDefined();
  });

  test('before the start sends nothing', async () => {
    make();
    const reason = new Error('before');
    await expect(client.request('GET', '/edges', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(coordinator.requests).toEqual([]);
  });

  test('works on the wire, also with a fetch that does not listen', async () => {
    make();
    coordinator.respond = () => new Promise(() => {});
    const controller = new AbortController();
    const request = watch(client.request('GET', '/edges', { signal: controller.signal }));
    await settle();
    controller.abort('enough');
    await settle();
    expect(request.error).toBe('enough');
  });

  test('works between the two attempts of a replay', async () => {
    make();
    coordinator.respond = () => refusal(40);
    provider.mockImplementationOnce(() => new Promise(() => {}));
    const controller = new AbortController();
    const request = watch(client.request('GET', '/edges', { signal: controller.signal }));
    await settle();
    controller.abort('enough');
    await settle();
    expect([request.error, coordinator.requests.length]).toEqual(['enough', 1]);
  });
});

describe('watching', () => {
  async function connect(id = 'connection-1'): Promise<void> {
    const connecting = watch(client.connect());
    await settle();
    await welcome(id);
    expect(connecting.state).toBe('resolved');
  }

  async function welcome(id: string): Promise<void> {
    sockets.at(-1)?.open();
    await settle();
    sockets.at(-1)?.ok('martin', id);
    await settle();
  }

  const ids = () => coordinator.requests.map(({ url }) => url.searchParams.get('connection_id'));

  test('carries the id of the connection; an ordinary request carries none', async () => {
    make();
    await connect();
    await client.call('default', '1').get({ watch: true });
    await client.call('default', '1').get();
    expect(ids()).toEqual(['connection-1', null]);
  });

  test('waits for a connection that is being made', async () => {
    make();
    watch(client.connect());
    await settle();
    const got = watch(client.call('default', '1').get({ watch: true }));
    await settle();
    expect([got.state, coordinator.requests.length]).toEqual(['pending', 0]);
    await welcome('connection-1');
    expect([got.state, ids()]).toEqual(['resolved', ['connection-1']]);
  });

  test('rejects when none is being made', async () => {
    make();
    await expect(client.call('default', '1').get({ watch: true })).rejects.toMatchObject({
      code: 'not_connected',
    });
    expect(coordinator.requests).toEqual([]);
  });

  test('whose connection the server does not know is sent again once, with the next one', async () => {
    make();
    await connect();
    coordinator.respond = () => refusal(46, 400);
    const got = watch(client.call('default', '1').get({ watch: true }));
    await settle();
    expect(ids()).toEqual(['connection-1']);
    await welcome('connection-2');
    expect(ids()).toEqual(['connection-1', 'connection-2']);
    expect(got.error).toMatchObject({ apiCode: 46 });
    expect(provider).not.toHaveBeenCalled();
  });
});

// case 227
describe('one signal for many callers', () => {
  test('warns of no leak, leaves nothing at the signal, and ends all of them', async () => {
    const warned = vi.fn();
    process.on('warning', warned);
    make({ token: undefined, user: { id: 'martin' } });
    let give: (token: string) => void = () => {};
    provider.mockReturnValue(new Promise((resolve) => (give = resolve)));
    const controller = new AbortController();
    const { signal } = controller;
    const waiting = Array.from({ length: 100 }, (_, index) => [
      watch(client.request('GET', '/edges', { signal, query: { index } })),
      watch(client.auth.getToken({ signal })),
      watch(client.auth.refresh({ signal })),
      watch(client.connect({ signal })),
    ]).flat();
    await settle();
    expect(getEventListeners(signal, 'abort').length).toBe(1);
    controller.abort('enough');
    await settle();
    expect(waiting.filter(({ error }) => (error as unknown) !== 'enough')).toEqual([]);
    expect(getEventListeners(signal, 'abort').length).toBe(0);
    give(freshToken('martin', 3600));
    await settle();
    // Warnings are told in a later turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', warned);
    expect(warned).not.toHaveBeenCalled();
  });

  test('that never aborts is left alone once they are done', async () => {
    make();
    const { signal } = new AbortController();
    await Promise.all(Array.from({ length: 100 }, () => client.request('GET', '/edges', { signal })));
    await settle();
    expect(getEventListeners(signal, 'abort').length).toBe(0);
  });
});
