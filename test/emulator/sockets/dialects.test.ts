import { describe, expect, it } from 'vitest';
import { Scene } from '../support/emulator.js';

// Both dialects complete: each prefix with its own representation of times.
const scene = new Scene();

const RFC_3339 = /^\d{4}-\d\d-\d\dT/;

async function connectOn(path: string, userId = 'mara', token?: string) {
  const socket = await scene.open({}, path);
  socket.send({
    token: token ?? (await scene.emulator.userToken(userId)),
    user_details: { id: userId, name: 'Mara' },
    products: ['video'],
  });
  return socket;
}

describe('the socket', () => {
  it.each(['/api/v2/connect', '/api/v2/video/connect'])(
    'at %s speaks nanoseconds, and full users',
    async (path) => {
      const socket = await connectOn(path);
      const ok = await socket.next('connection.ok');
      expect(ok.created_at / 1e6).toBeCloseTo(Date.now(), -5);
      expect(ok.me).toMatchObject({ id: 'mara', banned: false, mutes: [], unread_count: 0 });
      socket.ping();
      expect((await socket.next('health.check')).created_at).toBeTypeOf('number');
    },
  );

  it('at /video/connect speaks RFC 3339', async () => {
    const socket = await connectOn('/video/connect');
    expect((await socket.next('connection.ok')).created_at).toMatch(RFC_3339);
  });

  it('at /connect is chat’s: its first frame is health.check, with RFC 3339', async () => {
    const token = await scene.emulator.userToken('mara');
    const json = JSON.stringify({ user_id: 'mara', user_details: { id: 'mara' } });
    const socket = await scene.open({ authorization: token, json }, '/connect');
    const frame = await socket.next('health.check');
    expect([frame.me.id, RFC_3339.test(frame.created_at)]).toEqual(['mara', true]);
  });

  it('elsewhere does not open', async () => {
    await expect(scene.open({}, '/api/v2/video/call/default/a')).rejects.toThrow('404');
  });

  it('a refusal at /api/v2/connect has the form of its prefix, and closes as on the other', async () => {
    const token = await scene.emulator.userToken('mara', { expiresInSeconds: -1 });
    const socket = await connectOn('/api/v2/connect', 'mara', token);
    const { error, created_at: at } = await socket.next('connection.error');
    expect([error.code, typeof at]).toEqual([40, 'number']);
    expect((await socket.closed()).code).toBe(4401);
  });
});

describe('events', () => {
  it('reach the sockets of both prefixes, each with its own times', async () => {
    const [text, nanoseconds] = [await connectOn('/video/connect'), await connectOn('/api/v2/connect')];
    const frames = [await text.next('connection.ok'), await nanoseconds.next('connection.ok')];
    for (const { connection_id: id } of frames)
      await scene.as('mara', 'POST', '/call/default/a', {}, { connection_id: id });
    await scene.as('mara', 'PATCH', '/call/default/a', { custom: { topic: 'x' } });
    const [first, second] = [await text.next('call.updated'), await nanoseconds.next('call.updated')];
    expect(second.created_at).toBe(Date.parse(first.created_at) * 1e6);
    expect(second.call.created_at).toBe(Date.parse(first.call.created_at) * 1e6);
    expect(second.call.custom).toEqual({ topic: 'x' });
  });
});

describe('the next JS client', () => {
  it('creates a guest, connects, gets a call, queries, and is refused after a revocation', async () => {
    const guest = await scene.send('POST', '/api/v2/guest', {
      authType: 'anonymous',
      body: { user: { id: 'visitor' } },
    });
    expect(guest.body.user.created_at).toBeTypeOf('number');
    const { access_token: token, user } = guest.body;
    const socket = await connectOn('/api/v2/connect', user.id, token);
    const { connection_id: id } = await socket.next('connection.ok');
    const query = { user_id: user.id, connection_id: id };
    await scene.as('mara', 'POST', '/call/default/a');
    const got = await scene.send('GET', '/api/v2/video/call/default/a', { token, query });
    expect([got.status, typeof got.body.call.created_at]).toEqual([200, 'number']);
    expect(Number(got.headers.get('x-ratelimit-remaining'))).toBeGreaterThan(0);
    const conditions = { filter_conditions: { cid: { $in: ['default:a'] } }, watch: true };
    const queried = await scene.send('POST', '/api/v2/video/calls', { token, query, body: conditions });
    expect(queried.body.calls).toHaveLength(1);
    await scene.as('mara', 'PATCH', '/call/default/a', { custom: {} });
    await socket.next('call.updated');
    await scene.asServer('PATCH', '/users', {
      users: [
        {
          id: user.id,
          set: { revoke_tokens_issued_before: new Date(Date.now() + 2_000).toISOString() },
        },
      ],
    });
    const refused = await scene.send('GET', '/api/v2/video/call/default/a', { token, query });
    expect([refused.status, refused.body.code]).toEqual([401, 40]);
  });

  it('headers that a page reads are exposed on each prefix', async () => {
    for (const path of ['/video/edges', '/api/v2/video/edges']) {
      const token = await scene.emulator.userToken('mara');
      const { headers } = await scene.send('GET', path, {
        token,
        headers: { origin: 'https://app.example' },
      });
      expect(headers.get('access-control-expose-headers')).toContain('x-ratelimit-remaining');
    }
  });
});
