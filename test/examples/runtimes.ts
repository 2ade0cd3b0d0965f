import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

// A placeholder of a package whose install script did not run is far smaller.
const MIN_BINARY_BYTES = 1_000_000;

/** The program of a runtime, from the package for this platform or, failing that, the one it was linked into. */
export function binaryOf(runtime: 'bun' | 'deno' | 'workerd'): string {
  const modules = join(ROOT, 'node_modules');
  const inScope = (scope: string, prefix: string) => {
    const folder = join(modules, scope);
    const names = existsSync(folder) ? readdirSync(folder) : [];
    return names.filter((name) => name.startsWith(prefix)).map((name) => join(folder, name));
  };
  const folders = {
    bun: [...inScope('@oven', 'bun-'), join(modules, 'bun')],
    deno: [...inScope('@deno', ''), join(modules, 'deno')],
    workerd: [...inScope('@cloudflare', 'workerd-'), join(modules, 'workerd')],
  };
  const found = folders[runtime]
    .flatMap((folder) => ['', 'bin'].map((inner) => join(folder, inner, runtime)))
    .flatMap((file) => [file, `${file}.exe`])
    .find((file) => existsSync(file) && statSync(file).isFile() && statSync(file).size > MIN_BINARY_BYTES);
  if (!found) throw new Error(`No ${runtime} for this platform in node_modules: run npm install`);
  return found;
}

/** Bundles one example for a runtime that resolves no package by itself, with this checkout as the package. */
export async function bundleExample(entry: string, outfile: string, conditions: string[]): Promise<void> {
  await build({
    entryPoints: [join(ROOT, entry)],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions,
    external: ['node:*'],
    alias: { 'stream-video-auth/server': join(ROOT, 'src/server/index.ts') },
  });
}

/** A folder that is gone when the block ends. */
export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'stream-video-auth-example-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export interface ServerStart {
  command: string;
  args: string[];
  env?: Record<string, string>;
}

export interface StartedServer {
  readonly origin: string;
  stop(): Promise<void>;
}

/** Starts a server in a process of its own; resolves once it has printed its address. */
export async function startServer(start: ServerStart): Promise<StartedServer> {
  const child = spawn(start.command, start.args, {
    cwd: ROOT,
    env: { ...process.env, NO_COLOR: '1', PORT: '0', ...start.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  try {
    return { origin: await printedOrigin(child), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Starts a server, hands its address on, and ends the process whatever happens. */
export async function withServer<T>(start: ServerStart, use: (origin: string) => Promise<T>): Promise<T> {
  const server = await startServer(start);
  try {
    return await use(server.origin);
  } finally {
    await server.stop();
  }
}

function printedOrigin(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = '';
    const read = (chunk: unknown) => {
      printed += String(chunk);
      const port = /http:\/\/127\.0\.0\.1:(\d+)|"port":(\d+)/.exec(printed);
      if (port) resolve(`http://127.0.0.1:${port[1] ?? port[2]}`);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`The server ended before it listened:\n${printed}`)));
  });
}
