import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { createTokenHandler, type Identity, type TokenHandlerOptions } from '../../src/server/index.js';
import { claimsOf, SECRET, tokenRequest } from './support.js';

async function tokenOf(response: Response): Promise<string> {
  expect(response.status).toBe(200);
  return ((await response.json()) as { token: string }).token;
}

// case 250
describe('options that are an instance of a class', () => {
  class Settings implements TokenHandlerOptions {
    readonly #sessions = new Map([['a', 'martin']]);
    readonly counted: string[] = [];
    readonly logged: string[] = [];
    readonly limiter = {
      counted: this.counted,
      async consume(key: string) {
        this.counted.push(key);
      },
    };
    readonly logger = {
      logged: this.logged,
      error(message: string) {
        this.logged.push(message);
      },
    };
    #secret = SECRET;

    get apiSecret() {
      return this.#secret;
    }

    get expiresInSeconds() {
      return 60;
    }

    authenticate({ headers }: Request): Identity | null {
      const userId = this.#sessions.get(headers.get('x-session') ?? '');
      return userId ? { userId } : null;
    }

    async callToken() {
      return [...this.#sessions.values()].map((userId) => `default:${userId}`);
    }

    limitKey(_request: Request, { userId }: Identity) {
      return `${userId}/${this.#sessions.size}`;
    }
  }

  const request = (body: object = {}) => tokenRequest(body, { headers: { 'x-session': 'a' } });

  it('are the receiver of each function, getters and private fields included', async () => {
    const settings = new Settings();
    const handle = createTokenHandler(settings);
    const claims = claimsOf(await tokenOf(await handle(request())));
    expect(claims).toMatchObject({ user_id: 'martin' });
    expect(Number(claims.exp) - Number(claims.iat)).toBeLessThan(65);
    const call = await tokenOf(await handle(request({ call_cids: ['default:x'] })));
    expect(claimsOf(call)).toMatchObject({ call_cids: ['default:martin'] });
    expect(settings.counted).toEqual(['martin/1', 'martin/1']);
    expect(settings.logged).toEqual([]);
  });

  it('keep the receiver of the limiter and of the logger', async () => {
    class Failing extends Settings {
      override async callToken(): Promise<string[]> {
        throw new Error('db');
      }
    }
    const settings = new Failing();
    expect((await createTokenHandler(settings)(request({ call_cids: ['default:x'] }))).status).toBe(500);
    expect(settings.logged).toEqual(['The token endpoint failed']);
  });

  it('of one handler are not those of another', async () => {
    const [one, other] = [new Settings(), new Settings()];
    await createTokenHandler(one)(request());
    await createTokenHandler(other)(request());
    await createTokenHandler(other)(request());
    expect([one.counted.length, other.counted.length]).toEqual([1, 2]);
  });
});

// case 253
describe('without the secret', () => {
  const logger = { error: vi.fn(), warn: vi.fn() };

  it.each([
    ['missing', undefined],
    ['empty', ''],
    ['too weak', 'short'],
    ['a number', 7],
  ])(
    '(%s) a handler is made, as a build does, and each request is a 500 that the log explains',
    async (_, apiSecret) => {
      logger.error.mockClear();
      const authenticate = vi.fn(() => ({ userId: 'martin' }));
      const handle = createTokenHandler({ apiSecret: apiSecret as string, authenticate, logger });
      for (let request = 1; request <= 2; request += 1) {
        const response = await handle(tokenRequest());
        expect(response.status).toBe(500);
        expect(await response.text()).not.toMatch(/secret/i);
        expect(logger.error).toHaveBeenCalledTimes(request);
      }
      expect(logger.error.mock.lastCall?.[1]).toMatchObject({
        code: 'invalid_option',
        message: expect.stringContaining('apiSecret'),
        remediation: expect.any(String),
      });
      expect(authenticate).not.toHaveBeenCalled();
    },
  );

  it('a preflight and another method are answered all the same', async () => {
    const handle = createTokenHandler({ apiSecret: undefined, authenticate: () => null, logger });
    const ask = async (method: string) =>
      (await handle(new Request('https://app.example/token', { method }))).status;
    expect([await ask('OPTIONS'), await ask('DELETE')]).toEqual([204, 405]);
  });

  it('that comes later, or is another one, counts from the next request on', async () => {
    let secret: string | undefined;
    const handle = createTokenHandler({
      get apiSecret() {
        return secret;
      },
      authenticate: () => ({ userId: 'martin' }),
      logger,
    });
    expect((await handle(tokenRequest())).status).toBe(500);
    secret = SECRET;
    expect((await handle(tokenRequest())).status).toBe(200);
  });
});

describe('what the app throws and nobody can read', () => {
  const revoked = () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  };
  const throwing = (name: string) =>
    Object.defineProperty({}, name, {
      enumerable: true,
      get() {
        throw new Error('unreadable');
      },
    });
  const UNREADABLE: [string, () => unknown][] = [
    ['a revoked proxy', revoked],
    ...['name', 'code', 'message', 'remediation', 'msBeforeNext', 'status'].map(
      (name): [string, () => unknown] => [`a ${name} that throws`, () => throwing(name)],
    ),
    ['a symbol', () => Symbol('x')],
    ['nothing', () => undefined],
    ['an object without a prototype', () => Object.create(null)],
  ];
  const reject = (make: () => unknown) => () => Promise.reject(make());
  const logger = { error: vi.fn() };

  it.each(UNREADABLE)('is a 500 with a line in the log: %s', async (_, make) => {
    for (const options of [
      { authenticate: reject(make) },
      { callToken: reject(make) },
      { limitKey: reject(make) },
    ]) {
      logger.error.mockClear();
      const handle = createTokenHandler({
        apiSecret: SECRET,
        authenticate: () => ({ userId: 'martin' }),
        limiter: { consume: async () => undefined },
        logger,
        ...options,
      } as TokenHandlerOptions);
      expect((await handle(tokenRequest({ call_cids: ['default:1'] }))).status).toBe(500);
      expect(logger.error).toHaveBeenCalledTimes(1);
      expect(inspect(logger.error.mock.lastCall)).not.toContain('eyJ');
    }
  });

  it.each(UNREADABLE)('stops nobody where a limiter rejects with it: %s', async (_, make) => {
    logger.error.mockClear();
    const handle = createTokenHandler({
      apiSecret: SECRET,
      authenticate: () => ({ userId: 'martin' }),
      limiter: { consume: reject(make) },
      logger,
    });
    expect((await handle(tokenRequest())).status).toBe(200);
    expect(logger.error).toHaveBeenCalledTimes(1);
  });
});
