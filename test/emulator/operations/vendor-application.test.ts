import { describe, expect, it } from 'vitest';
import { Scene } from '../support/emulator.js';

// What the vendors' own suites expect of an application; each test is named after its row of the wire reference.
const scene = new Scene();

const join = (userId: string, cid: string) =>
  scene.as(userId, 'POST', `/call/${cid.replace(':', '/')}/join`, { location: 'FRA' });

describe('application and permissions', () => {
  it('PATCH /app {grants} changes them, and they hold', async () => {
    await scene.asServer('POST', '/roles', { name: 'driver' });
    await scene.asServer('POST', '/users', { users: { mara: { id: 'mara', role: 'driver' } } });
    expect((await scene.as('mara', 'POST', '/call/default/a')).body.code).toBe(17);
    const grants = { driver: ['create-call', 'read-call'] };
    expect((await scene.asServer('PATCH', '/app', { grants })).status).toBe(200);
    expect((await scene.asServer('GET', '/app')).body.app.grants.driver).toEqual(grants.driver);
    const { body } = await scene.as('mara', 'POST', '/call/default/a');
    expect(body.own_capabilities).toContain('read-call');
    expect((await join('mara', 'default:a')).body.code).toBe(17);
    await scene.asServer('PATCH', '/app', { grants: { driver: [] } });
    expect((await scene.as('mara', 'POST', '/call/default/b')).body.code).toBe(17);
  });

  it('getApp returns call_types', async () => {
    const { app } = (await scene.asServer('GET', '/app')).body;
    expect(Object.keys(app.call_types).sort()).toEqual([
      'audio_room',
      'default',
      'development',
      'livestream',
    ]);
    expect(app.call_types.default.settings.audio.default_device).toBe('earpiece');
  });

  it('a call type is created, read, listed, updated and deleted', async () => {
    const settings = { audio: { mic_default_on: true, default_device: 'speaker' } };
    const created = await scene.asServer('POST', '/video/calltypes', {
      name: 'workshop',
      settings,
      grants: { admin: ['send-audio'] },
      notification_settings: { session_started: { enabled: false, apns: { title: 'x', body: '' } } },
    });
    expect([created.status, created.body.name]).toEqual([201, 'workshop']);
    expect(created.body.settings.audio).toMatchObject(settings.audio);
    expect(created.body.grants.admin).toEqual(['send-audio']);
    expect(created.body.grants.user).toContain('join-call');
    expect(created.body.notification_settings).toMatchObject({
      enabled: true,
      session_started: { enabled: false },
    });
    const list = await scene.asServer('GET', '/video/calltypes');
    expect(list.body.call_types.workshop.name).toBe('workshop');
    expect((await scene.asServer('POST', '/video/calltypes', { name: 'workshop' })).body.code).toBe(4);
    expect((await scene.as('mara', 'POST', '/call/workshop/a')).status).toBe(201);
    expect((await scene.asServer('DELETE', '/video/calltypes/workshop')).status).toBe(200);
    expect((await scene.asServer('GET', '/video/calltypes/workshop')).body.code).toBe(16);
    expect((await scene.as('mara', 'POST', '/call/workshop/b')).body.code).toBe(16);
  });

  it('an updated call type holds: its grants at once, its settings for calls that override nothing', async () => {
    await scene.as('mara', 'POST', '/call/default/a');
    const own = { settings_override: { video: { camera_default_on: false } } };
    await scene.as('mara', 'POST', '/call/default/b', { data: own });
    const { grants } = (await scene.asServer('GET', '/video/calltypes/default')).body;
    const update = await scene.asServer('PUT', '/video/calltypes/default', {
      grants: { user: grants.user.filter((one: string) => one !== 'join-call'), host: ['join-backstage'] },
      settings: { video: { camera_facing: 'back', camera_default_on: true } },
    });
    expect([update.status, update.body.grants.host]).toEqual([201, ['join-backstage']]);
    expect((await join('theo', 'default:a')).body.code).toBe(17);
    const video = async (id: string) =>
      (await scene.as('mara', 'GET', `/call/default/${id}`)).body.call.settings.video;
    expect(await video('a')).toMatchObject({ camera_facing: 'back', camera_default_on: true });
    expect(await video('b')).toMatchObject({ camera_facing: 'back', camera_default_on: false });
  });

  it('a new layout of recordings is kept as it was sent', async () => {
    const layout = { name: 'spotlight', options: { 'title.color': 'black', 'logo.image_url': 'x' } };
    const recording = { mode: 'available', audio_only: false, quality: '1080p', layout };
    const { body } = await scene.asServer('PUT', '/video/calltypes/default', { settings: { recording } });
    expect(body.settings.recording).toMatchObject(recording);
  });

  it('what a notification setting does not name stays as it was', async () => {
    const { body } = await scene.asServer('PUT', '/video/calltypes/default', {
      notification_settings: { call_ring: { enabled: false } },
    });
    const { call_ring: ring, call_missed: missed } = body.notification_settings;
    expect([ring.enabled, ring.apns, missed.enabled]).toEqual([false, { title: '', body: '' }, true]);
  });

  it('clients change none of it', async () => {
    const token = await scene.emulator.userToken('mara');
    for (const [method, path, body] of [
      ['GET', '/video/calltypes'],
      ['POST', '/video/calltypes', { name: 'x' }],
      ['PUT', '/video/calltypes/default', {}],
      ['DELETE', '/video/calltypes/default'],
      ['POST', '/roles', { name: 'x' }],
      ['PATCH', '/app', {}],
    ] as const) {
      const answer = await scene.send(method, `/api/v2${path}`, { token, body });
      expect(`${answer.status} / ${answer.body.code}`).toBe('403 / 17');
    }
  });

  it('/roles can be listed, custom roles created and deleted, built-in ones not', async () => {
    const created = await scene.asServer('POST', '/roles', { name: 'driver' });
    expect(created.body.role).toMatchObject({ name: 'driver', custom: true });
    const { roles } = (await scene.asServer('GET', '/roles')).body;
    const byName = new Map(roles.map((role: { name: string; custom: boolean }) => [role.name, role.custom]));
    expect([byName.get('driver'), byName.get('admin')]).toEqual([true, false]);
    expect((await scene.asServer('POST', '/roles', { name: 'driver' })).body.code).toBe(4);
    expect((await scene.asServer('DELETE', '/roles/driver')).status).toBe(200);
    expect((await scene.asServer('DELETE', '/roles/driver')).body.code).toBe(16);
    expect((await scene.asServer('DELETE', '/roles/admin')).body.code).toBe(4);
  });

  it('/permissions can be listed and read', async () => {
    const { permissions } = (await scene.asServer('GET', '/permissions')).body;
    const { body } = await scene.asServer('GET', `/permissions/${permissions[0].id}`);
    expect(body.permission).toEqual(permissions[0]);
    expect(permissions.map(({ action }: { action: string }) => action)).toContain('JoinBackstage');
    expect((await scene.asServer('GET', '/permissions/none')).body.code).toBe(16);
  });
});

describe('rate limit headers', () => {
  it('x-ratelimit-remaining falls with each call, for server tokens too', async () => {
    const remaining = async (send: () => ReturnType<typeof scene.send>) =>
      Number((await send()).headers.get('x-ratelimit-remaining'));
    const asServer = () => scene.asServer('GET', '/app');
    const asUser = () => scene.as('mara', 'GET', '/edges');
    for (const send of [asServer, asUser]) {
      const first = await remaining(send);
      expect(await remaining(send)).toBe(first - 1);
    }
    const other = await remaining(() => scene.as('theo', 'GET', '/edges'));
    expect(other).toBeGreaterThan(await remaining(asUser));
  });

  it('they stand on refusals too, and the reset lies ahead', async () => {
    const { status, headers } = await scene.asServer('POST', '/video/call/default/x/start_transcription');
    expect([status, headers.get('x-ratelimit-limit')]).toEqual([404, '10000']);
    expect(Number(headers.get('x-ratelimit-reset')) * 1000).toBeGreaterThan(Date.now());
  });

  it('a limit that is set refuses users and spares servers', async () => {
    scene.emulator.faults.limitRates({ limit: 1 });
    expect((await scene.as('mara', 'GET', '/edges')).status).toBe(200);
    expect((await scene.as('mara', 'GET', '/edges')).body.code).toBe(9);
    await scene.asServer('GET', '/app');
    const again = await scene.asServer('GET', '/app');
    expect([again.status, again.headers.get('x-ratelimit-remaining')]).toEqual([200, '0']);
  });

  it('GET /rate_limits tells those of the asked endpoints and platforms', async () => {
    const query = { server_side: 'true', endpoints: 'QueryChannels,GetOrCreateChannel' };
    const { body } = await scene.asServer('GET', '/rate_limits', undefined, query);
    expect(Object.keys(body.server_side)).toEqual(['QueryChannels', 'GetOrCreateChannel']);
    expect(body).not.toHaveProperty('web');
    expect((await scene.asServer('GET', '/rate_limits')).body.web).toBeDefined();
  });
});

describe('block lists of words', () => {
  it('are created, listed, read, updated and deleted', async () => {
    const list = { name: 'f1', words: ['one'] };
    expect((await scene.asServer('POST', '/blocklists', list)).body.blocklist).toMatchObject(list);
    expect((await scene.asServer('POST', '/blocklists', list)).body.code).toBe(4);
    await scene.asServer('PUT', '/blocklists/f1', { words: ['one', 'two'] });
    expect((await scene.asServer('GET', '/blocklists/f1')).body.blocklist.words).toHaveLength(2);
    expect((await scene.asServer('GET', '/blocklists')).body.blocklists).toHaveLength(1);
    expect((await scene.asServer('DELETE', '/blocklists/f1')).status).toBe(200);
    expect((await scene.asServer('GET', '/blocklists/f1')).body.code).toBe(16);
  });
});
