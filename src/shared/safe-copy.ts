import { isArray, keysOf, read } from './foreign-value.js';
import { maskTokens } from './sanitize.js';

/** Deeper, longer or larger than this, a copy is of no use in a log or a ticket. */
const LIMIT = { depth: 8, items: 100, values: 1_000, characters: 4_096 } as const;
const CUT = '…';

/**
 * A frozen copy of plain data from outside that is safe to keep and to show: tokens masked, bounded in depth and
 * size. It is walked as data: masked as JSON, it might not be JSON afterwards.
 */
export function safeCopy(value: unknown): unknown {
  let left: number = LIMIT.values;
  const copy = (item: unknown, depth: number): unknown => {
    left -= 1;
    if (typeof item === 'string') return maskTokens(item.slice(0, LIMIT.characters));
    if (typeof item !== 'object' || item === null) return typeof item === 'function' ? CUT : item;
    if (depth === LIMIT.depth || left <= 0) return CUT;
    if (isArray(item))
      return Object.freeze(item.slice(0, LIMIT.items).map((entry) => copy(entry, depth + 1)));
    const keys = keysOf(item).slice(0, LIMIT.items);
    return Object.freeze(
      Object.fromEntries(
        keys.map((key) => [maskTokens(key.slice(0, LIMIT.characters)), copy(read(item, key), depth + 1)]),
      ),
    );
  };
  return copy(value, 0);
}
