import { describe, expect, it } from 'vitest';
import { ConfigurationError, createTokenHandler } from '../../src/server/index.js';
import { SECRET, tokenRequest } from './support.js';

const APP = 'https://app.example';

function handlerFor(allowOrigins?: readonly string[]) {
  return createTokenHandler({
    apiSecret: SECRET,
    authenticate: (request) => (request.headers.has('cookie') ? { userId: 'martin' } : null),
    allowOrigins,
  });
}

function corsHeaders(response: Response): string[] {
  return [...response.headers.keys()].filter((name) => name.startsWith('access-control-'));
}

function preflight(origin: string, headers: Record<string, string> = {}): Request {
  return new Request('https://api.example/token', {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST', ...headers },
  });
}

describe('CORS', () => {
  it('lets a listed origin read tokens with its cookies, and how long to wait', async () => {
    const response = await handlerFor([APP])(tokenRequest({}, { headers: { origin: APP, cookie: 'a=1' } }));
    expect(response.status).toBe(200);
    expect(response.headers.get('access-control-allow-origin')).toBe(APP);
    expect(response.headers.get('access-control-allow-credentials')).toBe('true');
    expect(response.headers.get('access-control-expose-headers')).toBe('Retry-After');
  });

  it('lets a listed origin read refusals too, else they look like a broken network', async () => {
    const response = await handlerFor([APP])(tokenRequest({}, { headers: { origin: APP } }));
    expect(response.status).toBe(401);
    expect(response.headers.get('access-control-allow-origin')).toBe(APP);
  });

  it.each([
    'https://evil.example',
    'http://app.example',
    'https://app.example:8443',
    'https://app.example.evil.example',
    'https://APP.example',
    'null',
    '*',
  ])('says nothing to %s', async (origin) => {
    const handle = handlerFor([APP, 'null']);
    expect(corsHeaders(await handle(tokenRequest({}, { headers: { origin, cookie: 'a=1' } })))).toEqual([]);
    expect(corsHeaders(await handle(preflight(origin)))).toEqual([]);
  });

  it('says nothing when no origin is listed, or none is sent', async () => {
    const headers = { origin: APP, cookie: 'a=1' };
    expect(corsHeaders(await handlerFor()(tokenRequest({}, { headers })))).toEqual([]);
    expect(corsHeaders(await handlerFor([APP])(tokenRequest({}, { headers: { cookie: 'a=1' } })))).toEqual(
      [],
    );
  });

  it('still serves the pages of its own origin, whose requests carry an Origin too', async () => {
    const headers = { origin: 'https://api.example', cookie: 'a=1' };
    expect((await handlerFor([APP])(tokenRequest({}, { headers }))).status).toBe(200);
  });

  it('answers a preflight with the methods and the headers that were asked for', async () => {
    const requested = { 'access-control-request-headers': 'content-type,x-csrf-token' };
    const response = await handlerFor([APP])(preflight(APP, requested));
    expect(response.status).toBe(204);
    expect(await response.text()).toBe('');
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-origin': APP,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'content-type,x-csrf-token',
      'access-control-max-age': '600',
    });
  });

  it.each([
    '*',
    'https://*.example',
    'https://app.example/',
    'https://app.example/path',
    'https://App.example',
    'https://app.example:443',
    'https://user@app.example',
    'app.example',
    '',
    42,
  ])('refuses %j in the list: no browser sends that', (origin) => {
    expect(() => handlerFor([origin as string])).toThrow(ConfigurationError);
  });

  it.each(['http://localhost:5173', 'capacitor://localhost', 'https://xn--zo-jka.example'])(
    'takes %s',
    async (origin) => {
      const response = await handlerFor([origin])(preflight(origin));
      expect(response.headers.get('access-control-allow-origin')).toBe(origin);
    },
  );

  it('refuses a list that is none', () => {
    expect(() => handlerFor('https://app.example' as unknown as string[])).toThrow(ConfigurationError);
  });
});
