import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/index.js';
import { ConfigurationError } from '../../src/shared/errors.js';
import { VALUES } from '../support/unreadable.js';
import { TestSocket } from './support/test-socket.js';

function claimsOf(token: string): Record<string, number | string> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
}

describe('startEmulator', () => {
  it('each has its own key, secret and port, on loopback', async () => {
    const [first, second] = await Promise.all([startEmulator(), startEmulator()]);
    expect(first.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(first.url).not.toBe(second.url);
    expect(first.apiKey).not.toBe(second.apiKey);
    expect(first.apiSecret).not.toBe(second.apiSecret);
    expect(first.apiSecret.length).toBeGreaterThanOrEqual(32);
    await Promise.all([first.stop(), second.stop()]);
  });

  it('takes what it is given', async () => {
    const apiSecret = 'a secret of at least thirty-two bytes';
    const emulator = await startEmulator({ apiKey: 'my-key', apiSecret, tokenTtlSeconds: 30 });
    expect([emulator.apiKey, emulator.apiSecret]).toEqual(['my-key', apiSecret]);
    const { iat, exp, jti, user_id: userId } = claimsOf(await emulator.userToken('mara'));
    expect(Number(exp) - Number(iat)).toBeGreaterThanOrEqual(31);
    expect([userId, typeof jti]).toEqual(['mara', 'string']);
    expect(claimsOf(await emulator.userToken('mara', { expiresInSeconds: null }))).not.toHaveProperty('exp');
    await emulator.stop();
  });

  it.each<[string, object]>([
    ['a secret below 32 bytes', { apiSecret: 'short' }],
    ['an empty api key', { apiKey: ' ' }],
    ['a port that is none', { port: 70_000 }],
    ['a life of zero', { tokenTtlSeconds: 0 }],
    ['a life beyond the year 9999', { tokenTtlSeconds: 1e300 }],
    ['a life in milliseconds since 1970', { guestTtlSeconds: 253_402_300_799 }],
    ['a guest’s life that is no number', { guestTtlSeconds: Number.NaN }],
  ])('%s is a ConfigurationError, and nothing listens', async (_what, options) => {
    await expect(startEmulator(options)).rejects.toThrow(ConfigurationError);
  });

  it.each(
    ['apiKey', 'apiSecret', 'guestTtlSeconds', 'host', 'allowOrigins', 'media', 'port', 'allowMint'].flatMap(
      (name) =>
        Object.entries(VALUES)
          // `null` stands for the default of some.
          .filter(([what]) => what !== 'null')
          .map(([what, make]) => [`${what} for ${name}`, { [name]: make() }] as const),
    ),
  )('%s is a ConfigurationError', async (_what, options) => {
    await expect(startEmulator(options)).rejects.toThrow(ConfigurationError);
  });

  it.each([
    ['a list of origins that holds a number', { allowOrigins: [5] }],
    ['one origin that is no list', { allowOrigins: 'http://localhost:5173' }],
    ['the text false, which would pass for true,', { allowMint: 'false' }],
    ['no host', { host: '' }],
    ['null for the options', null],
  ])('%s is a ConfigurationError', async (_what, options) => {
    await expect(startEmulator(options as never)).rejects.toThrow(ConfigurationError);
  });

  it.each(['apiKey', 'port', 'seed', 'media'])('%s that throws when it is read is one, too', async (name) => {
    const options = Object.defineProperty({}, name, {
      enumerable: true,
      get: () => {
        throw new Error('do not look');
      },
    });
    await expect(startEmulator(options)).rejects.toThrow(ConfigurationError);
  });

  it('a port that is taken is a ConfigurationError that says so', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as { port: number };
    await expect(startEmulator({ port })).rejects.toThrow(`port ${port} is taken`);
    await new Promise((resolve) => other.close(resolve));
  });

  it('stop ends open and waiting sockets, hanging requests and delays, and may be called twice', async () => {
    const emulator = await startEmulator();
    const url = `${emulator.url.replace('http', 'ws')}/video/connect?api_key=${emulator.apiKey}&stream-auth-type=jwt`;
    const [waiting, open] = [new TestSocket(url), new TestSocket(url)];
    await Promise.all([waiting.opened, open.opened]);
    open.send({ token: await emulator.userToken('mara'), user_details: { id: 'mara' } });
    await open.next('connection.ok');
    emulator.faults.failNext(1, { kind: 'hang' });
    const get = () =>
      fetch(`${emulator.url}/video/edges`).then(
        () => 'answered',
        () => 'failed',
      );
    const hanging = get();
    while (emulator.requests.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    emulator.faults.latency({ ms: 60_000 });
    const delayed = get();
    while (emulator.requests.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
    await Promise.all([emulator.stop(), emulator.stop()]);
    await emulator.stop();
    expect((await Promise.all([waiting.closed(), open.closed()])).map(({ code }) => code)).toEqual([
      1006, 1006,
    ]);
    expect(await Promise.all([hanging, delayed])).toEqual(['failed', 'failed']);
    expect(await get()).toBe('failed');
  });
});

describe('media', () => {
  const join = async (emulator: Emulator) => {
    const response = await fetch(`${emulator.url}/video/call/default/a/join?api_key=${emulator.apiKey}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'stream-auth-type': 'jwt',
        authorization: await emulator.userToken('mara'),
      },
      body: JSON.stringify({ location: 'FRA', create: true }),
    });
    const { credentials } = (await response.json()) as { credentials: { server: { url: string } } };
    return credentials.server.url;
  };

  it('is there unless it is turned off: then its hosts can’t be reached, and its paths do not exist', async () => {
    for (const media of [undefined, true, false]) {
      const emulator = await startEmulator({ media });
      const expected = media === false ? 'https://media.emulator.invalid/twirp' : `${emulator.url}/twirp`;
      expect(await join(emulator)).toBe(expected);
      const { status } = await fetch(`${emulator.url}/sfu`);
      expect(status).toBe(404);
      await emulator.stop();
    }
  });

  it('is turned off by false and by nothing else', async () => {
    await expect(startEmulator({ media: 'no' as unknown as boolean })).rejects.toThrow(
      'media is not a boolean',
    );
  });
});
