import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';

const SOURCE = fileURLToPath(new URL('../../src/client/index.ts', import.meta.url));
/** No more than a sign that a process hangs: nothing is measured by it. */
const KILL_AFTER_MS = 50_000;

export interface Scripts {
  /** Runs one script to its end, in a process without any handlers of its own. */
  run(name: string, ...args: string[]): Promise<Ended>;
  remove(): Promise<void>;
}

export interface Ended {
  readonly exitCode: number | null;
  /** Whether it had to be killed, since it did not end by itself. */
  readonly isKilled: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

function start(file: string, args: string[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    let isKilled = false;
    const limit = setTimeout(() => {
      isKilled = true;
      child.kill('SIGKILL');
    }, KILL_AFTER_MS);
    child.stdout.on('data', (data) => {
      stdout += data;
    });
    child.stderr.on('data', (data) => {
      stderr += data;
    });
    child.on('error', reject);
    child.on('close', (exitCode) => {
      clearTimeout(limit);
      resolve({ exitCode, isKilled, stdout, stderr });
    });
  });
}

/** Bundles the scripts once, since a process that compiles first is slow to start. */
export async function bundleScripts(...names: string[]): Promise<Scripts> {
  const folder = await mkdtemp(join(tmpdir(), 'stream-video-auth-process-'));
  await build({
    config: false,
    silent: true,
    entry: names.map((name) => fileURLToPath(new URL(`./scripts/${name}.ts`, import.meta.url))),
    outDir: folder,
    outExtension: () => ({ js: '.mjs' }),
    format: 'esm',
    target: 'node20',
    splitting: false,
    noExternal: [/./],
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    esbuildOptions(options) {
      options.alias = { 'stream-video-auth': SOURCE };
    },
  });
  return {
    run: (name, ...args) => start(join(folder, `${name}.mjs`), args),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
