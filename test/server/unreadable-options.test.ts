import { createCallToken, createTokenHandler, createUserToken, verifyToken } from 'stream-video-auth/server';
import { describe, expect, it } from 'vitest';
import { SECRET } from './support.js';

const apiSecret = SECRET;
const token = await createUserToken({ apiSecret, userId: 'martin' });

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

const throwing = () =>
  new Proxy(
    {},
    {
      get: () => {
        throw new Error('get');
      },
      has: () => {
        throw new Error('has');
      },
      ownKeys: () => {
        throw new Error('ownKeys');
      },
      getPrototypeOf: () => {
        throw new Error('getPrototypeOf');
      },
    },
  );

const getter = (name: string) =>
  Object.defineProperty({ apiSecret, userId: 'martin', callCids: ['default:1'] }, name, {
    enumerable: true,
    get: () => {
      throw new Error(name);
    },
  });

type Door = (options: never) => unknown;

const DOORS: [name: string, open: Door][] = [
  ['createUserToken', (options) => createUserToken(options)],
  ['createCallToken', (options) => createCallToken(options)],
  ['verifyToken', (options) => verifyToken(token, options)],
];

async function refusalOf(open: Door, options: unknown): Promise<unknown> {
  try {
    return await open(options as never);
  } catch (error) {
    return error;
  }
}

describe.each([...DOORS, ['createTokenHandler', createTokenHandler] as [string, Door]])(
  '%s',
  (_name, open) => {
    it.each<[string, () => unknown]>([
      ['missing', () => undefined],
      ['null', () => null],
      ['a revoked proxy', revoked],
      ['a proxy that throws at each look', throwing],
    ])('says that its options are of no use where they are %s', async (_what, make) => {
      expect(await refusalOf(open, make())).toMatchObject({
        name: 'ConfigurationError',
        code: 'invalid_option',
        remediation: expect.stringContaining('Pass'),
      });
    });
  },
);

describe('an option that throws when it is read', () => {
  it.each<[string, Door, object]>([
    ['apiSecret', DOORS[0]?.[1] as Door, getter('apiSecret')],
    ['userId', DOORS[0]?.[1] as Door, getter('userId')],
    ['claims', DOORS[0]?.[1] as Door, getter('claims')],
    ['callCids', DOORS[1]?.[1] as Door, getter('callCids')],
    ['role', DOORS[1]?.[1] as Door, getter('role')],
    ['now', DOORS[2]?.[1] as Door, getter('now')],
    ['claims that are a revoked proxy', DOORS[0]?.[1] as Door, { apiSecret, userId: 'x', claims: revoked() }],
    ['claims that throw', DOORS[0]?.[1] as Door, { apiSecret, userId: 'x', claims: throwing() }],
    ['callCids that are a revoked proxy', DOORS[1]?.[1] as Door, { apiSecret, callCids: revoked() }],
    ['userId that is a revoked proxy', DOORS[0]?.[1] as Door, { apiSecret, userId: revoked() }],
  ])('is a ConfigurationError: %s', async (_name, open, options) => {
    expect(await refusalOf(open, options)).toMatchObject({
      name: 'ConfigurationError',
      code: expect.stringMatching(/^invalid_(option|user)$/),
    });
  });
});

describe('an option of the handler that cannot be read, or is none', () => {
  const given = (options: object) => ({ apiSecret, authenticate: () => null, ...options });

  it.each<[string, object]>([
    ['allowOrigins that are a revoked proxy', given({ allowOrigins: revoked() })],
    ['allowOrigins that throw', given({ allowOrigins: throwing() })],
    ['a logger that throws', given({ logger: throwing() })],
    ['a logger that is a revoked proxy', given({ logger: revoked() })],
    ['a logger without error()', given({ logger: { warn: () => {} } })],
    ['a logger that is a level', given({ logger: 'silent' })],
    ['a logger that is null', given({ logger: null })],
    ...['allowOrigins', 'logger', 'methods', 'limiter', 'limitKey', 'jitterSeconds'].map(
      (name): [string, object] => [
        `a getter of ${name} that throws`,
        Object.defineProperty(given({}), name, {
          enumerable: true,
          get: () => {
            throw new Error(name);
          },
        }),
      ],
    ),
  ])('is told when the handler is made: %s', async (_what, options) => {
    expect(await refusalOf(createTokenHandler as Door, options)).toMatchObject({
      name: 'ConfigurationError',
      code: 'invalid_option',
    });
  });
});

describe('the token handler', () => {
  const handle = createTokenHandler({ apiSecret, authenticate: () => ({ userId: 'martin' }) });

  it.each<[string, () => unknown]>([
    ['nothing', () => undefined],
    ['a revoked proxy', revoked],
    ['a proxy that throws at each look', throwing],
  ])('says that it was called with something else than a Request: %s', async (_what, make) => {
    await expect(handle(make() as Request)).rejects.toMatchObject({ code: 'invalid_option' });
  });
});

it('a token that no client would take for its size is not minted', async () => {
  const claims = { text: 'x'.repeat(128 * 1024) };
  expect(await refusalOf(DOORS[0]?.[1] as Door, { apiSecret, userId: 'martin', claims })).toMatchObject({
    name: 'ConfigurationError',
    code: 'invalid_option',
    message: expect.stringContaining('128 KiB'),
  });
});
