import { describe, expect, it } from 'vitest';
import { Scene } from '../support/emulator.js';

const scene = new Scene();

describe('calls', () => {
  it('a call is created once, by the token’s user, and found afterwards', async () => {
    const data = { members: [{ user_id: 'theo', role: 'host' }], custom: { topic: 'roadmap' } };
    await scene.know('theo');
    const created = await scene.as('mara', 'POST', '/call/default/a', { data });
    expect([created.status, created.body.created]).toEqual([201, true]);
    expect(created.body.call.created_by.id).toBe('mara');
    const again = await scene.as('theo', 'POST', '/call/default/a', { data: { custom: { topic: 'other' } } });
    expect([again.status, again.body.created]).toEqual([201, false]);
    expect(again.body.call.custom).toEqual({ topic: 'roadmap' });
    expect(again.body.membership.role).toBe('host');
    const got = await scene.as('mara', 'GET', '/call/default/a');
    expect([got.status, got.body.membership]).toEqual([200, undefined]);
    expect(got.body.members.map(({ user_id: id }: { user_id: string }) => id)).toEqual(['theo']);
  });

  it('ids are taken encoded and raw, and keep their text', async () => {
    const id = 'a/b?c#d:用户%2F';
    const { body } = await scene.as('mara', 'POST', `/call/default/${encodeURIComponent(id)}`);
    expect(body.call.cid).toBe(`default:${id}`);
    expect((await scene.as('mara', 'GET', `/call/default/${encodeURIComponent(id)}`)).status).toBe(200);
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('%s is an ordinary id', async (id) => {
    expect((await scene.as(id, 'GET', `/call/${id}/${id}`)).status).toBe(404);
    expect((await scene.asServer('POST', '/video/calltypes', { name: id })).status).toBe(201);
    expect((await scene.as(id, 'GET', `/call/${id}/${id}`)).status).toBe(404);
    const { status, body } = await scene.as(id, 'POST', `/call/${id}/${id}`, {
      data: { members: [{ user_id: id }] },
    });
    expect([status, body.call.cid, body.call.created_by.id]).toEqual([201, `${id}:${id}`, id]);
    expect(body.membership.user_id).toBe(id);
    expect((await scene.as(id, 'POST', `/call/${id}/${id}/accept`)).status).toBe(201);
    const { body: answered } = await scene.as(id, 'GET', `/call/${id}/${id}`);
    expect(Object.keys(answered.call.session.accepted_by)).toEqual([id]);
  });

  it('an id above 64 characters is refused, one of 64 is not', async () => {
    expect((await scene.as('mara', 'POST', `/call/default/${'x'.repeat(65)}`)).body.code).toBe(4);
    expect((await scene.as('mara', 'POST', `/call/default/${'x'.repeat(64)}`)).status).toBe(201);
  });

  it('a body may be absent, with a content type or without', async () => {
    await scene.as('mara', 'POST', '/call/default/a');
    const token = await scene.emulator.userToken('mara');
    const headers = { 'content-type': 'application/json' };
    expect((await scene.send('POST', '/video/call/default/a/accept', { token, headers })).status).toBe(201);
    expect((await scene.send('POST', '/video/call/default/a/accept', { token })).status).toBe(201);
  });

  it('join answers with credentials that are no user token, and only creates when asked to', async () => {
    expect((await scene.as('mara', 'POST', '/call/default/a/join', { location: 'ERR' })).body.code).toBe(16);
    const { status, body } = await scene.as('mara', 'POST', '/call/default/a/join', {
      location: 'missing-location',
      create: true,
      e2ee: false,
    });
    expect([status, body.created]).toEqual([201, true]);
    expect(body.call.current_session_id).toBe(body.call.session.id);
    expect((await scene.as('mara', 'POST', '/call/default/a/join', {})).body.exception_fields).toEqual({
      location: 'is required',
    });
  });

  it('settings follow the type, and an override changes only what it names', async () => {
    const livestream = await scene.as('mara', 'POST', '/call/livestream/a');
    expect(livestream.body.call.backstage).toBe(true);
    const { body } = await scene.as('mara', 'POST', '/call/default/a', {
      data: { settings_override: { video: { camera_default_on: false }, unknown: { x: 1 } } },
    });
    expect(body.call.settings.video).toMatchObject({ camera_default_on: false, enabled: true });
    expect(body.call.settings).not.toHaveProperty('unknown');
    expect(livestream.body.call.settings.video.camera_default_on).toBe(true);
  });

  it('a server must say who creates', async () => {
    expect((await scene.asServer('POST', '/video/call/default/a')).body.exception_fields).toHaveProperty(
      'created_by_id',
    );
    const { body } = await scene.asServer('POST', '/video/call/default/a', {
      data: { created_by: { id: 'mara', name: 'Mara' } },
    });
    expect(body.call.created_by).toMatchObject({ id: 'mara', name: 'Mara' });
  });
});

describe('who may do what', () => {
  it('a guest enters a default call and creates none', async () => {
    const guest = await scene.send('POST', '/video/guest', {
      authType: 'anonymous',
      body: { user: { id: 'v' } },
    });
    const token = guest.body.access_token;
    expect((await scene.send('POST', '/video/call/default/a', { token })).body.code).toBe(17);
    await scene.as('mara', 'POST', '/call/default/a');
    const { body } = await scene.send('POST', '/video/call/default/a/join', {
      token,
      body: { location: 'FRA' },
    });
    expect(body.own_capabilities).toContain('send-audio');
    expect(body.own_capabilities).not.toContain('end-call');
  });

  it('a call token opens the calls that it lists, and no other', async () => {
    await scene.as('mara', 'POST', '/call/default/a');
    await scene.as('mara', 'POST', '/call/default/b');
    const token = await scene.emulator.callToken(['default:a']);
    const as = { token, authType: 'anonymous' };
    expect((await scene.send('GET', '/video/call/default/a', as)).body.own_capabilities).toEqual([
      'read-call',
      'join-call',
    ]);
    expect((await scene.send('GET', '/video/call/default/b', as)).body.code).toBe(17);
    expect((await scene.send('POST', '/video/call/default/c', as)).body.code).toBe(17);
  });

  it('a call token of a user adds its role on the listed calls', async () => {
    await scene.as('mara', 'POST', '/call/livestream/a');
    const token = await scene.emulator.callToken(['livestream:a'], { userId: 'theo', role: 'host' });
    const { body } = await scene.send('GET', '/video/call/livestream/a', { token });
    expect(body.own_capabilities).toContain('join-backstage');
    expect((await scene.as('theo', 'GET', '/call/livestream/a')).body.own_capabilities).not.toContain(
      'join-backstage',
    );
  });

  it('a livestream opens to everybody once it is live', async () => {
    await scene.as('mara', 'POST', '/call/livestream/a');
    const join = () =>
      scene.send('POST', '/video/call/livestream/a/join', {
        authType: 'anonymous',
        body: { location: 'FRA' },
      });
    expect((await join()).body.code).toBe(17);
    const live = await scene.as('mara', 'POST', '/call/livestream/a/go_live', { start_hls: false });
    expect(live.body.call.backstage).toBe(false);
    expect((await join()).status).toBe(201);
    await scene.as('mara', 'POST', '/call/livestream/a/stop_live');
    expect((await join()).body.code).toBe(17);
  });

  it('only the creator ends a call, and nobody else enters it afterwards', async () => {
    await scene.as('mara', 'POST', '/call/default/a');
    expect((await scene.as('theo', 'POST', '/call/default/a/mark_ended')).body.code).toBe(17);
    expect((await scene.as('mara', 'POST', '/call/default/a/mark_ended')).status).toBe(201);
    expect((await scene.as('theo', 'POST', '/call/default/a/join', { location: 'FRA' })).body.code).toBe(17);
    expect((await scene.as('mara', 'POST', '/call/default/a/join', { location: 'FRA' })).status).toBe(201);
  });

  it('a blocked user may do nothing, until unblocked', async () => {
    await scene.as('mara', 'POST', '/call/default/a');
    await scene.as('mara', 'POST', '/call/default/a/block', { user_id: 'theo' });
    expect((await scene.as('theo', 'GET', '/call/default/a')).body.code).toBe(17);
    await scene.as('mara', 'POST', '/call/default/a/unblock', { user_id: 'theo' });
    expect((await scene.as('theo', 'GET', '/call/default/a')).status).toBe(200);
  });

  it('grants given and revoked by hand show in own_capabilities', async () => {
    await scene.as('mara', 'POST', '/call/livestream/a');
    await scene.as('theo', 'GET', '/call/livestream/a');
    await scene.as('mara', 'POST', '/call/livestream/a/user_permissions', {
      user_id: 'theo',
      grant_permissions: ['send-audio'],
    });
    expect((await scene.as('theo', 'GET', '/call/livestream/a')).body.own_capabilities).toContain(
      'send-audio',
    );
  });

  it('a test may take a capability from a role, and reset gives it back', async () => {
    scene.emulator.faults.setGrants('user', 'default', ['read-call', 'create-call']);
    await scene.as('mara', 'POST', '/call/default/a');
    expect((await scene.as('theo', 'POST', '/call/default/a/join', { location: 'FRA' })).body.code).toBe(17);
    scene.emulator.faults.reset();
    expect((await scene.as('theo', 'POST', '/call/default/a/join', { location: 'FRA' })).status).toBe(201);
  });
});

describe('guests', () => {
  it('each creation is another guest, whose id contains the asked one and whose token says the same', async () => {
    const ask = () =>
      scene.send('POST', '/video/guest', {
        authType: 'anonymous',
        body: { user: { id: 'v', type: 'guest' } },
      });
    const [first, second] = [await ask(), await ask()];
    expect(first.status).toBe(201);
    expect(first.body.user.id).toMatch(/^guest-[0-9a-f-]{36}-v$/);
    expect(first.body.user.role).toBe('guest');
    expect(second.body.user.id).not.toBe(first.body.user.id);
    const claims = JSON.parse(Buffer.from(first.body.access_token.split('.')[1], 'base64url').toString());
    expect(Object.keys(claims)).toEqual(['user_id', 'iat', 'exp']);
    expect(claims.user_id).toBe(first.body.user.id);
  });

  it('is refused with 17 while guest creation is off, and without an id with 4', async () => {
    const ask = (user: object) =>
      scene.send('POST', '/video/guest', { authType: 'anonymous', body: { user } });
    expect((await ask({})).body.code).toBe(4);
    scene.emulator.faults.disableGuests();
    expect((await ask({ id: 'v' })).body.code).toBe(17);
    scene.emulator.faults.disableGuests(false);
    expect((await ask({ id: 'v' })).status).toBe(201);
  });

  it('a stray token that is not the anonymous user’s is refused', async () => {
    const token = await scene.emulator.userToken('martin');
    const body = { user: { id: 'v' } };
    expect((await scene.send('POST', '/video/guest', { authType: 'anonymous', token, body })).body.code).toBe(
      5,
    );
    expect(
      (await scene.send('POST', '/video/guest', { authType: 'anonymous', token: '', body })).body.code,
    ).toBe(5);
  });
});

describe('surroundings', () => {
  it('devices are added, listed and removed per user', async () => {
    await scene.as('mara', 'POST', '/devices', { id: 'd1', push_provider: 'firebase' });
    expect((await scene.as('mara', 'GET', '/devices')).body.devices).toHaveLength(1);
    expect((await scene.as('theo', 'GET', '/devices')).body.devices).toEqual([]);
    expect((await scene.as('mara', 'POST', '/devices', { id: 'd', push_provider: 'pigeon' })).body.code).toBe(
      4,
    );
    expect((await scene.as('mara', 'DELETE', '/devices', undefined, { id: 'd1' })).status).toBe(200);
    expect((await scene.as('mara', 'GET', '/devices')).body.devices).toEqual([]);
  });

  it('telemetry needs no token and no connection', async () => {
    const { status } = await scene.send('POST', '/video/call_client_event', {
      authType: 'anonymous',
      body: { events: [{}] },
    });
    expect(status).toBe(201);
  });

  it('the hint service names a location, readable by a page', async () => {
    const response = await fetch(`${scene.emulator.url}/hint`, {
      method: 'HEAD',
      headers: { origin: 'https://app.example' },
    });
    expect(response.headers.get('x-amz-cf-pop')).toMatch(/^[A-Z]{3}/);
    expect(response.headers.get('access-control-expose-headers')).toContain('x-amz-cf-pop');
  });

  it('a preflight is answered for any page', async () => {
    const response = await fetch(`${scene.emulator.url}/video/calls`, {
      method: 'OPTIONS',
      headers: { origin: 'https://app.example', 'access-control-request-method': 'POST' },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe('https://app.example');
    expect(response.headers.get('access-control-allow-headers')?.toLowerCase()).toContain('stream-auth-type');
  });

  it('times are text under /video and nanoseconds under /api/v2', async () => {
    await scene.as('mara', 'POST', '/call/default/a');
    const text = (await scene.as('mara', 'GET', '/call/default/a')).body.call.created_at;
    const nanoseconds = (await scene.asServer('GET', '/video/call/default/a')).body.call.created_at;
    expect(nanoseconds).toBe(Date.parse(text) * 1e6);
  });

  it('an unknown path is 404 in the coordinator’s form', async () => {
    const response = await fetch(`${scene.emulator.url}/video/nothing`);
    expect([response.status, (await response.json()).code]).toEqual([404, 16]);
  });
});
