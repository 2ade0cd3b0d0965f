import { describe, expect, test } from 'vitest';
import { bodyOf } from '../../src/emulator/page/faults/control.js';
import { activeFaults, faultChanges } from '../../src/emulator/page/live/fault-notes.js';
import { replaysOf } from '../../src/emulator/page/live/replays.js';
import type { RecordedRequest } from '../../src/emulator/state/journal.js';
import type { LiveFaults } from '../../src/emulator/state/live.js';
import type { TimelineBar, TimelineLane, TimelineMark } from '../../src/timeline/data.js';
import { duration, shown } from '../../src/timeline/format.js';
import { clusterMarks, placeBars } from '../../src/timeline/layout.js';
import { TimeScale } from '../../src/timeline/scale.js';

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
};

function request(id: number, at: number, path: string, apiCode?: number): RecordedRequest {
  const status = apiCode === undefined ? 200 : 401;
  return { id, kind: 'http', at, method: 'GET', path, query: {}, headers: {}, status, apiCode };
}

function bar(id: string, from: number, until?: number): TimelineBar {
  return { id, label: id, title: id, from, until, isRefresh: false, isEndedEarly: false };
}

function laneOf(marks: TimelineMark[]): TimelineLane {
  return { id: 'a', kind: 'client', title: 'a', caption: '', state: '', bars: [], spans: [], marks };
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

describe('layout', () => {
  test('tokens that live at one time have rows of their own, and a free row is used again', () => {
    const placed = placeBars([bar('a', 0, 100), bar('b', 50, 150), bar('c', 100, 200)]);
    const [a, b, c] = placed.map(({ y }) => y);
    expect(b).not.toBe(a);
    expect(c).toBe(a);
  });

  test('more tokens than rows: the oldest gives its place away', () => {
    const placed = placeBars([0, 1, 2, 3, 4].map((from) => bar(String(from), from)));
    expect(new Set(placed.map(({ y }) => y)).size).toBe(4);
    expect(placed[0]?.until).toBe(4);
    expect(placed[1]?.until).toBe(Number.POSITIVE_INFINITY);
  });

  test('marks that are close are one, those of another row are not', () => {
    const marks: TimelineMark[] = [
      { id: 'request:1', kind: 'refused', at: 50_000, title: 'refused' },
      { id: 'request:2', kind: 'failed', at: 50_001, title: 'failed' },
      { id: 'request:3', kind: 'replay', at: 50_002, title: 'replay' },
      { id: 'request:4', kind: 'refused', at: 90_000, title: 'late' },
    ];
    const clusters = clusterMarks(laneOf(marks), new TimeScale(0, 120_000, 800));
    expect(clusters.map(({ ids }) => ids)).toEqual([
      ['request:1', 'request:2'],
      ['request:3'],
      ['request:4'],
    ]);
    expect(clusters[0]?.title).toBe('refused, and 1 more');
  });

  test('marks out of view are not drawn', () => {
    const mark: TimelineMark = { id: 'request:1', kind: 'request', at: 5, title: '' };
    expect(clusterMarks(laneOf([mark]), new TimeScale(10, 20, 800))).toEqual([]);
    expect(clusterMarks(laneOf([mark]), new TimeScale(0, 20, 800))).toHaveLength(1);
  });

  test('ticks are round, and far enough apart for their labels', () => {
    expect(new TimeScale(1000, 121_000, 800).ticks()).toEqual(
      [15, 30, 45, 60, 75, 90, 105, 120].map((s) => s * 1000),
    );
    expect(new TimeScale(0, 3_600_000, 800).ticks()).toHaveLength(8 - 1);
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

  test.for([
    [0, '0 ms'],
    [1.25, '1.3 ms'],
    [999, '999 ms'],
    [59_600, '1 min'],
    [599_600, '10 min'],
    [3_599_999, '1 h'],
    [5_400_000, '1 h 30 min'],
    [-5000, '-5 s'],
  ] as const)('%d ms reads %s', ([ms, text]) => {
    expect(duration(ms)).toBe(text);
  });

  test('what looks like a token is masked, whatever field it came in', () => {
    expect(shown('id eyJhbGciOiJIUzI1NiJ9.eyJ1Ijoi.abc')).toBe('id <token>');
    expect(shown('martin')).toBe('martin');
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
