import type { Connection } from '../../../../src/client/socket/connection.js';
import { FleetCoordinator } from '../coordinator.js';
import { peakPerSecond, timeOfShareMs } from '../rates.js';
import { overloadedBeyond, TokenEndpoint } from '../token-endpoint.js';
import { World } from '../world.js';
import { type Curve, curveOf, LATENCY_MS, ROUND_TRIP_MS, type Scene } from './scene.js';

const BIN_MS = 100;
const CONNECTED_WITHIN_MS = 20_000;
const REVOKED_AT_MS = 30_000;

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
export async function revokeEverything(
  { clients, seed, progress }: Scene,
  options: RevocationOptions,
): Promise<RevocationResult> {
  const { name, toldWithinMs, watchedMs, perSecond } = options;
  const world = new World(seed);
  const { time, random } = world;
  const endpoint = new TokenEndpoint({
    time,
    latencyMs: LATENCY_MS,
    lifeSeconds: () => 3_600,
    binMs: BIN_MS,
  });
  const coordinator = new FleetCoordinator({ time, roundTripMs: ROUND_TRIP_MS, binMs: BIN_MS });
  const connections: Connection[] = [];
  for (let client = 0; client < clients; client += 1) {
    time.after(random() * CONNECTED_WITHIN_MS, () => {
      const connection = world.connected(endpoint, coordinator, client);
      connections.push(connection);
      void connection.connect();
    });
  }
  const endMs = REVOKED_AT_MS + watchedMs;
  const say = progress.begin(name, endMs);
  await time.runUntil(REVOKED_AT_MS, say);
  if (perSecond !== undefined) endpoint.answer = overloadedBeyond(time, perSecond);
  coordinator.revokeAll(toldWithinMs);
  await time.runUntil(endMs, say);
  const since = (bins: readonly number[]) => bins.slice(REVOKED_AT_MS / BIN_MS);
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
