import { inspect } from 'node:util';
import * as here from 'stream-video-auth';
import type * as emulatorHere from 'stream-video-auth/emulator';
import * as serverHere from 'stream-video-auth/server';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { copyOf } from '../support/copies.js';
import { answer, FakeCoordinator } from '../support/fake-coordinator.js';
import { fakeToken, freshToken } from '../support/tokens.js';

type Client = typeof here;
type Made = readonly [name: string, make: (door: Client) => here.AnyStreamVideoError];

const init = { remediation: 'Change it.' };
const MADE: readonly Made[] = [
  ['ConfigurationError', (door) => new door.ConfigurationError('invalid_option', 'm', init)],
  ['InvalidTokenError', (door) => new door.InvalidTokenError('not_a_jwt', 'm', init)],
  ['TokenExpiredError', (door) => new door.TokenExpiredError('token_expired', 'm', init)],
  ['TokenProviderError', (door) => new door.TokenProviderError('provider_failed', 'm', init)],
  ['UnauthorizedError', (door) => new door.UnauthorizedError('m')],
  ['MissingPermissionError', (door) => new door.MissingPermissionError('m', init)],
  ['ApiError', (door) => new door.ApiError('m', { ...init, status: 400 })],
  ['ConnectionError', (door) => new door.ConnectionError('too_large', 'm', init)],
  ['SessionEndedError', (door) => new door.SessionEndedError('m')],
  ['CallError', (door) => new door.CallError('call_left', 'm', init)],
];

/** The classes of a door by name. */
const classOf = (door: object, name: string) => Reflect.get(door, name) as new (...args: never[]) => Error;

let other: Client;
let server: typeof serverHere;
let emulator: typeof emulatorHere;

beforeAll(async () => {
  other = await copyOf<Client>('client/index.ts');
  server = await copyOf<typeof serverHere>('server/index.ts');
  emulator = await copyOf<typeof emulatorHere>('emulator/index.ts');
}, 60_000);

// case 206
describe('an error of another copy', () => {
  test('comes from other classes indeed', () => {
    for (const [name] of MADE) expect(classOf(other, name)).not.toBe(classOf(here, name));
    expect(Object.getPrototypeOf(new other.UnauthorizedError())).not.toBe(here.UnauthorizedError.prototype);
  });

  test.each(MADE)('is a %s here, and of no other class', (name, make) => {
    for (const [from, to] of [
      [other, here],
      [here, other],
    ] as const) {
      const error = make(from);
      expect(error).toBeInstanceOf(Error);
      expect(error instanceof to.StreamVideoError).toBe(true);
      const classes = MADE.map(([each]) => each).filter((each) => error instanceof classOf(to, each));
      expect(classes).toEqual([name]);
    }
  });

  test.each(['ConfigurationError', 'InvalidTokenError'])('of the server is a %s here', async (name) => {
    const error = await (name === 'ConfigurationError'
      ? server.createUserToken({ apiSecret: 's'.repeat(40), userId: '' })
      : server.verifyToken('x', { apiSecret: 's'.repeat(40) })
    ).catch((caught: unknown) => caught);
    expect(error instanceof classOf(here, name)).toBe(true);
    expect(error instanceof classOf(serverHere, name)).toBe(true);
    expect(error instanceof here.StreamVideoError).toBe(true);
    expect(error instanceof emulator.StreamVideoError).toBe(true);
  });

  test('of the emulator is one here', async () => {
    const error = await emulator.startEmulator({ port: -1 } as never).catch((caught: unknown) => caught);
    expect(error instanceof here.ConfigurationError).toBe(true);
    expect(error instanceof server.StreamVideoError).toBe(true);
  });

  test('means the same: its UnauthorizedError suspends, its InvalidTokenError does not', async () => {
    const make = (error: Error) =>
      new here.StreamVideo({
        apiKey: 'key',
        user: { id: 'martin' },
        tokenProvider: () => Promise.reject(error),
        fetch: new FakeCoordinator().fetch,
        logger: 'silent',
      });
    const signedOut = new other.UnauthorizedError();
    const client = make(signedOut);
    await expect(client.request('GET', '/edges')).rejects.toBe(signedOut);
    expect(client.auth.state).toMatchObject({ status: 'suspended', reason: 'unauthorized' });
    await client.disconnect();
    const wrong = make(new other.InvalidTokenError('not_a_jwt', 'no token', init));
    await expect(wrong.request('GET', '/edges')).rejects.toMatchObject({ code: 'not_a_jwt' });
    expect(wrong.auth.state.status).toBe('acquiring');
    await wrong.disconnect();
  });

  test('as its fetchTokenProvider throws it suspends, too', async () => {
    vi.stubGlobal('fetch', async () => answer({}, 401));
    const client = new here.StreamVideo({
      apiKey: 'key',
      user: { id: 'martin' },
      tokenProvider: other.fetchTokenProvider('https://app.example/token'),
      logger: 'silent',
    });
    await expect(client.auth.getToken()).rejects.toBeInstanceOf(here.UnauthorizedError);
    expect(client.auth.state.status).toBe('suspended');
    await client.disconnect();
    vi.unstubAllGlobals();
  });
});

describe('a stranger', () => {
  const original = new here.UnauthorizedError();
  const named = Object.assign(new Error(original.message), {
    name: 'UnauthorizedError',
    code: 'unauthorized',
  });

  test.each([
    ['an error with the same name and code', named],
    ['a plain object with the same fields', { ...original, name: 'UnauthorizedError' }],
    ['a structured clone', structuredClone(original)],
    ['a copy through JSON', JSON.parse(JSON.stringify(original))],
    ['a copy of its own fields', Object.defineProperties({}, Object.getOwnPropertyDescriptors(original))],
    ['null', null],
    ['undefined', undefined],
    ['its name', 'UnauthorizedError'],
    ['its class', here.UnauthorizedError],
  ])('is no member of the family: %s', (_name, value) => {
    expect((value as unknown) instanceof here.UnauthorizedError).toBe(false);
    expect((value as unknown) instanceof here.StreamVideoError).toBe(false);
  });

  test.each([
    ['a look-alike', named],
    ['a clone', structuredClone(original)],
  ])('suspends nobody: %s', async (_name, error) => {
    const client = new here.StreamVideo({
      apiKey: 'key',
      user: { id: 'martin' },
      tokenProvider: () => Promise.reject(error),
      fetch: new FakeCoordinator().fetch,
      logger: 'silent',
    });
    await expect(client.request('GET', '/edges')).rejects.toMatchObject({
      code: 'provider_failed',
      cause: error,
    });
    await client.disconnect();
  });
});

describe('a class that an app derives', () => {
  class SignedOut extends here.UnauthorizedError {}
  class Expired extends SignedOut {}

  test('is of the family, in each copy, and only its own are of its class', () => {
    const error = new Expired();
    for (const door of [here, other]) {
      expect(error instanceof door.UnauthorizedError).toBe(true);
      expect(error instanceof door.InvalidTokenError).toBe(false);
    }
    expect([error instanceof Expired, error instanceof SignedOut]).toEqual([true, true]);
    for (const stranger of [
      new SignedOut(),
      new here.UnauthorizedError(),
      new other.UnauthorizedError(),
      {},
      null,
    ]) {
      expect((stranger as unknown) instanceof Expired).toBe(false);
    }
  });
});

describe('whatever is put into an error', () => {
  const token = freshToken('martin', 60);
  const spaced = `${Buffer.from('{ "alg": "HS256", "typ": "JWT" }').toString('base64url')}.${token.split('.')[1]}.x`;
  const init = { remediation: `use ${token}`, cause: { headers: { authorization: token } } };

  test.each([token, spaced, fakeToken({ user_id: 'x' }).slice(0, 60)])('no token is shown: %s', (secret) => {
    const errors = [
      new here.UnauthorizedError(`no ${secret}`, init),
      new here.InvalidTokenError('not_a_jwt', secret, init),
      new here.ApiError(secret, { ...init, status: 401, details: { exception_fields: { a: [secret] } } }),
      new here.ConnectionError('network', secret, { ...init, closeReason: `bye ${secret}` }),
      new here.CallError('call_ended', secret, init),
    ];
    for (const error of errors) {
      const shown = [
        error.message,
        error.stack,
        String(error),
        JSON.stringify(error),
        inspect(error, { depth: 9, showHidden: true, getters: true }),
        JSON.stringify(Object.entries(error)),
      ].join('\n');
      for (const part of secret.split('.').filter((each) => each.length > 8))
        expect(shown).not.toContain(part);
      expect(Object.keys(error)).not.toContain('cause');
      expect(error.cause).toBe(init.cause);
    }
  });

  test.each<[unknown]>([[undefined], [null], [7], [{}], [{ toString: 1 }], [Symbol('x')]])(
    'a message that is none is text: %s',
    (message) => {
      expect(typeof new here.CallError('call_left', message as never, init).message).toBe('string');
    },
  );
});

afterAll(() => vi.unstubAllGlobals());
