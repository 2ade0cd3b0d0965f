// So many at most are looked at per call, so that a map full of entries in use costs little.
const LOOKED_AT = 50;

/** Forgets the oldest entries of a map that has grown beyond its limit, save those in use. */
export function evictOldest<T>(map: Map<string, T>, limit: number, isInUse: (value: T) => boolean): void {
  let excess = map.size - limit;
  let left = LOOKED_AT;
  for (const [key, value] of map) {
    if (excess <= 0 || left === 0) return;
    left -= 1;
    if (isInUse(value)) {
      // To the end, so that the next call does not look at it again.
      map.delete(key);
      map.set(key, value);
      continue;
    }
    map.delete(key);
    excess -= 1;
  }
}
