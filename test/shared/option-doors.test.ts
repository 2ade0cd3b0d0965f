import { StreamVideo, User } from 'stream-video-auth';
import { emulatorHandlers, startEmulator } from 'stream-video-auth/emulator';
import { createCallToken, createTokenHandler, createUserToken, verifyToken } from 'stream-video-auth/server';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { SECRET } from '../server/support.js';

// case 222: stream-chat-js #539

const fetch = vi.fn(async () => Response.json({}));
beforeEach(() => void fetch.mockClear());
const client = { apiKey: 'key', user: User.anonymous, fetch, logger: 'silent' };
const signing = { apiSecret: SECRET };
let emulator: Awaited<ReturnType<typeof startEmulator>>;
let token: string;

beforeAll(async () => {
  emulator = await startEmulator();
  token = await createUserToken({ ...signing, userId: 'martin' });
});
afterAll(() => emulator.stop());

type Open = (options: object) => unknown;

/** Every function of the package that takes options: what it needs, and what apps write instead of its names. */
const DOORS: [name: string, open: Open, needed: object, slips: Record<string, string>][] = [
  [
    'new StreamVideo',
    (options) => new StreamVideo(options as never),
    client,
    {
      baseURL: 'baseUrl',
      tokenProvder: 'tokenProvider',
      api_key: 'apiKey',
      websocket: 'WebSocket',
      url: 'baseUrl',
    },
  ],
  [
    'StreamVideo.create',
    (options) => StreamVideo.create(options as never),
    client,
    { baseURL: 'baseUrl', guest_expiry: 'guestExpiry', timeout: 'timeouts' },
  ],
  [
    'timeouts',
    (timeouts) => new StreamVideo({ ...client, timeouts } as never),
    {},
    { requestTimeoutMs: '', connectTimeout: '', request_ms: 'requestMs', providerMS: 'providerMs' },
  ],
  [
    'request',
    (options) => new StreamVideo({ ...client, token: undefined } as never).request('POST', '/edges', options),
    {},
    { params: 'query', json: 'body', data: 'body', header: 'headers', sginal: 'signal' },
  ],
  [
    'createUserToken',
    (options) => createUserToken(options as never),
    { ...signing, userId: 'martin' },
    {
      expiresIn: 'expiresInSeconds',
      validity_in_seconds: 'expiresInSeconds',
      exp: 'expiresInSeconds',
      claim: 'claims',
    },
  ],
  [
    'createCallToken',
    (options) => createCallToken(options as never),
    { ...signing, callCids: ['default:1'] },
    { user_id: 'userId', roles: 'role', expires_in_seconds: 'expiresInSeconds' },
  ],
  [
    'verifyToken',
    (options) => verifyToken(token, options as never),
    signing,
    { nowMs: 'now', clockTimestamp: 'now' },
  ],
  [
    'createTokenHandler',
    (options) => createTokenHandler(options as never),
    { ...signing, authenticate: () => null },
    {
      allowOrigin: 'allowOrigins',
      auth: 'authenticate',
      rateLimiter: 'limiter',
      expiresIn: 'expiresInSeconds',
    },
  ],
  [
    'startEmulator',
    async (options) => (await startEmulator(options as never)).stop(),
    {},
    { tokenTtl: 'tokenTtlSeconds', hostname: 'host', secret: 'apiSecret' },
  ],
  [
    'emulatorHandlers',
    (options) => emulatorHandlers(options as never),
    {},
    { baseURL: 'baseUrl', chat_url: 'chatUrl' },
  ],
  [
    'userToken',
    (options) => emulator.userToken('martin', options as never),
    {},
    { expiresIn: 'expiresInSeconds' },
  ],
  ['callToken', (options) => emulator.callToken(['default:1'], options as never), {}, { user_id: 'userId' }],
];

async function refusalOf(open: Open, options: object): Promise<unknown> {
  try {
    await open(options);
    return undefined;
  } catch (error) {
    return error;
  }
}

describe.each(DOORS)('%s', (_name, open, needed, slips) => {
  it.each(Object.entries(slips))('refuses %s and names %s', async (slip, meant) => {
    expect(await refusalOf(open, { ...needed, [slip]: 'x' })).toMatchObject({
      code: 'invalid_option',
      message: expect.stringContaining(`"${slip}"`),
      remediation: meant ? `Write ${meant}.` : expect.stringMatching(/^(Write|Leave it out)/),
    });
    expect(fetch).not.toHaveBeenCalled();
  });

  it('opens where the misspelt option is undefined, and for an instance of a class with a field of its own', async () => {
    class Settings {
      readonly sessions = new Map();

      constructor(fields: object) {
        Object.assign(this, fields);
      }
    }
    const undefinedOnes = Object.fromEntries(Object.keys(slips).map((slip) => [slip, undefined]));
    expect(await refusalOf(open, { ...needed, ...undefinedOnes })).toBeUndefined();
    expect(await refusalOf(open, new Settings(needed))).toBeUndefined();
  });
});

describe('what an app says of its own passes', () => {
  it('as the fields of a user and of claims', async () => {
    const user = { id: 'martin', userName: 'm', baseURL: 'x' };
    expect(() => new StreamVideo({ ...client, user, token, tokenProvder: undefined } as never)).not.toThrow();
    await expect(
      createUserToken({ ...signing, userId: 'martin', claims: { expiresIn: 1, apikey: 'x' } }),
    ).resolves.toMatch(/^eyJ/);
  });
});
