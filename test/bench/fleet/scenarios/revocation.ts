import { peakPerSecond, timeOfShareMs } from '../rates.js';
import { overloadedBeyond } from '../token-endpoint.js';
import { BEGINS_AT_MS, connectFleet } from './connected-fleet.js';
import { type Curve, curveOf, type Scene } from './scene.js';

const BIN_MS = 100;

export interface RevocationOptions {
  readonly name: string;
  /** How long the coordinator takes to tell all sockets. */
  readonly toldWithinMs: number;
  readonly watchedMs: number;
  /** Requests that the token endpoint can answer per second; it refuses the others. */
  readonly perSecond?: number;
}

export interface RevocationResult extends RevocationOptions {
  readonly clients: number;
  readonly peakAsked: number;
  readonly asksPerClient: number;
  readonly peakTried: number;
  /** From the revocation on, until 99 % are connected again. */
  readonly back99Ms: number | undefined;
  readonly asked: Curve;
  /** Per second, welcomes. */
  readonly welcomed: Curve;
}

/** Every token is revoked, and every socket told so. */
export async function revokeEverything(scene: Scene, options: RevocationOptions): Promise<RevocationResult> {
  const { name, toldWithinMs, watchedMs, perSecond } = options;
  const { clients } = scene;
  const fleet = await connectFleet(scene, { name, watchedMs, binMs: BIN_MS });
  const { time, endpoint, coordinator } = fleet;
  if (perSecond !== undefined) endpoint.answer = overloadedBeyond(time, perSecond);
  coordinator.revokeAll(toldWithinMs);
  await fleet.watch();
  const since = (bins: readonly number[]) => bins.slice(BEGINS_AT_MS / BIN_MS);
  const asked = since(endpoint.asked.bins);
  const tried = since(coordinator.tried.bins);
  const welcomed = since(coordinator.welcomed.bins);
  const binMs = watchedMs > 60_000 ? 1_000 : BIN_MS;
  return {
    ...options,
    clients,
    peakAsked: peakPerSecond(asked, BIN_MS, 1_000),
    asksPerClient: asked.reduce((sum, count) => sum + count, 0) / clients,
    peakTried: peakPerSecond(tried, BIN_MS, 1_000),
    back99Ms: timeOfShareMs(welcomed, BIN_MS, { share: 0.99, of: clients }),
    asked: curveOf(asked, BIN_MS, binMs),
    welcomed: curveOf(welcomed, BIN_MS, binMs),
  };
}
