// @vitest-environment happy-dom
import { StreamVideo } from 'stream-video-auth';
import { startEmulator } from 'stream-video-auth/emulator';
import { expect, it } from 'vitest';
import {
  createCallToken,
  createTokenHandler,
  createUserToken,
  type TokenHandlerOptions,
  verifyToken,
} from '../../src/server/index.js';
import { SECRET } from './support.js';

function handlerWith(authenticate: TokenHandlerOptions['authenticate']) {
  return createTokenHandler({ apiSecret: SECRET, authenticate, logger: { error: () => undefined } });
}

function post(body: string): Request {
  return new Request('https://app.example/token', { method: 'POST', body });
}

it('a test with a DOM mints and verifies', async () => {
  expect(globalThis.document).toBeDefined();
  const token = await createUserToken({ apiSecret: SECRET, userId: 'zoë' });
  await expect(verifyToken(token, { apiSecret: SECRET })).resolves.toMatchObject({ user_id: 'zoë' });
  const callToken = await createCallToken({ apiSecret: SECRET, callCids: ['default:1'] });
  await expect(verifyToken(callToken, { apiSecret: SECRET })).resolves.toMatchObject({ user_id: '!anon' });
});

it('a test with a DOM gets a token from the handler, and the refusals', async () => {
  const handle = handlerWith(async (request) => {
    await request.text();
    return { userId: 'martin' };
  });
  const response = await handle(post('{"user_id":"martin"}'));
  expect(response.status).toBe(200);
  const { token } = (await response.json()) as { token: string };
  await expect(verifyToken(token, { apiSecret: SECRET })).resolves.toMatchObject({ user_id: 'martin' });
  expect((await handle(post('{"user_id":"anna"}'))).status).toBe(403);
  expect((await handle(post(`{"padding":"${'x'.repeat(9000)}"}`))).status).toBe(413);
});

it('a test with a DOM runs endpoint, coordinator and client in one process', async () => {
  const emulator = await startEmulator({ apiSecret: SECRET });
  const handle = handlerWith(() => ({ userId: 'martin' }));
  const client = new StreamVideo({
    apiKey: emulator.apiKey,
    baseUrl: emulator.url,
    user: { id: 'martin' },
    tokenProvider: async ({ user }) => {
      const response = await handle(post(JSON.stringify({ user_id: user.id })));
      return ((await response.json()) as { token: string }).token;
    },
    logger: 'silent',
  });
  try {
    await expect(client.connect()).resolves.toMatchObject({ id: 'martin' });
    const first = client.token;
    emulator.faults.expireTokens('martin');
    await expect(client.request('GET', '/edges')).resolves.toMatchObject({ edges: expect.any(Array) });
    expect(client.token).not.toBe(first);
  } finally {
    await client.disconnect();
    await emulator.stop();
  }
});
