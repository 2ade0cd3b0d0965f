import type { Instant } from '../state/instant.js';
import { invalidInput } from '../wire/api-failure.js';
import { type Body, isRecord, readList, readText } from '../wire/validation.js';

type Key = string | number | null;

export interface SortTable<T> {
  /** The value of an item under each field that may be sorted on. */
  readonly fields: ReadonlyMap<string, (item: T) => Instant | string | number | undefined>;
  /** The lists of fields that may be sorted on together. */
  readonly allowed: readonly string[];
  readonly fallback: readonly SortEntry[];
  /** Makes the order total. */
  readonly identity: (item: T) => string;
}

export interface SortEntry {
  readonly field: string;
  readonly direction: 1 | -1;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | undefined;
  readonly prev: string | undefined;
}

const DEFAULT_LIMIT = 25;

function readSort<T>(body: Body, table: SortTable<T>): readonly SortEntry[] {
  const sort = readList(body, 'sort');
  if (sort.length === 0) return table.fallback;
  const entries = sort.map((entry) => {
    if (!isRecord(entry) || typeof entry.field !== 'string')
      throw invalidInput('sort', 'has an entry without a field');
    if (entry.direction !== undefined && entry.direction !== 1 && entry.direction !== -1) {
      throw invalidInput('sort', 'has a direction other than 1 and -1');
    }
    return { field: entry.field, direction: entry.direction === -1 ? -1 : 1 } as const;
  });
  if (!table.allowed.includes(entries.map(({ field }) => field).join(','))) {
    throw invalidInput('sort', `must be one of: ${table.allowed.join('; ')}`);
  }
  return entries;
}

function keysOf<T>(item: T, sort: readonly SortEntry[], table: SortTable<T>): Key[] {
  const keys = sort.map(({ field }): Key => {
    const value = table.fields.get(field)?.(item);
    return typeof value === 'object' ? value.ms : (value ?? null);
  });
  return [...keys, table.identity(item)];
}

// What has no value comes last, whichever way the rest is sorted.
function compareKeys(left: readonly Key[], right: readonly Key[], sort: readonly SortEntry[]): number {
  for (const [index, a] of left.entries()) {
    const b = right[index] ?? null;
    if (a === b) continue;
    if (a === null) return 1;
    if (b === null) return -1;
    return (a < b ? -1 : 1) * (sort[index]?.direction ?? 1);
  }
  return 0;
}

function encodeCursor(keys: readonly Key[]): string {
  return encodeURIComponent(JSON.stringify(keys));
}

function decodeCursor(name: string, cursor: string, length: number): Key[] {
  try {
    const keys: unknown = JSON.parse(decodeURIComponent(cursor));
    const isKey = (key: unknown) => key === null || typeof key === 'string' || typeof key === 'number';
    if (Array.isArray(keys) && keys.length === length && keys.every(isKey)) return keys as Key[];
  } catch {
    // Falls through to the one refusal for every cursor that is not ours.
  }
  throw invalidInput(name, 'is not a cursor of this query');
}

/** One page of the items, sorted; a cursor stays good while items come and go. */
export function paginate<T>(items: readonly T[], body: Body, table: SortTable<T>): Page<T> {
  const sort = readSort(body, table);
  const next = readText(body, 'next');
  const prev = readText(body, 'prev');
  if (next && prev) throw invalidInput('next', 'can not be combined with prev');
  const limit = typeof body.limit === 'number' ? body.limit : DEFAULT_LIMIT;
  const keyed = items
    .map((item) => ({ item, keys: keysOf(item, sort, table) }))
    .sort((left, right) => compareKeys(left.keys, right.keys, sort));
  let start = 0;
  if (next) {
    const after = decodeCursor('next', next, sort.length + 1);
    start = keyed.findIndex(({ keys }) => compareKeys(keys, after, sort) > 0);
    if (start < 0) start = keyed.length;
  } else if (prev) {
    const before = decodeCursor('prev', prev, sort.length + 1);
    const end = keyed.findIndex(({ keys }) => compareKeys(keys, before, sort) >= 0);
    start = Math.max(0, (end < 0 ? keyed.length : end) - limit);
    return pageOf(keyed, start, end < 0 ? keyed.length : end);
  }
  return pageOf(keyed, start, Math.min(keyed.length, start + limit));
}

function pageOf<T>(keyed: readonly { item: T; keys: readonly Key[] }[], start: number, end: number): Page<T> {
  const page = keyed.slice(start, end);
  const [first] = page;
  const last = page.at(-1);
  return {
    items: page.map(({ item }) => item),
    next: last !== undefined && end < keyed.length ? encodeCursor(last.keys) : undefined,
    prev: first !== undefined && start > 0 ? encodeCursor(first.keys) : undefined,
  };
}
