import { RateLimiterMemory } from 'rate-limiter-flexible';
import { describe, expect, it, vi } from 'vitest';
import { createTokenHandler, type TokenHandlerOptions } from '../../src/server/index.js';
import { SECRET, tokenRequest } from './support.js';

function handlerWith(options: Partial<TokenHandlerOptions>) {
  return createTokenHandler({
    apiSecret: SECRET,
    authenticate: (request) => {
      const userId = request.headers.get('x-user');
      return userId === null ? { anonymous: true } : { userId };
    },
    callToken: () => ['livestream:1'],
    logger: { error: vi.fn(), warn: vi.fn() },
    ...options,
  });
}

const as = (userId: string) => tokenRequest({}, { headers: { 'x-user': userId } });

describe('a limiter', () => {
  it('of rate-limiter-flexible stops one user with 429 and Retry-After, and nobody else', async () => {
    const limiter = new RateLimiterMemory({ points: 2, duration: 60 });
    const handle = handlerWith({ limiter });
    try {
      expect((await handle(as('martin'))).status).toBe(200);
      expect((await handle(as('martin'))).status).toBe(200);
      const refused = await handle(as('martin'));
      expect(refused.status).toBe(429);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(60);
      expect(refused.headers.get('cache-control')).toBe('no-store');
      expect((await handle(as('anna'))).status).toBe(200);
    } finally {
      await limiter.delete('user:martin');
      await limiter.delete('user:anna');
    }
  });

  it('is shared by the handlers of several servers that use the same store', async () => {
    const limiter = new RateLimiterMemory({ points: 1, duration: 60 });
    try {
      expect((await handlerWith({ limiter })(as('martin'))).status).toBe(200);
      expect((await handlerWith({ limiter })(as('martin'))).status).toBe(429);
    } finally {
      await limiter.delete('user:martin');
    }
  });

  it.each([
    [1, '1'],
    [1001, '2'],
    [60_000, '60'],
    [0, '1'],
    [-1, '1'],
    [Number.POSITIVE_INFINITY, '86400'],
  ])('that wants %d ms is a Retry-After of %s', async (msBeforeNext, retryAfter) => {
    const handle = handlerWith({ limiter: { consume: () => Promise.reject({ msBeforeNext }) } });
    const response = await handle(as('martin'));
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe(retryAfter);
  });

  it.each([
    ['rejects with an error', () => Promise.reject(new Error('connect ECONNREFUSED'))],
    ['rejects with nothing', () => Promise.reject(undefined)],
    ['rejects with a wait that is no number', () => Promise.reject({ msBeforeNext: 'soon' })],
    ['rejects with a wait of NaN', () => Promise.reject({ msBeforeNext: Number.NaN })],
    [
      'throws',
      () => {
        throw new Error('closed');
      },
    ],
  ])('whose store %s stops nobody, and the logger hears of it', async (_, consume) => {
    const logger = { error: vi.fn() };
    const handle = handlerWith({ logger, limiter: { consume } });
    expect((await handle(as('martin'))).status).toBe(200);
    expect(logger.error).toHaveBeenCalledTimes(1);
  });

  it('counts by user, by all visitors together, or by what the app says', async () => {
    const consume = vi.fn(async () => undefined);
    await handlerWith({ limiter: { consume } })(as('martin'));
    await handlerWith({ limiter: { consume } })(tokenRequest());
    const limitKey = (request: Request, { anonymous = false }: { anonymous?: boolean | undefined }) =>
      `${anonymous}:${request.headers.get('x-real-ip')}`;
    const headers = { 'x-real-ip': '192.0.2.7' };
    await handlerWith({ limiter: { consume }, limitKey })(tokenRequest({}, { headers }));
    expect(consume.mock.calls).toEqual([['user:martin'], ['anonymous'], ['true:192.0.2.7']]);
  });

  it('is called with its own receiver', async () => {
    class Limiter {
      readonly #keys: string[] = [];
      async consume(key: string) {
        this.#keys.push(key);
      }
      get keys() {
        return this.#keys;
      }
    }
    const limiter = new Limiter();
    expect((await handlerWith({ limiter })(as('martin'))).status).toBe(200);
    expect(limiter.keys).toEqual(['user:martin']);
  });

  it('is not asked where nobody is signed in', async () => {
    const consume = vi.fn(async () => undefined);
    const response = await handlerWith({ limiter: { consume }, authenticate: () => null })(tokenRequest());
    expect(response.status).toBe(401);
    expect(consume).not.toHaveBeenCalled();
  });

  it('counts a request for the token of somebody else', async () => {
    const consume = vi.fn(async () => undefined);
    const handle = handlerWith({ limiter: { consume } });
    const request = tokenRequest({ user_id: 'anna' }, { headers: { 'x-user': 'martin' } });
    expect((await handle(request)).status).toBe(403);
    expect(consume).toHaveBeenCalledTimes(1);
  });
});
