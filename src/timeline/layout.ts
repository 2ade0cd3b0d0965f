import type { TimelineBar, TimelineLane, TimelineMark, TimelineMarkKind } from './data.js';
import type { TimeScale } from './scale.js';

/** One line of a lane; each kind of mark has its own, so that marks of one moment don't cover each other. */
export interface Row {
  readonly caption: string;
  readonly y: number;
  readonly kinds: readonly TimelineMarkKind[];
}

const CLIENT_ROWS: readonly Row[] = [
  { caption: 'answered', y: 12, kinds: ['request', 'pending'] },
  { caption: 'refused', y: 27, kinds: ['refused', 'failed'] },
  { caption: 'replayed', y: 42, kinds: ['replay'] },
  { caption: 'handshake', y: 60, kinds: ['handshake', 'handshake-refused'] },
  { caption: 'socket', y: 76, kinds: ['drop'] },
];
const SESSION_ROWS: readonly Row[] = [
  { caption: 'accepted', y: 12, kinds: ['accepted'] },
  { caption: 'refused', y: 27, kinds: ['refused', 'rolled-back'] },
  { caption: 'replayed', y: 42, kinds: ['replay'] },
  { caption: 'provider', y: 58, kinds: ['failed'] },
  { caption: 'socket', y: 76, kinds: ['handshake', 'handshake-refused', 'drop'] },
];
const FAULT_ROWS: readonly Row[] = [{ caption: 'faults', y: 18, kinds: ['fault'] }];

export const SOCKET_Y = 76;
export const BAND_Y = 58;
export const BAND_HEIGHT = 14;
export const BAR_HEIGHT = 16;
const BARS_Y = 89;
const BAR_PITCH = 19;
const MAX_BAR_ROWS = 4;
const BUCKET_PX = 14;

// What a place with several marks is named and drawn after.
const TELLING: readonly TimelineMarkKind[] = [
  'handshake-refused',
  'rolled-back',
  'refused',
  'failed',
  'pending',
];

export function rowsOf({ kind }: TimelineLane): readonly Row[] {
  if (kind === 'faults') return FAULT_ROWS;
  return kind === 'session' ? SESSION_ROWS : CLIENT_ROWS;
}

export interface PlacedBar {
  readonly bar: TimelineBar;
  readonly y: number;
  /** Where it ends, or where a later bar needs its place. */
  readonly until: number;
}

/** Gives each bar a row of its own while it lives; the oldest gives way when there are too many. */
export function placeBars(bars: readonly TimelineBar[]): PlacedBar[] {
  const placed: { bar: TimelineBar; row: number; until: number }[] = [];
  const lastInRow: (typeof placed)[number][] = [];
  for (const bar of [...bars].sort((a, b) => a.from - b.from)) {
    const until = bar.until ?? Number.POSITIVE_INFINITY;
    let row = lastInRow.findIndex((last) => last.until <= bar.from);
    if (row === -1 && lastInRow.length < MAX_BAR_ROWS) row = lastInRow.length;
    if (row === -1) row = indexOfOldest(lastInRow);
    const last = lastInRow[row];
    if (last !== undefined) last.until = Math.min(last.until, bar.from);
    const entry = { bar, row, until };
    lastInRow[row] = entry;
    placed.push(entry);
  }
  return placed.map(({ bar, row, until }) => ({ bar, y: BARS_Y + row * BAR_PITCH, until }));
}

function indexOfOldest(entries: readonly { bar: TimelineBar }[]): number {
  const starts = entries.map(({ bar }) => bar.from);
  return starts.indexOf(Math.min(...starts));
}

export function heightOf(lane: TimelineLane, bars: readonly PlacedBar[]): number {
  if (lane.kind === 'faults') return 37;
  return Math.max(BARS_Y, ...bars.map(({ y }) => y)) + BAR_PITCH + 5;
}

/** Marks of one row that lie too close to be told apart. */
export interface Cluster {
  readonly key: string;
  readonly y: number;
  readonly at: number;
  readonly kind: TimelineMarkKind;
  readonly title: string;
  readonly ids: readonly string[];
}

/** The visible marks, close ones as one; grouped by absolute time, so that groups stay as the view moves on. */
export function clusterMarks(lane: TimelineLane, scale: TimeScale): Cluster[] {
  const bucketMs = scale.msPerPx * BUCKET_PX;
  const rows = rowsOf(lane);
  const groups = new Map<string, { y: number; marks: TimelineMark[] }>();
  for (const mark of lane.marks) {
    if (!scale.shows(mark.at)) continue;
    const row = rows.find(({ kinds }) => kinds.includes(mark.kind));
    if (row === undefined) continue;
    const key = `${row.caption}:${Math.floor(mark.at / bucketMs)}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { y: row.y, marks: [mark] });
    else group.marks.push(mark);
  }
  return [...groups].map(([key, { y, marks }]) => clusterOf(key, y, marks));
}

function clusterOf(key: string, y: number, marks: readonly TimelineMark[]): Cluster {
  const ordered = [...marks].sort((a, b) => rank(a.kind) - rank(b.kind) || a.at - b.at);
  const [first] = ordered;
  if (first === undefined) throw new RangeError('a cluster has at least one mark');
  const title = ordered.length > 1 ? `${first.title}, and ${ordered.length - 1} more` : first.title;
  return { key, y, at: first.at, kind: first.kind, title, ids: ordered.map(({ id }) => id) };
}

function rank(kind: TimelineMarkKind): number {
  const index = TELLING.indexOf(kind);
  return index === -1 ? TELLING.length : index;
}
