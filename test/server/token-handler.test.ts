import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  ConfigurationError,
  createTokenHandler,
  type Identity,
  type TokenHandlerOptions,
  verifyToken,
} from '../../src/server/index.js';
import { claimsOf, frozen, SECRET, tokenRequest } from './support.js';

function silentLogger() {
  return { error: vi.fn(), warn: vi.fn() };
}

function handlerWith(options: Partial<TokenHandlerOptions> = {}) {
  return createTokenHandler({
    apiSecret: SECRET,
    authenticate: () => ({ userId: 'martin' }),
    logger: silentLogger(),
    ...options,
  });
}

const visitor = (): Identity => ({ anonymous: true });

async function tokenOf(response: Response): Promise<string> {
  expect(response.status).toBe(200);
  const { token } = (await response.json()) as { token: string };
  return token;
}

async function errorOf(response: Response): Promise<unknown> {
  const { error, ...others } = (await response.json()) as { error: unknown };
  expect(others).toEqual({});
  return error;
}

describe('the token of a signed-in user', () => {
  it('is handed out whether or not the client names the user', async () => {
    for (const body of [{}, { user_id: 'martin' }, { user_id: 'martin', reason: 'rejected' }, '']) {
      const token = await tokenOf(await handlerWith()(tokenRequest(body)));
      await expect(verifyToken(token, { apiSecret: SECRET })).resolves.toMatchObject({ user_id: 'martin' });
    }
  });

  it('lives as long as the handler says', async () => {
    const before = Math.floor(Date.now() / 1000);
    const token = await tokenOf(await handlerWith({ expiresInSeconds: 60 })(tokenRequest()));
    const { exp } = claimsOf(token);
    expect(exp).toBeGreaterThanOrEqual(before + 60);
    expect(exp).toBeLessThan(before + 120);
  });

  describe('whose life has jitter', () => {
    const handle = handlerWith({ expiresInSeconds: 60, jitterSeconds: 12 });
    const lifeSeconds = async (): Promise<number> => {
      vi.setSystemTime(1_800_000_000_000);
      const { exp } = claimsOf(await tokenOf(await handle(tokenRequest())));
      return (exp as number) - 1_800_000_000;
    };

    beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
    afterEach(() => {
      vi.useRealTimers();
      vi.restoreAllMocks();
    });

    it.each([
      [0, 60],
      [0.5, 54],
      [1 - Number.EPSILON, 48],
    ])('lives, where chance is %d, %d s', async (drawn, expected) => {
      vi.spyOn(Math, 'random').mockReturnValue(drawn);
      expect(await lifeSeconds()).toBe(expected);
    });

    it('is drawn for each token', async () => {
      const lives = new Set<number>();
      for (let count = 0; count < 200; count += 1) lives.add(await lifeSeconds());
      expect(Math.min(...lives)).toBeGreaterThanOrEqual(48);
      expect(Math.max(...lives)).toBeLessThanOrEqual(60);
      expect(lives.size).toBeGreaterThan(5);
    });
  });

  it.each(['anna', '!anon', ''])('is a 403 for a client that names %j', async (user_id) => {
    const response = await handlerWith()(tokenRequest({ user_id }));
    expect(response.status).toBe(403);
    expect(response.headers.get('content-type')).not.toContain('html');
  });

  it('is a 401 where nobody is signed in', async () => {
    for (const nobody of [null, undefined]) {
      const response = await handlerWith({ authenticate: async () => nobody })(tokenRequest());
      expect(response.status).toBe(401);
    }
  });

  it('is never the same string twice, so that a refused one is not handed out again', async () => {
    const handle = handlerWith();
    const tokens = await Promise.all([1, 2].map(async () => tokenOf(await handle(tokenRequest()))));
    expect(tokens[0]).not.toBe(tokens[1]);
  });
});

describe('authenticate', () => {
  it('gets a clone: it may read the body, and the handler still does', async () => {
    const seen: unknown[] = [];
    const handle = handlerWith({
      authenticate: async (request) => {
        seen.push(await request.json(), request.headers.get('cookie'));
        return { userId: 'anna' };
      },
    });
    const request = tokenRequest({ user_id: 'anna' }, { headers: { cookie: 'session=1' } });
    await tokenOf(await handle(request));
    expect(seen).toEqual([{ user_id: 'anna' }, 'session=1']);
  });

  it('keeps its secrets when it fails: 500 without detail for the client, detail for the logger', async () => {
    const logger = silentLogger();
    const token = await tokenOf(await handlerWith()(tokenRequest()));
    const handle = handlerWith({
      logger,
      authenticate: () => {
        throw Object.assign(new Error(`database db-7 said no to ${token}`), {
          headers: { authorization: token },
        });
      },
    });
    const response = await handle(tokenRequest());
    expect(response.status).toBe(500);
    expect(await errorOf(response)).not.toContain('db-7');
    const logged = JSON.stringify(logger.error.mock.calls);
    expect(logged).toContain('db-7');
    expect(logged).not.toContain('eyJ');
  });

  it.each([
    ['an empty object', {}],
    ['a user who is anonymous', { userId: 'martin', anonymous: true }],
    ['an empty user id', { userId: '' }],
    ['!anon as a user', { userId: '!anon' }],
    ['a number', { userId: 7 }],
    ['a user id of white space', { userId: ' ' }],
    ['a user id that is null, as of a session without a user', { userId: null }],
    ['an anonymous visitor whose user id is null', { userId: null, anonymous: true }],
  ])('is a 500 with a hint in the log when it answers with %s', async (_, identity) => {
    const logger = silentLogger();
    const callToken = vi.fn(() => ['default:1']);
    const handle = handlerWith({ logger, authenticate: () => identity as Identity, callToken });
    expect((await handle(tokenRequest())).status).toBe(500);
    // Nor does it become an anonymous visitor by naming calls.
    expect((await handle(tokenRequest({ call_cids: ['default:1'] }))).status).toBe(500);
    expect(callToken).not.toHaveBeenCalled();
    expect(logger.error).toHaveBeenCalledTimes(2);
  });

  it('is a 500 all the same when the logger rejects', async () => {
    const logger = { error: () => Promise.reject(new Error('the log is full')) };
    const handle = handlerWith({ logger, authenticate: () => Promise.reject(new Error('db')) });
    expect((await handle(tokenRequest())).status).toBe(500);
  });

  it('is not asked for a method, a body or a preflight that is refused anyway', async () => {
    const authenticate = vi.fn(() => ({ userId: 'martin' }));
    const handle = handlerWith({ authenticate });
    await handle(new Request('https://app.example/token', { method: 'OPTIONS' }));
    await handle(new Request('https://app.example/token', { method: 'DELETE' }));
    await handle(tokenRequest('{'));
    expect(authenticate).not.toHaveBeenCalled();
    await handle(tokenRequest());
    expect(authenticate).toHaveBeenCalledTimes(1);
  });
});

describe('a call token', () => {
  it('opens for an anonymous visitor what the app grants', async () => {
    const callToken = vi.fn(async () => frozen(['livestream:1']));
    const handle = handlerWith({ authenticate: visitor, callToken });
    for (const body of [{ user_id: '!anon' }, {}]) {
      const call_cids = ['livestream:1', 'livestream:2'];
      const token = await tokenOf(await handle(tokenRequest({ ...body, call_cids, reason: 'initial' })));
      expect(claimsOf(token)).toMatchObject({ user_id: '!anon', call_cids: ['livestream:1'] });
      expect(callToken).toHaveBeenLastCalledWith(expect.anything(), {
        userId: undefined,
        anonymous: true,
        requestedCallCids: call_cids,
        reason: 'initial',
      });
    }
  });

  it('may be granted to a visitor who names no call', async () => {
    const handle = handlerWith({ authenticate: visitor, callToken: () => ['livestream:default'] });
    const token = await tokenOf(await handle(tokenRequest()));
    expect(claimsOf(token)).toMatchObject({ call_cids: ['livestream:default'] });
  });

  it('is for the signed-in user who asks for calls; without calls it stays a user token', async () => {
    const callToken = vi.fn(
      (_request: Request, asked: { requestedCallCids: readonly string[] }) => asked.requestedCallCids,
    );
    const handle = handlerWith({ callToken });
    const token = await tokenOf(await handle(tokenRequest({ call_cids: ['default:1'] })));
    expect(claimsOf(token)).toMatchObject({ user_id: 'martin', call_cids: ['default:1'] });
    expect(callToken).toHaveBeenLastCalledWith(
      expect.anything(),
      expect.objectContaining({ userId: 'martin', anonymous: false }),
    );
    expect(claimsOf(await tokenOf(await handle(tokenRequest())))).not.toHaveProperty('call_cids');
    expect(callToken).toHaveBeenCalledTimes(1);
  });

  it('lets callToken read the body too', async () => {
    const callToken = async (request: Request) => {
      const { call_cids } = (await request.json()) as { call_cids: string[] };
      return call_cids;
    };
    const handle = handlerWith({ authenticate: visitor, callToken });
    const token = await tokenOf(await handle(tokenRequest({ call_cids: ['default:1'] })));
    expect(claimsOf(token)).toMatchObject({ call_cids: ['default:1'] });
  });

  it.each([
    ['an empty list', []],
    ['null', null],
    ['undefined', undefined],
  ])('is a 403 when the app grants %s', async (_, granted) => {
    const handle = handlerWith({ authenticate: visitor, callToken: () => granted });
    expect((await handle(tokenRequest({ call_cids: ['default:1'] }))).status).toBe(403);
  });

  it('is a 403 for an anonymous visitor who names a user', async () => {
    const callToken = vi.fn(() => ['default:1']);
    const handle = handlerWith({ authenticate: visitor, callToken });
    expect((await handle(tokenRequest({ user_id: 'martin' }))).status).toBe(403);
    expect(callToken).not.toHaveBeenCalled();
  });

  it('is a 403 without a callToken function, and the logger says why', async () => {
    const logger = silentLogger();
    expect((await handlerWith({ logger, authenticate: visitor })(tokenRequest())).status).toBe(403);
    expect((await handlerWith({ logger })(tokenRequest({ call_cids: ['default:1'] }))).status).toBe(403);
    expect(logger.warn).toHaveBeenCalledTimes(2);
    expect(logger.warn).toHaveBeenCalledWith(expect.stringContaining('callToken'), { status: 403 });
  });

  it('is a 500 when the app grants what is no call, and the logger says why', async () => {
    const logger = silentLogger();
    const handle = handlerWith({ logger, authenticate: visitor, callToken: () => ['nonsense'] });
    expect((await handle(tokenRequest())).status).toBe(500);
    expect(JSON.stringify(logger.error.mock.calls)).toContain('type:id');
  });
});

describe('a request', () => {
  it.each([
    ['of Express or plain Node', { method: 'POST', headers: { accept: '*/*' }, url: '/token' }],
    ['that cannot be copied', { method: 'POST', headers: new Headers() }],
    ['without headers', { method: 'POST', clone: () => ({}) }],
    ['that is missing', undefined],
  ])('%s is told what to do', async (_, request) => {
    const answer = handlerWith()(request as never);
    await expect(answer).rejects.toBeInstanceOf(ConfigurationError);
    await expect(answer).rejects.toMatchObject({ remediation: expect.stringMatching(/adapter/) });
  });

  it.each([
    ['no JSON', '{'],
    ['an array', '[]'],
    ['null', 'null'],
    ['a user_id that is a number', { user_id: 42 }],
    ['a reason that is an object', { reason: {} }],
    ['call_cids that is a string', { call_cids: 'default:1' }],
    ['call_cids with a number', { call_cids: [1] }],
    ['more than 100 calls', { call_cids: Array.from({ length: 101 }, (_, index) => `d:${index}`) }],
  ])('with %s is a 400', async (_, body) => {
    const response = await handlerWith()(tokenRequest(body));
    expect(response.status).toBe(400);
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  it.each([
    ['no body', undefined],
    ['white space', ' \n'],
    ['fields that are null', '{"user_id":null,"reason":null,"call_cids":null}'],
  ])('with %s asks for the token of who is signed in', async (_, body) => {
    const request = new Request('https://app.example/token', { method: 'POST', ...(body && { body }) });
    expect(claimsOf(await tokenOf(await handlerWith()(request)))).toMatchObject({ user_id: 'martin' });
  });

  it('may ask for 100 calls', async () => {
    const call_cids = Array.from({ length: 100 }, (_, index) => `default:${index}`);
    const handle = handlerWith({ callToken: (_, { requestedCallCids }) => requestedCallCids });
    const token = await tokenOf(await handle(tokenRequest({ call_cids })));
    expect(claimsOf(token)).toMatchObject({ call_cids });
    await expect(verifyToken(token, { apiSecret: SECRET })).resolves.toMatchObject({ call_cids });
  });

  it('whose letters are cut between two parts is read', async () => {
    const bytes = new TextEncoder().encode('{"user_id":"zoë"}');
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });
    const init = { method: 'POST', body, duplex: 'half' } as RequestInit;
    const handle = handlerWith({ authenticate: () => ({ userId: 'zoë' }) });
    expect((await handle(new Request('https://app.example/token', init))).status).toBe(200);
  });

  it('that is not UTF-8 is a 400', async () => {
    const body = new Uint8Array([0x7b, 0xff, 0x7d]);
    const request = new Request('https://app.example/token', { method: 'POST', body });
    expect((await handlerWith()(request)).status).toBe(400);
  });

  it('of 8 KiB is read, and one byte more is a 413', async () => {
    const body = (size: number) =>
      JSON.stringify({ padding: '' }).replace('""', `"${'x'.repeat(size - 14)}"`);
    expect(body(8192)).toHaveLength(8192);
    expect((await handlerWith()(tokenRequest(body(8192)))).status).toBe(200);
    expect((await handlerWith()(tokenRequest(body(8193)))).status).toBe(413);
  });

  it('that streams without end is a 413, and its stream is cancelled', async () => {
    const cancel = vi.fn();
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(1024)),
      cancel,
    });
    const request = new Request('https://app.example/token', {
      method: 'POST',
      body,
      duplex: 'half',
    } as RequestInit);
    expect((await handlerWith()(request)).status).toBe(413);
    await vi.waitFor(() => expect(cancel).toHaveBeenCalledTimes(1));
  });

  it('that declares too much is a 413 before anything is read', async () => {
    const declaring = (size: string) => tokenRequest('{}', { headers: { 'content-length': size } });
    expect((await handlerWith()(declaring('8193'))).status).toBe(413);
    expect((await handlerWith()(declaring('8192'))).status).toBe(200);
  });

  it('whose body a parser has already read is a 500 with a hint in the log', async () => {
    const logger = silentLogger();
    const request = tokenRequest();
    await request.text();
    expect((await handlerWith({ logger })(request)).status).toBe(500);
    expect(JSON.stringify(logger.error.mock.calls)).toContain('body parser');
  });

  it.each(['GET', 'PUT', 'PATCH', 'DELETE', 'HEAD'])(
    'with %s is a 405 that names the methods',
    async (method) => {
      const response = await handlerWith()(new Request('https://app.example/token', { method }));
      expect(response.status).toBe(405);
      expect(response.headers.get('allow')).toBe('POST, OPTIONS');
    },
  );

  it('of more than 16 KiB in the address of a GET is a 414, and nobody is asked', async () => {
    const authenticate = vi.fn(() => ({ userId: 'martin' }));
    const handle = handlerWith({ methods: ['GET'], authenticate });
    const address = (bytes: number) => 'https://app.test/token?reason='.padEnd(bytes, 'x');
    const answers = [16 * 1024, 16 * 1024 + 1, 1024 * 1024].map((bytes) =>
      handle(new Request(address(bytes))),
    );
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 414, 414]);
    expect(authenticate).toHaveBeenCalledTimes(1);
  });

  it('may be a GET when the handler says so, with the same rules', async () => {
    const callToken = vi.fn(
      (_request: Request, { requestedCallCids }: { requestedCallCids: readonly string[] }) =>
        requestedCallCids,
    );
    const handle = handlerWith({ methods: ['GET'], callToken });
    const get = (query: string) => handle(new Request(`https://app.example/token?${query}`));
    expect(claimsOf(await tokenOf(await get('user_id=martin')))).toMatchObject({ user_id: 'martin' });
    expect(claimsOf(await tokenOf(await get('call_cids=d:1&call_cids=d:2&reason=manual')))).toMatchObject({
      call_cids: ['d:1', 'd:2'],
    });
    expect(callToken.mock.lastCall?.[1]).toMatchObject({ reason: 'manual' });
    expect((await get('user_id=anna')).status).toBe(403);
    expect((await handle(tokenRequest())).status).toBe(405);
  });
});

describe('an answer', () => {
  it.each([
    [undefined, 'application/json'],
    ['*/*', 'application/json'],
    ['application/json', 'application/json'],
    ['application/json, text/plain', 'application/json'],
    ['text/html,*/*;q=0.8', 'application/json'],
    ['text/plain;q=0.5, application/json', 'application/json'],
    ['image/png', 'application/json'],
    ['text/plain;q=0', 'application/json'],
    ['text/plain', 'text/plain'],
    ['TEXT/*', 'text/plain'],
    ['application/json;q=0.5, text/plain', 'text/plain'],
  ])('to Accept %s is %s', async (accept, type) => {
    const headers: Record<string, string> = accept === undefined ? {} : { accept };
    const response = await handlerWith()(tokenRequest({}, { headers }));
    expect(response.headers.get('content-type')).toBe(`${type}; charset=utf-8`);
    const text = await response.text();
    const token = type === 'text/plain' ? text : (JSON.parse(text) as { token: string }).token;
    expect(claimsOf(token)).toMatchObject({ user_id: 'martin' });
  });

  it('is never cached, never a 304, and varies by origin and format', async () => {
    const handle = handlerWith({ methods: ['GET', 'POST'] });
    const headers = { 'if-none-match': '*', 'if-modified-since': new Date().toUTCString() };
    const responses = [
      await handle(new Request('https://app.example/token', { headers })),
      await handle(tokenRequest({}, { headers })),
      await handle(tokenRequest('{')),
      await handle(new Request('https://app.example/token', { method: 'OPTIONS' })),
    ];
    expect(responses.map(({ status }) => status)).toEqual([200, 200, 400, 204]);
    for (const response of responses) {
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(response.headers.get('vary')).toBe('Origin, Accept');
      expect(response.headers.has('etag')).toBe(false);
      expect(response.headers.has('last-modified')).toBe(false);
    }
  });

  it('to an error has its format by Accept too', async () => {
    const headers = { accept: 'text/plain' };
    const response = await handlerWith({ authenticate: () => null })(tokenRequest({}, { headers }));
    expect(await response.text()).toBe('Nobody is signed in');
  });

  it('comes even when the logger throws', async () => {
    const logger = {
      error: () => {
        throw new Error('disk full');
      },
    };
    const handle = handlerWith({ logger, authenticate: () => Promise.reject(undefined) });
    expect((await handle(tokenRequest())).status).toBe(500);
    expect((await handle(tokenRequest({ user_id: 'anna' }))).status).toBe(500);
  });
});

describe('createTokenHandler refuses at once', () => {
  it.each([
    ['no authenticate', { authenticate: undefined }],
    ['a callToken that is a list', { callToken: ['default:1'] }],
    ['tokens without expiry', { expiresInSeconds: null }],
    ['tokens of more than 30 days', { expiresInSeconds: 30 * 24 * 3600 + 1 }],
    ['jitter that leaves no life', { expiresInSeconds: 60, jitterSeconds: 60 }],
    ['jitter that is less than none', { jitterSeconds: -1 }],
    ['jitter of half a second', { jitterSeconds: 0.5 }],
    ['jitter that is a text', { jitterSeconds: '60' }],
    ['no method', { methods: [] }],
    ['another method', { methods: ['PUT'] }],
    ['another method beside its own', { methods: ['POST', 'PUT'] }],
    ['a method in lower case', { methods: ['post'] }],
    ['a method that is no list', { methods: 'POST' }],
    ['a limiter without consume', { limiter: {} }],
    ['a limiter whose consume is no function', { limiter: { consume: true } }],
    ['a limiter that is null', { limiter: null }],
    ['a limiter that is a name', { limiter: 'redis' }],
    ['a limitKey that is a string', { limitKey: 'ip' }],
  ])('%s', (_, options) => {
    const create = () => handlerWith(options as unknown as Partial<TokenHandlerOptions>);
    expect(create).toThrow(ConfigurationError);
  });

  it('tokens without expiry also with allowLongLived, and says so', () => {
    const endless = { expiresInSeconds: null, allowLongLived: true };
    expect(() => handlerWith(endless as never)).toThrow(/^expiresInSeconds is null/);
  });

  it('an option that it does not know, under its own name', () => {
    expect(() => handlerWith({ expiresIn: 60 } as never)).toThrow(/createTokenHandler/);
  });

  it('options that are none', () => {
    for (const options of [undefined, null, 'options']) {
      expect(() => createTokenHandler(options as never)).toThrow(ConfigurationError);
    }
  });

  it('but not what is fine', () => {
    expect(handlerWith({ methods: ['GET', 'POST'], expiresInSeconds: 60 })).toBeTypeOf('function');
    expect(handlerWith({ jitterSeconds: 3599 })).toBeTypeOf('function');
    expect(handlerWith({ jitterSeconds: 0, expiresInSeconds: 1 })).toBeTypeOf('function');
  });
});
