import { type Line, linesPicture, pointsOf, SCHEMES, type Scheme } from '../lines-picture.js';
import { peakOverMean } from './closed-form.js';
import type { MintResult } from './scenarios/mint.js';
import { LATENCY_MS } from './scenarios/scene.js';
import type { FleetResults } from './scenarios.js';

const inMinutes = (seconds: number) => seconds / 60;

function mintPicture([main]: readonly MintResult[], scheme: Scheme): string {
  const { asked, expected, meanPerSecond, clients } = main as MintResult;
  const ends = [0, (asked.perSecond.length * asked.binMs) / 60_000];
  return linesPicture(
    [
      { name: `${count(clients)} clients, simulated`, points: pointsOf(asked, { toX: inMinutes }), width: 3 },
      { name: 'closed form', points: pointsOf(expected, { toX: inMinutes }), color: scheme.ink, width: 1 },
      {
        name: 'mean: what an even fleet would ask',
        points: ends.map((x) => ({ x, y: meanPerSecond })),
        kind: 'dashed',
      },
    ],
    { x: { label: 'minutes since the first token' }, y: { label: 'tokens asked for per second' } },
    scheme,
  );
}

function livesPicture(results: readonly MintResult[], scheme: Scheme): string {
  const lives = results[0]?.lives ?? 10;
  const formFor = (lifeMs: number, binMs: number) =>
    peakOverMean({ lifeMs, latencyMs: LATENCY_MS, mintedWithinMs: 60_000, lives, binMs })
      .map((y, x) => ({ x, y }))
      .slice(1);
  const overMean = ({ peaks, meanPerSecond }: MintResult) =>
    peaks.map((peak, x) => ({ x, y: peak / meanPerSecond })).slice(1);
  const drawn = results.find(({ shortestShare }) => shortestShare === 0.5) as MintResult;
  const hour = results.find(({ lifeSeconds }) => lifeSeconds === 3_600) as MintResult;
  const [day, fourHours, oneHour, quarter] = scheme.colors;
  return linesPicture(
    [
      { name: 'tokens of a day', points: formFor(86_400_000, 5_000), color: day },
      { name: 'of 4 hours', points: formFor(14_400_000, 1_000), color: fourHours },
      { name: 'of 1 hour; dots: simulated', points: formFor(3_600_000, 1_000), color: oneHour },
      { name: 'of 15 minutes; dots: simulated', points: formFor(900_000, 1_000), color: quarter },
      {
        name: 'of 7.5 to 15 minutes, drawn by the endpoint',
        points: overMean(drawn),
        kind: 'dashed',
        color: scheme.ink,
      },
      { points: overMean(hour), color: oneHour, kind: 'dots' },
      { points: overMean(results[0] as MintResult), color: quarter, kind: 'dots' },
    ],
    {
      x: { label: 'life of the tokens, the first mint being 0', ticks: lives, tickFormat: 'd' },
      y: { label: 'busiest seconds, times the mean', type: 'log', tickFormat: '~g', ticks: 4 },
      height: 300,
    },
    scheme,
  );
}

function restartPicture({ restart }: FleetResults, scheme: Scheme): string {
  const share = (clients: number) => ({ toY: (rate: number) => (100 * rate) / clients, least: 0.05 });
  const shown = restart.filter(({ downMs, expected }) => downMs > 0 && expected);
  const lines = [5_000, 60_000].flatMap((downMs, index): Line[] => {
    const result = shown.find((one) => one.downMs === downMs);
    if (!result?.expected) return [];
    const { clients, tried, expected } = result;
    return [
      {
        name: `down for ${downMs / 1_000} s, ${count(clients)} clients`,
        points: pointsOf(tried, share(clients)),
        color: scheme.colors[index],
        width: 3,
      },
      {
        name: 'full-jitter theory',
        points: pointsOf(expected.tried, share(clients)),
        color: scheme.ink,
        width: 1,
      },
    ];
  });
  return linesPicture(
    lines,
    {
      x: { label: 'seconds since all sockets dropped', domain: [0, 100] },
      y: { label: 'handshakes per second, % of the fleet', type: 'log', tickFormat: '~g', ticks: 4 },
    },
    scheme,
  );
}

function outagePicture({ outage }: FleetResults, scheme: Scheme): string {
  const lines = outage.flatMap(({ name, asked, expected, usualPerSecond, clients }): Line[] => {
    // The smaller ones of the same only show that size does not matter.
    if (expected && clients !== outage[0]?.clients) return [];
    const options = { toX: inMinutes, toY: (rate: number) => rate / usualPerSecond, least: 0.02 };
    const simulated: Line = { name, points: pointsOf(asked, options), width: expected ? 3 : 1.6 };
    return expected
      ? [
          simulated,
          { name: 'closed form of that', points: pointsOf(expected, options), color: scheme.ink, width: 1 },
        ]
      : [simulated];
  });
  return linesPicture(
    lines,
    {
      x: { label: 'minutes since the endpoint went down; back at 10', domain: [0, 20] },
      y: { label: 'requests, times the usual', type: 'log', tickFormat: '~g', ticks: 4 },
      height: 300,
    },
    scheme,
  );
}

function revocationPicture({ revocation }: FleetResults, scheme: Scheme): string {
  return linesPicture(
    revocation.map(({ toldWithinMs, perSecond, welcomed, clients }): Line => {
      let back = 0;
      const points = welcomed.perSecond.map((rate, bin) => {
        back += (rate * welcomed.binMs) / 1_000;
        return { x: ((bin + 1) * welcomed.binMs) / 1_000, y: (100 * back) / clients };
      });
      const limit = perSecond ? `, endpoint: ${(100 * perSecond) / clients} % per second` : '';
      return { name: `told within ${toldWithinMs / 1_000} s${limit}`, points };
    }),
    {
      x: { label: 'seconds since everything was revoked', type: 'log', tickFormat: '~g', domain: [0.1, 600] },
      y: { label: 'connected again, % of the fleet', domain: [0, 100] },
    },
    scheme,
  );
}

function tabsPicture({ tabs }: FleetResults, scheme: Scheme): string {
  return linesPicture(
    tabs.map(({ tabs: how, users, asked, asksPerUserAndLife }): Line => {
      const name = `${how}: ${asksPerUserAndLife.toFixed(2)} requests per user and life`;
      const toY = (rate: number) => (1_000 * rate) / users;
      return { name, points: pointsOf(asked, { toX: inMinutes, toY }), width: how === 'shared' ? 1.6 : 2.4 };
    }),
    {
      x: { label: 'minutes since the first tab opened' },
      y: { label: 'tokens per second for 1,000 users' },
    },
    scheme,
  );
}

/** The same at every size: what was simulated, and the closed form from there to ten million. */
function sizesPicture({ mint, restart, outage }: FleetResults, scheme: Scheme): string {
  const renewed = mint.filter(({ lifeSeconds, shortestShare }) => lifeSeconds === 900 && shortestShare === 1);
  const dropped = restart.filter(({ downMs, expected }) => downMs === 5_000 && expected);
  const refused = outage.filter(({ expected }) => expected);
  const sorts = [
    {
      name: 'all sockets dropped, down for 5 s: handshakes',
      dots: dropped.map(({ clients, peak }) => ({ x: clients, y: peak })),
      share: (dropped[0]?.expected?.peak ?? 0) / (dropped[0]?.clients ?? 1),
    },
    {
      name: 'minted in a minute, 15 min: first renewal',
      dots: renewed.map(({ clients, peaks }) => ({ x: clients, y: peaks[1] ?? 0 })),
      share: (renewed[0]?.expectedPeaks[1] ?? 0) / (renewed[0]?.clients ?? 1),
    },
    {
      name: 'endpoint down for 10 min, 1 h: its last minute',
      dots: refused.map(({ clients, lastMinutePerSecond }) => ({ x: clients, y: lastMinutePerSecond })),
      share: (refused[0]?.expectedLastMinute ?? 0) / (refused[0]?.clients ?? 1),
    },
  ];
  const sizes = [100, 10_000_000];
  const lines = sorts.flatMap(({ name, dots, share }, index): Line[] => {
    const color = scheme.colors[index];
    return [
      { name, points: sizes.map((x) => ({ x, y: x * share })), color },
      { points: dots, kind: 'dots', color },
    ];
  });
  return linesPicture(
    lines,
    {
      x: { label: 'clients; dots: simulated, lines: closed form', type: 'log', tickFormat: '~s', ticks: 4 },
      y: { label: 'requests per second', type: 'log', tickFormat: '~s', ticks: 6 },
    },
    scheme,
  );
}

export function count(clients: number): string {
  return clients.toLocaleString('en');
}

/** Each picture in both schemes, by the name of its file. */
export function picturesOf(results: FleetResults): Map<string, string> {
  const pictures = new Map<string, string>();
  for (const [name, scheme] of Object.entries(SCHEMES)) {
    pictures.set(`fleet-mint-${name}`, mintPicture(results.mint, scheme));
    pictures.set(`fleet-lives-${name}`, livesPicture(results.mint, scheme));
    pictures.set(`fleet-restart-${name}`, restartPicture(results, scheme));
    pictures.set(`fleet-outage-${name}`, outagePicture(results, scheme));
    pictures.set(`fleet-revocation-${name}`, revocationPicture(results, scheme));
    pictures.set(`fleet-tabs-${name}`, tabsPicture(results, scheme));
    pictures.set(`fleet-sizes-${name}`, sizesPicture(results, scheme));
  }
  return pictures;
}
