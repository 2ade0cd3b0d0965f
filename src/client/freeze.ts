/** Freezes plain data and all that it holds. Without recursion: a server may nest deeper than the stack goes. */
export function deepFreeze<T>(value: T): T {
  const open: unknown[] = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next !== 'object' || next === null || Object.isFrozen(next)) continue;
    Object.freeze(next);
    for (const item of Object.values(next)) open.push(item);
  }
  return value;
}
