import { FleetCoordinator } from '../coordinator.js';
import { TokenEndpoint } from '../token-endpoint.js';
import type { VirtualTime } from '../virtual-time.js';
import { World } from '../world.js';
import { LATENCY_MS, ROUND_TRIP_MS, type Scene } from './scene.js';

const CONNECTED_WITHIN_MS = 20_000;
/** All have connected long before. */
export const BEGINS_AT_MS = 30_000;

export interface ConnectedFleet {
  readonly time: VirtualTime;
  readonly endpoint: TokenEndpoint;
  readonly coordinator: FleetCoordinator;
  /** Plays what follows, until it was watched for so long. */
  watch(): Promise<void>;
}

/** A fleet whose clients all have a token and a socket, at `BEGINS_AT_MS`. */
export async function connectFleet(
  { clients, seed, progress }: Scene,
  { name, watchedMs, binMs }: { readonly name: string; readonly watchedMs: number; readonly binMs: number },
): Promise<ConnectedFleet> {
  const world = new World(seed);
  const { time, random } = world;
  const endpoint = new TokenEndpoint({ time, latencyMs: LATENCY_MS, lifeSeconds: () => 3_600, binMs });
  const coordinator = new FleetCoordinator({ time, roundTripMs: ROUND_TRIP_MS, binMs });
  for (let client = 0; client < clients; client += 1) {
    time.after(random() * CONNECTED_WITHIN_MS, () => {
      void world.connected(endpoint, coordinator, client).connect();
    });
  }
  const endMs = BEGINS_AT_MS + watchedMs;
  const say = progress.begin(name, endMs);
  await time.runUntil(BEGINS_AT_MS, say);
  if (coordinator.live !== clients) throw new Error('Not all clients are connected');
  return { time, endpoint, coordinator, watch: () => time.runUntil(endMs, say) };
}
