import { StreamVideo, StreamVideoError, User } from 'stream-video-auth';
import { describe, expect, test, vi } from 'vitest';
import { fakeToken, freshToken } from '../support/tokens.js';

const tokenProvider = async () => 'token';
const good = { apiKey: 'key', user: { id: 'martin' }, tokenProvider, logger: 'silent' };
const circular: Record<string, unknown> = {};
circular.self = circular;

const cases: [string, object | undefined, string][] = [
  ['no options', undefined, 'invalid_option'],
  ['no api key', { ...good, apiKey: undefined }, 'missing_api_key'],
  ['an empty api key', { ...good, apiKey: ' ' }, 'missing_api_key'],
  ['a numeric api key', { ...good, apiKey: 7 }, 'missing_api_key'],
  ['no user', { ...good, user: undefined }, 'invalid_user'],
  ['a user that is a word', { ...good, user: 'martin' }, 'invalid_user'],
  ['an empty user id', { ...good, user: { id: '' } }, 'invalid_user'],
  ['a numeric user id', { ...good, user: { id: 42 } }, 'invalid_user'],
  ['the id of anonymous users', { ...good, user: { id: '!anon' } }, 'invalid_user'],
  ['an anonymous user with an id', { ...good, user: { type: 'anonymous', id: 'x' } }, 'invalid_user'],
  ['a type that is none', { ...good, user: { id: 'x', type: 'admin' } }, 'invalid_user'],
  ['a numeric name', { ...good, user: { id: 'x', name: 7 } }, 'invalid_user'],
  ['a numeric image', { ...good, user: { id: 'x', image: 7 } }, 'invalid_user'],
  ['custom data that is a list', { ...good, user: { id: 'x', custom: [] } }, 'invalid_user'],
  ['custom data in a circle', { ...good, user: { id: 'x', custom: circular } }, 'invalid_user'],
  ['neither token nor provider', { ...good, tokenProvider: undefined }, 'missing_token'],
  ['a provider that is no function', { ...good, tokenProvider: 'token' }, 'invalid_option'],
  ['an empty token', { ...good, token: '' }, 'empty'],
  ['a null token', { ...good, token: null }, 'not_a_string'],
  ['a token that is none', { ...good, token: 'abc' }, 'not_a_jwt'],
  ["somebody else's token", { ...good, token: freshToken('mara', 60) }, 'wrong_user'],
  ['a base URL that is none', { ...good, baseUrl: 'video' }, 'invalid_base_url'],
  ['a base URL of another scheme', { ...good, baseUrl: 'ftp://x.example' }, 'invalid_base_url'],
  ['a base URL with a password', { ...good, baseUrl: 'https://a:b@x.example' }, 'invalid_base_url'],
  ['a base URL with a query', { ...good, baseUrl: 'https://x.example?a=b' }, 'invalid_base_url'],
  ['a base URL with a line feed inside', { ...good, baseUrl: 'https://x.\nexample' }, 'invalid_base_url'],
  ['a base URL with dots', { ...good, baseUrl: 'https://x.example/a/../b' }, 'invalid_base_url'],
  ['a base URL that is an object', { ...good, baseUrl: {} }, 'invalid_base_url'],
  ['a fetch that is no function', { ...good, fetch: {} }, 'invalid_option'],
  ['a WebSocket that is no class', { ...good, WebSocket: {} }, 'invalid_option'],
  ['a logger without methods', { ...good, logger: {} }, 'invalid_option'],
  ['a log level that is none', { ...good, logger: 'loud' }, 'invalid_option'],
  ['a refresh that is none', { ...good, refresh: 'never' }, 'invalid_option'],
  ['a guest expiry that is none', { ...good, guestExpiry: 'keep' }, 'invalid_option'],
  ['tabs that are neither', { ...good, tabs: 'all' }, 'invalid_option'],
  ['tabs that are true', { ...good, tabs: true }, 'invalid_option'],
  ['timeouts that are a number', { ...good, timeouts: 5 }, 'invalid_option'],
  ['a time limit of zero', { ...good, timeouts: { requestMs: 0 } }, 'invalid_option'],
  ['a time limit that is no number', { ...good, timeouts: { connectMs: Number.NaN } }, 'invalid_option'],
  ['a time limit that overflows', { ...good, timeouts: { providerMs: 2 ** 31 } }, 'invalid_option'],
  ['a client name that is a number', { ...good, clientName: 7 }, 'invalid_option'],
  ['a hint address that is none', { ...good, locationHintUrl: 7 }, 'invalid_option'],
  [
    'a call token of a signed-in user',
    { ...good, user: User.anonymous, token: freshToken('martin', 60, { call_cids: ['a:b'] }) },
    'not_anonymous',
  ],
  [
    'a call token without expiry',
    { ...good, user: User.anonymous, token: fakeToken({ user_id: '!anon' }) },
    'missing_expiry',
  ],
  [
    'a call token for 101 calls',
    { ...good, user: User.anonymous, token: freshToken('!anon', 60, { call_cids: Array(101).fill('a:b') }) },
    'too_many_calls',
  ],
];

describe('before any I/O, and with a sentence that says what to change', () => {
  const fetch = vi.fn();

  test.each([...cases, ['a guest', { ...good, user: User.guest('x') }, 'guest_needs_create'] as const])(
    'the constructor throws for %s',
    (_name, options, code) => {
      let thrown: unknown;
      try {
        new StreamVideo((options && { fetch, ...options }) as never);
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toBeInstanceOf(StreamVideoError);
      expect(thrown).toMatchObject({ code, remediation: expect.stringMatching(/^[A-Z].+[.]$/) });
      expect(fetch).not.toHaveBeenCalled();
    },
  );

  test.each(cases)('create rejects for %s', async (_name, options, code) => {
    await expect(StreamVideo.create((options && { fetch, ...options }) as never)).rejects.toMatchObject({
      code,
    });
    expect(fetch).not.toHaveBeenCalled();
  });
});

// case 231
describe('a token that the app hands in and that is none blames the app, not its provider', () => {
  const values = [Promise.resolve('x'), { token: 'x' }, 7, '', 'null', 'Bearer a.b.c', 'abc'];

  test.each(values)('%o', (token) => {
    const client = new StreamVideo(good as never);
    for (const handIn of [
      () => new StreamVideo({ ...good, token } as never),
      () => client.auth.setToken(token as never),
    ]) {
      expect(handIn).toThrow(
        expect.objectContaining({
          remediation: expect.stringMatching(/^Pass the bare token .* as token.*await/),
        }),
      );
    }
  });

  test('while the same from a provider blames the provider', async () => {
    const client = new StreamVideo({ ...good, tokenProvider: async () => ({ token: 'x' }) } as never);
    const told = await client.auth
      .getToken()
      .catch((error: StreamVideoError) => [error.remediation, error.cause]);
    expect(JSON.stringify(told)).toContain('token provider');
    await client.disconnect();
  });
});

describe('what is accepted', () => {
  test.each([
    ['https://x.example', 'https://x.example'],
    ['https://x.example/', 'https://x.example'],
    [' https://x.example/video/\n', 'https://x.example'],
    ['https://x.example/proxy/video', 'https://x.example/proxy'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
  ])('the base URL %j leads to %s/video', async (baseUrl, expected) => {
    const fetch = vi.fn(async () => new Response('{}'));
    const client = new StreamVideo({ apiKey: 'key', user: User.anonymous, baseUrl, fetch, logger: 'silent' });
    await client.request('GET', '/edges');
    expect(fetch.mock.lastCall?.at(0)).toBe(`${expected}/video/edges?api_key=key`);
    await client.disconnect();
  });

  test.each([
    ['http://x.example', true],
    ['http://localhost:3000', false],
    ['http://app.localhost', false],
    ['http://[::1]:80', false],
    ['https://x.example', false],
  ])('the base URL %s warns: %s', (baseUrl, warns) => {
    const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
    new StreamVideo({ apiKey: 'key', user: User.anonymous, baseUrl, logger });
    expect(logger.warn).toHaveBeenCalledTimes(warns ? 1 : 0);
  });

  test('what the caller passes is never touched, and what is handed out is frozen', () => {
    const user = { id: 'martin', custom: { deep: { a: 1 } } };
    const client = new StreamVideo({ ...good, user } as never);
    expect(client.user).toEqual({ ...user, type: 'authenticated' });
    expect(client.user).not.toBe(user);
    expect(Object.isFrozen(user)).toBe(false);
    user.custom.deep.a = 2;
    expect(client.user.custom).toEqual({ deep: { a: 1 } });
    expect(Object.isFrozen(client.user.custom?.deep)).toBe(true);
    expect([client, client.auth, client.call('a', 'b')].every(Object.isFrozen)).toBe(true);
  });

  test('an option that configures media is refused, as any that nobody reads', () => {
    const options = { apiKey: 'key', user: { id: 'martin' }, tokenProvider: async () => '' };
    expect(() => new StreamVideo({ ...options, videoConfig: {} } as never)).toThrow(
      expect.objectContaining({ code: 'invalid_option', message: expect.stringContaining('videoConfig') }),
    );
    expect(() => new StreamVideo({ ...options, videoConfig: undefined } as never)).not.toThrow();
  });

  test('making a client starts nothing', () => {
    vi.useFakeTimers();
    const fetch = vi.fn();
    new StreamVideo({ ...good, fetch, token: freshToken('martin', 60) } as never);
    expect([vi.getTimerCount(), fetch.mock.calls.length]).toEqual([0, 0]);
  });

  test.each(['Приложение', '🎥', 'a\nb', 'a|b', '\ud800'])(
    'the client name %j reaches the header encoded',
    async (clientName) => {
      const fetch = vi.fn(async (_url: string, init?: RequestInit) => {
        new Headers(init?.headers);
        return new Response('{}');
      });
      const client = new StreamVideo({
        apiKey: 'key',
        user: User.anonymous,
        clientName,
        fetch,
        logger: 'silent',
      });
      await client.request('GET', '/edges');
      const init = fetch.mock.lastCall?.at(1) as { headers: Record<string, string> } | undefined;
      expect(init?.headers['x-stream-client']).toMatch(
        /^stream-video-auth-v[\d.]+\|app=[\x21-\x7b\x7d-\x7e]*$/,
      );
      await client.disconnect();
    },
  );
});

describe('requests', () => {
  const fetch = vi.fn(async () => new Response('{}'));
  const client = new StreamVideo({ apiKey: 'key', user: User.anonymous, fetch, logger: 'silent' });

  test.each([
    ['GET', 'edges'],
    ['GET', '//x.example'],
    ['GET', 'https://x.example'],
    ['GET', '/a/../b'],
    ['GET', '/a/%2e%2E/b'],
    ['GET', '/./a'],
    ['GET', '/a\\b'],
    ['GET', '/a b'],
    ['GET', '/a#b'],
    ['GET', 7],
    ['GET', undefined],
  ])('%s %j leads nowhere', async (method, path) => {
    await expect(client.request(method, path as string)).rejects.toMatchObject({ code: 'invalid_path' });
    expect(fetch).not.toHaveBeenCalled();
  });

  test.each([
    ['a method that is none', 'GET IT', {}],
    ['a body on GET', 'GET', { body: {} }],
    ['a body in a circle', 'POST', { body: circular }],
    ['a body that is a function', 'POST', { body: () => {} }],
    ['a header that is a number', 'GET', { headers: { a: 1 } }],
    ['a header beyond Latin-1', 'GET', { headers: { a: 'Ж' } }],
    ['a header with a line feed', 'GET', { headers: { a: 'b\nc' } }],
    ['a header name that is none', 'GET', { headers: { 'a b': 'c' } }],
    ['a token of its own', 'GET', { headers: { Authorization: 'x' } }],
    // What has no fields of its own would be left out without a word, or sent letter by letter.
    ['headers as an object of the platform', 'GET', { headers: new Headers({ a: 'b' }) }],
    ['headers as a list', 'GET', { headers: [['a', 'b']] }],
    ['headers as a map', 'GET', { headers: new Map([['a', 'b']]) }],
    ['headers as text', 'GET', { headers: 'a: b' }],
    ['headers that are null', 'GET', { headers: null }],
    ['a query as an object of the platform', 'GET', { query: new URLSearchParams('a=b') }],
    ['a query as a form', 'GET', { query: new FormData() }],
    ['a query as text', 'GET', { query: 'a=b' }],
    ['a query as a list', 'GET', { query: [['a', 'b']] }],
    ['a query that is a number', 'GET', { query: 7 }],
    ['a query that is null', 'GET', { query: null }],
    ['a query in a circle', 'GET', { query: { a: circular } }],
    ['a query of what is no text', 'GET', { query: { a: { b: 1n } } }],
    [
      'a query that cannot be read',
      'GET',
      {
        query: {
          get a() {
            throw new Error('no');
          },
        },
      },
    ],
  ])('with %s is refused', async (_name, method, options) => {
    await expect(client.request(method, '/edges', options as never)).rejects.toMatchObject({
      code: 'invalid_option',
    });
    expect(fetch).not.toHaveBeenCalled();
  });

  test.each(['', undefined, 7, null])('a call with the id %j is refused', (id) => {
    expect(() => client.call('default', id as string)).toThrow(
      expect.objectContaining({ code: 'invalid_option' }),
    );
  });

  test.each(['.', '..', '\ud800'])('a call with the id %j has no path', (id) => {
    expect(() => client.call('default', id)).toThrow(expect.objectContaining({ code: 'invalid_path' }));
  });

  test.each(['a/b?c#d', '%2F', '用户', 'a b'])(
    'a call with the id %j is one segment, and keeps its cid',
    async (id) => {
      const call = client.call('default', id);
      fetch.mockClear();
      await call.get();
      const [url] = fetch.mock.lastCall as unknown as [string];
      expect(new URL(url).pathname).toBe(`/video/call/default/${encodeURIComponent(id)}`);
      expect(call.cid).toBe(`default:${id}`);
      fetch.mockClear();
    },
  );

  test('a method torn off its object throws a TypeError at once', () => {
    const { request, connect, disconnect } = client;
    for (const torn of [() => request('GET', '/edges'), () => connect(), () => disconnect()]) {
      expect(torn).toThrow(TypeError);
    }
  });
});
