import { describe, expect, it } from 'vitest';
import { Scene } from './support/emulator.js';

// What comes in has limits, and says which one was passed.
const scene = new Scene();

const LONG_ID = 'x'.repeat(256);

describe('long texts', () => {
  // case 255
  it.each<[string, (text: string) => Promise<unknown>]>([
    ['connection_id', (text) => scene.as('mara', 'GET', '/edges', undefined, { connection_id: text })],
    ['user_id in the query', (text) => scene.as('mara', 'GET', '/edges', undefined, { user_id: text })],
    [
      'stream-auth-type',
      (text) => scene.send('GET', '/video/edges', { authType: text.replaceAll('\n', '') }),
    ],
    [
      'x-stream-client',
      (text) => scene.send('GET', '/video/edges', { headers: { 'x-stream-client': text } }),
    ],
    ['authorization', (text) => scene.send('GET', '/video/edges', { token: text })],
    ['a path', (text) => scene.send('GET', `/video/call/default/${encodeURIComponent(text)}`)],
    ['a body', (text) => scene.as('mara', 'POST', '/call/default/a', { data: { custom: { text } } })],
  ])('of 15 KB in %s are answered, and recorded in part', async (_where, send) => {
    for (const piece of ['eyJ/', 'ewk/', 'eyJ.', '='.repeat(4), 'eyJhbGciOiJIUzI1NiJ9.']) {
      await send(piece.repeat(15_000 / piece.length));
    }
    const recorded = JSON.stringify(scene.emulator.requests);
    expect(scene.emulator.requests).toHaveLength(5);
    expect(recorded.length).toBeLessThan(5 * 15_000);
    expect(recorded).not.toMatch(/eyJ[\w-]{9}/);
  });

  it('a user id above 255 characters is refused in a token, a body and a frame', async () => {
    const token = await scene.emulator.userToken(LONG_ID);
    const answer = await scene.send('GET', '/video/edges', { token });
    expect([answer.status, answer.body.code]).toEqual([401, 5]);
    const users = { x: { id: LONG_ID } };
    expect((await scene.asServer('POST', '/users', { users })).body.code).toBe(4);
    const socket = await scene.open();
    socket.send({ token, user_details: { id: LONG_ID } });
    expect((await socket.next('connection.error')).error.code).toBe(5);
  });

  it('a guest may ask for an id that fits after the prefix', async () => {
    const ask = (id: string) =>
      scene.send('POST', '/video/guest', { authType: 'anonymous', body: { user: { id } } });
    const { body } = await ask('x'.repeat(212));
    expect(body.user.id).toHaveLength(255);
    expect((await scene.send('GET', '/video/edges', { token: body.access_token })).status).toBe(200);
    expect((await ask('x'.repeat(213))).body.code).toBe(4);
  });

  it('custom data above 100 KiB is 400 / 4, wherever it is kept', async () => {
    const custom = { text: 'x'.repeat(101 * 1024) };
    await scene.as('mara', 'POST', '/call/default/a');
    const answers = [
      await scene.as('mara', 'POST', '/call/default/b', { data: { custom } }),
      await scene.as('mara', 'PATCH', '/call/default/a', { custom }),
      await scene.as('mara', 'POST', '/call/default/a/event', { custom }),
      await scene.asServer('POST', '/users', { users: { mara: { id: 'mara', custom } } }),
      await scene.asServer('PATCH', '/users', { users: [{ id: 'mara', set: { custom } }] }),
      await scene.asServer('PUT', '/video/calltypes/default', { settings: custom }),
    ];
    expect(answers.map(({ status, body }) => `${status} / ${body.code}`)).toEqual(
      answers.map(() => '400 / 4'),
    );
  });
});

describe('data that is nested without end', () => {
  it('is 400 / 4, wherever it is kept', async () => {
    const nested = `{"x":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
    await scene.as('mara', 'POST', '/call/default/a');
    const ask = (method: string, path: string, field: string) =>
      scene.asServer(method, path, `{"name":"n","${field}":${nested}}`);
    const answers = [
      await scene.send('POST', '/video/call/default/a/event', {
        token: await scene.emulator.userToken('mara'),
        body: `{"custom":${nested}}`,
      }),
      await ask('PUT', '/video/calltypes/default', 'settings'),
      await ask('PUT', '/video/calltypes/default', 'notification_settings'),
    ];
    for (const { status, body } of answers) {
      expect([status, body.code, body.message]).toEqual([400, 4, expect.stringContaining('too deep')]);
    }
  });
});

describe('details in a handshake that are nested without end', () => {
  it('are refused with 4', async () => {
    const token = await scene.emulator.userToken('mara');
    const socket = await scene.open();
    socket.send(
      `{"token":"${token}","user_details":{"id":"mara","custom":{"x":${'['.repeat(5_000)}${']'.repeat(5_000)}}}}`,
    );
    const { error } = await socket.next('connection.error');
    expect([error.code, error.message]).toEqual([4, expect.stringContaining('too deep')]);
  });
});

describe('many of one kind', () => {
  it('devices of a user, call types and custom roles end with 400 / 4', async () => {
    const untilRefused = async (send: (index: number) => ReturnType<typeof scene.send>) => {
      for (let index = 0; index < 200; index += 1) {
        const { status, body } = await send(index);
        if (status >= 400) return `${index}: ${status} / ${body.code}`;
      }
      return 'never';
    };
    const device = (index: number) =>
      scene.as('mara', 'POST', '/devices', { id: `d-${index}`, push_provider: 'apn' });
    expect(await untilRefused(device)).toBe('25: 400 / 4');
    const type = (index: number) => scene.asServer('POST', '/video/calltypes', { name: `type-${index}` });
    expect(await untilRefused(type)).toBe('96: 400 / 4');
    const role = (index: number) => scene.asServer('POST', '/roles', { name: `role-${index}` });
    expect(await untilRefused(role)).toBe('25: 400 / 4');
  });

  it('the limits of what is kept are told', async () => {
    const response = await fetch(`${scene.emulator.url}/_emulator`);
    const { kept } = (await response.json()) as { kept: Record<string, number> };
    expect(Object.keys(kept)).toEqual(['users', 'calls', 'tokens', 'requests']);
  });
});
