import type { Call, StreamVideo } from 'stream-video-auth';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { answer, refusal, type SeenRequest } from '../../support/fake-coordinator.js';
import { advance, settle, useVirtualTime } from '../../support/virtual.js';
import {
  at,
  callData,
  envelope,
  joined,
  later,
  member,
  session,
  user,
  type World,
  world,
} from './support.js';

let world_: World;
let client: StreamVideo;
let call: Call;
/** What `ring_state` answers; the test may change it. */
let state: Record<string, unknown>;
let told: string[];

const MEMBERS = [member('martin'), member('mara'), member('theo')];
const reads = () => world_.to('/call/default/1/ring_state');
const isRead = ({ url }: SeenRequest) => url.pathname.endsWith('/ring_state');

const ringCall = (ring: object = {}, members = MEMBERS) =>
  joined({ call: { session: session('s1'), settings: { ring } }, members });

function begin(answerOf: () => object = () => ringCall()): void {
  world_ = world();
  client = world_.client;
  state = { session_id: 's1', accepted_by: {}, rejected_by: {}, missed_by: {}, created_by_user_id: 'martin' };
  world_.coordinator.respond = (request) => answer(isRead(request) ? state : answerOf(), 201);
  call = client.call('default', '1');
  told = [];
  client.on('call.ring_ended', ({ outcome, user_id }) =>
    told.push(user_id ? `${outcome} ${user_id}` : outcome),
  );
}

const event = (type: string, seconds: number, fields: object = {}) =>
  world_.hear({
    type,
    call_cid: 'default:1',
    created_at: at(seconds),
    session_id: 's1',
    call: callData({ session: session('s1') }),
    ...fields,
  });

beforeEach(() => {
  useVirtualTime();
  begin();
});

afterEach(() => client.disconnect());

/** Every way for a caller to make a call ring. */
const WAYS: [string, (it: Call) => Promise<unknown>][] = [
  ['getOrCreate', (it) => it.getOrCreate({}, { ring: true })],
  ['join', (it) => it.join({ ring: true })],
  ['ring', (it) => it.ring()],
];

describe.each(WAYS)('a caller who rings by %s()', (_way, ring) => {
  test('rings until somebody accepts, which is told once, by event and reading alike', async () => {
    await world_.connect();
    await call.get();
    await ring(call);
    expect(call.state.ringing).toBe(true);
    event('call.accepted', 1, { user: user('mara') });
    event('call.accepted', 1, { user: user('mara') });
    expect([call.state.ringing, told]).toEqual([false, ['accepted mara']]);
    await advance(60_000);
    expect([reads().length, told]).toEqual([0, ['accepted mara']]);
  });

  test('learns by reading what the socket has lost', async () => {
    await call.get();
    await ring(call);
    state.accepted_by = { mara: at(1) };
    await advance(14_999);
    expect(reads()).toHaveLength(0);
    await advance(1);
    expect([reads().length, told, call.state.ringing]).toEqual([1, ['accepted mara'], false]);
    expect(reads()[0]?.url.searchParams.get('call_session_id')).toBe('s1');
    await advance(60_000);
    expect(reads()).toHaveLength(1);
  });
});

describe('a caller', () => {
  beforeEach(async () => {
    await world_.connect();
    await call.getOrCreate({}, { ring: true });
  });

  test('reads every 5 s from 15 s on, until 30 s where the call tells no limit', async () => {
    for (const [passedMs, count] of [
      [15_000, 1],
      [5_000, 2],
      [5_000, 3],
      [5_000, 4],
      [60_000, 4],
    ] as const) {
      await advance(passedMs);
      expect(reads().length).toBe(count);
    }
    expect(call.state.ringing).toBe(false);
  });

  test.each([
    [{ auto_cancel_timeout_ms: 20_000, missed_call_timeout_ms: 60_000 }, 2],
    [{ auto_cancel_timeout_ms: 0, missed_call_timeout_ms: 25_000 }, 3],
    [{ auto_cancel_timeout_ms: 15_000 }, 1],
    [{ auto_cancel_timeout_ms: 5_000 }, 0],
    // What is no number of milliseconds that a timer can keep is no limit.
    [{ auto_cancel_timeout_ms: '20000' }, 2],
    [{ auto_cancel_timeout_ms: 2 ** 31, missed_call_timeout_ms: 20_000 }, 2],
    [{ auto_cancel_timeout_ms: 1e300 }, 4],
    [{ auto_cancel_timeout_ms: {}, missed_call_timeout_ms: [] }, 4],
  ])('reads as long as the call says: %j', async (ring, count) => {
    await client.disconnect();
    begin(() => ringCall(ring));
    await call.getOrCreate({}, { ring: true });
    await advance(120_000);
    expect([reads().length, call.state.ringing]).toEqual([count, false]);
  });

  test('reads later where events come', async () => {
    await advance(10_000);
    event('call.updated', 1);
    await advance(14_999);
    expect(reads()).toHaveLength(0);
    await advance(1);
    expect(reads()).toHaveLength(1);
  });

  test('reads later where an event comes while it reads', async () => {
    const { respond, give } = later();
    world_.coordinator.respond = respond;
    await advance(15_000);
    event('call.updated', 1);
    await give(state);
    await advance(5_000);
    expect(reads()).toHaveLength(1);
    await advance(9_999);
    expect(reads()).toHaveLength(1);
    await advance(1);
    expect(reads()).toHaveLength(2);
  });

  // The call type `default` has a limit of 15 s: there is but this one read.
  test('is told what the last read says, though its answer comes after the limit', async () => {
    await client.disconnect();
    begin(() => ringCall({ auto_cancel_timeout_ms: 15_000 }));
    await call.getOrCreate({}, { ring: true });
    const { respond, give } = later();
    world_.coordinator.respond = respond;
    await advance(15_100);
    expect([call.state.ringing, told]).toEqual([false, []]);
    await give({ ...state, rejected_by: { mara: at(1) } });
    expect(told).toEqual(['rejected mara']);
    await advance(60_000);
    expect(reads()).toHaveLength(1);
  });

  test('who has left is told nothing by a read that was under way', async () => {
    const { respond, give } = later();
    world_.coordinator.respond = respond;
    await advance(15_000);
    void call.leave();
    expect(reads()[0]?.signal?.aborted).toBe(true);
    await give({ ...state, accepted_by: { mara: at(1) } });
    expect(told).toEqual([]);
  });

  test.each([400, 404])('reads no more after %i, and rings on', async (status) => {
    world_.coordinator.respond = () => refusal(16, status);
    await advance(29_000);
    expect([reads().length, call.state.ringing]).toEqual([1, true]);
  });

  test('reads again after any other failure', async () => {
    world_.coordinator.respond = () => refusal(-1, 500);
    await advance(20_000);
    expect(reads().length).toBe(2);
  });

  test.each(['call.accepted', 'call.rejected', 'call.missed'])(
    'rings on after %s that names nobody',
    (type) => {
      event(type, 1);
      event(type, 2, { user: { id: 7 }, members: [{}] });
      expect([call.state.ringing, told]).toEqual([true, []]);
    },
  );

  test('rings on while one is left who can answer', () => {
    event('call.rejected', 1, { user: user('mara') });
    expect([call.state.ringing, told]).toEqual([true, ['rejected mara']]);
    event('call.missed', 2, { user: user('martin'), members: [member('theo')] });
    expect([call.state.ringing, told]).toEqual([false, ['rejected mara', 'missed theo']]);
  });

  test('of some members rings until those have answered', async () => {
    world_.coordinator.respond = () => answer({ members_ids: ['mara'], duration: '1ms' }, 201);
    await call.ring({ memberIds: ['mara'] });
    event('call.rejected', 1, { user: user('mara') });
    expect(call.state.ringing).toBe(false);
  });

  test('who takes the ring back rings no more', async () => {
    await call.reject('cancel');
    expect([call.state.ringing, told]).toEqual([false, []]);
    event('call.rejected', 1, { user: user('martin') });
    expect(told).toEqual(['rejected martin']);
    await advance(60_000);
    expect(reads()).toHaveLength(0);
  });

  test.each([
    ['call.ended', {}],
    ['call.session_ended', {}],
  ])('rings no more after %s', (type, fields) => {
    event(type, 1, fields);
    expect([call.state.ringing, told]).toEqual([false, ['ended']]);
  });

  test.each([['session_ended_at'], ['call_ended_at']])('rings no more where %s is read', async (field) => {
    state[field] = at(1);
    await advance(15_000);
    expect([call.state.ringing, told]).toEqual([false, ['ended']]);
  });

  test('is told no end of a call in which somebody answered', () => {
    event('call.accepted', 1, { user: user('mara') });
    event('call.ended', 2);
    expect(told).toEqual(['accepted mara']);
  });

  test('who leaves reads nothing more, and is told nothing more', async () => {
    await call.leave();
    event('call.accepted', 1, { user: user('mara') });
    await advance(60_000);
    expect([reads().length, told, call.state.ringing]).toEqual([0, [], false]);
  });

  test('whose session ends while a read is under way is told nothing', async () => {
    const { respond } = later();
    world_.coordinator.respond = respond;
    await advance(15_000);
    await client.disconnect();
    await advance(60_000);
    expect([reads().length, reads()[0]?.signal?.aborted, told]).toEqual([1, true, []]);
  });

  test('who rings anew in the same session is told anew, but nothing of the ring before', async () => {
    event('call.rejected', 1, { user: user('mara') });
    event('call.rejected', 1, { user: user('theo') });
    expect(call.state.ringing).toBe(false);
    const before = session('s1', { rejected_by: { mara: at(1), theo: at(1) } });
    world_.coordinator.respond = () => answer(joined({ call: { session: before }, members: MEMBERS }), 201);
    told.length = 0;
    await call.getOrCreate({}, { ring: true });
    expect([call.state.ringing, told]).toEqual([true, []]);
    event('call.rejected', 9, { user: user('mara') });
    expect(told).toEqual(['rejected mara']);
  });

  test('is told of who answered before the request itself was answered', async () => {
    await client.disconnect();
    begin();
    await world_.connect();
    const { respond, give } = later();
    world_.coordinator.respond = respond;
    const ringing = call.getOrCreate({}, { ring: true });
    await settle();
    event('call.accepted', 1, { user: user('mara') });
    await give(ringCall());
    await ringing;
    expect([told, call.state.ringing]).toEqual([['accepted mara'], false]);
  });
});

describe('a callee', () => {
  beforeEach(async () => {
    await world_.connect();
    event('call.ring', 1, { user: user('mara'), members: MEMBERS, video: true });
    call = client.call('default', '1');
  });

  test('rings, also where the app had not asked for the call yet, and reads nothing', async () => {
    expect(call.state).toMatchObject({ ringing: true, joined: false, call: { cid: 'default:1' } });
    await advance(60_000);
    expect([reads().length, call.state.ringing]).toEqual([0, true]);
  });

  test.each([
    ['call.accepted', 'martin', 'accepted martin'],
    ['call.rejected', 'martin', 'rejected martin'],
    ['call.rejected', 'mara', 'rejected mara'],
  ])('rings no more after %s of %s, here or elsewhere', (type, who, expected) => {
    event(type, 2, { user: user(who) });
    expect([call.state.ringing, told]).toEqual([false, [expected]]);
  });

  test.each(['call.accepted', 'call.rejected'])('rings on after %s of another callee', (type) => {
    event(type, 2, { user: user('theo') });
    expect([call.state.ringing, told]).toEqual([true, []]);
  });

  test('rings no more when it has missed the call', () => {
    event('call.missed', 2, { user: user('mara'), members: [member('martin')] });
    expect([call.state.ringing, told]).toEqual([false, ['missed martin']]);
  });

  test('who accepts rings no more at once, and is told once', async () => {
    await call.accept();
    expect([call.state.ringing, told]).toEqual([false, []]);
    event('call.accepted', 2, { user: user('martin') });
    event('call.accepted', 2, { user: user('martin') });
    expect(told).toEqual(['accepted martin']);
  });

  test('who joins has not accepted: that is a request of its own', async () => {
    await call.join();
    expect(world_.to('/call/default/1/accept')).toHaveLength(0);
    expect(call.state).toMatchObject({ joined: true, ringing: true });
    await call.accept();
    expect(call.state).toMatchObject({ joined: true, ringing: false });
  });

  test('does not ring once more because the same event comes twice, or late', () => {
    event('call.rejected', 2, { user: user('martin') });
    event('call.ring', 1, { user: user('mara'), members: MEMBERS, video: true });
    expect(call.state.ringing).toBe(false);
    event('call.ring', 3, { user: user('mara'), members: MEMBERS, video: true });
    expect(call.state.ringing).toBe(true);
  });

  test('that heard of the answer before the ring does not ring', () => {
    event('call.rejected', 9, { user: user('martin') });
    event('call.ring', 8, { user: user('mara'), members: MEMBERS, video: true });
    expect(call.state.ringing).toBe(false);
  });

  test('reads the call again after a reconnect, once', async () => {
    const rejected = session('s1', { rejected_by: { mara: at(2) } });
    world_.coordinator.respond = () => answer(envelope({ call: { session: rejected } }));
    await world_.drop();
    await advance(300);
    await world_.shake('c2');
    expect(world_.to('/call/default/1', 'GET')).toHaveLength(1);
    expect([call.state.ringing, told]).toEqual([false, ['rejected mara']]);
  });
});

test('a ring that names no caller rings nobody', async () => {
  await world_.connect();
  event('call.ring', 1, { members: MEMBERS, video: true });
  expect(client.call('default', '1').state.ringing).toBe(false);
});

test('a user is not rung by the own ring of another device', async () => {
  await world_.connect();
  event('call.ring', 1, { user: user('martin'), members: MEMBERS, video: true });
  expect(client.call('default', '1').state.ringing).toBe(false);
});

test('the app hears of the event first, and sees the state that follows from it', async () => {
  await world_.connect();
  await call.getOrCreate({}, { ring: true });
  const heard: unknown[] = [];
  client.on('call.ring_ended', ({ type }) => heard.push(type));
  client.on('call.accepted', ({ type }) => heard.push(type, call.state.ringing));
  event('call.accepted', 1, { user: user('mara') });
  expect(heard).toEqual(['call.accepted', false, 'call.ring_ended']);
});

test('nothing is read where nothing rings', async () => {
  await world_.connect();
  await call.join();
  await advance(120_000);
  expect(reads()).toHaveLength(0);
});
