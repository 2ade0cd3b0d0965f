import { describe, expect, test } from 'vitest';
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
  };
  const client = {
    connectionId: 'c1',
    userId: 'ada',
    connectedAt: 500,
    product: 'video',
    client: 'official',
  };

  function storeWith(...participants: LiveParticipant[]): LiveStore {
    const store = new LiveStore();
    const lists = { clients: [client], ended: [], tokens: [], requests: [], switches: [] };
    store.apply({ type: 'snapshot', now: 2000, faults: NO_FAULTS, participants, ...lists } as never);
    return store;
  }
  const lane = (store: LiveStore) => lanesOf(store).find(({ kind }) => kind === 'client');
  const told = (store: LiveStore) => store.notes.map(({ at, text }) => [at, text]);

  test('of whoever is there is told in its lane, and when it joined, before the page opened too', () => {
    const store = storeWith(ada);
    expect(lane(store)?.state).toBe('connected, audio, video');
    expect(told(store)).toEqual([[1000, 'ada in default:standup: joined']]);
  });

  test('of nobody else is told there, nor of an anonymous viewer', () => {
    const store = storeWith({ ...ada, userId: 'bea' }, { ...ada, sessionId: 's2', isAnonymous: true });
    expect(lane(store)?.state).toBe('connected');
  });

  test('a track that goes off, and a leave, change the lane and are noted', () => {
    const store = storeWith(ada);
    const say = (participant: LiveParticipant, isThere: boolean, now: number) =>
      store.apply({ type: 'participant', now, participant, isThere } satisfies LiveMessage);
    say({ ...ada, tracks: [] }, true, 3000);
    expect(lane(store)?.state).toBe('connected, in a call');
    say({ ...ada, tracks: [] }, false, 4000);
    expect(lane(store)?.state).toBe('connected');
    expect(told(store).slice(1)).toEqual([
      [3000, 'ada in default:standup: audio off, video off'],
      [4000, 'ada in default:standup: left'],
    ]);
  });
});
