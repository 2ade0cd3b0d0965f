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

/** Opens no socket: it says at once that it is gone. */
class NoSocket {
  readyState = 3;
  send() {}
  close() {}
  addEventListener() {}
}

const opened = vi.fn();
class CountedSocket extends NoSocket {
  constructor() {
    super();
    opened();
  }
}
beforeEach(() => void opened.mockClear());

const tokenProvider = vi.fn(async () => token);
beforeEach(() => void tokenProvider.mockClear());
const signedIn = () =>
  new StreamVideo({
    ...client,
    user: { id: 'martin' },
    tokenProvider,
    WebSocket: CountedSocket,
    timeouts: { connectMs: 10 },
  } as never);
const call = () => signedIn().call('default', 'standup');
const firstOf = (items: AsyncIterable<unknown>) => items[Symbol.asyncIterator]().next();

/** What takes a signal and nothing else: a misspelt one would wait without an end. */
const SIGNAL = { sginal: 'signal', abortSignal: 'signal', timeout: 'signal', connectionId: 'signal' };
const WAITING: [name: string, open: Open][] = [
  ['connect', (options) => signedIn().connect(options)],
  ['getToken', (options) => signedIn().auth.getToken(options)],
  ['refresh', (options) => signedIn().auth.refresh(options)],
  ['update', (options) => call().update({}, options)],
  ['end', (options) => call().end(options)],
  ['goLive', (options) => call().goLive({}, options)],
  ['stopLive', (options) => call().stopLive({}, options)],
  ['sendCustomEvent', (options) => call().sendCustomEvent({}, options)],
  ['notify', (options) => call().notify(options)],
  ['accept', (options) => call().accept(options)],
  ['reject', (options) => call().reject('busy', options)],
  ['addMembers', (options) => call().addMembers([], options)],
  ['removeMembers', (options) => call().removeMembers([], options)],
  ['requestPermissions', (options) => call().requestPermissions([], options)],
  ['grantPermissions', (options) => call().grantPermissions('mara', [], options)],
  ['revokePermissions', (options) => call().revokePermissions('mara', [], options)],
];

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
  ...WAITING.map(([name, open]): (typeof DOORS)[number] => [name, open, {}, SIGNAL]),
  ['get', (options) => call().get(options), {}, { members_limit: 'membersLimit', watching: 'watch' }],
  [
    'getOrCreate',
    (options) => call().getOrCreate({}, options),
    {},
    { ringing: 'ring', notifiy: 'notify', isVideo: 'video' },
  ],
  ['join', (options) => call().join(options), { location: 'FRA' }, { crate: 'create', locaton: 'location' }],
  ['ring', (options) => call().ring(options), {}, { member_ids: 'memberIds', members: 'memberIds' }],
  ['queryMembers', (options) => call().queryMembers(options), {}, { filters: 'filter', page_limit: 'limit' }],
  [
    'queryMembers.all',
    (options) => firstOf(call().queryMembers.all(options)),
    {},
    { filter_conditions: 'filter', sorting: 'sort' },
  ],
  ['queryCalls', (options) => signedIn().queryCalls(options), {}, { watched: 'watch', cursor_next: 'next' }],
  [
    'queryCalls.all',
    (options) => firstOf(signedIn().queryCalls.all(options)),
    {},
    { limits: 'limit', filterConditions: 'filter' },
  ],
  [
    'failNext',
    (options) => emulator.faults.failNext(1, options as never),
    {},
    { statusCode: 'status', apiCode: 'code', url_path: 'path', methods: 'method' },
  ],
  [
    'latency',
    (options) => emulator.faults.latency(options as never),
    { ms: 0 },
    { jitter: 'jitterMs', jitter_ms: 'jitterMs' },
  ],
  [
    'dropConnections',
    (options) => emulator.faults.dropConnections(1000, options),
    {},
    { user_id: 'userId', user: 'userId' },
  ],
  [
    'pushConnectionError',
    (options) => emulator.faults.pushConnectionError(40, options),
    {},
    { closes: 'close', userID: 'userId' },
  ],
  [
    'limitRates',
    (options) => emulator.faults.limitRates(options as never),
    { limit: 1_000 },
    { window: 'windowMs', window_ms: 'windowMs' },
  ],
  [
    'askToReconnect',
    (options) => emulator.faults.askToReconnect('fast', options),
    {},
    { user_id: 'userId', participant: 'userId' },
  ],
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
    expect(opened).not.toHaveBeenCalled();
    expect(tokenProvider).not.toHaveBeenCalled();
  });

  it('opens where the misspelt option is undefined, and for an instance of a class with a field of its own', async () => {
    class Settings {
      readonly sessions = new Map();

      constructor(fields: object) {
        Object.assign(this, fields);
      }
    }
    const undefinedOnes = Object.fromEntries(Object.keys(slips).map((slip) => [slip, undefined]));
    for (const options of [{ ...needed, ...undefinedOnes }, new Settings(needed)]) {
      // What is asked of a coordinator that is not there may fail for its own reasons.
      expect(await refusalOf(open, options)).not.toMatchObject({ code: 'invalid_option' });
    }
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
