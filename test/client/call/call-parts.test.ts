import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { CallParts } from '../../../src/client/call/call-parts.js';
import { at, callData, envelope, member, session, user } from './support.js';

const OWN = 'martin';
const USERS = ['martin', 'mara', 'theo'];
const SESSIONS = ['s1', 's2'];

type Event = { type: string; created_at?: unknown } & Record<string, unknown>;

/** What somebody would see who got each event once and in order, and knows nothing of times. */
class Model {
  call: Record<string, unknown> | undefined;
  ended = false;
  readonly members = new Map<string, unknown>();
  readonly blocked = new Set<string>();
  capabilities: unknown = [];
  current = '';
  readonly participants = new Map<string, string[]>();
  readonly counts = new Map<string, unknown>();
  readonly outcomes = new Map<string, string[]>();

  apply(event: Event): void {
    const {
      type,
      user: who,
      session_id: id,
    } = event as Event & { user?: { id: string }; session_id: string };
    const name = type.slice('call.'.length);
    if (event.call) {
      this.call = event.call as Record<string, unknown>;
      this.ended = false;
      if (Array.isArray(this.call.blocked_user_ids)) {
        this.blocked.clear();
        for (const blockedId of this.call.blocked_user_ids) this.blocked.add(blockedId);
      }
    }
    if (name === 'ended' || name === 'deleted') this.ended = true;
    for (const one of (event.members as (string | { user_id: string })[]) ?? []) {
      if (typeof one === 'string') this.members.delete(one);
      else this.members.set(one.user_id, one);
    }
    if (name === 'permissions_updated' && who?.id === OWN) this.capabilities = event.own_capabilities;
    if (name === 'blocked_user') this.blocked.add(who?.id as string);
    if (name === 'unblocked_user') this.blocked.delete(who?.id as string);
    if (name === 'session_started') this.current = id;
    if (name.startsWith('session_participant')) {
      this.current = id;
      const there = this.participants.get(id) ?? [];
      const { participant } = event as { participant?: { user_session_id: string } };
      if (name.endsWith('joined'))
        this.participants.set(id, [...new Set([...there, participant?.user_session_id as string])]);
      if (name.endsWith('left'))
        this.participants.set(
          id,
          there.filter((one) => one !== participant?.user_session_id),
        );
      if (name.endsWith('count_updated')) this.counts.set(id, event.participants_count_by_role);
    }
    if (name === 'accepted' || name === 'rejected') {
      this.outcomes.set(name, [...new Set([...(this.outcomes.get(name) ?? []), who?.id as string])]);
    }
  }
}

const USER = fc.constantFrom(...USERS);
const SESSION = fc.constantFrom(...SESSIONS);
const CALL = fc
  .record({ topic: fc.nat(3), blocked: fc.subarray(USERS) })
  .map(({ topic, blocked }) => callData({ custom: { topic }, blocked_user_ids: blocked }));

/** Events of every kind, without their times. */
const EVENT: fc.Arbitrary<Event> = fc.oneof(
  CALL.map((call) => ({ type: 'call.updated', call })),
  CALL.map((call) => ({ type: 'call.live_started', call })),
  CALL.map((call) => ({ type: 'call.ended', call })),
  fc.constant({ type: 'call.ended' }),
  fc.constant({ type: 'call.deleted' }),
  fc.record({
    type: fc.constantFrom('call.member_added', 'call.member_updated'),
    members: fc.subarray(USERS, { minLength: 1 }).map((ids) => ids.map((id) => member(id))),
  }),
  fc.record({ type: fc.constant('call.member_removed'), members: fc.subarray(USERS, { minLength: 1 }) }),
  fc.record({ type: fc.constantFrom('call.blocked_user', 'call.unblocked_user'), user: USER.map(user) }),
  fc.record({
    type: fc.constant('call.permissions_updated'),
    user: USER.map(user),
    own_capabilities: fc.subarray(['send-audio', 'send-video']),
  }),
  fc.record({ type: fc.constant('call.session_started'), session_id: SESSION }),
  fc.record({
    type: fc.constantFrom('call.session_participant_joined', 'call.session_participant_left'),
    session_id: SESSION,
    participant: USER.map((id) => ({ user: user(id), user_session_id: `of-${id}` })),
  }),
  fc.record({
    type: fc.constant('call.session_participant_count_updated'),
    session_id: SESSION,
    participants_count_by_role: fc.record({ user: fc.nat(9) }),
    anonymous_participant_count: fc.constant(0),
  }),
  fc.record({
    type: fc.constantFrom('call.accepted', 'call.rejected'),
    user: USER.map(user),
    session_id: fc.constant('s1'),
  }),
  fc.constant({
    type: 'call.no_such_thing',
    call: callData({ custom: { wrong: true } }),
    members: [member('nobody')],
  }),
);

/** A history with its times, in one dialect, and the order in which it arrives: shuffled, and partly twice. */
const HISTORY = fc
  .record({ events: fc.array(EVENT, { maxLength: 25 }), inNanoseconds: fc.boolean() })
  .map(({ events, inNanoseconds }) =>
    events.map((event, index) => ({
      ...event,
      created_at: inNanoseconds ? (Date.parse(at(index)) + 0) * 1e6 : at(index),
    })),
  )
  .chain((events) =>
    fc.record({
      events: fc.constant(events),
      arriving: fc.shuffledSubarray([...events, ...events], { minLength: events.length }).map((some) => [
        // Each one at least once.
        ...some,
        ...events.filter((event) => !some.includes(event)),
      ]),
    }),
  );

let parts: CallParts;
let arrivals: number;

const hear = (event: object) => parts.hear(event, ++arrivals, OWN);
const ids = (list: readonly { user_id: string }[]) => list.map(({ user_id }) => user_id).sort();

beforeEach(() => {
  parts = new CallParts();
  arrivals = 0;
});

describe('events', () => {
  test('that come in any order and twice lead to what they say in order', () => {
    fc.assert(
      fc.property(HISTORY, ({ events, arriving }) => {
        parts = new CallParts();
        arrivals = 0;
        parts.learn(envelope({ members: [], own_capabilities: [] }), 0);
        const model = new Model();
        model.call = callData();
        for (const event of events) if (event.type !== 'call.no_such_thing') model.apply(event);
        for (const event of arriving) hear(event);
        const { call } = parts;
        expect(call?.custom).toEqual(model.call?.custom);
        expect([parts.isEnded, Boolean(call?.ended_at)]).toEqual([model.ended, model.ended]);
        expect([...(call?.blocked_user_ids ?? [])].sort()).toEqual([...model.blocked].sort());
        expect(ids(parts.members)).toEqual([...model.members.keys()].sort());
        expect(parts.ownCapabilities).toEqual(model.capabilities ?? []);
        expect(parts.sessionId).toBe(model.current);
        const { participants = [], participants_count_by_role: counts } = call?.session ?? {};
        const there = model.participants.get(model.current) ?? [];
        expect(participants.map((one) => one.user_session_id).sort()).toEqual([...there].sort());
        if (call?.session) expect(counts).toEqual(model.counts.get(model.current) ?? {});
        const { accepted_by, rejected_by } = parts.ringOutcomes('s1');
        expect(Object.keys(accepted_by).sort()).toEqual([...(model.outcomes.get('accepted') ?? [])].sort());
        expect(Object.keys(rejected_by).sort()).toEqual([...(model.outcomes.get('rejected') ?? [])].sort());
      }),
      { numRuns: 500 },
    );
  });

  test('that come twice say nothing new the second time', () => {
    fc.assert(
      fc.property(HISTORY, ({ arriving }) => {
        parts = new CallParts();
        arrivals = 0;
        const heard = new Set<string>();
        for (const event of arriving) {
          const isRepeated = heard.has(JSON.stringify(event));
          if (isRepeated) expect(hear(event)).toBe(false);
          else hear(event);
          heard.add(JSON.stringify(event));
        }
      }),
    );
  });

  test('that a whole list left out are out, even where one of before comes later', () => {
    const list = (second: number, ...participants: string[]) => ({
      type: 'call.updated',
      created_at: at(second),
      call: callData({
        session: session('s1', { participants: participants.map((id) => ({ user_session_id: id })) }),
      }),
    });
    const joined = (second: number, id: string) => ({
      type: 'call.session_participant_joined',
      created_at: at(second),
      session_id: 's1',
      participant: { user_session_id: id },
    });
    hear(list(5, 'a'));
    hear(joined(4, 'b'));
    expect(parts.call?.session?.participants).toEqual([{ user_session_id: 'a' }]);
    hear(joined(6, 'b'));
    expect(parts.call?.session?.participants).toHaveLength(2);
  });

  const ended = { type: 'call.ended', created_at: at(5), call: callData({ custom: { by: 'end' } }) };
  const updated = { type: 'call.updated', created_at: at(5), call: callData({ custom: { by: 'update' } }) };
  test.each([
    [ended, updated],
    [updated, ended],
  ])('of one time: the end wins', (first, second) => {
    hear(first);
    hear(second);
    expect([parts.isEnded, parts.call?.custom]).toEqual([true, { by: 'end' }]);
  });

  const removed = { type: 'call.member_removed', created_at: at(5), members: ['mara'] };
  const added = { type: 'call.member_added', created_at: at(5), members: [member('mara')] };
  test.each([
    [removed, added],
    [added, removed],
  ])('of one time: the removal wins', (first, second) => {
    hear(first);
    hear(second);
    expect(parts.members).toEqual([]);
  });

  test('of one time: else the one that came last', () => {
    const at5 = (topic: string) => ({ ...updated, call: callData({ custom: { topic } }) });
    for (const topic of ['a', 'b', 'a']) hear(at5(topic));
    // The third is the first once more.
    expect(parts.call?.custom).toEqual({ topic: 'b' });
  });

  test('without a time count on arrival, but undo no end', () => {
    const untimed = { ...updated, created_at: undefined };
    parts.learn(envelope(), 0);
    hear(untimed);
    expect(parts.call?.custom).toEqual({ by: 'update' });
    hear(ended);
    hear(untimed);
    expect([parts.isEnded, parts.call?.custom]).toEqual([true, { by: 'end' }]);
  });

  test('in nanoseconds and in text compare with each other', () => {
    hear({ ...updated, created_at: Date.parse(at(9)) * 1e6 });
    hear(ended);
    expect(parts.isEnded).toBe(false);
  });

  test('set the counts of participants, and never add up', () => {
    parts.learn(
      envelope({ call: { session: session('s1', { participants_count_by_role: { user: 2 } }) } }),
      0,
    );
    hear({
      type: 'call.session_participant_joined',
      created_at: at(1),
      session_id: 's1',
      participant: { user_session_id: 'a' },
    });
    expect(parts.call?.session?.participants_count_by_role).toEqual({ user: 2 });
    hear({
      type: 'call.session_participant_count_updated',
      created_at: at(2),
      session_id: 's1',
      participants_count_by_role: { user: 7 },
      anonymous_participant_count: 3,
    });
    expect(parts.call?.session).toMatchObject({
      participants_count_by_role: { user: 7 },
      anonymous_participant_count: 3,
    });
  });

  test("about permissions of others leave one's own", () => {
    parts.learn(envelope({ own_capabilities: ['send-audio'] }), 0);
    hear({ type: 'call.permissions_updated', created_at: at(1), user: user('mara'), own_capabilities: [] });
    expect(parts.ownCapabilities).toEqual(['send-audio']);
  });

  test.each([
    { type: 'call.updated', created_at: at(1), call: 'none' },
    { type: 'call.updated', created_at: at(1), call: { session: 7, blocked_user_ids: {} } },
    { type: 'call.member_added', created_at: at(1), members: [null] },
    { type: 'call.member_removed', created_at: at(1), members: 'all' },
    { type: 'call.accepted', created_at: at(1), user: null },
    {
      type: 'call.session_participant_joined',
      created_at: at(1),
      session_id: { toString: 1 },
      participant: {},
    },
    { type: { toString: 1 } },
    { type: 'call.permissions_updated', user: user('martin'), own_capabilities: { 0: 'send-audio' } },
  ])('that are not of the expected form throw nothing: %j', (event) => {
    parts.learn(envelope(), 0);
    hear(event);
    expect(parts.members.every((one) => typeof one === 'object')).toBe(true);
    expect(Array.isArray(parts.ownCapabilities)).toBe(true);
    expect(parts.call?.session?.participants ?? []).toEqual([]);
  });

  test('of a session without its id leave the present one', () => {
    hear({ type: 'call.session_started', created_at: at(1), session_id: 's1' });
    hear({ type: 'call.session_started', created_at: at(2) });
    hear({ type: 'call.session_participant_joined', created_at: at(3), session_id: 7, participant: {} });
    expect(parts.sessionId).toBe('s1');
    hear({ type: 'call.session_started', created_at: at(4), session_id: 's2' });
    expect(parts.sessionId).toBe('s2');
  });

  test('nested deeper than the stack goes change nothing', () => {
    let custom: object = {};
    for (let depth = 0; depth < 20_000; depth += 1) custom = { custom };
    expect(hear({ ...updated, call: callData({ custom }) })).toBe(false);
  });
});

describe('an answer', () => {
  test('does not overwrite what an event changed after its request was sent', () => {
    parts.learn(envelope({ call: { custom: { by: 'first' } } }), 0);
    const since = arrivals;
    hear({ type: 'call.member_removed', created_at: at(1), members: ['martin'] });
    parts.learn(
      envelope({ call: { custom: { by: 'second' } }, members: [member('martin'), member('mara')] }),
      since,
    );
    // Only the part that the event was about.
    expect([ids(parts.members), parts.call?.custom]).toEqual([['mara'], { by: 'second' }]);
  });

  test('overwrites what events changed before its request was sent', () => {
    hear({ type: 'call.member_removed', created_at: at(1), members: ['martin'] });
    parts.learn(envelope(), arrivals);
    expect(ids(parts.members)).toEqual(['martin']);
    // An event older than the one that was known stays old.
    hear({ type: 'call.member_removed', created_at: at(1), members: ['martin'] });
    expect(ids(parts.members)).toEqual(['martin']);
  });

  test('that says when the call ended is not undone by events from before', () => {
    parts.learn(envelope({ call: { ended_at: at(20) } }), 0);
    hear({ type: 'call.updated', created_at: at(10), call: callData() });
    expect(parts.isEnded).toBe(true);
    hear({ type: 'call.updated', created_at: at(30), call: callData() });
    expect(parts.isEnded).toBe(false);
  });

  test('with few members removes those it leaves out; with a full page it does not', () => {
    const page = (count: number, from = 0) =>
      Array.from({ length: count }, (_, index) => member(`u${from + index}`));
    parts.learn(envelope({ members: page(3) }), 0);
    parts.learn(envelope({ members: page(2) }), 0);
    expect(parts.members).toHaveLength(2);
    parts.learn(envelope({ members: page(25, 10) }), 0);
    expect(parts.members).toHaveLength(27);
    parts.learn(envelope({ members: page(5) }), 0, 5);
    expect(parts.members).toHaveLength(30);
  });

  test('is handed on as it came, members the newest first', () => {
    const call = callData({
      session: session('s1', { participants: [{ user_session_id: 'a' }], started_at: at(1) }),
      blocked_user_ids: ['mara'],
    });
    parts.learn(
      envelope({ call, members: [member('a', { created_at: at(1) }), member('b', { created_at: at(2) })] }),
      0,
    );
    expect(parts.call).toEqual(call);
    expect(parts.members.map(({ user_id }) => user_id)).toEqual(['b', 'a']);
  });

  test('says whether it brought anything new', () => {
    expect(parts.learn(envelope(), 0)).toBe(true);
    expect(parts.learn(envelope(), 0)).toBe(false);
  });
});

test('what was removed is remembered, but not without end', () => {
  parts.learn(envelope(), 0);
  for (let index = 0; index < 5_000; index += 1) {
    const participant = { user_session_id: `p${index}` };
    for (const what of ['joined', 'left']) {
      hear({
        type: `call.session_participant_${what}`,
        created_at: at(index),
        session_id: 's1',
        participant,
      });
    }
  }
  hear({
    type: 'call.session_participant_joined',
    created_at: at(4_998),
    session_id: 's1',
    participant: { user_session_id: 'p4999' },
  });
  hear({
    type: 'call.session_participant_joined',
    created_at: at(6_000),
    session_id: 's1',
    participant: { user_session_id: 'new' },
  });
  expect(parts.call?.session?.participants).toEqual([{ user_session_id: 'new' }]);
});
