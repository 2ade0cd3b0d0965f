import type { StreamVideo } from 'stream-video-auth';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { answer, refusal } from '../../support/fake-coordinator.js';
import { settle, useVirtualTime } from '../../support/virtual.js';
import { bodyOf, envelope, later, member, type World, world } from './support.js';

let world_: World;
let client: StreamVideo;

beforeEach(() => {
  useVirtualTime();
  world_ = world();
  client = world_.client;
});

afterEach(() => client.disconnect());

/** Three pages of two; what is found is numbered. */
function pages(name: string, found: (number: number) => object): void {
  world_.coordinator.respond = (request) => {
    const page = Number(bodyOf(request).next ?? 0);
    const next = page < 2 ? { next: String(page + 1) } : {};
    return answer({ [name]: [found(page * 2), found(page * 2 + 1)], ...next, duration: '1ms' }, 201);
  };
}

const callNumber = (number: number) => envelope({ call: { id: `c${number}`, cid: `default:c${number}` } });
const memberNumber = (number: number) => member(`m${number}`);

/** Both queries, which page in the same way. */
const QUERIES: [string, string, (number: number) => object, (options: object) => AsyncGenerator<unknown>][] =
  [
    ['calls', '/calls', callNumber, (options) => client.queryCalls.all(options)],
    [
      'members',
      '/call/members',
      memberNumber,
      (options) => client.call('default', '1').queryMembers.all(options),
    ],
  ];

describe.each(QUERIES)('all %s', (name, path, found, all) => {
  beforeEach(() => pages(name, found));

  const nameOf = (item: unknown) => {
    const { id, user_id } = item as { id?: string; user_id?: string };
    return id ?? user_id;
  };

  test('are found page by page', async () => {
    const names: unknown[] = [];
    for await (const item of all({ limit: 2 })) names.push(nameOf(item));
    expect(names).toEqual(Array.from({ length: 6 }, (_, number) => `${name[0]}${number}`));
    expect(world_.to(path).map((request) => bodyOf(request).next)).toEqual([undefined, '1', '2']);
  });

  test('are asked for only as far as they are wanted', async () => {
    for await (const _ of all({})) break;
    expect(world_.to(path)).toHaveLength(1);
  });

  test('are found no more once the signal aborts', async () => {
    const controller = new AbortController();
    const seen: unknown[] = [];
    const going = (async () => {
      for await (const item of all({ signal: controller.signal })) {
        seen.push(item);
        controller.abort(new Error('enough'));
      }
    })();
    await expect(going).rejects.toThrow('enough');
    expect([seen.length, world_.to(path).length]).toEqual([1, 1]);
  });

  test('reject with the error of the page that failed', async () => {
    world_.coordinator.respond = () => refusal(4, 400);
    await expect(all({}).next()).rejects.toMatchObject({ apiCode: 4 });
  });

  test('before a page begin there, and say so once', async () => {
    for await (const _ of all({ prev: 'p' }));
    expect(world_.to(path).map((request) => [bodyOf(request).prev, bodyOf(request).next])).toEqual([
      ['p', undefined],
      [undefined, '1'],
      [undefined, '2'],
    ]);
  });

  test('are none where the coordinator says null', async () => {
    world_.coordinator.respond = () => answer({ [name]: null, duration: '1ms' });
    expect(await all({}).next()).toEqual({ done: true, value: undefined });
  });

  test('end where a cursor leads to itself', async () => {
    world_.coordinator.respond = () => answer({ [name]: [found(0)], next: 'same', duration: '1ms' });
    let count = 0;
    for await (const _ of all({})) count += 1;
    expect(count).toBe(2);
  });

  test('end where cursors lead back to an earlier page', async () => {
    const nexts = ['A', 'B', 'A', 'B'];
    world_.coordinator.respond = () => answer({ [name]: [found(0)], next: nexts.shift(), duration: '1ms' });
    for await (const _ of all({}));
    expect(world_.to(path).map((request) => bodyOf(request).next)).toEqual([undefined, 'A', 'B']);
  });

  test.each([[], {}, 7, true, '', null])('end where the next cursor is %j, which is none', async (next) => {
    world_.coordinator.respond = () => answer({ [name]: [found(0)], next, duration: '1ms' });
    for await (const _ of all({}));
    expect(world_.to(path)).toHaveLength(1);
  });

  test.each([{ [name]: 'x' }, { [name]: {} }, { [name]: [null] }, { [name]: [7] }, []])(
    "of another form (%j) are told as an answer that is not the coordinator's",
    async (data) => {
      world_.coordinator.respond = () => answer(data);
      await expect(all({}).next()).rejects.toMatchObject({ code: 'api_error', status: 200 });
    },
  );

  test("without a body are told as an answer that is not the coordinator's", async () => {
    world_.coordinator.respond = () => new Response(null, { status: 204 });
    await expect(all({}).next()).rejects.toMatchObject({ code: 'api_error', status: 204 });
  });
});

test.each([{}, { call: null }, { call: 'x' }, { call: { type: 'default' } }, { call: { type: 7, id: '1' } }])(
  "a page with a call that has no name (%j) is not the coordinator's",
  async (one) => {
    world_.coordinator.respond = () => answer({ calls: [callNumber(0), one], duration: '1ms' });
    await expect(client.queryCalls()).rejects.toMatchObject({ code: 'api_error', status: 200 });
    expect(client.call('default', 'c0').state.call).toBeUndefined();
  },
);

test('a page whose cursors are no strings has none', async () => {
  world_.coordinator.respond = () => answer({ calls: [callNumber(0)], next: [], prev: {}, duration: '1ms' });
  expect(Object.keys(await client.queryCalls())).toEqual(['calls']);
});

test('a page of calls has the same objects as call(), with what was answered', async () => {
  pages('calls', callNumber);
  const { calls, next, prev } = await client.queryCalls({
    filter: { type: 'default' },
    sort: [{ field: 'starts_at', direction: -1 }],
    limit: 2,
    prev: 'p',
  });
  expect(bodyOf(world_.to('/calls')[0])).toEqual({
    filter_conditions: { type: 'default' },
    sort: [{ field: 'starts_at', direction: -1 }],
    limit: 2,
    prev: 'p',
  });
  expect([next, prev]).toEqual(['1', undefined]);
  expect(calls[0]).toBe(client.call('default', 'c0'));
  expect(calls[0]?.state).toMatchObject({ call: { cid: 'default:c0' }, watched: false });
});

test('calls are watched with a connection only', async () => {
  await expect(client.queryCalls({ watch: true })).rejects.toMatchObject({ code: 'not_connected' });
});

test('a call that was left while calls were asked for is not watched', async () => {
  await world_.connect();
  const { respond, give } = later();
  world_.coordinator.respond = respond;
  const [left, stays] = ['c0', 'c1'].map((id) => client.call('default', id));
  const asking = client.queryCalls({ watch: true });
  await settle();
  await left?.leave();
  await give({ calls: [callNumber(0), callNumber(1)], duration: '1ms' });
  await asking;
  expect([left?.state.watched, stays?.state.watched]).toEqual([false, true]);
});

test('a page of members is the answer itself, and leaves the state as it is', async () => {
  pages('members', memberNumber);
  const call = client.call('default', '1');
  const { members, next } = await call.queryMembers({ filter: { role: 'host' }, limit: 2 });
  expect([members.length, next, call.state.members]).toEqual([2, '1', []]);
  expect(bodyOf(world_.to('/call/members')[0])).toEqual({
    type: 'default',
    id: '1',
    filter_conditions: { role: 'host' },
    limit: 2,
  });
});
