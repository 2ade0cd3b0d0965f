import { reconnects } from '../closed-form.js';
import { peakPerSecond, timeOfShareMs, together } from '../rates.js';
import { limitPerSecond } from '../token-endpoint.js';
import { BEGINS_AT_MS, connectFleet } from './connected-fleet.js';
import { type Curve, curveOf, ROUND_TRIP_MS, type Scene } from './scene.js';

const BIN_MS = 50;
/** The closed form is worked out in so much smaller bins. */
const FINER = 5;

export interface RestartOptions {
  readonly name: string;
  /** How long nobody is let in. */
  readonly downMs: number;
  readonly watchedMs: number;
  /** Handshakes that are let in per second, the rest being refused; all where undefined. */
  readonly perSecond?: number;
}

export interface RestartResult {
  readonly name: string;
  readonly clients: number;
  readonly downMs: number;
  readonly perSecond?: number | undefined;
  /** The busiest second from the moment on at which sockets are let in again. */
  readonly peak: number;
  readonly triesPerClient: number;
  /** From the moment at which sockets are let in again. */
  readonly back99Ms: number | undefined;
  readonly tried: Curve;
  readonly expected?: {
    readonly peak: number;
    readonly triesPerClient: number;
    readonly back99Ms: number | undefined;
    readonly tried: Curve;
  };
}

/** All sockets drop at once: how the fleet comes back. */
export async function restart(
  scene: Scene,
  { name, downMs, watchedMs, perSecond }: RestartOptions,
): Promise<RestartResult> {
  const { clients } = scene;
  const fleet = await connectFleet(scene, { name, watchedMs, binMs: BIN_MS });
  const { time, endpoint, coordinator } = fleet;
  const isFree = perSecond === undefined ? () => true : limitPerSecond(time, perSecond);
  coordinator.isOpen = () => time.nowMs >= BEGINS_AT_MS + downMs && isFree();
  coordinator.dropAll(0);
  await fleet.watch();
  if (endpoint.asked.total !== clients) throw new Error('A token was asked for that nobody needed');
  const since = (bins: readonly number[], ms: number) => bins.slice(Math.floor(ms / BIN_MS));
  const figures = (tried: readonly number[], welcomed: readonly number[]) => ({
    // A try arrives half a round trip later.
    peak: peakPerSecond(since(tried, Math.max(0, downMs - ROUND_TRIP_MS)), BIN_MS, 1_000),
    triesPerClient: tried.reduce((sum, count) => sum + count, 0) / clients,
    back99Ms: timeOfShareMs(since(welcomed, downMs), BIN_MS, { share: 0.99, of: clients }),
    tried: curveOf(tried, BIN_MS, downMs > 10_000 ? 500 : 250),
  });
  const expected =
    perSecond === undefined
      ? reconnects({ downMs, roundTripMs: ROUND_TRIP_MS, binMs: BIN_MS / FINER, horizonMs: watchedMs })
      : undefined;
  return {
    name,
    clients,
    downMs,
    perSecond,
    ...figures(since(coordinator.tried.bins, BEGINS_AT_MS), since(coordinator.welcomed.bins, BEGINS_AT_MS)),
    ...(expected && {
      expected: figures(
        together(expected.tries.times(clients), FINER),
        together(expected.welcomes.times(clients), FINER),
      ),
    }),
  };
}
