// Plays the media suite again and again, and prints how long each of its tests took and how often it failed:
// npm run test:media:repeat -- --runs 20 [file or -t 'name', as for vitest]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Report {
  testResults: {
    assertionResults: { fullName: string; status: string; duration?: number; failureMessages: string[] }[];
  }[];
}

const args = process.argv.slice(2);
const at = args.indexOf('--runs');
const runs = at < 0 ? 20 : Number(args.splice(at, 2)[1]);
if (!Number.isInteger(runs) || runs < 1) throw new Error('--runs takes a number of runs');

const folder = mkdtempSync(join(tmpdir(), 'media-repeat-'));
const outputFile = join(folder, 'report.json');
const tests = new Map<string, { tookMs: number[]; failures: string[] }>();

for (let run = 1; run <= runs; run += 1) {
  const startedAt = Date.now();
  spawnSync(
    'npx',
    [
      'vitest',
      'run',
      '--config',
      'test/media/vitest.config.ts',
      '--reporter=json',
      `--outputFile=${outputFile}`,
      ...args,
    ],
    { stdio: ['ignore', 'ignore', 'inherit'], env: { MEDIA_CLIENTS: 'all', ...process.env } },
  );
  let passed = 0;
  const failed: string[] = [];
  const { testResults } = JSON.parse(readFileSync(outputFile, 'utf8')) as Report;
  for (const one of testResults.flatMap(({ assertionResults }) => assertionResults)) {
    if (one.status !== 'passed' && one.status !== 'failed') continue;
    const row = tests.get(one.fullName) ?? { tookMs: [], failures: [] };
    tests.set(one.fullName, row);
    if (one.status === 'passed') {
      passed += 1;
      row.tookMs.push(one.duration ?? 0);
    } else {
      const why = one.failureMessages[0]?.split('\n')[0] ?? '';
      failed.push(`  ${one.fullName}: ${why}`);
      row.failures.push(why);
    }
  }
  rmSync(outputFile);
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  // Told at once: who stops early knows what there was.
  console.log(`run ${run} of ${runs} took ${seconds} s: ${passed} passed, ${failed.length} failed`);
  for (const line of failed) console.log(line);
}
rmSync(folder, { recursive: true });

const seconds = (ms: number | undefined) => (ms === undefined ? '-' : (ms / 1000).toFixed(1));
console.table(
  [...tests].map(([name, { tookMs, failures }]) => {
    const sorted = tookMs.toSorted((a, b) => a - b);
    return {
      test: name,
      runs: tookMs.length + failures.length,
      failed: failures.length,
      'min s': seconds(sorted[0]),
      'median s': seconds(sorted[sorted.length >> 1]),
      'max s': seconds(sorted.at(-1)),
    };
  }),
);
for (const [name, { failures }] of tests) for (const why of failures) console.log(`${name}: ${why}`);
process.exitCode = [...tests.values()].some(({ failures }) => failures.length > 0) ? 1 : 0;
