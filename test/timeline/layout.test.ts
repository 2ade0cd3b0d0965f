import { describe, expect, test } from 'vitest';
import type {
  TimelineBar,
  TimelineLane,
  TimelineMark,
  TimelineParticipation,
  TimelineTrackKind,
} from '../../src/timeline/data.js';
import { clusterMarks, heightOf, placeBars, placeParticipations } from '../../src/timeline/layout.js';
import { TimeScale } from '../../src/timeline/scale.js';

function bar(id: string, from: number, until?: number): TimelineBar {
  return { id, label: id, title: id, from, until, isRefresh: false, isEndedEarly: false };
}

function laneOf(marks: TimelineMark[]): TimelineLane {
  return {
    id: 'a',
    kind: 'client',
    title: 'a',
    caption: '',
    state: '',
    isOver: false,
    bars: [],
    spans: [],
    marks,
  };
}

function inCall(from: number, until?: number, ...kinds: TimelineTrackKind[]): TimelineParticipation {
  const tracks = kinds.map((kind) => ({ kind, from }));
  return { id: String(from), label: '', title: '', from, until, tracks, reconnects: [] };
}

describe('participations', () => {
  test('stand below the tokens, whole within the lane, with a line per kind of track that occurs', () => {
    const bars = placeBars([bar('a', 0), bar('b', 1)]);
    const placed = placeParticipations([inCall(0, 50, 'video'), inCall(60, 90, 'audio')], bars);
    const [first, second] = placed;
    expect(first?.y).toBeGreaterThan((bars[1]?.y ?? 0) + 16);
    expect(second?.y).toBe(first?.y);
    expect(first?.lines.map(({ kind }) => kind)).toEqual(['audio', 'video']);
    const lowest = Math.max(...placed.map(({ y, height }) => y + height));
    expect(heightOf(laneOf([]), bars, placed)).toBeGreaterThan(lowest);
  });

  test('without a track have no line, and no participation takes no room', () => {
    const [placed] = placeParticipations([inCall(0)], []);
    expect(placed?.lines).toEqual([]);
    expect(heightOf(laneOf([]), [], placeParticipations([], []))).toBe(heightOf(laneOf([]), []));
  });

  test('at one time stand below each other; more than there are rows: the oldest gives way', () => {
    const placed = placeParticipations(
      [0, 1, 2, 3].map((from) => inCall(from)),
      [],
    );
    expect(new Set(placed.map(({ y }) => y)).size).toBe(3);
    expect(placed.map(({ until }) => until)).toEqual([3, ...Array(3).fill(Number.POSITIVE_INFINITY)]);
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
