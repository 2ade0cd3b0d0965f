import {
  meanPeriodMs,
  PEAK_WINDOW_MS,
  peaksOfPeriods,
  renewalAfter,
  requestsAfterMint,
} from '../closed-form.js';
import { TokenEndpoint } from '../token-endpoint.js';
import { World } from '../world.js';
import { type Curve, curveOf, LATENCY_MS, type Scene } from './scene.js';

const MINTED_WITHIN_MS = 60_000;
const BIN_MS = 1_000;

export interface MintOptions {
  readonly name: string;
  readonly lifeSeconds: number;
  readonly lives: number;
  /** The endpoint gives each token a life of its own: drawn evenly between this share of the life and all of it. */
  readonly shortestShare?: number;
}

export interface MintResult extends Omit<MintOptions, 'shortestShare'> {
  readonly clients: number;
  readonly shortestShare: number;
  readonly meanPerSecond: number;
  /** For each life, the first mint being life 0: the busiest seconds, per second. */
  readonly peaks: readonly number[];
  /** The same by the closed form. */
  readonly expectedPeaks: readonly number[];
  readonly asked: Curve;
  readonly expected: Curve;
}

/** All tokens are minted in one minute: what the provider sees, life after life. */
export async function mintInOneMinute(
  { clients, seed, progress }: Scene,
  { name, lifeSeconds, lives, shortestShare = 1 }: MintOptions,
): Promise<MintResult> {
  const world = new World(seed);
  const { time, random } = world;
  const shortest = Math.round(shortestShare * lifeSeconds);
  const endpoint = new TokenEndpoint({
    time,
    latencyMs: LATENCY_MS,
    // Another generator than the clients' dice: the endpoint is another machine.
    lifeSeconds: () => shortest + Math.floor(random() * (lifeSeconds - shortest + 1)),
    binMs: BIN_MS,
  });
  for (let client = 0; client < clients; client += 1) {
    time.after(random() * MINTED_WITHIN_MS, () => void world.session(endpoint, { client }).acquire());
  }
  const lifeMs = lifeSeconds * 1_000;
  const form = { lifeMs, latencyMs: LATENCY_MS, mintedWithinMs: MINTED_WITHIN_MS, shortestShare, lives };
  const { toMs } = renewalAfter(lifeMs, LATENCY_MS);
  const endMs = MINTED_WITHIN_MS + lives * toMs;
  await time.runUntil(endMs, progress.begin(name, endMs));
  const expected = requestsAfterMint({ ...form, binMs: BIN_MS }).times(clients);
  const peaksOf = (bins: readonly number[]) => peaksOfPeriods(bins, { ...form, binMs: BIN_MS });
  const { bins } = endpoint.asked;
  return {
    name,
    clients,
    lifeSeconds,
    lives,
    shortestShare,
    meanPerSecond: (clients * 1_000) / meanPeriodMs(form),
    peaks: peaksOf(bins),
    expectedPeaks: peaksOf(expected),
    asked: curveOf(bins, BIN_MS, PEAK_WINDOW_MS),
    expected: curveOf(expected.slice(0, bins.length), BIN_MS, PEAK_WINDOW_MS),
  };
}
