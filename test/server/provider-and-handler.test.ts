import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { type FetchTokenProviderOptions, fetchTokenProvider, UnauthorizedError } from 'stream-video-auth';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTokenHandler, type TokenHandlerOptions } from '../../src/server/index.js';
import { claimsOf, SECRET } from './support.js';

const authenticate = vi.fn<TokenHandlerOptions['authenticate']>();
const consume = vi.fn<(key: string) => Promise<unknown>>();
const callToken = vi.fn<NonNullable<TokenHandlerOptions['callToken']>>();
let server: Server;

const handleToken = createTokenHandler({
  apiSecret: SECRET,
  authenticate,
  callToken,
  limiter: { consume },
  logger: { error: () => undefined },
});

/** The endpoint, and what often stands beside it: a sign-in page, and a proxy that refuses with a page. */
function route(request: Request): Response | Promise<Response> {
  const { pathname } = new URL(request.url);
  if (pathname === '/token') return handleToken(request);
  if (pathname === '/guarded') return new Response(null, { status: 302, headers: { location: '/sign-in' } });
  const status = pathname === '/proxy' ? 403 : 200;
  return new Response('<!DOCTYPE html><p>Sign in', { status, headers: { 'content-type': 'text/html' } });
}

beforeAll(async () => {
  server = createServer(getRequestListener(route, { overrideGlobalObjects: false }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

beforeEach(() => {
  authenticate.mockReset().mockReturnValue({ userId: 'martin' });
  consume.mockReset().mockResolvedValue(undefined);
  callToken.mockReset().mockImplementation((_, { requestedCallCids }) => requestedCallCids);
});

interface Ask extends FetchTokenProviderOptions {
  path?: string;
  id?: string;
  signal?: AbortSignal;
}

async function ask({ path = '/token', id = 'martin', signal, ...init }: Ask = {}): Promise<string> {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  const context = {
    user: { id },
    reason: 'rejected',
    signal: signal ?? new AbortController().signal,
  } as const;
  return fetchTokenProvider(url, init)(context);
}

describe('fetchTokenProvider and createTokenHandler', () => {
  it('agree on the token of a user, in both formats', async () => {
    expect(claimsOf(await ask())).toMatchObject({ user_id: 'martin' });
    expect(claimsOf(await ask({ headers: { accept: 'text/plain' } }))).toMatchObject({ user_id: 'martin' });
  });

  it('agree on call tokens, and the reason arrives', async () => {
    authenticate.mockReturnValue({ anonymous: true });
    const callCids = ['livestream:1', 'livestream:2'];
    expect(claimsOf(await ask({ id: '!anon', callCids }))).toMatchObject({
      user_id: '!anon',
      call_cids: callCids,
    });
    expect(callToken).toHaveBeenCalledWith(expect.anything(), {
      userId: undefined,
      anonymous: true,
      requestedCallCids: callCids,
      reason: 'rejected',
    });
  });

  it('agree on who is signed out: 401 and 403 are an UnauthorizedError', async () => {
    await expect(ask({ id: 'anna' })).rejects.toBeInstanceOf(UnauthorizedError);
    authenticate.mockReturnValue(null);
    await expect(ask()).rejects.toBeInstanceOf(UnauthorizedError);
  });

  it('agree on how long to wait, and that a 429 or a 500 signs nobody out', async () => {
    consume.mockRejectedValueOnce({ msBeforeNext: 2500 });
    const limited = await ask().catch((error: unknown) => error);
    expect(limited).toMatchObject({ status: 429, retryAfterMs: 3000 });
    expect(limited).not.toBeInstanceOf(UnauthorizedError);
    authenticate.mockRejectedValueOnce(new Error('no database'));
    const failed = await ask().catch((error: unknown) => error);
    expect(failed).toMatchObject({ status: 500 });
    expect(failed).not.toBeInstanceOf(UnauthorizedError);
  });

  it('agree on being aborted', async () => {
    const controller = new AbortController();
    authenticate.mockImplementationOnce(async () => {
      controller.abort(new Error('left'));
      return { userId: 'martin' };
    });
    await expect(ask({ signal: controller.signal })).rejects.toThrow('left');
  });

  it.each(['/sign-in', '/guarded'])(
    'a sign-in page at %s is no token, and nobody is signed out',
    async (path) => {
      await expect(ask({ path })).rejects.toMatchObject({ name: 'InvalidTokenError', code: 'not_a_jwt' });
    },
  );

  it('a proxy that refuses with a page signs nobody out', async () => {
    const refused = await ask({ path: '/proxy' }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ status: 403 });
    expect(refused).not.toBeInstanceOf(UnauthorizedError);
  });
});
