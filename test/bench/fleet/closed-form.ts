import { FIRST_BACK_OFF_MS, LONGEST_BACK_OFF_MS } from '../../../src/client/refresh/provider-back-off.js';
import { FLOOR_MS } from '../../../src/client/refresh/refresh-policy.js';
import {
  FIRST_BACK_OFF_MS as FIRST_SOCKET_BACK_OFF_MS,
  LONGEST_BACK_OFF_MS as LONGEST_SOCKET_BACK_OFF_MS,
} from '../../../src/client/socket/reconnect-back-off.js';
import { JITTER_SHARE, windowsFor } from '../../../src/client/token/refresh-windows.js';
import { Density } from './density.js';
import { peakPerSecond } from './rates.js';

/** Tries beyond this many have no share in any figure. */
const MANY = 400;
const NEGLIGIBLE = 1e-9;

/** Busiest seconds are means over this long: single ones say more about chance. */
export const PEAK_WINDOW_MS = 10_000;

/** Whole seconds in a token, and the way from the endpoint to the client, cost each life this much on average. */
const ROUNDED_MS = 500;

/** When a token is renewed that lives so long: from and to so many milliseconds after it was asked for. */
export function renewalAfter(
  lifeMs: number,
  latencyMs: number,
  jitterShare: number = JITTER_SHARE,
): { fromMs: number; toMs: number } {
  const { advisoryMs } = windowsFor(lifeMs);
  const fromMs = latencyMs + lifeMs - ROUNDED_MS - advisoryMs;
  return { fromMs, toMs: fromMs + jitterShare * advisoryMs };
}

interface Renewals {
  readonly lifeMs: number;
  readonly latencyMs: number;
  readonly jitterShare?: number | undefined;
  /** Where the endpoint gives each token a life of its own, drawn evenly from this share of `lifeMs` to all of it. */
  readonly shortestShare?: number | undefined;
}

interface Mint extends Renewals {
  readonly mintedWithinMs: number;
  readonly lives: number;
  readonly binMs: number;
}

/** The delay from one request to the next: evenly within one range, then evenly within another. */
function rangesOf({ lifeMs, latencyMs, jitterShare, shortestShare = 1 }: Renewals) {
  const longest = renewalAfter(lifeMs, latencyMs, jitterShare);
  const shortest = renewalAfter(shortestShare * lifeMs, latencyMs, jitterShare);
  const jitterMs = (longest.toMs - longest.fromMs + shortest.toMs - shortest.fromMs) / 2;
  return { fromMs: shortest.fromMs, toMs: longest.fromMs, jitterMs };
}

/** From one request for a token to the next, on average. */
export function meanPeriodMs(options: Renewals): number {
  const { fromMs, toMs, jitterMs } = rangesOf(options);
  return (fromMs + toMs + jitterMs) / 2;
}

/** One density for each life: when its token is asked for, if all first ones were within `mintedWithinMs`. */
export function livesAfterMint(options: Mint): Density[] {
  const { mintedWithinMs, lives, binMs } = options;
  const { fromMs, toMs, jitterMs } = rangesOf(options);
  const horizonMs = mintedWithinMs + (lives + 0.2) * (toMs + jitterMs);
  const all = [Density.between(0, mintedWithinMs, binMs, horizonMs)];
  for (let life = 1; life <= lives; life += 1) {
    all.push((all[life - 1] as Density).delayed(fromMs, toMs).delayed(0, jitterMs));
  }
  return all;
}

/** Requests of one client in all lives that have any share in the first `lives` periods. */
export function requestsAfterMint(options: Mint): Density {
  const { fromMs } = rangesOf(options);
  const lives = Math.ceil(((options.lives + 0.5) * meanPeriodMs(options)) / fromMs);
  const densities = livesAfterMint({ ...options, lives });
  return densities.reduce((sum, life) => sum.plus(life));
}

/** The busiest seconds around each life's middle: where lives differ in length they overlap, and are one. */
export function peaksOfPeriods(bins: readonly number[], options: Mint): number[] {
  const { mintedWithinMs, lives, binMs } = options;
  const at = (life: number) =>
    Math.max(0, Math.round((mintedWithinMs / 2 + life * meanPeriodMs(options)) / binMs));
  return Array.from({ length: lives + 1 }, (_, life) =>
    peakPerSecond(bins.slice(at(life - 0.5), at(life + 0.5)), binMs, PEAK_WINDOW_MS),
  );
}

/** The busiest seconds of each life over the mean of all time; the first mint is life 0. */
export function peakOverMean(options: Mint): number[] {
  const bins = Array.from(requestsAfterMint(options).bins);
  return peaksOfPeriods(bins, options).map((peak) => (peak * meanPeriodMs(options)) / 1_000);
}

/** Sockets that all dropped at 0 and may come back from `downMs` on: tries, and welcomes, of one client. */
export function reconnects(options: {
  readonly downMs: number;
  readonly roundTripMs: number;
  readonly binMs: number;
  readonly horizonMs: number;
}): { tries: Density; welcomes: Density } {
  const { downMs, roundTripMs, binMs, horizonMs } = options;
  const none = Density.none(binMs, horizonMs);
  let tries = none;
  let welcomes = none;
  let failed: Density | undefined;
  for (let failures = 0; failures < MANY; failures += 1) {
    const limitMs = Math.min(LONGEST_SOCKET_BACK_OFF_MS, FIRST_SOCKET_BACK_OFF_MS * 2 ** failures);
    const next: Density = failed
      ? failed.delayed(roundTripMs, roundTripMs + limitMs)
      : Density.between(0, limitMs, binMs, horizonMs);
    failed = next.where((atMs) => atMs + roundTripMs / 2 < downMs);
    tries = tries.plus(next);
    welcomes = welcomes.plus(next.plus(failed, -1).delayed(2 * roundTripMs, 2 * roundTripMs));
    if (failed.total < NEGLIGIBLE) break;
  }
  return { tries, welcomes };
}

/**
 * Requests to a token endpoint that refuses all at once from `fromMs` to `toMs`, by clients whose windows open evenly
 * over all time: what one whose window opens once a second would ask. A shared attempt and its back-off, no callers.
 */
export function asksInOutage(options: {
  readonly fromMs: number;
  readonly toMs: number;
  readonly latencyMs: number;
  readonly binMs: number;
  readonly horizonMs: number;
}): Density {
  const { fromMs, toMs, latencyMs, binMs, horizonMs } = options;
  const openings = Density.between(0, horizonMs, binMs, horizonMs);
  let next = Density.none(binMs, horizonMs).plus(openings, horizonMs / 1_000);
  let asks = next;
  for (let failures = 0; failures < MANY; failures += 1) {
    const failed = next.where((atMs) => atMs + latencyMs >= fromMs && atMs + latencyMs < toMs);
    if (failed.total < NEGLIGIBLE) break;
    next = afterBackOff(failed, failures, latencyMs);
    asks = asks.plus(next);
  }
  return asks;
}

/** Half of the limit at least, all of it at most, and never sooner than the floor between two attempts. */
function afterBackOff(failed: Density, failures: number, latencyMs: number): Density {
  const limitMs = Math.min(LONGEST_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** failures);
  const fromMs = latencyMs + limitMs / 2;
  const toMs = latencyMs + limitMs;
  if (toMs <= FLOOR_MS) return failed.delayed(FLOOR_MS, FLOOR_MS);
  if (fromMs >= FLOOR_MS) return failed.delayed(fromMs, toMs);
  const shareAtFloor = (FLOOR_MS - fromMs) / (toMs - fromMs);
  const none = Density.none(failed.binMs, failed.bins.length * failed.binMs);
  return none
    .plus(failed.delayed(FLOOR_MS, FLOOR_MS), shareAtFloor)
    .plus(failed.delayed(FLOOR_MS, toMs), 1 - shareAtFloor);
}

/** Tabs of one user that ask in one life where the first one's answer reaches the others after `handedOverMs`. */
export function asksOfTabs(tabs: number, spreadMs: number, handedOverMs: number): number {
  const share = Math.min(1, handedOverMs / spreadMs);
  return tabs * share + 1 - share ** tabs;
}
