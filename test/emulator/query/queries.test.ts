import { beforeEach, describe, expect, it } from 'vitest';
import { Scene } from '../support/emulator.js';

const scene = new Scene();

const DAY_MS = 86_400_000;
const START = Date.parse('2026-03-02T10:00:00Z');

beforeEach(async () => {
  await scene.know('even', 'odd', 'm1', 'm2', 'm3');
  for (const [index, name] of ['a', 'b', 'c', 'd', 'e'].entries()) {
    scene.emulator.faults.freezeClock(START + index * 1000);
    await scene.as(index < 3 ? 'mara' : 'theo', 'POST', `/call/default/${name}`, {
      data: {
        members: [{ user_id: index % 2 === 0 ? 'even' : 'odd', role: 'host', custom: { seat: index } }],
        custom: { index, topic: `topic ${name}`, tags: [name, 'all'], nested: { deep: name } },
        ...(index < 4 ? { starts_at: new Date(START + ((index * 2) % 3) * DAY_MS).toISOString() } : {}),
      },
    });
  }
  await scene.as('mara', 'POST', '/call/default/b/mark_ended');
  await scene.as('mara', 'POST', '/call/default/c/join', { location: 'FRA' });
});

async function ids(
  filter: unknown,
  more: object = {},
  prefix: 'video' | 'server' = 'video',
): Promise<string[]> {
  const body = { filter_conditions: filter, sort: [{ field: 'id', direction: 1 }], ...more };
  const answer =
    prefix === 'video'
      ? await scene.as('mara', 'POST', '/calls', body)
      : await scene.asServer('POST', '/video/calls', body);
  if (answer.status >= 400) return [`${answer.status} / ${answer.body.code}`];
  return answer.body.calls.map(({ call }: { call: { id: string } }) => call.id);
}

describe('filters on calls', () => {
  it.each<[string, object, string]>([
    ['nothing', {}, 'abcde'],
    ['a plain value', { id: 'a' }, 'a'],
    ['$eq', { cid: { $eq: 'default:b' } }, 'b'],
    ['$in', { id: { $in: ['a', 'e', 'x'] } }, 'ae'],
    ['$gt on text', { id: { $gt: 'c' } }, 'de'],
    ['$lte on text', { id: { $lte: 'b' } }, 'ab'],
    ['a range of times', { created_at: { $gte: '2026-03-02T10:00:01Z', $lt: '2026-03-02T10:00:03Z' } }, 'bc'],
    ['a time with an offset', { created_at: { $eq: '2026-03-02T12:00:00+02:00' } }, 'a'],
    ['a time in nanoseconds', { created_at: { $gt: (START + 3000) * 1e6 } }, 'e'],
    ['$exists true', { ended_at: { $exists: true } }, 'b'],
    ['$exists false', { starts_at: { $exists: false } }, 'e'],
    ['ongoing', { ongoing: true }, 'c'],
    ['backstage', { backstage: { $eq: false } }, 'abcde'],
    ['the creator', { created_by_user_id: 'theo' }, 'de'],
    ['members', { members: { $in: ['odd', 'nobody'] } }, 'bd'],
    ['a custom number', { 'custom.index': { $gte: 3 } }, 'de'],
    ['a nested custom field', { 'custom.nested.deep': 'b' }, 'b'],
    ['$contains', { 'custom.tags': { $contains: 'c' } }, 'c'],
    ['$autocomplete', { 'custom.topic': { $autocomplete: 'top' } }, 'abcde'],
    ['$q', { 'custom.topic': { $q: 'D' } }, 'd'],
    ['two fields', { created_by_user_id: 'mara', members: { $in: ['even'] } }, 'ac'],
    ['$or', { $or: [{ id: 'a' }, { id: 'd' }] }, 'ad'],
    ['$and', { $and: [{ id: { $gt: 'a' } }, { id: { $lt: 'd' } }] }, 'bc'],
    ['a field that inherits', { 'custom.constructor': { $exists: true } }, ''],
  ])('%s', async (_what, filter, expected) => {
    expect((await ids(filter)).join('')).toBe(expected);
  });

  it.each<[string, object]>([
    ['an unknown field', { colour: 'red' }],
    ['__proto__', JSON.parse('{"__proto__": 1}')],
    ['an operator that flags lack', { ongoing: { $in: [true] } }],
    ['an operator that members lack', { members: { $eq: 'even' } }],
    ['an unknown operator', { id: { $ne: 'a' } }],
    ['a time that is none', { created_at: { $gt: 'yesterday' } }],
    ['an empty $or', { $or: [] }],
    ['$in with no list', { id: { $in: 'a' } }],
  ])('%s is 400 / 4', async (_what, filter) => {
    expect(await ids(filter)).toEqual(['400 / 4']);
  });
});

describe('sorting and pages', () => {
  it('newest first by default', async () => {
    expect(await ids({}, { sort: undefined })).toEqual(['e', 'd', 'c', 'b', 'a']);
  });

  it('two fields in the allowed order, what has none last', async () => {
    const sort = [
      { field: 'starts_at', direction: -1 },
      { field: 'created_at', direction: 1 },
    ];
    expect(await ids({}, { sort })).toEqual(['b', 'c', 'a', 'd', 'e']);
  });

  it.each([
    ['a field that is not sortable', [{ field: 'custom.index', direction: 1 }]],
    ['a pair that is not allowed', [{ field: 'id' }, { field: 'type' }]],
    ['a direction of 2', [{ field: 'id', direction: 2 }]],
    ['three fields', [{ field: 'id' }, { field: 'type' }, { field: 'cid' }]],
  ])('%s is 400 / 4', async (_what, sort) => {
    expect(await ids({}, { sort })).toEqual(['400 / 4']);
  });

  it('pages forth and back, and a cursor stays good while calls come and go', async () => {
    const query = (more: object) =>
      scene.as('mara', 'POST', '/calls', { sort: [{ field: 'id', direction: 1 }], limit: 2, ...more });
    const idsOf = ({ body }: Awaited<ReturnType<typeof query>>) =>
      body.calls.map(({ call }: { call: { id: string } }) => call.id);
    const first = await query({});
    expect([idsOf(first), first.body.prev]).toEqual([['a', 'b'], undefined]);
    await scene.as('mara', 'POST', '/call/default/bb');
    await scene.as('mara', 'POST', '/call/default/a/delete');
    const second = await query({ next: first.body.next });
    expect(idsOf(second)).toEqual(['bb', 'c']);
    const third = await query({ next: second.body.next });
    expect([idsOf(third), third.body.next]).toEqual([['d', 'e'], undefined]);
    expect(idsOf(await query({ prev: third.body.prev }))).toEqual(['bb', 'c']);
  });

  it('a cursor of another query, and both cursors at once, are 400 / 4', async () => {
    expect(await ids({}, { next: 'nonsense' })).toEqual(['400 / 4']);
    expect(await ids({}, { next: '%5B%22a%22%5D' })).toEqual(['400 / 4']);
    expect(await ids({}, { next: 'x', prev: 'y' })).toEqual(['400 / 4']);
  });

  it('limit 0 gives none, 101 is refused', async () => {
    expect(await ids({}, { limit: 0 })).toEqual([]);
    expect(await ids({}, { limit: 101 })).toEqual(['400 / 4']);
  });

  it('anonymous callers see what they may read', async () => {
    await scene.as('mara', 'POST', '/call/livestream/open');
    const { body } = await scene.send('POST', '/video/calls', { authType: 'anonymous', body: {} });
    expect(body.calls.map(({ call }: { call: { cid: string } }) => call.cid)).toEqual(['livestream:open']);
  });

  it('servers see all, with times in nanoseconds', async () => {
    expect(await ids({}, {}, 'server')).toEqual(['a', 'b', 'c', 'd', 'e']);
  });
});

describe('members', () => {
  beforeEach(async () => {
    await scene.as('mara', 'POST', '/call/default/a/members', {
      update_members: ['m1', 'm2', 'm3'].map((id, index) => ({
        user_id: id,
        role: 'user',
        custom: { seat: 10 + index },
      })),
    });
  });

  const query = async (more: object) => {
    const { status, body } = await scene.as('mara', 'POST', '/call/members', {
      type: 'default',
      id: 'a',
      ...more,
    });
    return status >= 400 ? [body.code] : body.members.map(({ user_id: id }: { user_id: string }) => id);
  };

  it('are filtered and sorted', async () => {
    expect(await query({ sort: [{ field: 'user_id', direction: -1 }] })).toEqual(['m3', 'm2', 'm1', 'even']);
    expect(await query({ filter_conditions: { role: 'host' } })).toEqual(['even']);
    expect(await query({ filter_conditions: { 'custom.seat': { $gt: 10 } } })).toEqual(['m3', 'm2']);
    expect(await query({ filter_conditions: { name: 'x' } })).toEqual([4]);
  });

  it('are cut to members_limit in a call', async () => {
    const { body } = await scene.as('mara', 'GET', '/call/default/a', undefined, { members_limit: '2' });
    expect(body.members).toHaveLength(2);
    expect(
      (await scene.as('mara', 'GET', '/call/default/a', undefined, { members_limit: '101' })).body.code,
    ).toBe(4);
  });
});
