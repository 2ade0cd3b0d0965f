import type { Leg } from './leg.js';

/**
 * Those that can be reached before those that can't, those that are listed before those that are not. Who is in the
 * pair counts as reachable: what flows needs no signalling.
 */
function rankOf({ endpoint }: Leg, isIn: boolean): number {
  return (endpoint.isConnected || isIn ? 0 : 2) + (endpoint.isAnonymous ? 1 : 0);
}

/** Which two see each other: the pair that there is as long as both are there and nobody has a better claim. */
export function choosePair(legs: readonly Leg[], current: readonly Leg[]): readonly Leg[] {
  const remaining = current.filter((leg) => legs.includes(leg));
  const ranked = legs
    .map((leg, index) => ({ leg, index, isIn: remaining.includes(leg) }))
    .map((one) => ({ ...one, rank: rankOf(one.leg, one.isIn) }))
    .sort((a, b) => a.rank - b.rank || Number(b.isIn) - Number(a.isIn) || a.index - b.index);
  return ranked.length < 2 ? [] : ranked.slice(0, 2).map(({ leg }) => leg);
}
