import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { count, picturesOf } from './pictures.js';
import { departuresOf, tablesOf } from './report.js';
import { type Played, runPlay } from './run-play.js';

/**
 * `npm run bench:fleet`: how a fleet of clients behaves, in virtual time. Each client is the package's own
 * `TokenSession`, and where sockets take part its own `Connection`; the token endpoint, the coordinator and the
 * channel between tabs are stand-ins. A run of 100,000 writes what the guide shows; one of another size, such as
 * `-- --clients 10000`, writes to `reports/fleet/`. `--draw` plays nothing, and draws the last such run anew. Fails
 * where a scene departs from its closed form.
 */
const FULL = 100_000;

const { values } = parseArgs({
  options: {
    clients: { type: 'string', default: String(FULL) },
    seed: { type: 'string', default: '1' },
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

interface Report extends Played {
  readonly measured: string;
  readonly machine: string;
  readonly clients: number;
  readonly seed: number;
}

async function play(): Promise<Report> {
  const played = await runPlay(clients, seed);
  const machine = `${cpus().length} x ${cpus()[0]?.model}, Node ${process.versions.node}`;
  const report = { measured: new Date().toISOString().slice(0, 10), machine, clients, seed, ...played };
  const short = (_key: string, value: unknown) =>
    typeof value === 'number' ? Number(value.toPrecision(4)) : value;
  await mkdir(data, { recursive: true });
  await writeFile(`${data}fleet.json`, `${JSON.stringify(report, short)}\n`);
  return report;
}

const { results, run, machine, measured } = values.draw
  ? (JSON.parse(await readFile(`${data}fleet.json`, 'utf8')) as Report)
  : await play();
for (const [name, svg] of picturesOf(results)) await writeFile(`${pictures}${name}.svg`, svg);

console.log(`\n${tablesOf(results)}\n`);
console.log(
  `${count(clients)} clients, seed ${seed}, ${measured}: ${Math.round(run.seconds)} s, at most ${Math.round(run.peakMegabytes)} MB; ${machine}`,
);
const departures = departuresOf(results);
if (departures.length > 0) {
  console.error(`\nDeparts from the closed form:\n${departures.join('\n')}`);
  process.exitCode = 1;
}
