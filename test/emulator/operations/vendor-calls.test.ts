import { describe, expect, it } from 'vitest';
import { Scene } from '../support/emulator.js';

// What the vendors' own suites expect of calls; each test is named after its row of the wire reference.
const scene = new Scene();

const idsOf = (members: { user_id: string }[]) => members.map(({ user_id: id }) => id);
const membersOf = (...ids: string[]) => ids.map((id) => ({ user_id: id }));

describe('body null', () => {
  it('is no body', async () => {
    await scene.as('mara', 'POST', '/call/default/a');
    const token = await scene.emulator.userToken('mara');
    const body = 'null';
    const path = '/video/call/default/a/mark_ended';
    expect((await scene.send('POST', path, { token, body })).status).toBe(201);
    expect((await scene.send('POST', path, { token, body: '[]' })).body.code).toBe(4);
  });
});

describe('POST event with a server token', () => {
  it.each([
    ['user_id in the body', { user_id: 'theo' }, undefined],
    ['user in the body', { user: { id: 'theo', name: 'Theo' } }, undefined],
    ['?user_id=', {}, { user_id: 'theo' }],
    ['the body before the query', { user_id: 'theo' }, { user_id: 'eve' }],
  ])('the sender is %s', async (_where, body, query) => {
    const mara = await scene.connect('mara');
    await scene.as('mara', 'POST', '/call/default/a', {}, { connection_id: mara.connectionId });
    const custom = { render: 'balloons' };
    const { status } = await scene.asServer(
      'POST',
      '/video/call/default/a/event',
      { ...body, custom },
      query,
    );
    expect(status).toBe(201);
    expect(await mara.next('custom')).toMatchObject({ user: { id: 'theo' }, custom });
  });

  it('nobody named is 400 / 4', async () => {
    await scene.as('mara', 'POST', '/call/default/a');
    const { status, body } = await scene.asServer('POST', '/video/call/default/a/event', { custom: {} });
    expect([status, body.code, body.exception_fields]).toEqual([400, 4, { user_id: 'is required' }]);
  });
});

describe('call.ring', () => {
  it('goes to the members, never to the caller, and not to mere watchers', async () => {
    const [mara, theo, eve] = [
      await scene.connect('mara'),
      await scene.connect('theo'),
      await scene.connect('eve'),
    ];
    const query = { connection_id: mara.connectionId };
    const data = { members: membersOf('mara', 'theo') };
    await scene.as('mara', 'POST', '/call/default/a', { data }, query);
    await scene.as('eve', 'GET', '/call/default/a', undefined, { connection_id: eve.connectionId });
    await scene.as('mara', 'GET', '/call/default/a', undefined, { ...query, ring: 'true' });
    expect((await theo.next('call.ring')).user.id).toBe('mara');
    await mara.settled();
    await eve.settled();
    expect([mara.types, eve.types].flat()).not.toContain('call.ring');
  });

  it('names the members without the creator, whom official clients add', async () => {
    await scene.know('eve');
    const theo = await scene.connect('theo');
    const data = { members: membersOf('mara', 'theo', 'eve') };
    await scene.as('mara', 'POST', '/call/default/a', { data, ring: true });
    const { members } = await theo.next('call.ring');
    expect(members.map((member: { user_id: string }) => member.user_id).sort()).toEqual(['eve', 'theo']);
  });

  it('POST ring with members_ids goes to those members only', async () => {
    const [theo, eve] = [await scene.connect('theo'), await scene.connect('eve')];
    await scene.as('mara', 'POST', '/call/default/a', { data: { members: membersOf('theo', 'eve') } });
    const { body } = await scene.as('mara', 'POST', '/call/default/a/ring', {
      members_ids: ['theo', 'stranger'],
    });
    expect(body.members_ids).toEqual(['theo']);
    expect(await theo.next('call.ring')).toMatchObject({ call_cid: 'default:a' });
    await eve.settled();
    expect(eve.types).not.toContain('call.ring');
  });

  it('POST ring without them goes to all members but the caller, once for each socket', async () => {
    const theo = await scene.connect('theo');
    await scene.as('mara', 'POST', '/call/default/a', { data: { members: membersOf('mara', 'theo') } });
    expect((await scene.as('mara', 'POST', '/call/default/a/ring')).body.members_ids).toEqual(['theo']);
    await theo.next('call.ring');
    await theo.settled();
    expect(theo.types.filter((type) => type === 'call.ring')).toHaveLength(1);
  });

  it('call.notification goes to the members likewise', async () => {
    const [mara, theo] = [await scene.connect('mara'), await scene.connect('theo')];
    const data = { members: membersOf('mara', 'theo') };
    await scene.as(
      'mara',
      'POST',
      '/call/default/a',
      { data, notify: true },
      { connection_id: mara.connectionId },
    );
    expect((await theo.next('call.notification')).user.id).toBe('mara');
    await mara.settled();
    expect(mara.types).not.toContain('call.notification');
  });
});

describe('ring outcome', () => {
  const ringAll = async (settings = {}) => {
    await scene.know('theo', 'eve', 'ida');
    const data = { members: membersOf('mara', 'theo', 'eve', 'ida'), settings_override: settings };
    const { body } = await scene.as('mara', 'POST', '/call/default/a', { ring: true, data });
    return body.call.session.id as string;
  };

  it('GET carries the session’s accepted_by, rejected_by and missed_by', async () => {
    await ringAll();
    await scene.as('theo', 'POST', '/call/default/a/accept');
    await scene.as('eve', 'POST', '/call/default/a/reject', { reason: 'busy' });
    await scene.as('mara', 'POST', '/call/default/a/reject', { reason: 'cancel' });
    const { session } = (await scene.as('mara', 'GET', '/call/default/a')).body.call;
    expect(Object.keys(session.accepted_by)).toEqual(['theo']);
    expect(Object.keys(session.rejected_by)).toEqual(['eve', 'mara']);
    expect(Object.keys(session.missed_by)).toEqual(['ida']);
  });

  it('ring_state says the same, of a session that has ended too', async () => {
    const sessionId = await ringAll();
    await scene.as('theo', 'POST', '/call/default/a/accept');
    const state = (id?: string) =>
      scene.as('mara', 'GET', '/call/default/a/ring_state', undefined, { call_session_id: id });
    const running = (await state(sessionId)).body;
    expect(Object.keys(running.accepted_by)).toEqual(['theo']);
    expect(running).not.toHaveProperty('session_ended_at');
    await scene.as('mara', 'POST', '/call/default/a/mark_ended');
    await scene.as('mara', 'POST', '/call/default/a/join', { location: 'FRA' });
    const ended = (await state(sessionId)).body;
    expect(Object.keys(ended.missed_by)).toEqual(['eve', 'ida']);
    expect(Date.parse(ended.session_ended_at)).toBeGreaterThan(0);
    expect((await state()).body.session_id).not.toBe(sessionId);
    expect((await state('unknown')).body.code).toBe(16);
  });

  it('who was rung and has not answered within missed_call_timeout_ms has missed the call', async () => {
    const [theo, eve] = [await scene.connect('theo'), await scene.connect('eve')];
    const settings_override = { ring: { missed_call_timeout_ms: 30 } };
    const data = { members: membersOf('mara', 'theo', 'eve'), settings_override };
    await scene.as('mara', 'POST', '/call/default/a', { data });
    await scene.as('mara', 'POST', '/call/default/a/ring', { members_ids: ['theo'] });
    expect(await theo.next('call.missed')).toMatchObject({ user: { id: 'mara' }, notify_user: true });
    await eve.settled();
    expect(eve.types).not.toContain('call.missed');
    const { missed_by: missed } = (await scene.as('mara', 'GET', '/call/default/a/ring_state')).body;
    expect(Object.keys(missed)).toEqual(['theo']);
  });

  it('a call that was ended in time is not missed a second time', async () => {
    const theo = await scene.connect('theo');
    await ringAll({ ring: { missed_call_timeout_ms: 40 } });
    await scene.as('mara', 'POST', '/call/default/a/mark_ended');
    await theo.next('call.ended');
    await new Promise((resolve) => setTimeout(resolve, 80));
    await theo.settled();
    expect(theo.types.filter((type) => type === 'call.missed')).toHaveLength(1);
  });

  it('another ring asks again those who had rejected', async () => {
    await ringAll();
    await scene.as('eve', 'POST', '/call/default/a/reject', { reason: 'busy' });
    await scene.as('mara', 'POST', '/call/default/a/ring', { members_ids: ['eve'] });
    const { body } = await scene.as('mara', 'GET', '/call/default/a/ring_state');
    expect(body.rejected_by).toEqual({});
  });
});

describe('unknown call type', () => {
  it.each<[string, string, string, object?]>([
    ['get', 'GET', '/call/livestraem/x'],
    ['create', 'POST', '/call/livestraem/x'],
    ['join', 'POST', '/call/livestraem/x/join', { location: 'FRA', create: true }],
    ['query members', 'POST', '/call/members', { type: 'livestraem', id: 'x' }],
    ['query participants', 'POST', '/call/livestraem/x/participants'],
    ['query calls', 'POST', '/calls', { filter_conditions: { type: 'livestraem' } }],
    ['query calls with $eq', 'POST', '/calls', { filter_conditions: { type: { $eq: 'livestraem' } } }],
    // case 256
    ['accept', 'POST', '/call/livestraem/x/accept'],
  ])('is 404 / 16 on %s', async (_what, method, path, body) => {
    const answer = await scene.as('mara', method, path, body);
    expect([answer.status, answer.body.code]).toEqual([404, 16]);
    expect(answer.body.message).toContain('"livestraem: call type does not exist"');
    const { calls } = (await scene.asServer('POST', '/video/calls', {})).body;
    expect(calls).toEqual([]);
  });
});

describe('missing call', () => {
  it.each<[string, string, object?]>([
    ['GET', '/call/default/x'],
    ['POST', '/call/default/x/join', { location: 'FRA' }],
    ['POST', '/call/default/x/mark_ended'],
    ['POST', '/call/members', { type: 'default', id: 'x' }],
  ])('%s %s is 404 / 16 with the text that SDKs match', async (method, path, body) => {
    const answer = await scene.as('mara', method, path, body);
    expect([answer.status, answer.body.code]).toEqual([404, 16]);
    expect(answer.body.message).toContain("Can't find call with id default:x");
  });
});

describe('denied', () => {
  it('is 403 / 17 with the action and its scope', async () => {
    await scene.as('mara', 'POST', '/call/default/a');
    const { status, body } = await scene.as('theo', 'POST', '/call/default/a/mark_ended');
    expect([status, body.code, body.unrecoverable]).toEqual([403, 17, true]);
    expect(body.message).toContain("is not allowed to perform action EndCall in scope 'video:default'");
    const backstage = await scene.as('mara', 'POST', '/call/livestream/b');
    expect(backstage.status).toBe(201);
    const join = await scene.as('theo', 'POST', '/call/livestream/b/join', { location: 'FRA' });
    expect(join.body.message).toContain("action JoinBackstage in scope 'video:livestream'");
  });
});

describe('unknown users as members', () => {
  it('are 400 / 4, from clients and servers alike', async () => {
    await scene.know('theo');
    const data = { members: membersOf('theo', 'ghost'), created_by_id: 'mara' };
    const asClient = await scene.as('mara', 'POST', '/call/default/a', { data });
    const asServer = await scene.asServer('POST', '/video/call/default/a', { data });
    for (const { status, body } of [asClient, asServer]) {
      expect([status, body.code]).toEqual([400, 4]);
      expect(body.message).toContain("the provided users [ghost] don't exist");
    }
    expect((await scene.as('mara', 'GET', '/call/default/a')).status).toBe(404);
    await scene.as('mara', 'POST', '/call/default/a', { data: { members: membersOf('theo') } });
    const update = { update_members: membersOf('ghost') };
    expect((await scene.as('mara', 'POST', '/call/default/a/members', update)).body.code).toBe(4);
  });

  it('a user who was deleted is unknown', async () => {
    await scene.know('theo');
    await scene.asServer('POST', '/users/delete', { user_ids: ['theo'] });
    const { body } = await scene.as('mara', 'POST', '/call/default/a', {
      data: { members: membersOf('theo') },
    });
    expect(body.code).toBe(4);
  });
});

describe('members’ order', () => {
  it('is newest first, in get and queryMembers, also within one millisecond', async () => {
    scene.emulator.faults.freezeClock();
    await scene.know('john', 'jack', 'sara');
    await scene.as('mara', 'POST', '/call/default/a', { data: { members: membersOf('john', 'jack') } });
    await scene.as('mara', 'POST', '/call/default/a/members', { update_members: membersOf('sara') });
    const order = ['sara', 'jack', 'john'];
    expect(idsOf((await scene.as('mara', 'GET', '/call/default/a')).body.members)).toEqual(order);
    const query = { type: 'default', id: 'a' };
    expect(idsOf((await scene.as('mara', 'POST', '/call/members', query)).body.members)).toEqual(order);
    const page = await scene.as('mara', 'POST', '/call/members', { ...query, limit: 2 });
    const rest = await scene.as('mara', 'POST', '/call/members', { ...query, next: page.body.next });
    expect(idsOf([...page.body.members, ...rest.body.members])).toEqual(order);
  });
});

describe('call fields', () => {
  it('join_ahead_time_seconds stands on the call when its settings have it', async () => {
    const settings = (seconds: number) => ({
      settings_override: { backstage: { join_ahead_time_seconds: seconds } },
    });
    const created = await scene.as('mara', 'POST', '/call/livestream/a', { data: settings(300) });
    expect(created.body.call.join_ahead_time_seconds).toBe(300);
    const changed = await scene.as('mara', 'PATCH', '/call/livestream/a', settings(0));
    expect(changed.body.call.join_ahead_time_seconds).toBe(0);
  });

  it('ended_at is null while the call runs', async () => {
    const { body } = await scene.as('mara', 'POST', '/call/default/a');
    expect(body.call.ended_at).toBeNull();
    await scene.as('mara', 'POST', '/call/default/a/mark_ended');
    const ended = (await scene.as('mara', 'GET', '/call/default/a')).body.call.ended_at;
    expect(Date.parse(ended)).toBeGreaterThan(0);
  });
});

describe('hard delete', () => {
  it('the task’s result has a status per cid', async () => {
    await scene.as('mara', 'POST', '/call/default/a');
    const { body } = await scene.asServer('POST', '/video/call/default/a/delete', { hard: true });
    const task = await scene.asServer('GET', `/tasks/${body.task_id}`);
    expect(task.body).toMatchObject({ status: 'completed', result: { 'default:a': { status: 'ok' } } });
  });

  it('a soft delete has no task, and an unknown task is 404 / 16', async () => {
    await scene.as('mara', 'POST', '/call/default/a');
    const { body } = await scene.asServer('POST', '/video/call/default/a/delete');
    expect(body).not.toHaveProperty('task_id');
    expect((await scene.asServer('GET', '/tasks/unknown')).body.code).toBe(16);
  });
});

describe('join by the JS client', () => {
  it('carries connection_id: whoever joins, watches', async () => {
    const theo = await scene.connect('theo');
    await scene.as('mara', 'POST', '/call/default/a');
    await scene.as(
      'theo',
      'POST',
      '/call/default/a/join',
      { location: 'FRA' },
      { connection_id: theo.connectionId },
    );
    await scene.as('mara', 'PATCH', '/call/default/a', { custom: { topic: 'x' } });
    expect((await theo.next('call.updated')).call.custom).toEqual({ topic: 'x' });
  });

  it('the first to join begins the session, once', async () => {
    const mara = await scene.connect('mara');
    const query = { connection_id: mara.connectionId };
    await scene.know('theo');
    const data = { members: membersOf('theo') };
    const ringing = await scene.as('mara', 'POST', '/call/default/a', { data, ring: true }, query);
    for (const id of ['mara', 'theo'])
      await scene.as(id, 'POST', '/call/default/a/join', { location: 'FRA' });
    const { session_id: id } = await mara.next('call.session_started');
    expect(id).toBe(ringing.body.call.session.id);
    await mara.settled();
    expect(mara.types.filter((type) => type === 'call.session_started')).toHaveLength(1);
  });
});

describe('recording and transcription', () => {
  it('need an active session, and to run before they can be stopped', async () => {
    await scene.as('mara', 'POST', '/call/default/a');
    const post = (path: string) => scene.as('mara', 'POST', `/call/default/a${path}`);
    const messages = [
      await post('/recordings/individual/start'),
      await post('/recordings/composite/stop'),
      await post('/start_transcription'),
      await post('/stop_transcription'),
    ].map(({ status, body }) => `${status} ${body.message}`);
    expect(messages).toEqual([
      '400 StartRecording failed with error: "there is no active session"',
      '400 StopRecording failed with error: "call egress is not running"',
      '400 StartTranscription failed with error: "there is no active session"',
      '400 StopTranscription failed with error: "call is not being transcribed"',
    ]);
    await scene.as('mara', 'POST', '/call/default/a/join', { location: 'FRA' });
    expect((await post('/recordings/individual/start')).status).toBe(201);
    expect((await scene.as('mara', 'GET', '/call/default/a')).body.call.recording).toBe(true);
    expect((await post('/recordings/none/start')).body.code).toBe(4);
  });

  it('files that are not there can not be deleted', async () => {
    await scene.as('mara', 'POST', '/call/default/a');
    for (const what of ['recordings', 'transcriptions']) {
      const { body } = await scene.as('mara', 'DELETE', `/call/default/a/session/${what}/file`);
      expect([body.code, body.message]).toEqual([16, expect.stringContaining("doesn't exist")]);
    }
  });
});

describe('permission events', () => {
  it('carry what each role may do now', async () => {
    const mara = await scene.connect('mara');
    await scene.know('theo');
    await scene.as('mara', 'POST', '/call/default/a', {}, { connection_id: mara.connectionId });
    await scene.as('mara', 'PATCH', '/call/default/a', { custom: {} });
    const { capabilities_by_role: byRole } = await mara.next('call.updated');
    expect(byRole.user).toContain('join-call');
    await scene.as('mara', 'POST', '/call/default/a/user_permissions', {
      user_id: 'theo',
      revoke_permissions: ['send-audio'],
    });
    const { user, own_capabilities: own } = await mara.next('call.permissions_updated');
    expect([user.id, own.includes('send-audio'), own.includes('send-video')]).toEqual(['theo', false, true]);
  });
});
