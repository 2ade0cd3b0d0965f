import { describe, expect, it } from 'vitest';
import {
  createCallToken,
  createTokenHandler,
  createUserToken,
  type StreamVideoError,
  type TokenHandlerOptions,
  verifyToken,
} from '../../src/server/index.js';
import { signToken } from '../../src/server/sign.js';
import { SECRET, tokenRequest } from './support.js';

/** An error as people read it. */
async function told(call: () => unknown): Promise<string> {
  try {
    await call();
  } catch (error) {
    const { name, code, message, remediation } = error as StreamVideoError;
    return `${name} ${code}\n  ${message}\n  ${remediation}`;
  }
  throw new Error('nothing was refused');
}

const circular: Record<string, unknown> = {};
circular.self = circular;
const signing = { apiSecret: SECRET };
const NOW = 1_800_000_000_000;

/** Options that are refused, one after the other. */
const USER_TOKEN: object[] = [
  { apiSecret: undefined },
  { apiSecret: 'short' },
  { userId: undefined },
  { userId: ' ' },
  { userId: '!anon' },
  { expiresInSeconds: null },
  { expiresInSeconds: 0 },
  { expiresInSeconds: '60' },
  { expiresInSeconds: 30 * 24 * 3600 + 1 },
  { expiresInSeconds: 3e11, allowLongLived: true },
  { claims: [] },
  { claims: { f: () => 1 } },
  { claims: { jti: 7 } },
  { claims: circular },
  ...['user_id', 'exp', 'iat', 'nbf', 'server', 'role', 'call_cids', 'channel_cids'].map((name) => ({
    claims: { [name]: 1 },
  })),
  { callCids: ['default:1'] },
];

const CALL_TOKEN: object[] = [
  { callCids: 'default:1' },
  { callCids: [] },
  { callCids: Array(101).fill('default:1') },
  { callCids: ['default'] },
  { callCids: [7] },
  { callCids: [''] },
  { role: 7 },
  { expiresInSeconds: null, allowLongLived: true },
];

const HANDLER: object[] = [
  { authenticate: undefined },
  { callToken: [] },
  { limitKey: 'ip' },
  { jitterSeconds: '60' },
  { jitterSeconds: 3600 },
  { methods: 'POST' },
  { methods: ['PUT', 'get'] },
  { limiter: {} },
  { allowOrigins: 'x' },
  { allowOrigins: [7] },
  { allowOrigins: ['https://app.example/'] },
];

describe('what people read', () => {
  it('about a token that is not minted', async () => {
    const texts = [
      ...USER_TOKEN.map((more) =>
        told(() => createUserToken({ ...signing, userId: 'martin', ...more } as never)),
      ),
      ...CALL_TOKEN.map((more) =>
        told(() => createCallToken({ ...signing, callCids: ['default:1'], ...more } as never)),
      ),
    ];
    await expect((await Promise.all(texts)).join('\n')).toMatchFileSnapshot(
      '__snapshots__/minting-errors.txt',
    );
  });

  it('about a token that is not verified', async () => {
    const signed = (claims: object) => signToken({ user_id: 'martin', ...claims }, SECRET);
    const seconds = NOW / 1000;
    const good = await signed({});
    const tokens = [
      7,
      '',
      'x'.repeat(128 * 1024 + 1),
      `"${good}"`,
      `Bearer ${good}`,
      'a.b',
      `${Buffer.from('{"alg":"none"}').toString('base64url')}.${good.split('.')[1]}.`,
      `${good}=`,
      await signToken({ user_id: 'martin' }, `${SECRET}!`),
      await signed({ exp: seconds }),
      await signed({ nbf: seconds + 1 }),
      await signed({ iat: seconds + 1 }),
      await signed({ exp: '1' }),
      await signed({ role: 7 }),
      await signed({ call_cids: 'default:1' }),
      await signed({ call_cids: Array(101).fill('default:1') }),
      await signed({ user_id: '' }),
      await signed({ user_id: 7 }),
    ];
    const texts = tokens.map((token) => told(() => verifyToken(token, { ...signing, now: NOW })));
    texts.push(told(() => verifyToken(good, { ...signing, now: Number.NaN })));
    await expect((await Promise.all(texts)).join('\n')).toMatchFileSnapshot(
      '__snapshots__/verify-errors.txt',
    );
  });

  it('about a handler that is not made, or called with what is no request', async () => {
    const make = (more: object) =>
      createTokenHandler({ ...signing, authenticate: () => null, ...more } as never);
    const texts = [
      ...HANDLER.map((more) => told(() => make(more))),
      told(() => createTokenHandler(undefined as never)),
      told(() => make({})({ method: 'POST' } as never)),
    ];
    await expect((await Promise.all(texts)).join('\n')).toMatchFileSnapshot(
      '__snapshots__/handler-errors.txt',
    );
  });

  it('of a token endpoint: the client an answer that tells nothing, the log the rest', async () => {
    const lines: string[] = [];
    const write = (level: string) => (message: string, data: unknown) =>
      void lines.push(`  log: ${level} ${message} ${JSON.stringify(data)}`);
    const logger = { error: write('error'), warn: write('warn') };
    const martin = () => ({ userId: 'martin' });
    const failing = () => Promise.reject(Object.assign(new Error('db-7 is away'), { code: 'EDB' }));
    const requests: [object | string, Partial<TokenHandlerOptions>, string?][] = [
      [{}, { authenticate: () => null }],
      [{}, { authenticate: failing }],
      [{}, { authenticate: () => ({}) as never }],
      [{}, { apiSecret: undefined }],
      [{}, { authenticate: () => ({ anonymous: true }) }],
      [{ user_id: 'anna' }, {}],
      [{ call_cids: ['default:1'] }, {}],
      [{ call_cids: ['default:1'] }, { callToken: () => [] }],
      [{ call_cids: ['default:1'] }, { callToken: failing }],
      [{}, { limiter: { consume: () => Promise.reject({ msBeforeNext: 1 }) } }],
      [{}, { limiter: { consume: () => Promise.reject('no') } }],
      [{}, { limiter: { consume: () => Promise.reject(null) } }],
      [{}, { limiter: { consume: () => Promise.reject({ code: 7, name: {} }) } }],
      [{}, {}, 'DELETE'],
      ['{', {}],
      ['[]', {}],
      ['7', {}],
      [{ user_id: 7 }, {}],
      [{ reason: 7 }, {}],
      [{ call_cids: 7 }, {}],
      [{ call_cids: Array(101).fill('default:1') }, {}],
      ['x'.repeat(8193), {}],
      [new Uint8Array([255]), {}],
    ];
    for (const [body, options, method = 'POST'] of requests) {
      const handle = createTokenHandler({ ...signing, authenticate: martin, logger, ...options });
      const request =
        body instanceof Uint8Array
          ? new Request('https://app.example/token', { method, body: body as never })
          : tokenRequest(body, { method });
      const response = await handle(request);
      const text = (await response.text()).replace(/"ey[^"]*"/, '<token>');
      lines.push(`${response.status} ${text}`);
    }
    await expect(lines.join('\n')).toMatchFileSnapshot('__snapshots__/answers.txt');
  });
});
