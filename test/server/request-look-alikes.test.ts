import { createTokenHandler, type TokenHandlerOptions } from 'stream-video-auth/server';
import { expect, test, vi } from 'vitest';
import { VALUES } from '../support/unreadable.js';
import { SECRET, tokenRequest } from './support.js';

const ORIGIN = 'https://app.example.com';

function handlerWith(options: Partial<TokenHandlerOptions> = {}) {
  const logger = { error: vi.fn(), warn: vi.fn() };
  const handle = createTokenHandler({
    apiSecret: SECRET,
    authenticate: () => ({ userId: 'martin' }),
    allowOrigins: [ORIGIN],
    methods: ['GET', 'POST'],
    logger,
    ...options,
  });
  return { handle, logger };
}

const FIELDS = ['method', 'headers', 'url', 'body', 'bodyUsed', 'clone'] as const;

/** What looks like a request, one field of it aside, which fails or is something else from the n-th reading on. */
function lookAlike(method: string, field: string, from: number, what: () => unknown): Request {
  const body = method === 'POST' ? '{}' : null;
  const request = new Request('https://app.example/token', { method, headers: { origin: ORIGIN }, body });
  let reads = 0;
  return new Proxy(request, {
    get(target, name) {
      if (name === field) {
        reads += 1;
        if (reads >= from) return what();
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

const throwing = () => {
  throw new Error('no look');
};

const WHAT: readonly (() => unknown)[] = [throwing, ...Object.values(VALUES)];

test.each(FIELDS)(
  'what only looks like a request is answered all the same, whatever its %s is',
  async (field) => {
    const { handle } = handlerWith();
    const statuses = new Set<number>();
    for (const method of ['POST', 'GET', 'OPTIONS', 'PUT']) {
      // Past the first look, which decides whether it is a request at all.
      for (let from = field === 'headers' || field === 'clone' ? 2 : 1; from < 5; from += 1) {
        for (const what of WHAT) {
          const response = await handle(lookAlike(method, field, from, what));
          expect(response).toBeInstanceOf(Response);
          expect(response.headers.get('cache-control')).toBe('no-store');
          statuses.add(response.status);
        }
      }
    }
    expect(statuses).toContain(500);
  },
);

test('headers whose answers are none of a request’s are answered, too', async () => {
  const { handle, logger } = handlerWith();
  for (const what of WHAT) {
    for (const method of ['POST', 'OPTIONS', 'PUT']) {
      const headers = { get: () => what() };
      const response = await handle(lookAlike(method, 'headers', 2, () => headers));
      expect(response).toBeInstanceOf(Response);
    }
  }
  expect(logger.error).toHaveBeenCalledWith('The token endpoint failed', expect.anything());
});

test('a request is told apart from what only looks like one', async () => {
  const { handle, logger } = handlerWith();
  expect((await handle(tokenRequest())).status).toBe(200);
  expect(logger.error).not.toHaveBeenCalled();
});

test.each(Object.entries(VALUES))(
  'a limitKey that answers %s is a 500 and counts nobody: all visitors would share one key',
  async (_what, make) => {
    const consume = vi.fn(async () => undefined);
    const { handle, logger } = handlerWith({ limitKey: make as never, limiter: { consume } });
    expect((await handle(tokenRequest())).status).toBe(500);
    expect(consume).not.toHaveBeenCalled();
    expect(logger.error).toHaveBeenCalledWith('The token endpoint failed', expect.anything());
  },
);

test('a limitKey that answers nothing is told by name', async () => {
  const { handle, logger } = handlerWith({
    limitKey: (() => {}) as never,
    limiter: { consume: async () => undefined },
  });
  expect((await handle(tokenRequest())).status).toBe(500);
  expect(logger.error).toHaveBeenCalledWith(
    'The token endpoint failed',
    expect.objectContaining({ message: 'limitKey must answer with a string' }),
  );
});

test('a limitKey that answers with a string counts by it', async () => {
  const consume = vi.fn(async () => undefined);
  const { handle } = handlerWith({ limitKey: () => 'address', limiter: { consume } });
  expect((await handle(tokenRequest())).status).toBe(200);
  expect(consume).toHaveBeenCalledWith('address');
});
