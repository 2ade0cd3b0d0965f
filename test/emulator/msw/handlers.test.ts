import { setupServer } from 'msw/node';
import { afterEach, describe, expect, it } from 'vitest';
import { type EmulatorHandlersOptions, emulatorHandlers } from '../../../src/emulator/index.js';
import { ConfigurationError } from '../../../src/shared/errors.js';

let close: () => void = () => {};
afterEach(() => close());

function listen(options: EmulatorHandlersOptions = {}) {
  const handlers = emulatorHandlers(options);
  const server = setupServer(...handlers);
  server.listen({ onUnhandledRequest: 'error' });
  close = () => server.close();
  return handlers.emulator;
}

function get(path: string, token: string, origin = 'https://video.stream-io-api.com') {
  return fetch(`${origin}/video${path}`, { headers: { authorization: token, 'stream-auth-type': 'jwt' } });
}

describe('emulatorHandlers', () => {
  it('answers for the service’s own address with no port open, life cycle and all', async () => {
    const emulator = listen({ apiKey: 'k' });
    const token = await emulator.userToken('mara');
    expect((await get('/edges?api_key=k', token)).status).toBe(200);
    emulator.faults.expireTokens('mara');
    const refused = await get('/edges?api_key=k', token);
    expect([refused.status, (await refused.json()).code]).toEqual([401, 40]);
    expect((await get('/edges?api_key=k', await emulator.userToken('mara'))).status).toBe(200);
    expect(emulator.requests.map(({ status }) => status)).toEqual([200, 401, 200]);
  });

  it('refuse an address that no server would read, unread', async () => {
    const emulator = listen({ apiKey: 'k' });
    const long = await get(`/edges?api_key=k&x=${'x'.repeat(64 * 1024)}`, await emulator.userToken('mara'));
    expect([long.status, (await long.json()).code, emulator.requests.length]).toEqual([431, 24, 0]);
  });

  it('creates guests, answers the hint, and fails on demand', async () => {
    const emulator = listen({ apiKey: 'k' });
    const guest = await fetch('https://video.stream-io-api.com/video/guest?api_key=k', {
      method: 'POST',
      headers: { 'stream-auth-type': 'anonymous' },
      body: JSON.stringify({ user: { id: 'v' } }),
    });
    expect((await guest.json()).user.role).toBe('guest');
    const hint = await fetch('https://hint.stream-io-video.com/', { method: 'HEAD' });
    expect(hint.headers.get('x-amz-cf-pop')).toMatch(/^FRA/);
    emulator.faults.failNext(1, { kind: 'reset' });
    await expect(get('/edges?api_key=k', 'x')).rejects.toThrow(TypeError);
  });

  it.each(['baseUrl', 'chatUrl', 'hintUrl'])('refuses a %s that is no http address, by its name', (name) => {
    for (const value of ['', 'coordinator.example', 'ftp://coordinator.example', 7]) {
      const attempt = () => emulatorHandlers({ [name]: value } as EmulatorHandlersOptions);
      expect(attempt).toThrow(ConfigurationError);
      expect(attempt).toThrow(`${name} is no http address`);
    }
  });

  it('answers for another base URL when told to, and has no controls', async () => {
    const emulator = listen({ apiKey: 'k', baseUrl: 'https://coordinator.example/video' });
    const token = await emulator.userToken('mara');
    expect((await get('/edges?api_key=k', token, 'https://coordinator.example')).status).toBe(200);
    expect((await fetch('https://coordinator.example/_emulator')).status).toBe(404);
    expect(emulator).not.toHaveProperty('stop');
    expect(emulator).not.toHaveProperty('url');
  });

  it('two sets share nothing, and a bad option is a ConfigurationError', () => {
    const [first, second] = [emulatorHandlers(), emulatorHandlers()];
    expect(first.emulator.apiKey).not.toBe(second.emulator.apiKey);
    expect(() => emulatorHandlers({ apiSecret: 'short' })).toThrow(ConfigurationError);
  });
});
