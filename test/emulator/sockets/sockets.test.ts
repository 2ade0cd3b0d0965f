import { describe, expect, it } from 'vitest';
import { Scene } from '../support/emulator.js';

const scene = new Scene();

async function handshake(frame: unknown, query: Record<string, string> = {}) {
  const socket = await scene.open(query);
  socket.send(frame);
  const { error } = await socket.next('connection.error');
  return `${error.code} ${(await socket.closed()).code}`;
}

describe('the handshake', () => {
  it('answers the auth frame with connection.ok and the own user, profile taken over', async () => {
    const socket = await scene.connect('mara', { name: 'Mara', custom: { desk: 'north' } });
    const [{ me, connection_id: id }] = socket.frames;
    expect(me).toMatchObject({ id: 'mara', name: 'Mara', custom: { desk: 'north' }, devices: [] });
    expect(id).toHaveLength(36);
  });

  it('takes a binary frame, no products and null optionals', async () => {
    const token = await scene.emulator.userToken('mara');
    const socket = await scene.open();
    socket.send(
      new TextEncoder().encode(
        JSON.stringify({ token, user_details: { id: 'mara', name: null, image: null } }),
      ),
    );
    expect((await socket.next('connection.ok')).me.id).toBe('mara');
  });

  it('takes the auth type from a header where the query has none, and is refused with 5 without both', async () => {
    const token = await scene.emulator.userToken('mara');
    for (const [headers, type] of [
      [{ 'stream-auth-type': 'jwt' }, 'connection.ok'],
      [{}, 'connection.error'],
    ] as const) {
      const socket = await scene.open({ 'stream-auth-type': '' }, '/video/connect', headers);
      socket.send({ token, user_details: { id: 'mara' } });
      const { error } = await socket.next(type);
      expect(error?.code).toBe(type === 'connection.ok' ? undefined : 5);
    }
  });

  it('refuses an unknown api key with 2 only after the auth frame', async () => {
    const socket = await scene.open({ api_key: 'nobody' });
    socket.ping();
    expect(socket.frames).toEqual([]);
    socket.send({ token: 'x', user_details: { id: 'mara' } });
    expect((await socket.next('connection.error')).error.code).toBe(2);
    expect((await socket.closed()).code).toBe(4401);
  });

  it('refuses an expired token with 40, another’s with 5, a wrong signature with 43', async () => {
    const { emulator } = scene;
    const expired = await emulator.userToken('mara', { expiresInSeconds: -1 });
    expect(await handshake({ token: expired, user_details: { id: 'mara' } })).toBe('40 4401');
    const token = await emulator.userToken('mara');
    expect(await handshake({ token, user_details: { id: 'theo' } })).toBe('5 4401');
    expect(await handshake({ token: `${token.slice(0, -4)}AAAA`, user_details: { id: 'mara' } })).toBe(
      '43 4401',
    );
  });

  it('opens no socket for anonymous users', async () => {
    const token = await scene.emulator.callToken(['default:a']);
    const frame = { token, user_details: { id: '!anon' } };
    expect(await handshake(frame, { 'stream-auth-type': 'anonymous' })).toBe('5 4401');
  });

  it.each([
    ['no JSON', 'nope', '4 4400'],
    ['no object', '[]', '5 4401'],
    ['no user_details', { token: 'x' }, '5 4401'],
    ['no token', { user_details: { id: 'mara' } }, '5 4401'],
  ])('refuses a first frame that is %s', async (_what, frame, expected) => {
    expect(await handshake(frame)).toBe(expected);
  });

  it('refuses more sockets than allowed with 71, and lets one in when another has gone', async () => {
    scene.emulator.faults.limitSockets(1);
    const first = await scene.connect('mara');
    const token = await scene.emulator.userToken('mara');
    expect(await handshake({ token, user_details: { id: 'mara' } })).toBe('71 4429');
    expect((await scene.connect('theo')).types).toEqual(['connection.ok']);
    scene.emulator.faults.dropConnections(4000, { userId: 'mara' });
    await first.closed();
    expect((await scene.connect('mara')).types).toEqual(['connection.ok']);
  });

  it('no socket opens on any other path', async () => {
    await expect(scene.open({}, '/elsewhere')).rejects.toThrow('404');
  });
});

describe('an open socket', () => {
  it('answers every JSON frame and every ping control frame with a health check', async () => {
    const socket = await scene.connect('mara');
    socket.send([{ type: 'health.check', client_id: 'mara--1' }]);
    expect((await socket.next('health.check')).connection_id).toBe(socket.connectionId);
    socket.send(socket.frames[0]);
    await socket.next('health.check');
    socket.ping();
    await socket.next('health.check');
    expect(socket.types).toEqual(['connection.ok']);
  });

  it('is refused for a frame that is not JSON', async () => {
    const socket = await scene.connect('mara');
    socket.send('{');
    expect((await socket.next('connection.error')).error.code).toBe(4);
    expect((await socket.closed()).code).toBe(4400);
  });

  it('is closed for an oversized frame', async () => {
    const socket = await scene.connect('mara');
    socket.send(JSON.stringify('x'.repeat(100_000)));
    expect((await socket.closed()).code).toBe(1009);
  });

  it('is refused for a flood of frames', async () => {
    const socket = await scene.connect('mara');
    for (let count = 0; count < 200; count += 1) socket.send([]);
    expect((await socket.next('connection.error')).error.code).toBe(9);
    await socket.closed();
  });

  it('a connection id is unknown once its socket has gone', async () => {
    const socket = await scene.connect('mara');
    const query = { connection_id: socket.connectionId };
    expect((await scene.as('mara', 'GET', '/edges', undefined, query)).status).toBe(200);
    scene.emulator.faults.dropConnections(4000);
    await socket.closed();
    expect((await scene.as('mara', 'GET', '/edges', undefined, query)).body.code).toBe(46);
  });
});

describe('events', () => {
  it('a watcher hears of a call, others do not', async () => {
    const [mara, theo, eve] = [
      await scene.connect('mara'),
      await scene.connect('theo'),
      await scene.connect('eve'),
    ];
    await scene.as('mara', 'POST', '/call/default/a', {}, { connection_id: mara.connectionId });
    await scene.as('theo', 'GET', '/call/default/a', undefined, { connection_id: theo.connectionId });
    await scene.as('mara', 'PATCH', '/call/default/a', { custom: { topic: 'x' } });
    await scene.as('theo', 'POST', '/call/default/a/event', { custom: { wave: true } });
    expect((await theo.next('call.updated')).call.custom).toEqual({ topic: 'x' });
    expect(await mara.next('custom')).toMatchObject({ custom: { wave: true }, user: { id: 'theo' } });
    await eve.settled();
    expect(eve.types).toEqual(['connection.ok']);
    expect(mara.types).toEqual(['connection.ok', 'call.created', 'call.updated', 'custom']);
  });

  it('a request without the connection id watches nothing', async () => {
    const mara = await scene.connect('mara');
    await scene.as('mara', 'POST', '/call/default/a');
    await scene.as('mara', 'PATCH', '/call/default/a', { custom: {} });
    await mara.settled();
    expect(mara.types).toEqual(['connection.ok']);
  });

  it('a query watches only when it says so', async () => {
    const mara = await scene.connect('mara');
    const query = { connection_id: mara.connectionId };
    await scene.as('theo', 'POST', '/call/default/a');
    await scene.as('mara', 'POST', '/calls', {}, query);
    await scene.as('theo', 'POST', '/call/default/a/event', { custom: { first: true } });
    await scene.as(
      'mara',
      'POST',
      '/calls',
      { watch: true, filter_conditions: { cid: { $in: ['default:a'] } } },
      query,
    );
    await scene.as('theo', 'POST', '/call/default/a/event', { custom: { second: true } });
    expect((await mara.next('custom')).custom).toEqual({ second: true });
  });

  it('members are told of a new call and of a ring without watching', async () => {
    const theo = await scene.connect('theo');
    await scene.as('mara', 'POST', '/call/default/a', {
      ring: true,
      data: { members: [{ user_id: 'mara' }, { user_id: 'theo' }] },
    });
    const { call } = await theo.next('call.created');
    const ring = await theo.next('call.ring');
    expect(ring).toMatchObject({ call_cid: call.cid, user: { id: 'mara' }, video: true });
    expect(ring.session_id).toBe(ring.call.session.id);
  });

  it('accept and reject reach the caller, with the reason', async () => {
    const mara = await scene.connect('mara');
    await scene.know('theo', 'eve');
    const members = ['mara', 'theo', 'eve'].map((id) => ({ user_id: id }));
    await scene.as('mara', 'POST', '/call/default/a', { ring: true, data: { members } });
    await scene.as('theo', 'POST', '/call/default/a/accept');
    await scene.as('eve', 'POST', '/call/default/a/reject', { reason: 'busy' });
    expect((await mara.next('call.accepted')).user.id).toBe('theo');
    const rejected = await mara.next('call.rejected');
    expect([rejected.user.id, rejected.reason]).toEqual(['eve', 'busy']);
    expect(Object.keys(rejected.call.session.accepted_by)).toEqual(['theo']);
  });

  it('who was rung and did not answer has missed the call when the caller gives up', async () => {
    const theo = await scene.connect('theo');
    const members = ['mara', 'theo'].map((id) => ({ user_id: id }));
    await scene.as('mara', 'POST', '/call/default/a', { ring: true, data: { members } });
    await scene.as('mara', 'POST', '/call/default/a/reject', { reason: 'cancel' });
    expect(await theo.next('call.missed')).toMatchObject({ user: { id: 'mara' }, notify_user: true });
  });

  it('a changed profile reaches the user’s own sockets and those who watch the same call', async () => {
    const [mara, theo, eve] = [
      await scene.connect('mara'),
      await scene.connect('theo'),
      await scene.connect('eve'),
    ];
    await scene.as('mara', 'POST', '/call/default/a', {}, { connection_id: mara.connectionId });
    await scene.as('theo', 'GET', '/call/default/a', undefined, { connection_id: theo.connectionId });
    await scene.connect('mara', { name: 'Mara Q.' });
    expect((await mara.next('user.updated')).user.name).toBe('Mara Q.');
    expect((await theo.next('user.updated')).user.name).toBe('Mara Q.');
    await eve.settled();
    expect(eve.types).toEqual(['connection.ok']);
  });

  it('members, moderation, reactions and activities are announced', async () => {
    const mara = await scene.connect('mara');
    const query = { connection_id: mara.connectionId };
    await scene.as('theo', 'GET', '/edges');
    await scene.as('mara', 'POST', '/call/default/a', {}, query);
    const path = '/call/default/a';
    await scene.as('mara', 'POST', `${path}/members`, { update_members: [{ user_id: 'theo' }] });
    await scene.as('mara', 'POST', `${path}/members`, {
      update_members: [{ user_id: 'theo', role: 'host' }],
    });
    await scene.as('mara', 'POST', `${path}/members`, { remove_members: ['theo'] });
    await scene.as('mara', 'POST', `${path}/mute_users`, { user_ids: ['theo'], audio: true });
    await scene.as('theo', 'POST', `${path}/request_permission`, { permissions: ['send-audio'] });
    await scene.as('mara', 'POST', `${path}/user_permissions`, {
      user_id: 'theo',
      revoke_permissions: ['send-video'],
    });
    await scene.as('theo', 'POST', `${path}/reaction`, { type: 'wave', emoji_code: ':wave:' });
    await scene.as('mara', 'POST', `${path}/kick`, { user_id: 'theo' });
    await scene.as('mara', 'POST', `${path}/join`, { location: 'FRA' });
    await scene.as('mara', 'POST', `${path}/start_recording`);
    await scene.as('mara', 'POST', `${path}/recordings/composite/stop`);
    await scene.as('mara', 'POST', `${path}/go_live`);
    await scene.as('mara', 'POST', `${path}/mark_ended`);
    await scene.as('mara', 'POST', `${path}/delete`);
    await mara.next('call.deleted');
    expect(mara.types).toEqual([
      'connection.ok',
      'call.created',
      'call.member_added',
      'call.member_updated',
      'call.member_updated_permission',
      'call.member_removed',
      'call.user_muted',
      'call.permission_request',
      'call.permissions_updated',
      'call.reaction_new',
      'call.kicked_user',
      'call.session_started',
      'call.recording_started',
      'call.recording_stopped',
      'call.live_started',
      'call.updated',
      'call.session_ended',
      'call.ended',
      'call.deleted',
    ]);
  });
});
