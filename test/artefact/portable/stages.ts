import { execFile } from 'node:child_process';
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type BuildOptions, build } from 'esbuild';
import { launchChromium } from '../../browser/chromium.js';
import { launchFirefox } from '../../browser/firefox.js';
import type { Launched } from '../../browser/tab.js';
import { binaryOf } from '../../examples/runtimes.js';
import { startWorker, WORKERS_DATES } from '../workerd.js';
import { type Host, startHost } from './host.js';
import { type Played, type Settings, TESTS } from './suite.js';

const run = promisify(execFile);
const SUITE = fileURLToPath(new URL('suite.ts', import.meta.url));
const LIMIT_MS = 120_000;

/** A runtime to play in. `folder` has the package installed, as npm does it. */
interface Stage {
  readonly name: string;
  /** Whether the runtime has a WebSocket of its own, which is then the one that is used. */
  readonly hasWebSocket: boolean;
  play(folder: string, host: Host): Promise<Played>;
}

/** The suite alone, or with the installed package in it, under the conditions of who resolves it. */
async function bundle(folder: string, body: string, options: BuildOptions): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: `import { play } from ${JSON.stringify(SUITE)};\n${body}`, resolveDir: folder },
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    // Not this repository: what lies in the folder.
    nodePaths: [join(folder, 'node_modules')],
    tsconfigRaw: {},
    ...options,
  });
  return outputFiles?.[0]?.text ?? '';
}

const called = (settings: Settings) => `await play(${JSON.stringify(settings)})`;

/** A program that reads packages by itself: it finds the door of the package by its own conditions. */
async function playAsProgram(folder: string, host: Host, command: string, args: string[]): Promise<Played> {
  const body = `console.log(JSON.stringify(${called(host.settings)}));`;
  const file = join(folder, 'suite.mjs');
  writeFileSync(file, await bundle(folder, body, { platform: 'neutral', external: ['stream-video-auth'] }));
  const { stdout } = await run(command, [...args, file], { cwd: folder, timeout: LIMIT_MS });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Played;
}

/** With what only Node 20 needs out of the way, as long as `use` takes. */
async function withoutWs<T>(folder: string, use: () => Promise<T>): Promise<T> {
  const path = join(folder, 'node_modules/ws');
  if (!existsSync(path)) throw new Error('ws is not where it was expected');
  renameSync(path, `${path}-away`);
  try {
    return await use();
  } finally {
    renameSync(`${path}-away`, path);
  }
}

function program(name: string, command: () => string, args: string[] = []): Stage {
  return {
    name,
    hasWebSocket: true,
    play: (folder, host) => withoutWs(folder, () => playAsProgram(folder, host, command(), args)),
  };
}

function node(major: number): Stage {
  const isThis = process.versions.node.startsWith(`${major}.`);
  const command = isThis ? process.execPath : 'npx';
  const args = isThis ? [] : ['-y', '-p', `node@${major}`, 'node'];
  if (major > 20) return program(`Node ${major}`, () => command, args);
  return {
    name: `Node ${major}`,
    hasWebSocket: false,
    async play(folder, host) {
      // The twin: without `ws` there is no socket, so it is `ws` that made one.
      const { passed } = await withoutWs(folder, () => playAsProgram(folder, host, command, args));
      if (passed.join() !== 'user') throw new Error(`Without ws it went as far as ${passed.at(-1)}`);
      return playAsProgram(folder, host, command, args);
    },
  };
}

function workers(date: string): Stage {
  return {
    name: `Workers of ${date}`,
    hasWebSocket: true,
    async play(folder, host) {
      const answer = `new URL(request.url).pathname === '/ready' ? '' : JSON.stringify(${called(host.settings)})`;
      const body = `export default { fetch: async (request) => new Response(${answer}) };`;
      const conditions = ['workerd', 'worker', 'browser'];
      writeFileSync(
        join(folder, 'worker.js'),
        await bundle(folder, body, { platform: 'neutral', conditions }),
      );
      const { url, stop } = await startWorker(folder, 'worker.js', date);
      try {
        const response = await fetch(`${url}/`, { signal: AbortSignal.timeout(LIMIT_MS) });
        return (await response.json()) as Played;
      } finally {
        stop();
      }
    },
  };
}

function browser(name: string, launch: () => Promise<Launched>): Stage {
  return {
    name,
    hasWebSocket: true,
    async play(folder, host) {
      const script = await bundle(folder, `globalThis.playing = play(${JSON.stringify(host.settings)});`, {
        platform: 'browser',
      });
      const browser = await launch();
      try {
        const tab = await browser.open();
        await tab.goto(host.page(script));
        return await tab.evaluate(() => (globalThis as unknown as { playing: Promise<Played> }).playing);
      } finally {
        await browser.close();
      }
    },
  };
}

/** Every runtime that the package is for, but React Native. */
export const STAGES: readonly Stage[] = [
  ...[20, 22, 24, 26].map(node),
  program('Bun', () => binaryOf('bun'), ['run']),
  program('Deno', () => binaryOf('deno'), ['run', '--allow-net', '--allow-env', '--node-modules-dir=manual']),
  ...WORKERS_DATES.map(workers),
  browser('Chromium', launchChromium),
  browser('Firefox', launchFirefox),
];

function complaintOf({ hasWebSocket }: Stage, { passed, failed, ownSockets }: Played): string | undefined {
  if (failed !== undefined) return failed;
  if (passed.join() !== TESTS.join()) return `only ${passed.join(', ')}`;
  if (hasWebSocket !== (ownSockets !== undefined)) {
    return `a WebSocket of its own was ${hasWebSocket ? '' : 'not '}expected`;
  }
  return ownSockets === 0 ? 'its own WebSocket was not used' : undefined;
}

/** Plays the suite in the runtimes with these names; tells of each, and returns how many failed. */
export async function playIn(names: readonly string[], folder: string): Promise<number> {
  let failures = 0;
  for (const stage of STAGES.filter(({ name }) => names.includes(name))) {
    const host = await startHost();
    try {
      const played = await stage.play(folder, host);
      const complaint = complaintOf(stage, played);
      failures += complaint === undefined ? 0 : 1;
      const sockets = played.ownSockets === undefined ? 'ws' : `${played.ownSockets} of its own`;
      console.log(
        `${stage.name}: ${complaint ?? `${played.passed.length} passed`} (${played.runtime}; sockets: ${sockets})`,
      );
    } catch (error) {
      failures += 1;
      console.log(`${stage.name}: ${error}`);
    } finally {
      await host.stop();
    }
  }
  return failures;
}
