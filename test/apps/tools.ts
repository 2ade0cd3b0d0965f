// What the apps are built and started with.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = new URL('../..', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'stream-video-auth-apps-'));
const started: ChildProcess[] = [];
let passed = 0;

export function check(isSo: boolean, what: string): void {
  if (!isSo) throw new Error(`not so: ${what}`);
  passed += 1;
  console.log(`ok  ${what}`);
}

export function run(cwd: string, command: string, args: string[], env: Record<string, string> = {}): string {
  const options = { cwd, env: { ...process.env, ...env }, encoding: 'utf8' } as const;
  return execFileSync(command, args, { ...options, stdio: ['ignore', 'pipe', 'inherit'] });
}

export function start(cwd: string, command: string, args: string[], env: Record<string, string> = {}): void {
  started.push(
    spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: 'ignore', detached: true }),
  );
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export async function waitFor<T>(
  what: string,
  find: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  for (let tries = 0; tries < 1200; tries += 1) {
    const found = await find();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`it never came: ${what}`);
}

/** Copies the fixture, and installs the tarball beside what the app asks for. */
export function install(name: string, tarball: string, sources: [from: string, to: string][]): string {
  const app = join(folder, name);
  cpSync(join(ROOT, 'test/apps', name), app, { recursive: true });
  for (const [from, to] of sources) cpSync(join(ROOT, from), join(app, to), { recursive: true });
  run(app, 'npm', ['install', '--no-audit', '--no-fund', '--silent', tarball]);
  return app;
}

/** The package as it would be published; what is packed is built for it. */
export function pack(): string {
  const printed = run(ROOT, 'npm', ['pack', '--silent', '--pack-destination', folder]);
  return join(folder, printed.trim().split('\n').at(-1) ?? '');
}

export function howMany(): number {
  return passed;
}

export function cleanUp(): void {
  for (const { pid } of started) if (pid !== undefined) process.kill(-pid);
  rmSync(folder, { recursive: true, force: true });
}
