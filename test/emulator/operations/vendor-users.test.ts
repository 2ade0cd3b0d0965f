import { describe, expect, it } from 'vitest';
import { Scene } from '../support/emulator.js';

// What the vendors' own suites expect of users; each test is named after its row of the wire reference.
const scene = new Scene();

const upsert = (...users: ({ id: string } & Record<string, unknown>)[]) =>
  scene.asServer('POST', '/users', { users: Object.fromEntries(users.map((user) => [user.id, user])) });

const query = async (payload: object) => {
  const { status, body } = await scene.asServer('GET', '/users', undefined, {
    payload: JSON.stringify(payload),
  });
  return status >= 400
    ? `${status} / ${body.code}`
    : body.users.map(({ id }: { id: string }) => id).join(' ');
};

describe('QueryUsers', () => {
  const byName = [{ field: 'name', direction: 1 }];

  it('honours sort, offset and limit', async () => {
    await upsert({ id: 'a', name: 'Zoe' }, { id: 'b', name: 'Ann' }, { id: 'c', name: 'Mia' }, { id: 'd' });
    expect(await query({ filter_conditions: {}, sort: byName })).toBe('b c a d');
    expect(await query({ filter_conditions: {}, sort: [{ field: 'name', direction: -1 }] })).toBe('a c b d');
    expect(await query({ filter_conditions: {}, sort: byName, offset: 1, limit: 2 })).toBe('c a');
    expect(await query({ filter_conditions: {}, sort: byName, offset: 9 })).toBe('');
    expect(await query({ filter_conditions: {}, limit: 101 })).toBe('400 / 4');
    expect(await query({ filter_conditions: {}, offset: -1 })).toBe('400 / 4');
    expect(await query({ filter_conditions: {}, sort: [{ field: 'name', direction: 2 }] })).toBe('400 / 4');
  });

  it('sorts by a custom field and by two fields', async () => {
    await upsert(
      { id: 'a', role: 'admin', custom: { rank: 2 } },
      { id: 'b', role: 'user', custom: { rank: 1 } },
      { id: 'c', role: 'admin', custom: { rank: 1 } },
    );
    const sort = [{ field: 'rank' }, { field: 'role', direction: 1 }];
    expect(await query({ filter_conditions: {}, sort })).toBe('c b a');
  });

  it.each<[string, object, string]>([
    ['teams $in', { teams: { $in: ['blue', 'green'] } }, 'a b'],
    ['teams $contains', { teams: { $contains: 'red' } }, 'a'],
    ['teams null', { teams: null }, 'c'],
    ['teams $eq', { teams: { $eq: ['blue'] } }, 'b'],
    ['teams $exists', { teams: { $exists: false } }, 'c'],
    ['a custom field', { color: 'red' }, 'a c'],
    ['a custom field by its path', { 'custom.color': { $in: ['blue'] } }, 'b'],
    ['a nested custom field', { 'seat.row': { $gte: 2 } }, 'c'],
    ['$and of both', { $and: [{ color: 'red' }, { teams: { $in: ['red'] } }] }, 'a'],
    ['$autocomplete on the name', { name: { $autocomplete: 'an' } }, 'a'],
    ['id $in', { id: { $in: ['a', 'c', 'x'] } }, 'a c'],
  ])('filters on %s', async (_what, conditions, expected) => {
    await upsert(
      { id: 'a', name: 'Ann', teams: ['red', 'blue'], custom: { color: 'red', seat: { row: 1 } } },
      { id: 'b', name: 'Bob', teams: ['blue'], custom: { color: 'blue' } },
      { id: 'c', custom: { color: 'red', seat: { row: 2 } } },
    );
    expect(await query({ filter_conditions: conditions, sort: [{ field: 'id' }] })).toBe(expected);
  });

  it('deactivated users come only with include_deactivated_users, deleted ones never', async () => {
    await scene.know('a', 'b', 'c');
    await scene.asServer('POST', '/users/deactivate', { user_ids: ['b'] });
    await scene.asServer('POST', '/users/delete', { user_ids: ['c'] });
    const all = { filter_conditions: {}, sort: [{ field: 'id' }] };
    expect(await query(all)).toBe('a');
    expect(await query({ ...all, include_deactivated_users: true })).toBe('a b');
  });
});

describe('user fields', () => {
  const FIELDS = {
    teams: ['red', 'blue'],
    teams_role: { red: 'admin' },
    privacy_settings: { typing_indicators: { enabled: false } },
    name: 'Mara',
    image: 'https://example.com/mara.png',
    language: 'de',
    custom: { color: 'red' },
    role: 'admin',
    invisible: true,
  };

  it('are kept and returned on /api/v2', async () => {
    const { body } = await upsert({ id: 'mara', ...FIELDS });
    expect(body.users.mara).toMatchObject(FIELDS);
    const { users } = (await scene.asServer('GET', '/users', undefined, { payload: '{}' })).body;
    expect(users[0]).toMatchObject(FIELDS);
  });

  it.each<[string, unknown]>([
    ['teams', []],
    ['teams_role', undefined],
    ['privacy_settings', undefined],
    ['name', undefined],
    ['image', undefined],
    ['language', 'en'],
    ['role', 'user'],
    ['invisible', false],
    ['color', undefined],
    ['custom.color', undefined],
  ])('unset works for %s', async (name, expected) => {
    await upsert({ id: 'mara', ...FIELDS });
    const { body } = await scene.asServer('PATCH', '/users', { users: [{ id: 'mara', unset: [name] }] });
    const { mara } = body.users;
    expect(name.endsWith('color') ? mara.custom.color : mara[name]).toEqual(expected);
    const others = Object.keys(FIELDS).filter((field) => field !== name && !name.endsWith('color'));
    for (const other of others) expect(mara[other]).toEqual(FIELDS[other as keyof typeof FIELDS]);
  });

  it('set works for each, and refuses what a field does not take', async () => {
    await scene.know('mara');
    const set = { ...FIELDS, 'new-field': 'value' };
    const { body } = await scene.asServer('PATCH', '/users', { users: [{ id: 'mara', set }] });
    expect(body.users.mara).toMatchObject({ ...FIELDS, custom: { color: 'red', 'new-field': 'value' } });
    const bad = { users: [{ id: 'mara', set: { teams: 'red' } }] };
    expect((await scene.asServer('PATCH', '/users', bad)).body.code).toBe(4);
  });

  it('a client changes its own profile, and neither role nor teams', async () => {
    const token = await scene.emulator.userToken('mara');
    const users = { mara: { id: 'mara', ...FIELDS } };
    const { body } = await scene.send('POST', '/api/v2/users', { token, body: { users } });
    expect(body.users.mara).toMatchObject({ name: 'Mara', role: 'user', teams: [] });
  });

  it('restoring a user who is not deleted is 400 / 4', async () => {
    await scene.know('mara');
    const restore = () => scene.asServer('POST', '/users/restore', { user_ids: ['mara'] });
    const { status, body } = await restore();
    expect([status, body.code, body.message]).toEqual([
      400,
      4,
      'RestoreUsers failed with error: "user "mara" is not deleted, it can\'t be restored"',
    ]);
    await scene.asServer('POST', '/users/delete', { user_ids: ['mara'] });
    expect((await restore()).status).toBe(201);
  });

  it('deactivation is told to the user’s sockets', async () => {
    const mara = await scene.connect('mara');
    await scene.asServer('POST', '/users/mara/deactivate');
    expect((await mara.next('user.deactivated')).user.id).toBe('mara');
    await scene.asServer('POST', '/users/mara/reactivate');
    await mara.next('user.reactivated');
  });
});

describe('block list of a user', () => {
  it('POST /users/block, GET /users/block, POST /users/unblock by a server', async () => {
    await scene.know('alice', 'bob');
    const block = { user_id: 'alice', blocked_user_id: 'bob' };
    const blocked = await scene.asServer('POST', '/users/block', block);
    expect(blocked.body).toMatchObject({ blocked_by_user_id: 'alice', blocked_user_id: 'bob' });
    const list = () => scene.asServer('GET', '/users/block', undefined, { user_id: 'alice' });
    expect((await list()).body.blocks).toMatchObject([{ user_id: 'alice', blocked_user_id: 'bob' }]);
    const { users } = (await scene.asServer('GET', '/users', undefined, { payload: '{}' })).body;
    expect(users.find(({ id }: { id: string }) => id === 'alice').blocked_user_ids).toEqual(['bob']);
    expect((await scene.asServer('POST', '/users/unblock', block)).status).toBe(201);
    expect((await list()).body.blocks).toEqual([]);
  });

  it('a client blocks for itself; itself and unknown users can not be blocked', async () => {
    await scene.know('bob');
    const token = await scene.emulator.userToken('alice');
    const block = (id: string) =>
      scene.send('POST', '/api/v2/users/block', { token, body: { blocked_user_id: id } });
    expect((await block('bob')).body.blocked_by_user_id).toBe('alice');
    expect((await block('alice')).body.code).toBe(4);
    expect((await block('ghost')).body.code).toBe(16);
    const { body } = await scene.send('GET', '/api/v2/users/block', { token });
    expect(body.blocks).toHaveLength(1);
  });
});
