import { livesAfterMint, meanRenewals, renewalAfter } from '../closed-form.js';
import { peakPerSecond, Rates } from '../rates.js';
import { TokenEndpoint } from '../token-endpoint.js';
import { World } from '../world.js';
import { type Curve, curveOf, LATENCY_MS, type Scene } from './scene.js';

const MINTED_WITHIN_MS = 60_000;
const BIN_MS = 1_000;
/** Busiest seconds are means over this long: single ones say more about chance. */
const WINDOW_MS = 10_000;

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
  /** The same by the closed form; empty where the endpoint draws. */
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
  const livesOf = new Uint16Array(clients);
  const byLife = Array.from({ length: lives + 1 }, () => new Rates(BIN_MS));
  endpoint.onAsked = (client) => {
    const life = livesOf[client] ?? 0;
    livesOf[client] = life + 1;
    byLife[life]?.add(time.nowMs);
  };
  for (let client = 0; client < clients; client += 1) {
    time.after(random() * MINTED_WITHIN_MS, () => void world.session(endpoint, { client }).acquire());
  }
  const { toMs } = renewalAfter(lifeSeconds * 1_000, LATENCY_MS);
  const endMs = MINTED_WITHIN_MS + lives * toMs;
  await time.runUntil(endMs, progress.begin(name, endMs));
  const form = { lifeMs: lifeSeconds * 1_000, latencyMs: LATENCY_MS, mintedWithinMs: MINTED_WITHIN_MS };
  const expected = shortestShare < 1 ? [] : livesAfterMint({ ...form, lives, binMs: BIN_MS });
  const sum = expected.reduce((all, life) => all.plus(life), expected[0]?.plus(expected[0], -1) as never);
  const peakOf = (bins: readonly number[]) => peakPerSecond(bins, BIN_MS, WINDOW_MS);
  return {
    name,
    clients,
    lifeSeconds,
    lives,
    shortestShare,
    meanPerSecond: clients * meanRenewals(form.lifeMs, LATENCY_MS),
    peaks:
      shortestShare < 1
        ? peaksOfPeriods(endpoint.asked.bins, form.lifeMs, lives)
        : byLife.map(({ bins }) => peakOf(bins)),
    expectedPeaks: expected.map((life) => peakOf(life.times(clients))),
    asked: curveOf(endpoint.asked.bins, BIN_MS, WINDOW_MS),
    expected: curveOf(sum?.times(clients) ?? [], BIN_MS, WINDOW_MS),
  };
}

/** Where lives differ they soon overlap: what counts is the busiest time in as long as one would have lasted. */
function peaksOfPeriods(bins: readonly number[], lifeMs: number, lives: number): number[] {
  const { fromMs, toMs } = renewalAfter(lifeMs, LATENCY_MS);
  const periodBins = (fromMs + toMs) / 2 / BIN_MS;
  return Array.from({ length: lives + 1 }, (_, life) =>
    peakPerSecond(
      bins.slice(Math.round(Math.max(0, (life - 0.5) * periodBins)), Math.round((life + 0.5) * periodBins)),
      BIN_MS,
      WINDOW_MS,
    ),
  );
}
