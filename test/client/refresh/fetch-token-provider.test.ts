import {
  ConfigurationError,
  fetchTokenProvider,
  InvalidTokenError,
  UnauthorizedError,
} from 'stream-video-auth';
import { afterEach, describe, expect, test, vi } from 'vitest';

const context = { user: { id: 'martin' }, reason: 'initial', signal: new AbortController().signal } as const;

/** Has the platform's fetch answer like this, and returns what it was asked. */
function endpoint(answer: Response | (() => Response)) {
  const fetch = vi.fn<(url: string, init: RequestInit) => Promise<Response>>(async () =>
    typeof answer === 'function' ? answer() : answer,
  );
  vi.stubGlobal('fetch', fetch);
  return fetch;
}

const ask = (url: string | URL = 'https://app.example/token', init?: object) =>
  Promise.resolve(fetchTokenProvider(url, init)(context));

afterEach(() => vi.unstubAllGlobals());

describe('the token endpoint is asked', () => {
  test('by POST, for whom and why, with nothing cached, under the signal', async () => {
    const fetch = endpoint(new Response('token'));
    await ask();
    const [url, init] = fetch.mock.calls[0] as [string, RequestInit];
    expect([url, init.method, init.body, init.cache, init.signal]).toEqual([
      'https://app.example/token',
      'POST',
      '{"user_id":"martin","reason":"initial"}',
      'no-store',
      context.signal,
    ]);
    expect(Object.fromEntries(init.headers as Headers)).toEqual({
      'content-type': 'application/json',
      accept: 'application/json, text/plain',
    });
  });

  test('for calls, where they are named', async () => {
    const fetch = endpoint(new Response('token'));
    await ask(new URL('https://app.example/token'), { callCids: ['livestream:1'] });
    expect(fetch.mock.calls[0]?.[1].body).toBe(
      '{"user_id":"martin","reason":"initial","call_cids":["livestream:1"]}',
    );
    expect(fetch.mock.calls[0]?.[1]).not.toHaveProperty('callCids');
  });

  test('with what the app adds, but neither another method nor another body', async () => {
    const fetch = endpoint(new Response('token'));
    const init = {
      headers: { 'X-App': '1', accept: 'text/plain' },
      credentials: 'include',
      method: 'GET',
      body: 'x',
      signal: null,
    };
    await ask(undefined, init);
    const sent = fetch.mock.calls[0]?.[1] as RequestInit;
    expect([sent.method, sent.credentials, sent.signal]).toEqual(['POST', 'include', context.signal]);
    expect(sent.body).toContain('martin');
    expect(Object.fromEntries(sent.headers as Headers)).toEqual({
      'content-type': 'application/json',
      accept: 'text/plain',
      'x-app': '1',
    });
  });

  test('without the field that the runtime does not know', async () => {
    const fetch = endpoint(() => new Response('token'));
    vi.stubGlobal('Request', class {});
    await ask();
    expect(fetch.mock.calls[0]?.[1]).not.toHaveProperty('cache');
    vi.stubGlobal('Request', undefined);
    await ask();
    expect(fetch.mock.calls[1]?.[1]).not.toHaveProperty('cache');
  });

  test.each([
    [undefined, 'undefined'],
    [7, 'a value of type number'],
    [{}, 'a value of type object'],
  ])('at a URL, not at %j', (url, kind) => {
    expect(() => fetchTokenProvider(url as string)).toThrow(ConfigurationError);
    expect(() => fetchTokenProvider(url as string)).toThrow(
      expect.objectContaining({
        code: 'invalid_option',
        message: `The token endpoint must be a URL, not ${kind}`,
        remediation: "Pass the address of your token endpoint, for example '/token'.",
      }),
    );
  });
});

describe('its answer', () => {
  test.each([
    ['plain text', ' token\n', 'token'],
    ['JSON', '{"token":"token"}', 'token'],
    ['half of JSON', '{"token"', '{"token"'],
    ['a JSON string, which is left to the checks', '"token"', '"token"'],
    ['JSON that quotes a page', '{"token":"token","hint":"<html>"}', 'token'],
  ])('may be %s', async (_name, body, expected) => {
    endpoint(new Response(body));
    await expect(ask()).resolves.toBe(expected);
  });

  test.each([
    [401, 'no', 'text/plain'],
    [401, '<html>', 'text/html'],
    [403, 'no', 'text/plain'],
  ])('%i with %s says that the user is signed out', async (status, body, type) => {
    endpoint(new Response(body, { status, headers: { 'content-type': type } }));
    const error = await ask().then(
      () => undefined,
      (caught) => caught,
    );
    expect(error).toBeInstanceOf(UnauthorizedError);
    expect(error.message).toBe(
      `The token endpoint answered ${status}: the user is not signed in, or may not have this token`,
    );
  });

  test('401 says so even if its body cannot be read', async () => {
    const broken = new ReadableStream({
      start: (controller) => controller.error(new TypeError('terminated')),
    });
    endpoint(new Response(broken, { status: 401 }));
    await expect(ask()).rejects.toBeInstanceOf(UnauthorizedError);
  });

  test.each([
    ['<html>', 'text/html'],
    ['<?xml version="1.0"?><html>', 'application/xhtml+xml'],
    ['<!-- firewall --><html>', 'text/plain'],
  ])('403 with a web page (%s, %s) is a proxy speaking', async (body, type) => {
    endpoint(new Response(body, { status: 403, headers: { 'content-type': type } }));
    await expect(ask()).rejects.toMatchObject({
      name: 'TokenEndpointError',
      status: 403,
      message: 'The token endpoint https://app.example/token answered 403',
    });
  });

  test.each([
    ['<!DOCTYPE html>', 'text/plain'],
    ['<!doctype html>', 'application/octet-stream'],
    ['  <html>', 'text/plain'],
    ['anything', 'text/html; charset=utf-8'],
  ])('that is a web page (%s, %s) is no token, and its text is nowhere', async (body, type) => {
    endpoint(new Response(body, { headers: { 'content-type': type } }));
    const error = await ask().then(
      () => undefined,
      (caught) => caught,
    );
    expect(error).toBeInstanceOf(InvalidTokenError);
    expect(error).toMatchObject({
      code: 'not_a_jwt',
      message: 'The token endpoint https://app.example/token answered with a web page',
      remediation:
        'Let the token endpoint answer 401 where nobody is signed in, instead of redirecting to a sign-in page.',
    });
  });

  // case 230
  test.each([
    ['{}', 'no `token` field'],
    ['{"jwt":"x"}', 'no `token` field'],
    ['{"token":null}', 'null as its `token` field'],
    ['{"token":{"value":"x"}}', 'a value of type object as its `token` field'],
  ])('that holds no token says so: %s', async (body, what) => {
    endpoint(new Response(body));
    await expect(ask()).rejects.toMatchObject({
      code: 'not_a_string',
      message: `The answer of the token endpoint https://app.example/token has ${what}`,
      remediation: 'Answer with { "token": "..." }, or with the token as plain text.',
    });
  });

  // case 230
  test('names the address, but not what may be secret in it', async () => {
    endpoint(new Response('', { status: 404 }));
    await expect(ask('https://app.example/tokn?key=secret#x')).rejects.toMatchObject({
      message: 'The token endpoint https://app.example/tokn answered 404',
    });
  });

  test('names the address without the name and the password in it', async () => {
    endpoint(new Response('', { status: 404 }));
    await expect(ask('https://martin:secret@app.example/token')).rejects.toMatchObject({
      message: 'The token endpoint https://app.example/token answered 404',
    });
  });

  // case 213
  test.each([
    ['as a stream', () => new Response('x'.repeat(256 * 1024 + 1))],
    [
      'that says so and is no stream',
      () => Object.defineProperty(new Response('x', { headers: { 'content-length': '262145' } }), 'body', {}),
    ],
    [
      'that is no stream and does not say so',
      () => Object.defineProperty(new Response('x'.repeat(256 * 1024 + 1)), 'body', {}),
    ],
  ])('of more than 256 KiB is not read: %s', async (_name, response) => {
    endpoint(response());
    await expect(ask()).rejects.toMatchObject({ name: 'ConnectionError', code: 'too_large' });
  });

  test('of 256 KiB is read, as a stream or not', async () => {
    const text = 'x'.repeat(256 * 1024);
    endpoint(new Response(text));
    await expect(ask()).resolves.toBe(text);
    endpoint(Object.defineProperty(new Response(text), 'body', {}));
    await expect(ask()).resolves.toBe(text);
  });

  test.each([302, 401, 404, 503])('of status %i is not read, and its body is given up', async (status) => {
    const cancel = vi.fn();
    const endless = new ReadableStream({ pull: (to) => to.enqueue(new Uint8Array(1)), cancel });
    endpoint(new Response(endless, { status }));
    await expect(ask()).rejects.toThrow();
    expect(cancel).toHaveBeenCalledOnce();
  });

  test('that asks to wait says for how long', async () => {
    endpoint(new Response('busy', { status: 429, headers: { 'retry-after': '7' } }));
    await expect(ask()).rejects.toMatchObject({ status: 429, retryAfterMs: 7_000 });
    endpoint(new Response('down', { status: 503 }));
    const error = await ask().then(
      () => undefined,
      (caught) => caught,
    );
    expect(error).not.toHaveProperty('retryAfterMs');
  });

  test('that never comes is told as it is', async () => {
    const lost = new TypeError('fetch failed');
    endpoint(() => {
      throw lost;
    });
    await expect(ask()).rejects.toBe(lost);
  });
});

describe('headers', () => {
  // case 221
  test.each([
    ['a function', (value: string) => ({ 'x-session': value })],
    ['an async function', async (value: string) => new Headers({ 'x-session': value })],
  ])('may be %s that is asked at each call', async (_name, make) => {
    const fetch = endpoint(() => new Response('token'));
    let session = 'one';
    const provider = fetchTokenProvider('https://app.example/token', { headers: () => make(session) });
    await provider(context);
    session = 'two';
    await provider(context);
    const sent = fetch.mock.calls.map(([, init]) => (init.headers as Headers).get('x-session'));
    expect(sent).toEqual(['one', 'two']);
  });

  test('that cannot be had are a failure of the provider, and nothing is sent', async () => {
    const fetch = endpoint(new Response('token'));
    const broken = new Error('no session');
    await expect(ask(undefined, { headers: () => Promise.reject(broken) })).rejects.toBe(broken);
    expect(fetch).not.toHaveBeenCalled();
  });
});

describe('a relative address', () => {
  const refused = new TypeError('Failed to parse URL from /token');
  const refuse = () =>
    endpoint(() => {
      throw refused;
    });

  // case 230
  test('on a server says that an absolute one is needed', async () => {
    refuse();
    await expect(ask('/token?key=secret')).rejects.toMatchObject({
      code: 'invalid_option',
      message: expect.stringContaining('/token '),
      remediation: 'Use an absolute address on a server, such as https://example.com/token.',
      cause: refused,
    });
  });

  test.each([
    ['an absolute one in its query', '/token?next=https://app.example/'],
    ['a colon behind its first part', 'tokens/mint:now'],
  ])('on a server is one also where it has %s', async (_name, address) => {
    refuse();
    await expect(ask(address)).rejects.toMatchObject({ code: 'invalid_option' });
  });

  test('in a page, and an absolute one on a server, are left to the platform', async () => {
    refuse();
    await expect(ask('https://app.example/token')).rejects.toBe(refused);
    vi.stubGlobal('location', { href: 'https://app.example/page' });
    await expect(ask('/token')).rejects.toBe(refused);
  });

  test('that the platform takes is asked', async () => {
    endpoint(new Response('token'));
    await expect(ask('/token')).resolves.toBe('token');
  });
});

describe('a redirect', () => {
  const ADVICE = expect.stringMatching(/give the final URL \(a trailing slash\?\), or sign in again/i);

  test('is not followed, whatever the app asks for', async () => {
    const fetch = endpoint(new Response('token'));
    await ask(undefined, { redirect: 'follow' });
    expect(fetch.mock.calls[0]?.[1].redirect).toBe('manual');
  });

  // cases 103, 220
  test.each([
    [
      'in a browser',
      Object.defineProperty(Response.error(), 'type', { value: 'opaqueredirect' }),
      'The token endpoint https://app.example/token redirects',
    ],
    [
      'elsewhere',
      new Response(null, { status: 307, headers: { location: 'https://login.example/?next=/token' } }),
      'The token endpoint https://app.example/token redirects to https://login.example/',
    ],
    [
      'to a relative address',
      new Response(null, { status: 308, headers: { location: '/token/' } }),
      'The token endpoint https://app.example/token redirects to /token/',
    ],
  ])('is an error that says where to (%s)', async (_name, response, message) => {
    endpoint(response);
    await expect(ask()).rejects.toMatchObject({ code: 'not_a_jwt', message, remediation: ADVICE });
  });

  const arrived = (url: string, redirected?: boolean, status = 200) =>
    Object.defineProperties(new Response('token', { status }), {
      url: { value: url },
      redirected: { value: redirected },
    });

  test.each([
    ['of another origin', 'https://login.example/', 200],
    ['that says 401', 'https://login.example/', 401],
    ['within the origin', 'https://app.example/v2/token', 200],
    ['that adds a slash', 'https://app.example/token/', 200],
    ['without TLS', 'http://app.example/token', 200],
  ])('that the platform follows all the same is that error (%s)', async (_name, url, status) => {
    for (const redirected of [undefined, false, true]) {
      endpoint(arrived(url, redirected, status));
      await expect(ask()).rejects.toMatchObject({
        code: 'not_a_jwt',
        message: `The token endpoint https://app.example/token redirects to ${url}`,
        remediation: ADVICE,
      });
    }
  });

  test('back to where it came from is one, too', async () => {
    endpoint(arrived('https://app.example/token', true));
    await expect(ask()).rejects.toMatchObject({ remediation: ADVICE });
  });

  test.each([
    ['without an address', 'https://app.example/token', ''],
    ['with a fragment', 'https://app.example/token#a', 'https://app.example/token#b'],
    ['that names its port needlessly', 'https://app.example:443/token', 'https://app.example/token'],
    ['in capitals', 'HTTPS://App.Example/token', 'https://app.example/token'],
    ['beyond ASCII', 'https://bücher.example/t ü', 'https://xn--bcher-kva.example/t%20%C3%BC'],
    ['without a path', 'https://app.example', 'https://app.example/'],
  ])('is none where the answer is from where it was asked for (%s)', async (_name, asked, answered) => {
    endpoint(() => arrived(answered, false));
    await expect(ask(asked)).resolves.toBe('token');
  });

  test('from a relative address is measured against the page, if there is one', async () => {
    endpoint(() => arrived('https://app.example/token'));
    await expect(ask('token?next=https://login.example/')).resolves.toBe('token');
    vi.stubGlobal('location', { href: 'https://app.example/page' });
    await expect(ask('token')).resolves.toBe('token');
    await expect(ask('v2/token')).rejects.toMatchObject({ remediation: ADVICE });
    vi.stubGlobal('document', { baseURI: 'https://app.example/v3/' });
    await expect(ask('/token')).resolves.toBe('token');
    await expect(ask('token')).rejects.toMatchObject({ remediation: ADVICE });
  });

  describe('where the runtime leaves addresses as they are, as React Native does,', () => {
    const asIs = class {
      readonly href: string;
      constructor(address: unknown) {
        this.href = String(address);
      }
    };

    test.each([
      ['in capitals', 'HTTPS://App.Example/Token', 'https://app.example/Token'],
      ['with capitals in the middle of its host', 'https://aPP.eXample/Token', 'https://app.example/Token'],
      ['whose answer names none', 'https://app.example/token', ''],
      ['whose answer knows none', 'https://app.example/token', undefined],
    ])('is none at an address %s', async (_name, asked, answered) => {
      vi.stubGlobal('URL', asIs);
      endpoint(() => arrived(answered as string, false));
      await expect(ask(asked)).resolves.toBe('token');
    });

    test('is one to a path in other letters', async () => {
      vi.stubGlobal('URL', asIs);
      endpoint(() => arrived('https://app.example/Token', false));
      await expect(ask('https://app.example/token')).rejects.toMatchObject({ remediation: ADVICE });
    });
  });
});

describe('what the app hands in', () => {
  const unreadable = Proxy.revocable({}, {});
  unreadable.revoke();
  const throwing = {
    get headers(): never {
      throw new Error('do not look');
    },
  };

  test.each([
    ['a revoked proxy', unreadable.proxy],
    ['an option that throws', throwing],
  ])('is refused at once where it cannot be read: %s', (_what, options) => {
    expect(() => fetchTokenProvider('/token', options as never)).toThrow(
      expect.objectContaining({ name: 'ConfigurationError', code: 'invalid_option' }),
    );
  });

  test('may be null, which is none', async () => {
    endpoint(new Response('token'));
    expect(await ask('https://app.example/token', null as never)).toBe('token');
  });

  test.each([
    ['no text', Object.create(null)],
    [
      'text that throws',
      {
        toString: () => {
          throw new Error('x');
        },
      },
    ],
    ['a symbol', Symbol('x')],
  ])('as the address is refused where it is %s', (_what, url) => {
    expect(() => fetchTokenProvider(url as never)).toThrow(
      expect.objectContaining({ code: 'invalid_option', message: expect.stringContaining('must be a URL') }),
    );
  });
});
