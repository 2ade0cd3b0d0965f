import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { count, picturesOf } from './pictures.js';
import { departuresOf, tablesOf } from './report.js';
import { type Played, runPlay } from './run-play.js';
import { type FleetResults, KINDS, type Kind } from './scenarios.js';

/**
 * `npm run bench:fleet`: how a fleet of clients behaves, in virtual time. Each client is the package's own
 * `TokenSession`, and where sockets take part its own `Connection`; the token endpoint, the coordinator and the
 * channel between tabs are stand-ins. A run of 100,000 writes what the guide shows; one of another size, such as
 * `-- --clients 10000`, writes to `reports/fleet/`. `--only mint` plays the scenes of one kind and keeps the others of
 * the last such run; `--draw` plays nothing and draws that run anew. Fails where a scene departs from its closed form.
 */
const FULL = 100_000;

const { values } = parseArgs({
  options: {
    clients: { type: 'string', default: String(FULL) },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    draw: { type: 'boolean', default: false },
  },
});
const clients = Number(values.clients);
const seed = Number(values.seed);
if (!Number.isInteger(clients) || clients < 100 || !Number.isInteger(seed)) {
  throw new Error('--clients takes a whole number from 100 on, --seed a whole number');
}

const folder = (path: string) => fileURLToPath(new URL(`../../../${path}/`, import.meta.url));
const [data, pictures] =
  clients === FULL
    ? [folder('docs/measured'), folder('docs/public')]
    : [folder('reports/fleet'), folder('reports/fleet')];

interface Report {
  readonly measured: string;
  readonly machine: string;
  readonly clients: number;
  readonly seed: number;
  readonly runs: Partial<Record<Kind, Played['run']>>;
  readonly results: Partial<FleetResults>;
}

const file = `${data}fleet.json`;

async function lastReport(): Promise<Report | undefined> {
  return existsSync(file) ? JSON.parse(await readFile(file, 'utf8')) : undefined;
}

async function play(kind: Kind): Promise<void> {
  const { results, run } = await runPlay(kind, clients, seed);
  const last = await lastReport();
  const report: Report = {
    measured: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} x ${cpus()[0]?.model}, Node ${process.versions.node}`,
    clients,
    seed,
    runs: { ...last?.runs, [kind]: run },
    results: { ...last?.results, [kind]: results },
  };
  const short = (_key: string, value: unknown) =>
    typeof value === 'number' ? Number(value.toPrecision(4)) : value;
  await mkdir(data, { recursive: true });
  await writeFile(file, `${JSON.stringify(report, short)}\n`);
}

const asked = KINDS.filter((kind) => values.only === '' || kind === values.only);
if (asked.length === 0) throw new Error(`--only takes one of ${KINDS.join(', ')}`);
if (!values.draw) for (const kind of asked) await play(kind);

const report = await lastReport();
const missing = KINDS.filter((kind) => !report?.results[kind]);
if (!report || missing.length > 0) throw new Error(`Nobody has played ${missing.join(', ')} yet`);
const results = report.results as FleetResults;
await mkdir(pictures, { recursive: true });
for (const [name, svg] of picturesOf(results)) await writeFile(`${pictures}${name}.svg`, svg);

console.log(`\n${tablesOf(results)}\n`);
const runs = Object.entries(report.runs).map(
  ([kind, { seconds, cpuSeconds, peakMegabytes }]) =>
    `${kind} ${Math.round(seconds)} s (${Math.round(cpuSeconds)} s of CPU, at most ${Math.round(peakMegabytes)} MB)`,
);
console.log(
  `${count(clients)} clients, seed ${seed}, ${report.measured}, ${report.machine}: ${runs.join(', ')}`,
);
const departures = departuresOf(results);
if (departures.length > 0) {
  console.error(`\nDeparts from the closed form:\n${departures.join('\n')}`);
  process.exitCode = 1;
}
