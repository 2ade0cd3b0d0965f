import { count } from './pictures.js';
import { remedies } from './remedies.js';
import type { FleetResults } from './scenarios.js';

/** Whole numbers, or as many digits as say something. */
function digits(value: number | undefined): string {
  if (value === undefined) return '-';
  if (value >= 100) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(2)));
}

const seconds = (ms: number | undefined) => (ms === undefined ? 'not yet' : `${digits(ms / 1_000)} s`);

function table(title: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return [`${title}\n`, ...lines].join('\n');
}

/** What was found, as tables in Markdown. What the closed form says stands behind a slash. */
export function tablesOf({ mint, restart, outage, revocation, tabs }: FleetResults): string {
  const both = (found: number, expected: number | undefined) =>
    expected === undefined ? digits(found) : `${digits(found)} / ${digits(expected)}`;
  return [
    table(
      'All tokens minted in one minute: busiest ten seconds, per second',
      ['scene', 'clients', 'mean', 'mint', 'life 1', 'life 3', 'life 5', 'life 10', 'life 10 over mean'],
      mint.map(({ name, clients, meanPerSecond, peaks, expectedPeaks }) => [
        name,
        count(clients),
        digits(meanPerSecond),
        ...[0, 1, 3, 5, 10].map((life) => both(peaks[life] ?? Number.NaN, expectedPeaks[life])),
        digits((peaks[10] ?? Number.NaN) / meanPerSecond),
      ]),
    ),
    table(
      'All sockets drop: handshakes',
      ['scene', 'clients', 'busiest second', 'of the fleet', 'tries per client', '99 % back after'],
      restart.map(({ name, clients, peak, triesPerClient, back99Ms, expected }) => [
        name,
        count(clients),
        both(peak, expected?.peak),
        `${digits((100 * peak) / clients)} %`,
        both(triesPerClient, expected?.triesPerClient),
        expected ? `${seconds(back99Ms)} / ${seconds(expected.back99Ms)}` : seconds(back99Ms),
      ]),
    ),
    table(
      'The token endpoint is down for ten minutes: requests per second',
      [
        'it',
        'clients',
        'usual',
        'last minute',
        'busiest, down',
        'busiest, after',
        'expired',
        '99 % served after',
      ],
      outage.map((one) => [
        one.name,
        count(one.clients),
        digits(one.usualPerSecond),
        both(one.lastMinutePerSecond, one.expectedLastMinute),
        digits(one.peakWhileDown),
        digits(one.peakAfter),
        `${digits((100 * one.expired) / one.clients)} %`,
        seconds(one.recovered99Ms),
      ]),
    ),
    table(
      'Everything is revoked',
      [
        'scene',
        'clients',
        'busiest second, tokens',
        'handshakes',
        'tokens asked for per client',
        '99 % back after',
      ],
      revocation.map(({ name, clients, peakAsked, peakTried, asksPerClient, back99Ms }) => [
        name,
        count(clients),
        digits(peakAsked),
        digits(peakTried),
        digits(asksPerClient),
        seconds(back99Ms),
      ]),
    ),
    table(
      'Eight tabs of each user',
      [
        'tabs',
        'users',
        'requests per user and life',
        ...(tabs[0]?.peaks ?? []).map((_, life) => `life ${life + 1}`),
      ],
      tabs.map(({ tabs: how, users, asksPerUserAndLife, expectedAsks, peaks }) => [
        how,
        count(users),
        `${asksPerUserAndLife.toFixed(3)} / ${expectedAsks.toFixed(3)}`,
        ...peaks.map(digits),
      ]),
    ),
    table(
      'What would part them, by the closed form: busiest ten seconds over the mean',
      ['remedy', 'tokens live', 'life 1', 'life 10', 'requests, times now'],
      remedies().map(({ what, lifeSeconds, first, tenth, cost }) => [
        what,
        `${lifeSeconds / 60} min`,
        digits(first),
        digits(tenth),
        cost.toFixed(2),
      ]),
    ),
  ].join('\n\n');
}

/** Below this many clients chance explains more than any fault. */
const ENOUGH = 900;

/** Where what was simulated departs from the closed form by more than chance and rounding explain. */
export function departuresOf({ mint, restart, outage, tabs }: FleetResults): string[] {
  const found: string[] = [];
  const compare = (what: string, value: number, expected: number | undefined, tolerance: number) => {
    if (expected !== undefined && Math.abs(value / expected - 1) > tolerance) {
      found.push(`${what}: ${digits(value)}, expected ${digits(expected)}`);
    }
  };
  // Busiest seconds are the most of many, and lie above what is expected by some standard deviations of one.
  const chance = (perSecond: number, overSeconds: number) => 4 / Math.sqrt(perSecond * overSeconds);
  for (const { name, clients, peaks, expectedPeaks } of mint) {
    if (clients < ENOUGH) continue;
    expectedPeaks.forEach((peak, life) => {
      compare(`${name}, life ${life}`, peaks[life] ?? 0, peak, 0.03 + chance(peak, 10));
    });
  }
  for (const { name, clients, peak, triesPerClient, back99Ms, expected } of restart) {
    if (clients < ENOUGH || !expected) continue;
    compare(`${name}, busiest second`, peak, expected.peak, 0.03 + chance(expected.peak, 1));
    compare(`${name}, tries`, triesPerClient, expected.triesPerClient, 0.03);
    compare(`${name}, back`, back99Ms ?? 0, expected.back99Ms, 0.1);
  }
  for (const { name, clients, lastMinutePerSecond, expectedLastMinute } of outage) {
    if (clients < ENOUGH || expectedLastMinute === undefined) continue;
    const tolerance = 0.05 + chance(expectedLastMinute, 60);
    compare(`${name}, last minute`, lastMinutePerSecond, expectedLastMinute, tolerance);
  }
  for (const { name, users, asksPerUserAndLife, expectedAsks } of tabs) {
    if (users > ENOUGH / 8) compare(name, asksPerUserAndLife, expectedAsks, 0.03);
  }
  return found;
}
