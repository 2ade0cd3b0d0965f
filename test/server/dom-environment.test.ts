// @vitest-environment happy-dom
import { setupServer } from 'msw/node';
import { StreamVideo, type TokenProvider, User } from 'stream-video-auth';
import { type Emulator, emulatorHandlers, startEmulator } from 'stream-video-auth/emulator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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

describe('endpoint, coordinator and client in one process with a DOM', () => {
  const handle = handlerWith(() => ({ userId: 'martin' }));
  const fromEndpoint: TokenProvider = async ({ user }) => {
    const response = await handle(post(JSON.stringify({ user_id: user.id })));
    return ((await response.json()) as { token: string }).token;
  };
  let emulator: Emulator;
  let client: StreamVideo;

  beforeEach(async () => {
    emulator = await startEmulator({ apiSecret: SECRET, allowOrigins: [globalThis.location.origin] });
    client = new StreamVideo({ ...common(), user: { id: 'martin' }, tokenProvider: fromEndpoint });
  });
  afterEach(async () => {
    await client.disconnect();
    await emulator.stop();
  });

  function common() {
    return { apiKey: emulator.apiKey, baseUrl: emulator.url, logger: 'silent' } as const;
  }

  it('a call is created and joined, and its custom data arrive as they were sent', async () => {
    await client.connect();
    const call = client.call('default', 'zoë');
    await call.getOrCreate({ custom: { title: 'Größe 用户' } });
    await call.join();
    await expect(client.request('GET', '/call/default/zo%C3%AB')).resolves.toMatchObject({
      call: { custom: { title: 'Größe 用户' } },
    });
    expect(emulator.requests.map(({ status }) => status)).not.toContain(500);
  });

  it('a refused body is refused as anywhere', async () => {
    await expect(client.request('POST', '/call/default/a', { body: { data: 1 } })).rejects.toMatchObject({
      apiCode: 4,
    });
    const custom = { x: 'y'.repeat(1_100_000) };
    await expect(
      client.request('POST', '/call/default/a', { body: { data: { custom } } }),
    ).rejects.toMatchObject({ apiCode: 22 });
  });

  it('an expired token is replaced and the refused POST replayed, body and all', async () => {
    await client.connect();
    const first = client.token;
    emulator.faults.expireTokens('martin');
    await client.call('default', 'a').getOrCreate({ custom: { n: 1 } });
    expect(client.token).not.toBe(first);
    const sent = emulator.requests.filter(({ method }) => method === 'POST');
    expect(sent.map(({ status }) => status)).toEqual([401, 201]);
    expect(sent[1]?.body).toEqual({ data: { custom: { n: 1 } } });
  });

  it('a guest is created, and connects', async () => {
    const guest = await StreamVideo.create({ ...common(), user: User.guest('visitor') });
    try {
      await expect(guest.connect()).resolves.toMatchObject({ id: expect.stringMatching(/^guest-/) });
    } finally {
      await guest.disconnect();
    }
  });

  it('an aborted request ends at once, and the next one is served', async () => {
    await client.connect();
    emulator.faults.failNext(1, { kind: 'hang' });
    const controller = new AbortController();
    const hanging = client.request('POST', '/call/default/a', {
      body: { data: {} },
      signal: controller.signal,
    });
    const ended = expect(hanging).rejects.toThrow();
    await expect.poll(() => emulator.requests.at(-1)?.fault).toBe('hang');
    controller.abort();
    await ended;
    await expect(client.call('default', 'a').getOrCreate()).resolves.toBeDefined();
  });

  it.each(['error', 'html'] as const)('an answer of the kind %s is that answer', async (kind) => {
    emulator.faults.failNext(1, { kind });
    await expect(client.request('GET', '/edges')).rejects.toMatchObject({ status: 503 });
  });

  it.each(['reset', 'truncate'] as const)('a line broken by %s is a network failure', async (kind) => {
    emulator.faults.failNext(9, { kind });
    await expect(client.request('POST', '/call/default/a')).rejects.toMatchObject({ code: 'network' });
  });

  it('the controls take a body too', async () => {
    const response = await fetch(`${emulator.url}/_emulator/faults/expire_tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"user_id":"martin"}',
    });
    expect([response.status, await response.json()]).toEqual([200, { ok: true }]);
  });

  it('disconnect ends the session', async () => {
    await client.connect();
    await client.disconnect();
    expect([client.connectionState, client.connectionId]).toEqual(['disconnected', undefined]);
    await expect(client.request('GET', '/edges')).rejects.toMatchObject({ code: 'session_ended' });
  });
});

it('the msw handlers answer a client with a DOM, guests and bodies too', async () => {
  const handlers = emulatorHandlers();
  const { emulator } = handlers;
  const server = setupServer(...handlers);
  server.listen({ onUnhandledRequest: 'error' });
  try {
    const common = { apiKey: emulator.apiKey, logger: 'silent' } as const;
    const guest = await StreamVideo.create({ ...common, user: User.guest('visitor') });
    expect(guest.user.id).toMatch(/^guest-.+-visitor$/);
    const token = await emulator.userToken('martin');
    const martin = new StreamVideo({ ...common, user: { id: 'martin' }, token });
    await martin.call('default', 'a').getOrCreate({ custom: { title: 'Größe' } });
    expect(emulator.requests.at(-1)?.body).toEqual({ data: { custom: { title: 'Größe' } } });
    await Promise.all([guest.disconnect(), martin.disconnect()]);
  } finally {
    server.close();
  }
});
