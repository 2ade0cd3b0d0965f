import type {
  TimelineBar,
  TimelineLane,
  TimelineMark,
  TimelineMarkKind,
  TimelineParticipation,
  TimelineTrackKind,
} from './data.js';
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
export const CALL_HEAD_HEIGHT = 16;
export const TRACK_PITCH = 11;
const CALL_FOOT_HEIGHT = 3;
const CALL_GAP = 5;
const MAX_CALL_ROWS = 3;
// A client that rejoins has two sessions for a moment: the second one follows the first in its row.
const REJOIN_OVERLAP_MS = 2000;
/** In the order of their lines. */
export const TRACK_KINDS: readonly TimelineTrackKind[] = ['audio', 'video', 'screen'];
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
  return inRows(bars, MAX_BAR_ROWS).map(({ item: bar, row, until }) => ({
    bar,
    y: BARS_Y + row * BAR_PITCH,
    until,
  }));
}

interface InRow<Item> {
  readonly item: Item;
  readonly row: number;
  until: number;
}

function inRows<Item extends { readonly from: number; readonly until?: number | undefined }>(
  items: readonly Item[],
  maxRows: number,
  overlapMs = 0,
): readonly InRow<Item>[] {
  const placed: InRow<Item>[] = [];
  const lastInRow: InRow<Item>[] = [];
  for (const item of [...items].sort((a, b) => a.from - b.from)) {
    let row = lastInRow.findIndex((last) => last.until <= item.from + overlapMs);
    if (row === -1 && lastInRow.length < maxRows) row = lastInRow.length;
    if (row === -1) row = indexOfOldest(lastInRow.map(({ item }) => item));
    const last = lastInRow[row];
    if (last !== undefined) last.until = Math.min(last.until, item.from);
    const entry = { item, row, until: item.until ?? Number.POSITIVE_INFINITY };
    lastInRow[row] = entry;
    placed.push(entry);
  }
  return placed;
}

function indexOfOldest(items: readonly { readonly from: number }[]): number {
  const starts = items.map(({ from }) => from);
  return starts.indexOf(Math.min(...starts));
}

export interface PlacedParticipation {
  readonly participation: TimelineParticipation;
  readonly y: number;
  readonly height: number;
  /** Where it ends, or where a later one needs its place. */
  readonly until: number;
  /** A line for each kind of track that this lane knows. */
  readonly lines: readonly { readonly kind: TimelineTrackKind; readonly y: number }[];
}

/** The calls below the tokens, those at one time below each other: a user may be in one in several tabs. */
export function placeParticipations(
  participations: readonly TimelineParticipation[],
  bars: readonly PlacedBar[],
): PlacedParticipation[] {
  const top = barsEnd(bars) + CALL_GAP;
  const kinds = TRACK_KINDS.filter((kind) =>
    participations.some(({ tracks }) => tracks.some((track) => track.kind === kind)),
  );
  const height = CALL_HEAD_HEIGHT + kinds.length * TRACK_PITCH + (kinds.length > 0 ? CALL_FOOT_HEIGHT : 0);
  return inRows(participations, MAX_CALL_ROWS, REJOIN_OVERLAP_MS).map(
    ({ item: participation, row, until }) => {
      const y = top + row * (height + CALL_GAP);
      const lines = kinds.map((kind, index) => ({
        kind,
        y: y + CALL_HEAD_HEIGHT + (index + 0.5) * TRACK_PITCH,
      }));
      return { participation, y, height, until, lines };
    },
  );
}

function barsEnd(bars: readonly PlacedBar[]): number {
  return Math.max(BARS_Y, ...bars.map(({ y }) => y)) + BAR_PITCH;
}

export function heightOf(
  lane: TimelineLane,
  bars: readonly PlacedBar[],
  participations: readonly PlacedParticipation[] = [],
): number {
  if (lane.kind === 'faults') return 37;
  return Math.max(barsEnd(bars), ...participations.map(({ y, height }) => y + height)) + 5;
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
