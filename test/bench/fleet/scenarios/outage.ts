import { asksInOutage, meanPeriodMs, renewalAfter } from '../closed-form.js';
import { meanPerSecond, peakPerSecond, timeOfShareMs } from '../rates.js';
import { type EndpointAnswer, TokenEndpoint } from '../token-endpoint.js';
import { World } from '../world.js';
import { type Curve, curveOf, LATENCY_MS, type Scene } from './scene.js';

const LIFE_SECONDS = 3_600;
const DOWN_MS = 600_000;
const RECOVERY_MS = 600_000;
const BIN_MS = 1_000;
const CURVE_MS = 10_000;

export interface OutageOptions {
  readonly name: string;
  /** What the endpoint does meanwhile, `leftMs` before its end. */
  readonly answer: (leftMs: number) => EndpointAnswer;
  /** Whether the closed form holds for it. */
  readonly isRefusal?: true;
}

export interface OutageResult {
  readonly name: string;
  readonly clients: number;
  /** As without an outage. */
  readonly usualPerSecond: number;
  readonly lastMinutePerSecond: number;
  /** The same by the closed form, where it holds. */
  readonly expectedLastMinute?: number;
  /** Busiest seconds, 5 s long: while it is down, and from its end on. */
  readonly peakWhileDown: number;
  readonly peakAfter: number;
  /** Clients whose token had ended when the endpoint came back. */
  readonly expired: number;
  /** From the end of the outage until 99 % of those who waited have a token. */
  readonly recovered99Ms: number | undefined;
  /** In seconds since the outage began. */
  readonly asked: Curve;
  readonly expected?: Curve;
}

/** The token endpoint is down for ten minutes, under a fleet whose tokens end at all times alike. */
export async function endpointDown(
  { clients, seed, progress }: Scene,
  { name, answer, isRefusal }: OutageOptions,
): Promise<OutageResult> {
  const world = new World(seed);
  const { time, random } = world;
  const endpoint = new TokenEndpoint({
    time,
    latencyMs: LATENCY_MS,
    lifeSeconds: () => LIFE_SECONDS,
    binMs: BIN_MS,
  });
  const { fromMs, toMs } = renewalAfter(LIFE_SECONDS * 1_000, LATENCY_MS);
  const periodMs = meanPeriodMs({ lifeMs: LIFE_SECONDS * 1_000, latencyMs: LATENCY_MS });
  const sessions: ReturnType<World['session']>[] = [];
  for (let client = 0; client < clients; client += 1) {
    time.after(random() * periodMs, () => {
      const session = world.session(endpoint, { client });
      sessions.push(session);
      void session.acquire();
    });
  }
  // By then the first are renewed as evenly as the last were made.
  const beginMs = Math.ceil((periodMs + toMs - fromMs) / BIN_MS) * BIN_MS;
  const endMs = beginMs + DOWN_MS;
  const say = progress.begin(name, endMs + RECOVERY_MS);
  await time.runUntil(beginMs, say);
  endpoint.answer = () => answer(endMs - time.nowMs);
  await time.runUntil(endMs, say);
  endpoint.answer = () => ({ kind: 'token' });
  const isWaiting = ({ state }: (typeof sessions)[number]) => state.lastError !== undefined;
  const isExpired = ({ state }: (typeof sessions)[number]) =>
    state.status === 'active' && state.phase === 'expired';
  const waiting = new Set(sessions.flatMap((session, client) => (isWaiting(session) ? [client] : [])));
  const expired = sessions.filter(isExpired).length;
  const recovered: number[] = [];
  for (let atMs = 0; atMs < RECOVERY_MS; atMs += BIN_MS) {
    await time.runUntil(endMs + atMs + BIN_MS, say);
    let served = 0;
    for (const client of waiting) {
      const session = sessions[client] as (typeof sessions)[number];
      if (isWaiting(session)) continue;
      waiting.delete(client);
      served += 1;
    }
    recovered.push(served);
  }
  const since = endpoint.asked.bins.slice(Math.round(beginMs / BIN_MS));
  const down = DOWN_MS / BIN_MS;
  const usualPerSecond = (clients * 1_000) / periodMs;
  const expected = isRefusal
    ? asksInOutage({
        fromMs: 0,
        toMs: DOWN_MS,
        latencyMs: LATENCY_MS,
        binMs: BIN_MS,
        horizonMs: DOWN_MS + RECOVERY_MS,
      }).times(usualPerSecond)
    : undefined;
  return {
    name,
    clients,
    usualPerSecond,
    lastMinutePerSecond: meanPerSecond(since, BIN_MS, DOWN_MS - 60_000, DOWN_MS),
    peakWhileDown: peakPerSecond(since.slice(0, down), BIN_MS, 5_000),
    peakAfter: peakPerSecond(since.slice(down), BIN_MS, 5_000),
    expired,
    recovered99Ms: timeOfShareMs(recovered, BIN_MS, {
      share: 0.99,
      of: recovered.reduce((sum, count) => sum + count, 0) + waiting.size,
    }),
    asked: curveOf(since, BIN_MS, CURVE_MS),
    ...(expected && {
      expected: curveOf(expected, BIN_MS, CURVE_MS),
      expectedLastMinute: meanPerSecond(expected, BIN_MS, DOWN_MS - 60_000, DOWN_MS),
    }),
  };
}
