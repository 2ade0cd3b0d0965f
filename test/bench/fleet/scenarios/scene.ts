import type { Progress } from '../progress.js';
import { together } from '../rates.js';

/** How a scene is to be played. */
export interface Scene {
  readonly clients: number;
  readonly seed: number;
  readonly progress: Progress;
}

/** How often something happened, or is expected to, bin by bin; per second. */
export interface Curve {
  readonly binMs: number;
  readonly perSecond: readonly number[];
}

/** From the endpoint's door to its answer at the client, in every scene. */
export const LATENCY_MS = 100;
/** From client to coordinator and back, in every scene. */
export const ROUND_TRIP_MS = 50;

/** Counts of bins as rates, bins put together until each is `binMs` wide. */
export function curveOf(counts: readonly number[], countedMs: number, binMs: number = countedMs): Curve {
  const sums = together(counts, Math.round(binMs / countedMs));
  return { binMs, perSecond: sums.map((sum) => (sum * 1_000) / binMs) };
}
