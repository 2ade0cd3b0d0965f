import { describe, expect, test } from 'vitest';
import { describe as describeItem } from '../../src/emulator/page/details/describe.js';
import { bodyOf } from '../../src/emulator/page/faults/control.js';
import { activeFaults, faultChanges } from '../../src/emulator/page/live/fault-notes.js';
import { lanesOf } from '../../src/emulator/page/live/lanes.js';
import { replaysOf } from '../../src/emulator/page/live/replays.js';
import { LiveStore } from '../../src/emulator/page/live/store.js';
import type { RecordedRequest } from '../../src/emulator/state/journal.js';
import type { LiveFaults, LiveMessage, LiveParticipant } from '../../src/emulator/state/live.js';

const NO_FAULTS: LiveFaults = {
  clockSkewMs: 0,
  clockFrozen: false,
  latencyMs: 0,
  jitterMs: 0,
  failingNext: 0,
  rejectingNext: 0,
  guestsDisabled: false,
  authChecksDisabled: false,
  cutSocketsAtExpiry: false,
  mediaFull: false,
  mediaLatencyMs: 0,
};

function request(id: number, at: number, path: string, apiCode?: number): RecordedRequest {
  const status = apiCode === undefined ? 200 : 401;
  return { id, kind: 'http', at, method: 'GET', path, query: {}, headers: {}, status, apiCode };
}

describe('replays', () => {
  test('the next request of the same method and path repeats the one that was refused', () => {
    const replays = replaysOf([request(1, 0, '/a', 40), request(2, 10, '/b'), request(3, 20, '/a')]);
    expect([...replays]).toEqual([[3, 1]]);
  });

  test('each refusal is repeated once', () => {
    const requests = [request(1, 0, '/a', 40), request(2, 1, '/a', 40)];
    const replays = replaysOf([...requests, request(3, 2, '/a'), request(4, 3, '/a')]);
    expect([...replays]).toEqual([
      [2, 1],
      [3, 2],
    ]);
  });

  test('what comes half a minute later is another request', () => {
    expect(replaysOf([request(1, 0, '/a', 40), request(2, 30_001, '/a')]).size).toBe(0);
    expect(replaysOf([request(1, 0, '/a', 40), request(2, 30_000, '/a')]).size).toBe(1);
  });

  test('a refusal for another cause than the token is not repeated', () => {
    expect(replaysOf([request(1, 0, '/a', 17), request(2, 10, '/a')]).size).toBe(0);
  });
});

describe('words', () => {
  test('what is used up request by request is not told as switched', () => {
    const two = { ...NO_FAULTS, failingNext: 2 };
    expect(faultChanges(NO_FAULTS, two)).toEqual(['2 requests to fail']);
    expect(faultChanges(two, { ...NO_FAULTS, failingNext: 1 })).toEqual([]);
    expect(faultChanges({ ...NO_FAULTS, failingNext: 1 }, NO_FAULTS)).toEqual([]);
  });

  test('what is switched off is told as over', () => {
    const skewed = { ...NO_FAULTS, clockSkewMs: -90_000 };
    expect(activeFaults(skewed)).toEqual(['clock −1 min 30 s']);
    expect(faultChanges(skewed, NO_FAULTS)).toEqual(['over: clock −1 min 30 s']);
    expect(faultChanges(skewed, skewed)).toEqual([]);
  });
});

describe('forms', () => {
  const FIELDS = [
    { name: 'ms', label: '', type: 'number', factor: 1000 },
    { name: 'user_id', label: '', type: 'text' },
    { name: 'call_cids', label: '', type: 'list' },
    { name: 'close', label: '', type: 'check' },
  ] as const;

  test('fields become JSON of the right kind, empty ones are left out', () => {
    const inputs = new FormData();
    inputs.set('ms', '1.5');
    inputs.set('user_id', ' ');
    inputs.set('call_cids', 'default:a, default:b');
    const body = bodyOf({ label: '', path: '/x' }, FIELDS, inputs);
    expect(body).toEqual({ ms: 1500, call_cids: ['default:a', 'default:b'], close: false });
  });

  test('a button that ends a fault sends its own body only', () => {
    const inputs = new FormData();
    inputs.set('ms', '7');
    expect(bodyOf({ label: '', path: '/x', fields: false, body: { ms: 0 } }, FIELDS, inputs)).toEqual({
      ms: 0,
    });
  });
});

describe('the media side', () => {
  const ada: LiveParticipant = {
    cid: 'default:standup',
    userId: 'ada',
    sessionId: 's1',
    role: 'user',
    joinedAt: 1000,
    isAnonymous: false,
    tracks: ['audio', 'video'],
    trackTimes: [
      { kind: 'audio', from: 1100 },
      { kind: 'video', from: 1200 },
    ],
    reconnects: [],
  };
  const client = {
    connectionId: 'c1',
    userId: 'ada',
    connectedAt: 500,
    product: 'video',
    client: 'official',
  };
  const gone = { ...ada, tracks: [], leftAt: 4000, leftBecause: 'kicked' };
  const wire = { clients: [client], participants: [ada] };

  function storeWith(more: object = wire): LiveStore {
    const store = new LiveStore();
    const lists = {
      clients: [],
      ended: [],
      participants: [],
      left: [],
      tokens: [],
      requests: [],
      switches: [],
    };
    store.apply({ type: 'snapshot', now: 2000, faults: NO_FAULTS, ...lists, ...more } as never);
    return store;
  }
  const lanes = (store: LiveStore) => lanesOf(store).filter(({ kind }) => kind === 'client');
  const drawn = (store: LiveStore) => lanes(store)[0]?.participations;
  const say = (store: LiveStore, participant: LiveParticipant, isThere: boolean, now: number) =>
    store.apply({ type: 'participant', now, participant, isThere } satisfies LiveMessage);

  test('whoever is there has a bar from the join on, and a line per track, before the page opened too', () => {
    const store = storeWith();
    expect(lanes(store)[0]?.state).toBe('connected, audio, video');
    expect(drawn(store)).toMatchObject([
      { label: 'default:standup', from: 1000, until: undefined, tracks: ada.trackTimes, reconnects: [] },
    ]);
    expect(drawn(store)?.[0]?.title).toMatch(/^In default:standup since [\d:]+, audio, video$/);
  });

  test('who has left has a bar to its end, which says why, and is told of as a participant no more', () => {
    const store = storeWith({ clients: [client], left: [gone] });
    expect(lanes(store)[0]?.state).toBe('connected');
    expect(drawn(store)).toMatchObject([{ from: 1000, until: 4000 }]);
    expect(drawn(store)?.[0]?.title).toMatch(/, kicked [\d:]+$/);
  });

  test('of nobody else is told in a lane, nor of an anonymous viewer, who has a lane of its own', () => {
    const anonymous = { ...ada, userId: '!anon', sessionId: 's2', isAnonymous: true };
    const store = storeWith({ clients: [client], participants: [{ ...ada, userId: 'bea' }, anonymous] });
    expect(lanes(store).map(({ title, state }) => [title, state])).toEqual([
      ['ada', 'connected'],
      ['bea', 'no socket, audio, video'],
      ['anonymous', 'no socket, audio, video'],
    ]);
    expect(drawn(store)).toEqual([]);
  });

  test('a track that goes off ends its line, a reconnect is marked, a leave ends the bar', () => {
    const store = storeWith();
    const trackTimes = ada.trackTimes.map((track) => ({ ...track, until: 3000 }));
    const muted = { ...ada, tracks: [], trackTimes };
    say(store, muted, true, 3000);
    expect(lanes(store)[0]?.state).toBe('connected, in a call');
    expect(drawn(store)?.[0]?.tracks.map(({ until }) => until)).toEqual([3000, 3000]);
    say(store, { ...muted, reconnects: [{ at: 3500, strategy: 'fast' }] }, true, 3500);
    expect(drawn(store)?.[0]).toMatchObject({ until: undefined, reconnects: [3500] });
    expect(drawn(store)?.[0]?.title).toMatch(/, reconnected once$/);
    say(store, { ...muted, leftAt: 4000, leftBecause: 'left' }, false, 4000);
    expect(lanes(store)[0]?.state).toBe('connected');
    expect(drawn(store)?.[0]?.until).toBe(4000);
    expect(store.notes).toEqual([]);
  });

  test('a session name that is used again is another bar', () => {
    const store = storeWith({ clients: [client], left: [gone] });
    say(store, { ...ada, joinedAt: 5000 }, true, 5000);
    expect(drawn(store)?.map(({ from, until }) => [from, until])).toEqual([
      [1000, 4000],
      [5000, undefined],
    ]);
  });

  test('of a user’s clients, the one that asked to join has the bar', () => {
    const other = { ...client, connectionId: 'c2', client: 'ours' };
    const asked = {
      ...request(1, 900, '/video/call/default/standup/join'),
      userId: 'ada',
      headers: { 'x-stream-client': 'ours' },
    };
    const bars = (requests: object[]) =>
      lanes(storeWith({ clients: [client, other], participants: [ada], requests })).map(
        ({ caption, participations }) => [caption, participations?.length],
      );
    expect(bars([asked])).toContainEqual(['ours', 1]);
    const before = { ...asked, id: 2, at: 800, headers: { 'x-stream-client': 'official' } };
    expect(bars([before, asked])).toContainEqual(['ours', 1]);
    expect(bars([before, { ...asked, at: 1001 }])).toContainEqual(['official', 1]);
  });

  test('a client that is in a call is connected, though it has no other socket and did nothing for an hour', () => {
    const now = 3_600_000;
    const isOver = (more: object) => lanes(storeWith({ now, ...more })).map((lane) => lane.isOver);
    expect(isOver({ participants: [ada] })).toEqual([false]);
    expect(isOver({ left: [gone] })).toEqual([true]);
  });

  test('the details of a bar tell its tracks, its reconnects and its end', () => {
    const store = storeWith();
    say(store, { ...gone, reconnects: [{ at: 3500, strategy: 'migrate' }] }, false, 4000);
    const [bar] = drawn(store) ?? [];
    const detail = describeItem(bar?.id ?? '', store);
    expect(detail).toMatchObject({ title: 'ada in default:standup', tone: 'bad', summary: 'kicked' });
    const facts = detail?.sections.flatMap(({ facts }) => facts.map((fact) => fact.join(': ')));
    expect(facts).toContain('lasted: 3 s');
    expect(facts?.some((fact) => /^audio: from [\d:]+, on$/.test(fact))).toBe(true);
    expect(facts?.some((fact) => /migrate: over another media server$/.test(fact))).toBe(true);
  });
});
