// Runs one Worker in the real runtime, at a compatibility date.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { binaryOf } from '../examples/runtimes.js';

/** Before and after Workers learned the `cache` field of a request. */
export const WORKERS_DATES = ['2024-09-23', '2026-01-01'];

const config = (port: number, script: string, date: string) => `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [ (name = "main", worker = .worker), (name = "internet", network = (allow = ["private", "local"])) ],
  sockets = [ (name = "http", address = "127.0.0.1:${port}", http = (), service = "main") ]
);
const worker :Workerd.Worker = ( modules = [ (name = "worker", esModule = embed "${script}") ], compatibilityDate = "${date}" );`;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

async function isListening(url: string): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  );
}

export interface Worker {
  readonly url: string;
  stop(): void;
}

/** Starts a bundled Worker that lies in `folder`; resolves once it answers at `/ready`. */
export async function startWorker(folder: string, script: string, date: string): Promise<Worker> {
  const port = await freePort();
  const file = join(folder, `${script}.${date}.capnp`);
  writeFileSync(file, config(port, script, date));
  const workerd = spawn(binaryOf('workerd'), ['serve', file], { stdio: 'inherit' });
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; !(await isListening(`${url}/ready`)); tries += 1) {
    if (tries === 100) {
      workerd.kill();
      throw new Error(`The Worker of ${date} does not answer`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { url, stop: () => workerd.kill() };
}
