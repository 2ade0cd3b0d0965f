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
    ['JSON without a token', '{}', undefined],
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
      message: 'The token endpoint answered 403',
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
      message: 'The token endpoint answered with a web page',
      remediation:
        'Let the token endpoint answer 401 where nobody is signed in, instead of redirecting to a sign-in page.',
    });
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

describe('a redirect', () => {
  // case 103: an opaque redirect says no more than a web page
  test.each([
    ['in a browser', Object.defineProperty(Response.error(), 'type', { value: 'opaqueredirect' })],
    ['elsewhere', new Response(null, { status: 302, headers: { location: '/login' } })],
  ])('that is not followed (%s) is no token, and says what it is', async (_name, response) => {
    endpoint(response);
    await expect(ask()).rejects.toMatchObject({
      code: 'not_a_jwt',
      message: 'The token endpoint redirects',
      remediation: expect.stringContaining('sign-in'),
    });
  });

  const arrived = (url: string, redirected: boolean, status = 200) =>
    Object.defineProperties(new Response('token', { status }), {
      url: { value: url },
      redirected: { value: redirected },
    });

  test('within the origin is followed', async () => {
    endpoint(arrived('https://app.example/v2/token', true));
    await expect(ask()).resolves.toBe('token');
  });

  test.each([200, 401])('to elsewhere is not believed, whatever is answered there (%i)', async (status) => {
    endpoint(arrived('https://login.example/', true, status));
    await expect(ask('https://APP.example/token')).rejects.toMatchObject({
      code: 'not_a_jwt',
      message: 'The token endpoint redirects from https://app.example to https://login.example',
      remediation: 'Ask the token endpoint where it really is.',
    });
  });

  test('from a relative address is measured against the page', async () => {
    endpoint(() => arrived('https://login.example/', true));
    await expect(ask('/token')).resolves.toBe('token');
    vi.stubGlobal('location', { href: 'https://app.example/page' });
    await expect(ask('/token')).rejects.toMatchObject({ code: 'not_a_jwt' });
    endpoint(() => arrived('https://app.example/v2/token', true));
    await expect(ask('/token')).resolves.toBe('token');
  });

  test("from a relative address that quotes another is measured against the page's all the same", async () => {
    endpoint(() => arrived('https://login.example/', true));
    vi.stubGlobal('location', { href: 'https://app.example/page' });
    await expect(ask('/token?next=https://login.example/')).rejects.toMatchObject({ code: 'not_a_jwt' });
  });

  test('from an address without TLS is not believed either', async () => {
    endpoint(arrived('https://login.example/', true));
    await expect(ask('http://localhost:3000/token')).rejects.toMatchObject({
      message: 'The token endpoint redirects from http://localhost:3000 to https://login.example',
    });
  });

  test('that was none is no matter', async () => {
    endpoint(arrived('https://login.example/', false));
    await expect(ask()).resolves.toBe('token');
  });

  test.each([
    ['that names its port needlessly', 'https://app.example:443/token', 'https://app.example/token/'],
    ['in capitals', 'HTTPS://App.Example/token', 'https://app.example/token/'],
    ['beyond ASCII', 'https://bücher.example/token', 'https://xn--bcher-kva.example/token/'],
  ])('from an address %s stays within its origin', async (_name, asked, answered) => {
    endpoint(() => arrived(answered, true));
    await expect(ask(asked)).resolves.toBe('token');
  });
});
