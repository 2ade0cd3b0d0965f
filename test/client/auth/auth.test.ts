import { inspect } from 'node:util';
import { StreamVideo, type TokenProvider, User } from 'stream-video-auth';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { answer, FakeCoordinator } from '../../support/fake-coordinator.js';
import { freshToken } from '../../support/tokens.js';
import { advance, settle, useVirtualTime } from '../../support/virtual.js';
import { watch } from '../../support/watch.js';

let client: StreamVideo;
let coordinator: FakeCoordinator;
const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
const provider = vi.fn<TokenProvider>();

function make(options: object = {}): StreamVideo {
  client = new StreamVideo({
    apiKey: 'key',
    user: { id: 'martin' },
    tokenProvider: provider,
    fetch: coordinator.fetch,
    logger,
    ...options,
  });
  return client;
}

beforeEach(() => {
  useVirtualTime();
  vi.clearAllMocks();
  provider.mockImplementation(async () => freshToken('martin', 3600));
  coordinator = new FakeCoordinator();
});

afterEach(() => client.disconnect());

describe('a token provider', () => {
  test.each([
    [undefined, 'undefined'],
    ['/token', 'a value of type string'],
  ])('must be a function, not %j, and the error says so', (given, kind) => {
    const { auth } = make();
    expect(() => auth.setTokenProvider(given as never)).toThrow(
      expect.objectContaining({
        code: 'invalid_option',
        message: `tokenProvider must be a function, not ${kind}`,
        remediation:
          "Pass a function that returns a token or a promise of one, or fetchTokenProvider('/token').",
      }),
    );
    expect(client.tokenProvider).toBe(provider);
  });

  test('is not for a guest: one given is ignored with a warning, and never asked', async () => {
    const guest = () => ({ user: { id: 'guest-1' }, access_token: freshToken('guest-1', 60), duration: '' });
    coordinator.respond = ({ url }) => answer(url.pathname.endsWith('/guest') ? guest() : {});
    client = await StreamVideo.create({
      apiKey: 'key',
      user: User.guest('visitor'),
      fetch: coordinator.fetch,
      logger,
    });
    client.auth.setTokenProvider(provider);
    expect(logger.warn.mock.calls).toEqual([
      ['[stream-video-auth] A guest has no token provider; the one given is ignored', {}],
    ]);
    expect(client.tokenProvider).toBeUndefined();
    await client.auth.refresh();
    expect(provider).not.toHaveBeenCalled();
  });

  test('given to anybody else is taken without a word', () => {
    make({ token: freshToken('martin', 3600), tokenProvider: undefined });
    client.auth.setTokenProvider(provider);
    expect(client.tokenProvider).toBe(provider);
    expect(logger.warn).not.toHaveBeenCalled();
  });
});

describe('without a call token an anonymous user', () => {
  beforeEach(() => make({ user: User.anonymous, tokenProvider: undefined }));

  test('gets an empty string from getToken()', async () => {
    await expect(client.auth.getToken()).resolves.toBe('');
  });

  test('gives an official client an empty string, each time', async () => {
    const video = client.auth.tokenProviderFor('video');
    expect([await video(), await video()]).toEqual(['', '']);
  });
});

describe('getToken()', () => {
  test('that is given up before it begins rejects, though a good token is there; for others it resolves', async () => {
    const { auth } = make();
    const token = await auth.getToken();
    await expect(auth.getToken({ signal: AbortSignal.abort(new Error('left')) })).rejects.toThrow('left');
    await expect(auth.getToken({ signal: new AbortController().signal })).resolves.toBe(token);
  });
});

describe('refresh()', () => {
  test('may be given up, which leaves the attempt to those who still wait', async () => {
    make();
    let give: (token: string) => void = () => {};
    provider.mockImplementation(() => new Promise((resolve) => (give = resolve)));
    const controller = new AbortController();
    const leaving = watch(client.auth.refresh({ signal: controller.signal }));
    const staying = watch(client.auth.refresh());
    await settle();
    controller.abort(new Error('the page is left'));
    await settle();
    expect([leaving.state, leaving.error?.message, staying.state]).toEqual([
      'rejected',
      'the page is left',
      'pending',
    ]);
    give(freshToken('martin', 3600));
    await settle();
    expect(staying.value).toBe(client.token);
    expect(provider).toHaveBeenCalledTimes(1);
  });

  test('that is given up before it begins asks nobody', async () => {
    make();
    await expect(client.auth.refresh({ signal: AbortSignal.abort(new Error('left')) })).rejects.toThrow(
      'left',
    );
    await advance(10);
    expect(provider).not.toHaveBeenCalled();
  });
});

describe("a consumer's name", () => {
  test.each([
    ['', 'an empty string'],
    [undefined, 'undefined'],
    [7, 'a value of type number'],
  ])('%j is none, and the error says what to pass', (name, kind) => {
    const { auth } = make();
    expect(() => auth.tokenProviderFor(name as string)).toThrow(
      expect.objectContaining({
        message: `A consumer's name must be a string, not ${kind}`,
        remediation: "Name the client that takes the tokens, for example 'video' or 'chat'.",
      }),
    );
  });
});

test('auth is tagged and frozen, so that a framework leaves it raw', () => {
  const { auth } = make();
  expect(Object.prototype.toString.call(auth)).toBe('[object StreamVideoAuth]');
  expect(Object.isFrozen(auth)).toBe(true);
});

describe('the log', () => {
  // case 223
  test('says what is wrong with a token from the provider, and what to change', async () => {
    const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
    const client = new StreamVideo({
      apiKey: 'key',
      user: { id: 'martin' },
      tokenProvider: (() => ({ token: 'x' })) as never,
      logger,
    });
    await expect(client.auth.getToken()).rejects.toMatchObject({ code: 'not_a_string' });
    expect(logger.warn).toHaveBeenCalledExactlyOnceWith(
      '[stream-video-auth] token.refresh_failed',
      expect.objectContaining({
        error: {
          code: 'not_a_string',
          message: 'A token must be a string, not a value of type object',
          remediation: 'Make the token provider resolve with the bare token string, and nothing around it.',
        },
      }),
    );
    await client.disconnect();
  });

  // case 233
  test('and a look at everything of a client show no token, and nothing has it after dispose', async () => {
    const token = freshToken('martin', 3600);
    const client = new StreamVideo({ apiKey: 'key', user: { id: 'martin' }, token, logger: 'silent' });
    const look = () => inspect([client, client.auth], { showHidden: true, getters: true, depth: 9 });
    expect([client.token, look().includes(token)]).toEqual([token, false]);
    await client[Symbol.asyncDispose]();
    expect([client.token, look().includes(token)]).toEqual([undefined, false]);
  });
});
