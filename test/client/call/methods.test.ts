import type { Call } from 'stream-video-auth';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { answer, refusal } from '../../support/fake-coordinator.js';
import { useVirtualTime } from '../../support/virtual.js';
import { bodyOf, envelope, joined, type World, world } from './support.js';

let at: World;
let call: Call;

beforeEach(() => {
  useVirtualTime();
  at = world();
  at.coordinator.respond = () => answer(joined(), 201);
  call = at.client.call('default', '1');
});

afterEach(() => at.client.disconnect());

type Options = { signal?: AbortSignal };

/** Each method with what it sends: method, path below the call, query or body. */
const METHODS: [string, (call: Call, options: Options) => Promise<unknown>, string, string, object?][] = [
  ['get', (it, { signal }) => it.get({ membersLimit: 7, signal }), 'GET', '', { members_limit: '7' }],
  [
    'getOrCreate',
    (it, o) => it.getOrCreate({ custom: { a: 1 } }, { video: true, ...o }),
    'POST',
    '',
    { data: { custom: { a: 1 } }, video: true },
  ],
  ['update', (it, o) => it.update({ custom: { a: 2 } }, o), 'PATCH', '', { custom: { a: 2 } }],
  [
    'join',
    (it, o) => it.join({ location: 'FRA', create: true, video: false, ...o }),
    'POST',
    '/join',
    { location: 'FRA', create: true, video: false },
  ],
  [
    'ring',
    (it, o) => it.ring({ memberIds: ['mara'], video: true, ...o }),
    'POST',
    '/ring',
    { members_ids: ['mara'], video: true },
  ],
  ['notify', (it, o) => it.notify(o), 'GET', '', { notify: 'true' }],
  ['accept', (it, o) => it.accept(o), 'POST', '/accept'],
  ['reject', (it, o) => it.reject('busy', o), 'POST', '/reject', { reason: 'busy' }],
  ['end', (it, o) => it.end(o), 'POST', '/mark_ended'],
  ['goLive', (it, o) => it.goLive({ start_hls: true }, o), 'POST', '/go_live', { start_hls: true }],
  ['stopLive', (it, o) => it.stopLive(undefined, o), 'POST', '/stop_live'],
  [
    'sendCustomEvent',
    (it, o) => it.sendCustomEvent({ type: 'wave' }, o),
    'POST',
    '/event',
    { custom: { type: 'wave' } },
  ],
  [
    'addMembers',
    (it, o) => it.addMembers([{ user_id: 'mara', role: 'host' }], o),
    'POST',
    '/members',
    { update_members: [{ user_id: 'mara', role: 'host' }] },
  ],
  [
    'removeMembers',
    (it, o) => it.removeMembers(['mara'], o),
    'POST',
    '/members',
    { remove_members: ['mara'] },
  ],
  [
    'requestPermissions',
    (it, o) => it.requestPermissions(['send-audio'], o),
    'POST',
    '/request_permission',
    { permissions: ['send-audio'] },
  ],
  [
    'grantPermissions',
    (it, o) => it.grantPermissions('mara', ['screenshare'], o),
    'POST',
    '/user_permissions',
    { user_id: 'mara', grant_permissions: ['screenshare'] },
  ],
  [
    'revokePermissions',
    (it, o) => it.revokePermissions('mara', ['screenshare'], o),
    'POST',
    '/user_permissions',
    { user_id: 'mara', revoke_permissions: ['screenshare'] },
  ],
];

describe.each(METHODS)('%s()', (_name, send, method, path, content) => {
  test('sends one request to its endpoint', async () => {
    await send(call, {});
    expect(at.coordinator.requests).toHaveLength(1);
    const [request] = at.to(`/call/default/1${path}`, method);
    const { api_key: _key, user_id: _user, ...query } = Object.fromEntries(request?.url.searchParams ?? []);
    if (method === 'GET') expect(query).toEqual(content);
    else expect([query, bodyOf(request)]).toEqual([{}, content ?? null]);
  });

  test('resolves with the answer of the coordinator', async () => {
    expect(await send(call, {})).toMatchObject({ duration: '1ms' });
  });

  test('rejects with the error of the coordinator', async () => {
    at.coordinator.respond = () => refusal(16, 404);
    await expect(send(call, {})).rejects.toMatchObject({ code: 'api_error', apiCode: 16 });
  });

  test("tells an answer without a body as one that is not the coordinator's, and changes nothing", async () => {
    const before = call.state;
    at.coordinator.respond = () => new Response(null, { status: 204 });
    await expect(send(call, {})).rejects.toMatchObject({ code: 'api_error', status: 204 });
    expect(call.state).toBe(before);
  });

  test.each([
    { call: 'x' },
    { call: [] },
    { call: 7 },
    { members: 'x' },
    { members: {} },
    { members: [null] },
  ])(
    "tells an answer of another form (%j) as one that is not the coordinator's, and changes nothing",
    async (data) => {
      const before = call.state;
      at.coordinator.respond = () => answer(data);
      await expect(send(call, {})).rejects.toMatchObject({ code: 'api_error', status: 200 });
      expect(call.state).toBe(before);
    },
  );

  test('rejects with the reason of its signal', async () => {
    at.coordinator.respond = () => new Promise(() => {});
    const controller = new AbortController();
    const sent = send(call, { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(sent).rejects.toThrow('enough');
  });
});

describe('a call', () => {
  test('has its ids encoded as one path segment each', async () => {
    await at.client.call('default', 'a/b?c').get();
    expect(at.coordinator.requests[0]?.url.pathname).toBe('/video/call/default/a%2Fb%3Fc');
  });

  test.each(['', undefined, 7])('is not named by %j', (id) => {
    expect(() => at.client.call('default', id as string)).toThrow(
      expect.objectContaining({ code: 'invalid_option' }),
    );
  });

  test('names itself, so that Vue leaves it raw, and cannot be written to', () => {
    expect(Object.prototype.toString.call(call)).toBe('[object StreamVideoCall]');
    expect(Object.isFrozen(call)).toBe(true);
    expect([call.type, call.id, call.cid]).toEqual(['default', '1', 'default:1']);
  });

  test('can what the coordinator said that it can', async () => {
    expect(call.can('join-call')).toBe(false);
    at.coordinator.respond = () => answer(envelope({ own_capabilities: ['send-audio'] }));
    await call.get();
    expect([call.can('send-audio'), call.can('send-video')]).toEqual([true, false]);
  });

  test('members that were removed are members no more', async () => {
    at.coordinator.respond = () => answer(envelope({ members: [{ user_id: 'mara' }, { user_id: 'theo' }] }));
    await call.get();
    at.coordinator.respond = () => answer({ members: [], duration: '1ms' });
    await call.removeMembers(['mara']);
    expect(call.state.members.map(({ user_id }) => user_id)).toEqual(['theo']);
  });

  // case 246: the official client's shape, from JavaScript
  test.each([
    { ring: true, data: { members: [{ user_id: 'mara' }] } },
    { notify: true },
    { members_limit: 3 },
    { data: {} },
    { watch: true },
  ])('is not created from %j, which belongs elsewhere', async (wrong) => {
    await expect(call.getOrCreate(wrong as never)).rejects.toMatchObject({
      code: 'invalid_option',
      remediation: expect.stringContaining('getOrCreate({ members }, { ring: true })'),
    });
    expect(at.coordinator.requests).toHaveLength(0);
  });

  // case 222: an option that nobody reads would be taken for granted
  test.each<[string, (it: Call) => Promise<unknown>, string]>([
    ['get', (it) => it.get({ members_limit: 3 } as never), 'membersLimit'],
    ['getOrCreate', (it) => it.getOrCreate({}, { rings: true } as never), 'ring'],
    ['join', (it) => it.join({ crate: true } as never), 'create'],
    ['ring', (it) => it.ring({ member_ids: ['mara'] } as never), 'memberIds'],
    ['queryMembers', (it) => it.queryMembers({ filter_conditions: {} } as never), 'filter'],
    ['queryCalls', () => at.client.queryCalls({ filter_conditions: {} } as never), 'filter'],
  ])(
    '%s() refuses an option that it does not know, and names the one that was meant',
    async (_name, send, meant) => {
      await expect(send(call)).rejects.toMatchObject({
        code: 'invalid_option',
        remediation: `Write ${meant}.`,
      });
      expect(at.coordinator.requests).toHaveLength(0);
    },
  );

  test('takes undefined for an option that is not given', async () => {
    await call.get({ watch: undefined, membersLimit: undefined, signal: undefined });
    expect(at.coordinator.requests).toHaveLength(1);
  });

  test('that is to be watched without any connection is not asked for', async () => {
    await expect(call.get({ watch: true })).rejects.toMatchObject({ code: 'not_connected' });
    expect(at.coordinator.requests).toHaveLength(0);
  });

  test('that is not to be watched never waits for a connection', async () => {
    void at.client.connect().catch(() => {});
    await call.get();
    await call.join();
    for (const { url } of at.coordinator.requests) expect(url.searchParams.has('connection_id')).toBe(false);
  });
});
