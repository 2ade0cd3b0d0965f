import { describe, expect, it } from 'vitest';
import { Scene } from '../support/emulator.js';

// What the vendors' own suites ask of an application beside its calls and users.
const scene = new Scene();

describe('bans', () => {
  const queryBans = async (filter_conditions: object) => {
    const payload = JSON.stringify({ filter_conditions });
    const { body } = await scene.asServer('GET', '/chat/query_banned_users', undefined, { payload });
    return body.bans;
  };

  it('a banned user may do nothing with calls, is listed, and may again after the ban', async () => {
    await scene.know('mara', 'admin');
    const ban = { target_user_id: 'mara', banned_by_id: 'admin', reason: 'spam' };
    expect((await scene.asServer('POST', '/moderation/ban', ban)).status).toBe(201);
    const refused = await scene.as('mara', 'POST', '/call/default/a');
    expect([refused.status, refused.body.code]).toEqual([403, 17]);
    expect(await queryBans({ user_id: { $eq: 'mara' } })).toMatchObject([
      { user: { id: 'mara', banned: true }, banned_by: { id: 'admin' }, reason: 'spam' },
    ]);
    expect(await queryBans({ user_id: { $eq: 'theo' } })).toEqual([]);
    const unban = await scene.asServer('POST', '/moderation/unban', undefined, { target_user_id: 'mara' });
    expect(unban.status).toBe(201);
    expect(await queryBans({})).toEqual([]);
    expect((await scene.as('mara', 'POST', '/call/default/a')).status).toBe(201);
  });

  it('are told to the user’s sockets, and an unknown user is 404 / 16', async () => {
    const mara = await scene.connect('mara');
    await scene.asServer('POST', '/moderation/ban', { target_user_id: 'mara', timeout: 5 });
    expect((await mara.next('user.banned')).user).toMatchObject({ id: 'mara', banned: true });
    await scene.asServer('POST', '/moderation/unban', undefined, { target_user_id: 'mara' });
    await mara.next('user.unbanned');
    const unknown = await scene.asServer('POST', '/moderation/ban', { target_user_id: 'ghost' });
    expect(unknown.body.code).toBe(16);
  });

  it('a client bans nobody', async () => {
    const token = await scene.emulator.userToken('mara');
    const body = { target_user_id: 'theo' };
    const answer = await scene.send('POST', '/api/v2/moderation/ban', { token, body });
    expect([answer.status, answer.body.code]).toEqual([403, 17]);
  });
});

describe('statistics', () => {
  it.each([
    ['/call/stats', 'reports'],
    ['/call_stats', 'call_stats'],
    ['/call/feedback', 'user_feedback'],
  ])('POST %s finds none, since there is no media', async (path, field) => {
    const { status, body } = await scene.asServer('POST', `/video${path}`, { filter_conditions: {} });
    expect([status, body[field]]).toEqual([201, []]);
  });

  it('a report of a call is 404 / 16, and so is one of a call that is not there', async () => {
    await scene.as('mara', 'POST', '/call/default/a');
    for (const path of [
      '/call/default/a/report',
      '/call/default/b/report',
      '/call_stats/default/a/some-session/map',
      '/call_stats/default/b/some-session/participants',
      '/call/default/a/session/s/participant_sessions',
    ]) {
      const answer = await scene.asServer('GET', `/video${path}`);
      expect(`${path} ${answer.status} / ${answer.body.code}`).toBe(`${path} 404 / 16`);
    }
  });

  it('the status of active calls counts those with a running session', async () => {
    const active = async () =>
      (await scene.asServer('GET', '/video/active_calls_status')).body.summary.active_calls;
    await scene.as('mara', 'POST', '/call/default/a');
    expect(await active()).toBe(0);
    await scene.as('mara', 'POST', '/call/default/a/join', { location: 'FRA' });
    expect(await active()).toBe(1);
    await scene.as('mara', 'POST', '/call/default/a/mark_ended');
    expect(await active()).toBe(0);
  });
});

describe('external storage', () => {
  const storage = { name: 'mine', bucket: 'b', storage_type: 's3', path: 'p/', aws_s3: { s3_secret: 'x' } };

  it('is created, listed without its keys, and deleted', async () => {
    expect((await scene.asServer('POST', '/external_storage', storage)).status).toBe(201);
    const list = async () => (await scene.asServer('GET', '/external_storage')).body.external_storages;
    expect(await list()).toEqual({ mine: { name: 'mine', bucket: 'b', path: 'p/', type: 's3' } });
    expect((await scene.asServer('DELETE', '/external_storage/mine')).status).toBe(200);
    expect(await list()).toEqual({});
    expect((await scene.asServer('DELETE', '/external_storage/mine')).body.code).toBe(16);
  });

  it('a reserved name is refused in the text that SDKs match', async () => {
    const { status, body } = await scene.asServer('POST', '/external_storage', {
      ...storage,
      name: 'stream-s3',
    });
    expect([status, body.code]).toEqual([400, 4]);
    expect(body.message).toContain('stream-s3 name reserved for internal use');
  });
});

describe('push providers', () => {
  it('can be listed; credentials can not be checked here, and are refused', async () => {
    expect((await scene.asServer('GET', '/push_providers')).body.push_providers).toEqual([]);
    const push_provider = { name: 'test', type: 'xiaomi', xiaomi_app_secret: '' };
    const { status, body } = await scene.asServer('POST', '/push_providers', { push_provider });
    expect([status, body.message]).toEqual([
      400,
      'UpsertPushProvider failed with error: "xiaomi credentials are invalid"',
    ]);
  });
});

describe('RTMP broadcasts', () => {
  it('are started, shown on the call, stopped one by one and all together', async () => {
    const mara = await scene.connect('mara');
    await scene.as('mara', 'POST', '/call/default/a', {}, { connection_id: mara.connectionId });
    const broadcasts = ['one', 'two'].map((name) => ({ name, stream_url: `rtmp://e.invalid/${name}` }));
    const post = (path: string, body?: object) => scene.as('mara', 'POST', `/call/default/a${path}`, body);
    const names = async () => {
      const { egress } = (await scene.as('mara', 'GET', '/call/default/a')).body.call;
      return egress.rtmps.map(({ name }: { name: string }) => name);
    };
    expect((await post('/rtmp_broadcasts', { broadcasts })).status).toBe(201);
    expect(await names()).toEqual(['one', 'two']);
    await post('/rtmp_broadcasts/one/stop');
    expect(await names()).toEqual(['two']);
    expect((await post('/rtmp_broadcasts/one/stop')).body.code).toBe(16);
    await post('/rtmp_broadcasts/stop');
    expect(await names()).toEqual([]);
    expect((await mara.next('call.rtmp_broadcast_started')).name).toBe('one');
    expect((await mara.next('call.rtmp_broadcast_stopped')).name).toBe('one');
  });
});
