// Plays the portable suite in every runtime, with the package as npm would install it from the tarball. Packs, and so
// builds, by itself. `npm run test:runtimes -- 'Node 24' Bun` plays it in these alone.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../examples/runtimes.js';
import { playIn, STAGES } from './portable/stages.js';

const folder = mkdtempSync(join(tmpdir(), 'stream-video-auth-runtimes-'));
const npm = (cwd: string, ...args: string[]) =>
  execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

async function main(): Promise<void> {
  const known = STAGES.map(({ name }) => name);
  const wanted = process.argv.length > 2 ? process.argv.slice(2) : known;
  const strangers = wanted.filter((name) => !known.includes(name));
  if (strangers.length > 0) throw new Error(`No such runtime: ${strangers}. There are ${known.join(', ')}`);
  const packed = npm(ROOT, 'pack', '--silent', '--pack-destination', folder).trim().split('\n').at(-1) ?? '';
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', private: true }));
  npm(folder, 'install', '--no-audit', '--no-fund', '--omit=peer', join(folder, packed));
  const failures = await playIn(wanted, folder);
  console.log(`Runtimes: ${wanted.length - failures} passed, ${failures} failed`);
  if (failures > 0) process.exitCode = 1;
}

await main().finally(() => rmSync(folder, { recursive: true, force: true }));
