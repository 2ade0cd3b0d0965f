// Runs the built client in other runtimes, against the emulator on Node. Needs a build: npm run build
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { getRequestListener } from '@hono/node-server';
import { type BuildOptions, build } from 'esbuild';
import { startEmulator } from '../../src/emulator/index.js';
import { createTokenHandler } from '../../src/server/index.js';
import { binaryOf, ROOT } from '../examples/runtimes.js';
import { startWorker, WORKERS_DATES } from './workerd.js';

const run = promisify(execFile);
/** The life of a user and of a guest, each step named when it is done. */
const story = (apiKey: string, baseUrl: string, tokenUrl: string) => `
import { StreamVideo, User, fetchTokenProvider } from ${JSON.stringify(join(ROOT, 'dist/index.js'))};
export async function story() {
  const done = [];
  const common = { apiKey: '${apiKey}', baseUrl: '${baseUrl}', logger: 'error' };
  const client = new StreamVideo({ ...common, user: { id: 'martin' }, tokenProvider: fetchTokenProvider('${tokenUrl}') });
  await client.request('GET', '/edges'), done.push('get');
  await client.call('default', 'x').getOrCreate({ custom: { a: 1 } }), done.push('post');
  await client.connect(), done.push('connect');
  await client.auth.refresh(), done.push('refresh');
  const guest = await StreamVideo.create({ ...common, user: User.guest('g') });
  await guest.connect(), done.push('guest');
  const { runtime } = client.auth.explain();
  await guest.disconnect();
  await client.disconnect(), done.push('disconnect');
  return [...done, runtime].join(' ');
}`;

const WORKER = `
import { story } from './story.js';
export default { fetch: async (request) => new Response(request.url.endsWith('/ready') ? '' : await story().catch((error) => String(error) + String(error.cause))) };`;

async function inWorkers(folder: string, date: string): Promise<string> {
  const { url, stop } = await startWorker(folder, 'worker.js', date);
  try {
    return await (await fetch(`${url}/`)).text();
  } finally {
    stop();
  }
}

async function main(folder: string): Promise<void> {
  const emulator = await startEmulator();
  const handler = createTokenHandler({
    apiSecret: emulator.apiSecret,
    authenticate: () => ({ userId: 'martin' }),
  });
  const endpoint = createServer(getRequestListener(handler)).listen(0, '127.0.0.1');
  await once(endpoint, 'listening');
  const tokenUrl = `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}/token`;
  writeFileSync(join(folder, 'story.js'), story(emulator.apiKey, emulator.url, tokenUrl));
  writeFileSync(join(folder, 'worker-source.js'), WORKER);
  writeFileSync(
    join(folder, 'script-source.js'),
    "import { story } from './story.js'; console.log(await story());",
  );
  for (const [entry, outfile] of [
    ['worker-source.js', 'worker.js'],
    ['script-source.js', 'script.mjs'],
  ] as const) {
    const options: BuildOptions = {
      bundle: true,
      format: 'esm',
      platform: 'neutral',
      mainFields: ['module', 'main'],
    };
    await build({ ...options, entryPoints: [join(folder, entry)], outfile: join(folder, outfile) });
  }
  const script = join(folder, 'script.mjs');
  const output = async (file: string, args: string[]) =>
    (await run(file, args, { timeout: 60_000 })).stdout.trim();
  const told: Record<string, string> = {
    Bun: await output(binaryOf('bun'), [script]),
    Deno: await output(binaryOf('deno'), ['run', '--allow-net', '--allow-env', script]),
    'Node 24': await output('npx', ['-y', '-p', 'node@24', 'node', script]),
  };
  for (const date of WORKERS_DATES) told[`Workers of ${date}`] = await inWorkers(folder, date);
  endpoint.closeAllConnections();
  endpoint.close();
  await emulator.stop();
  const failed = Object.entries(told).filter(
    ([, text]) => !text.startsWith('get post connect refresh guest disconnect '),
  );
  for (const [runtime, text] of Object.entries(told)) console.log(`${runtime}: ${text}`);
  console.log(`Runtimes: ${Object.keys(told).length - failed.length} passed, ${failed.length} failed`);
  if (failed.length > 0) process.exitCode = 1;
}

const folder = mkdtempSync(join(tmpdir(), 'stream-video-auth-runtimes-'));
await main(folder).finally(() => rmSync(folder, { recursive: true, force: true }));
