import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  ConfigurationError,
  createUserToken,
  type UserTokenOptions,
  verifyToken,
} from '../../src/server/index.js';
import { claimsOf, frozen, payloadOf, SECRET } from './support.js';

const HOUR = 3600;
const MONTH = 30 * 24 * HOUR;

function mint(options: Partial<Record<keyof UserTokenOptions, unknown>> = {}): Promise<string> {
  return createUserToken({ apiSecret: SECRET, userId: 'martin', ...options } as UserTokenOptions);
}

async function refusalOf(
  options: Partial<Record<keyof UserTokenOptions, unknown>>,
): Promise<ConfigurationError> {
  const error = await mint(options).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ConfigurationError);
  return error as ConfigurationError;
}

describe('a user token', () => {
  describe('at a known time', () => {
    beforeEach(() => void vi.useFakeTimers({ now: 1_800_000_000_250, toFake: ['Date'] }));
    afterEach(() => void vi.useRealTimers());

    it('is issued one second back and lives from the next whole second, an hour by default', async () => {
      expect(claimsOf(await mint())).toEqual({
        user_id: 'martin',
        iat: 1_799_999_999,
        exp: 1_800_000_001 + HOUR,
        jti: expect.any(String),
      });
    });

    it('lives as long as asked', async () => {
      expect(claimsOf(await mint({ expiresInSeconds: 1 }))).toMatchObject({ exp: 1_800_000_002 });
      expect(claimsOf(await mint({ expiresInSeconds: MONTH }))).toMatchObject({ exp: 1_800_000_001 + MONTH });
    });

    it('differs from another one of the same second, by its jti', async () => {
      const [first, second] = [await mint(), await mint()];
      expect(first).not.toBe(second);
      expect({ ...claimsOf(first), jti: '' }).toEqual({ ...claimsOf(second), jti: '' });
    });
  });

  it('has no exp with null and allowLongLived', async () => {
    const claims = claimsOf(await mint({ expiresInSeconds: null, allowLongLived: true }));
    expect(claims).not.toHaveProperty('exp');
  });

  it('may live longer than 30 days with allowLongLived', async () => {
    const { exp, iat } = await verifyToken(
      await mint({ expiresInSeconds: MONTH + 1, allowLongLived: true }),
      { apiSecret: SECRET },
    );
    expect(Number(exp) - Number(iat)).toBeGreaterThan(MONTH);
  });

  it.each([
    ['zero', 0],
    ['negative', -1],
    ['a fraction', 0.5],
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['null', null],
    ['a string', '3600'],
    ['one second more than 30 days', MONTH + 1],
  ])('refuses a lifetime that is %s', async (_, expiresInSeconds) => {
    const error = await refusalOf({ expiresInSeconds });
    expect(error.code).toBe('invalid_option');
    expect(error.message).toContain('expiresInSeconds');
  });

  it('refuses a lifetime beyond the year 9999 even with allowLongLived', async () => {
    const error = await refusalOf({ expiresInSeconds: Date.now(), allowLongLived: true });
    expect(error.code).toBe('invalid_option');
  });

  it.each([
    ['empty', ''],
    ['white space', '  '],
    ['missing', undefined],
    ['a number', 42],
    ['!anon', '!anon'],
  ])('refuses a user id that is %s', async (_, userId) => {
    expect((await refusalOf({ userId })).code).toBe('invalid_user');
  });

  it.each([
    'user_id',
    'exp',
    'iat',
    'nbf',
    'server',
    'role',
    'call_cids',
    'channel_cids',
    'Server',
    'USER_ID',
    '\u017ferver',
  ])('refuses the claim %s', async (name) => {
    const error = await refusalOf({ claims: { [name]: 'x' } });
    expect(error.code).toBe('invalid_option');
    expect(error.message).toContain(name);
  });

  it.each([
    ['a function', { toJSON: () => ({ server: true }) }],
    ['a bigint', { size: 1n }],
    ['a symbol', { mark: Symbol('x') }],
    ['a number as jti', { jti: 7 }],
  ])('refuses claims with %s', async (_, claims) => {
    expect((await refusalOf({ claims })).code).toBe('invalid_option');
  });

  it.each([
    ['an array', []],
    ['null', null],
    ['a string', 'admin'],
  ])('refuses claims that are %s', async (_, claims) => {
    expect((await refusalOf({ claims })).code).toBe('invalid_option');
  });

  it('refuses claims with a cycle and keeps the original error', async () => {
    const claims: Record<string, unknown> = {};
    claims.self = { claims };
    expect((await refusalOf({ claims })).cause).toBeInstanceOf(TypeError);
  });

  it('carries other claims, and a jti of the app', async () => {
    const claims = { jti: 'mine', 'https://app.example/tier': 'gold', nested: { server: true } };
    expect(claimsOf(await mint({ claims }))).toMatchObject({ ...claims, user_id: 'martin' });
  });

  it.each([
    ['missing', undefined],
    ['empty', ''],
    ['a number', 42],
    ['31 bytes', 'x'.repeat(31)],
  ])('refuses a secret that is %s', async (_, apiSecret) => {
    const error = await refusalOf({ apiSecret });
    expect(error.code).toBe('invalid_option');
    expect(error.remediation).not.toBe('');
    if (apiSecret) expect(JSON.stringify(error)).not.toContain(String(apiSecret));
  });

  it('takes a secret of 32 bytes, and a shorter one with allowWeakSecret', async () => {
    await expect(mint({ apiSecret: 'é'.repeat(16) })).resolves.toMatch(/^eyJ/);
    await expect(mint({ apiSecret: 'short', allowWeakSecret: true })).resolves.toMatch(/^eyJ/);
  });

  it('leaves the objects of the caller alone', async () => {
    const options = frozen({ apiSecret: SECRET, userId: 'martin', claims: { nested: { list: [1] } } });
    await expect(createUserToken(options)).resolves.toMatch(/^eyJ/);
  });

  it('is minted without fetch', async () => {
    const { fetch } = globalThis;
    try {
      Reflect.deleteProperty(globalThis, 'fetch');
      await expect(mint()).resolves.toMatch(/^eyJ/);
    } finally {
      globalThis.fetch = fetch;
    }
  });

  it('brings any user id and any claims through, in a payload that official clients can read', async () => {
    const userIds = fc.string({ unit: 'binary', minLength: 1 }).filter((id) => id.trim() !== '');
    const claims = fc.dictionary(
      fc.string({ unit: 'binary' }).map((name) => `x-${name}`),
      fc.jsonValue(),
    );
    await fc.assert(
      fc.asyncProperty(userIds, claims, async (userId, extra) => {
        const token = await mint({ userId, claims: extra });
        expect(payloadOf(token)).not.toMatch(/[-_]/);
        const read = await verifyToken(token, { apiSecret: SECRET });
        expect(read).toMatchObject({ ...JSON.parse(JSON.stringify(extra)), user_id: userId });
      }),
      { numRuns: 100 },
    );
  });

  it.each(['zoë', '用户1', '😀', 'a>?~\u007fb', '>>>???~~~'])(
    'holds no - or _ for the user %s',
    async (userId) => {
      for (const padding of ['', 'x', 'xx']) {
        const token = await mint({ userId: padding + userId });
        expect(payloadOf(token)).not.toMatch(/[-_]/);
        expect(JSON.parse(atob(payloadOf(token)))).toMatchObject({ user_id: padding + userId });
      }
    },
  );
});
