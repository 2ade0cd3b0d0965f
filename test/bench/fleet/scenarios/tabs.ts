import { JITTER_SHARE, windowsFor } from '../../../../src/client/token/refresh-windows.js';
import { asksOfTabs, PEAK_WINDOW_MS, renewalAfter } from '../closed-form.js';
import { peakPerSecond } from '../rates.js';
import { useFleetTabs } from '../tab-channels.js';
import { TokenEndpoint } from '../token-endpoint.js';
import { World } from '../world.js';
import { type Curve, curveOf, LATENCY_MS, type Scene } from './scene.js';

const TABS = 8;
const LIFE_SECONDS = 900;
const BIN_MS = 1_000;
const OPENED_WITHIN_MS = 60_000;
/** The way of an answer from one tab to the others. */
const HANDED_OVER_MS = LATENCY_MS + 2;

export interface TabsOptions {
  readonly name: string;
  readonly tabs: 'shared' | 'isolated';
  readonly lives: number;
}

export interface TabsResult extends TabsOptions {
  /** Tabs of all users. */
  readonly clients: number;
  readonly users: number;
  /** For each user and life; the first tokens do not count. */
  readonly asksPerUserAndLife: number;
  readonly expectedAsks: number;
  /** Busiest seconds, 10 s long, of each life. */
  readonly peaks: readonly number[];
  readonly asked: Curve;
}

/** Eight tabs of each user, opened in the same minute. */
export async function eightTabs(
  { clients, seed, progress }: Scene,
  options: TabsOptions,
): Promise<TabsResult> {
  const { name, tabs, lives } = options;
  const world = new World(seed);
  const { time, random } = world;
  const restore = useFleetTabs(time);
  const lifeMs = LIFE_SECONDS * 1_000;
  const users = Math.floor(clients / TABS);
  const endpoint = new TokenEndpoint({ time, latencyMs: LATENCY_MS, lifeSeconds: () => LIFE_SECONDS });
  const { fromMs, toMs } = renewalAfter(lifeMs, LATENCY_MS);
  try {
    for (let client = 0; client < users * TABS; client += 1) {
      const userId = `u${Math.floor(client / TABS)}`;
      const tabKey = tabs === 'shared' ? userId : undefined;
      time.after(random() * OPENED_WITHIN_MS, () => {
        void world.session(endpoint, { client, userId, tabKey }).acquire();
      });
    }
    const endMs = OPENED_WITHIN_MS + lives * toMs;
    await time.runUntil(endMs, progress.begin(name, endMs));
  } finally {
    restore();
  }
  const { bins } = endpoint.asked;
  const firstMs = OPENED_WITHIN_MS + 2_000;
  // Between two lives nobody asks: a life's requests lie around its middle.
  const inLife = (life: number) => {
    const middleMs = OPENED_WITHIN_MS / 2 + (life * (fromMs + toMs)) / 2;
    return bins.slice(
      Math.round((middleMs - fromMs / 2) / BIN_MS),
      Math.round((middleMs + fromMs / 2) / BIN_MS),
    );
  };
  const asked = bins.slice(Math.round(firstMs / BIN_MS)).reduce((sum, count) => sum + count, 0);
  return {
    ...options,
    clients: users * TABS,
    users,
    asksPerUserAndLife: asked / users / lives,
    expectedAsks:
      tabs === 'shared'
        ? asksOfTabs(TABS, JITTER_SHARE * windowsFor(lifeMs).advisoryMs, HANDED_OVER_MS)
        : TABS,
    peaks: Array.from({ length: lives }, (_, life) =>
      peakPerSecond(inLife(life + 1), BIN_MS, PEAK_WINDOW_MS),
    ),
    asked: curveOf(bins, BIN_MS, 5_000),
  };
}
