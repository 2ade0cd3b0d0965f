import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { shortenedNames } from '../../internal-names.js';
import { APP, WITH_HOOKS } from '../artefact/react-app.js';
import { SCHEMES } from './lines-picture.js';
import { type Growth, growthPicture, tablePicture } from './picture.js';
import { type Medians, type Row, RUNS, rowsOf, type Sizes, shown } from './rows.js';
import { buildMeasures, runMeasure, startCoordinator } from './run-measure.js';

/**
 * `npm run bench`: the table of what the client costs, beside the official client and the bare platform, and how
 * the costs grow. Each figure is the median of as many rounds, in processes of their own, one after the other; the
 * coordinator is another process. Writes `docs/measured/speed.json` and its pictures. Figures of one machine say
 * nothing about another: compare the ratios. `--rounds 3` for a first look.
 */
const ROUNDS = Number(process.argv[process.argv.indexOf('--rounds') + 1]) || 9;
const SIZES = [1, 10, 100, 1_000, 10_000];
const GROWTHS = {
  inFlightAtOnce: 'requests in flight',
  clients: 'clients made',
  watchedCalls: 'watched calls',
  listeners: 'listeners',
};
const root = fileURLToPath(new URL('../..', import.meta.url));
const PICTURES = `${root}docs/public/`;

const run = promisify(execFile);

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

async function medians(file: string): Promise<Medians> {
  const coordinator = await startCoordinator();
  const seen = new Map<string, Record<string, number[]>>();
  try {
    for (let round = 1; round <= ROUNDS; round += 1) {
      for (const measure of RUNS) {
        const figures = await runMeasure(file, measure, coordinator);
        const key = `${measure.name} ${measure.subject ?? 'ours'}`;
        const all = seen.get(key) ?? {};
        for (const [name, value] of Object.entries(figures)) all[name] = [...(all[name] ?? []), value];
        seen.set(key, all);
      }
      console.log(`round ${round} of ${ROUNDS}`);
    }
  } finally {
    coordinator.process.kill();
  }
  const middle = (figures: Record<string, number[]>) =>
    Object.fromEntries(Object.entries(figures).map(([name, values]) => [name, median(values)]));
  return Object.fromEntries([...seen].map(([key, figures]) => [key, middle(figures)]));
}

/** Milliseconds of a whole process that imports this and nothing else. */
async function importTimes(client: string): Promise<Record<string, number>> {
  const empty = `${dirname(client)}/empty.mjs`;
  await writeFile(empty, '');
  const modules = { empty, ours: client, official: '@stream-io/video-client' };
  const times: Record<string, number[]> = {};
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, module] of Object.entries(modules)) {
      const script = `const t = performance.now(); await import(${JSON.stringify(module)}); console.log(performance.now() - t)`;
      const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], { cwd: root });
      times[name] = [...(times[name] ?? []), Number(stdout)];
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, values]) => [name, median(values)]));
}

/** Bytes of a bundle of this module, minified and gzipped. */
async function bundleBytes(contents: string, mangleProps?: RegExp): Promise<number> {
  const { outputFiles = [] } = await build({
    stdin: { contents, resolveDir: root },
    absWorkingDir: root,
    alias: {
      'stream-video-auth': './src/client/index.ts',
      'stream-video-auth/react': './src/react/index.ts',
    },
    ...(mangleProps && { mangleProps }),
    define: { 'process.env.NODE_ENV': '"production"' },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    external: ['ws'],
  });
  return gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length;
}

async function sizes(): Promise<Sizes> {
  return {
    oursBytes: await bundleBytes("export * from 'stream-video-auth';", shortenedNames),
    officialBytes: await bundleBytes("export * from '@stream-io/video-client';"),
    reactBytes:
      (await bundleBytes(APP + WITH_HOOKS, shortenedNames)) - (await bundleBytes(APP, shortenedNames)),
  };
}

async function growths(file: string): Promise<Growth[]> {
  const points: Growth[] = [];
  for (const [name, what] of Object.entries(GROWTHS)) {
    for (const size of SIZES) {
      const rounds: number[] = [];
      for (let round = 0; round < Math.min(ROUNDS, 5); round += 1) {
        rounds.push((await runMeasure(file, { name, size })).cpuUs as number);
      }
      points.push({ what, size, value: Math.max(median(rounds), 0.1) });
    }
  }
  return points;
}

function print(rows: readonly Row[]): string {
  const lines = rows.map(({ what, official, ours, must, unit }) => {
    const verdict = ours <= must ? 'yes' : 'no';
    return `| ${what} | ${shown(official, unit)} | ${shown(ours, unit)} | ${shown(must, unit)} | ${verdict} |`;
  });
  return [
    '| what | official | this package | goal | met |',
    '| --- | --- | --- | --- | --- |',
    ...lines,
  ].join('\n');
}

const { file, remove } = await buildMeasures();
try {
  const found = await medians(file);
  const imports = await importTimes(`${dirname(file)}/client.mjs`);
  const rows = rowsOf(found, imports, await sizes());
  const growth = await growths(file);
  const machine = `${cpus().length} x ${cpus()[0]?.model}, Node ${process.versions.node}`;
  const report = { measured: new Date().toISOString().slice(0, 10), machine, rounds: ROUNDS, rows, growth };
  await writeFile(`${root}docs/measured/speed.json`, `${JSON.stringify(report, undefined, 2)}\n`);
  for (const [name, scheme] of Object.entries(SCHEMES)) {
    await writeFile(`${PICTURES}speed-${name}.svg`, tablePicture(rows, scheme));
    await writeFile(`${PICTURES}growth-${name}.svg`, growthPicture(growth, scheme));
  }
  console.log(`\n${print(rows)}\n\n${machine}; medians of ${ROUNDS} rounds`);
  console.table(growth);
} finally {
  await remove();
}
