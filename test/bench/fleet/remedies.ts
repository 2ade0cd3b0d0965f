import { meanPeriodMs, peakOverMean } from './closed-form.js';
import { LATENCY_MS } from './scenarios/scene.js';

export interface Remedy {
  readonly what: string;
  readonly jitterShare?: number;
  readonly shortestShare?: number;
}

/** What would part clients whose tokens were minted together. The first is how it is. */
const REMEDIES: readonly Remedy[] = [
  { what: 'as it is' },
  { what: 'twice the jitter', jitterShare: 0.5 },
  { what: 'jitter over the whole window', jitterShare: 1 },
  { what: 'endpoint draws 90 to 100 % of the life', shortestShare: 0.9 },
  { what: 'endpoint draws 80 to 100 %', shortestShare: 0.8 },
  { what: 'endpoint draws 50 to 100 %', shortestShare: 0.5 },
];

export interface RemedyRow {
  readonly what: string;
  readonly lifeSeconds: number;
  /** Busiest ten seconds over the mean: in the first life after a mint in one minute, and in the tenth. */
  readonly first: number;
  readonly tenth: number;
  /** Requests for tokens, over what they are now. */
  readonly cost: number;
}

/** By the closed form, for a quarter of an hour, an hour and a day. */
export function remedies(): RemedyRow[] {
  return [900, 3_600, 86_400].flatMap((lifeSeconds) => {
    const lifeMs = lifeSeconds * 1_000;
    const common = { lifeMs, latencyMs: LATENCY_MS };
    const binMs = lifeSeconds > 10_000 ? 5_000 : 1_000;
    return REMEDIES.map(({ what, ...remedy }) => {
      const peaks = peakOverMean({ ...common, ...remedy, mintedWithinMs: 60_000, lives: 10, binMs });
      const cost = meanPeriodMs(common) / meanPeriodMs({ ...common, ...remedy });
      return { what, lifeSeconds, first: peaks[1] ?? 0, tenth: peaks[10] ?? 0, cost };
    });
  });
}
