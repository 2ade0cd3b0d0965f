// case 202: better-auth #10315. One client at module level of a Worker, over three lives of its token, used by visitors
// who wait, leave, race and abort. Needs a build: npm run build
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { build } from 'esbuild';
import { startEmulator } from '../../src/emulator/index.js';
import { createTokenHandler } from '../../src/server/index.js';
import { ROOT } from '../examples/runtimes.js';
import { startWorker, WORKERS_DATES } from './workerd.js';

const LIFE_SECONDS = 10;
const LIVES = 3;
const PROVIDER_MS = 150;
const EVERY_MS = 150;
/** Two waits of 2 s for attempts of others, an own one, and the request: with room for a busy machine. */
const LONGEST_WAIT_MS = 8_000;

const worker = (apiKey: string, baseUrl: string, tokenUrl: string) => `
import { StreamVideo, fetchTokenProvider } from ${JSON.stringify(join(ROOT, 'dist/index.js'))};
const client = new StreamVideo({
  apiKey: '${apiKey}', baseUrl: '${baseUrl}', logger: 'error',
  user: { id: 'martin' }, tokenProvider: fetchTokenProvider('${tokenUrl}'),
});
const ask = (signal) => client.request('GET', '/edges', { signal });
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const ways = {
  ready: async () => 'ready',
  awaited: async () => { await ask(); return 'ok'; },
  abandoned: async () => { ask().catch(() => {}); return 'ok'; },
  raced: async () => { await Promise.race([ask().catch(() => {}), pause(5)]); return 'ok'; },
  aborted: async () => {
    const controller = new AbortController();
    const asked = ask(controller.signal).then(() => 'ok', (error) => (error === 'enough' ? 'ok' : String(error)));
    await pause(5);
    controller.abort('enough');
    return asked;
  },
  state: async () => JSON.stringify(client.auth.state),
};
export default {
  fetch: async (request) => {
    const way = ways[new URL(request.url).pathname.slice(1)] ?? ways.ready;
    return new Response(await way().catch((error) => [error?.code, error, error?.cause].map(String).join(' | ')));
  },
};`;

interface Visit {
  readonly way: string;
  readonly text: string;
  readonly tookMs: number;
}

async function visit(url: string, way: string): Promise<Visit> {
  const start = performance.now();
  const answer = fetch(`${url}/${way}`, { signal: AbortSignal.timeout(30_000) });
  const text = await answer.then((response) => response.text()).catch((error) => `unanswered: ${error}`);
  return { way, text, tookMs: Math.round(performance.now() - start) };
}

/** Visitors of every kind, some at once, until the tokens have lived their lives; those who leave come first. */
async function visitors(url: string): Promise<Visit[]> {
  const visits: Promise<Visit>[] = [];
  const end = performance.now() + LIVES * LIFE_SECONDS * 1000;
  for (let round = 0; performance.now() < end; round += 1) {
    const leaving = ['abandoned', 'aborted', 'raced'][round % 3] as string;
    visits.push(visit(url, leaving), visit(url, 'awaited'));
    if (round % 10 === 0) for (let more = 0; more < 5; more += 1) visits.push(visit(url, 'awaited'));
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
  return Promise.all(visits);
}

async function main(folder: string): Promise<void> {
  const emulator = await startEmulator();
  const handler = createTokenHandler({
    apiSecret: emulator.apiSecret,
    expiresInSeconds: LIFE_SECONDS,
    authenticate: () => ({ userId: 'martin' }),
  });
  let asked = 0;
  const listener = getRequestListener(handler);
  const endpoint = createServer((request, response) => {
    asked += 1;
    setTimeout(() => listener(request, response), PROVIDER_MS);
  }).listen(0, '127.0.0.1');
  await once(endpoint, 'listening');
  const tokenUrl = `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}/token`;
  const source = join(folder, 'source.js');
  writeFileSync(source, worker(emulator.apiKey, emulator.url, tokenUrl));
  await build({
    entryPoints: [source],
    outfile: join(folder, 'worker.js'),
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
  });
  let failures = 0;
  for (const date of WORKERS_DATES) {
    const before = asked;
    const { url, stop } = await startWorker(folder, 'worker.js', date);
    try {
      const visits = await visitors(url);
      const failed = visits.filter(({ text }) => text !== 'ok');
      const longestMs = Math.max(...visits.map(({ tookMs }) => tookMs));
      const tokens = asked - before;
      // The twin: the tokens did live and end, and no visitor had one of its own.
      const isPlausible = tokens >= LIVES && tokens < visits.length / 4;
      console.log(
        `Workers of ${date}: ${visits.length} visits, ${failed.length} failed, longest ${longestMs} ms, ${tokens} tokens`,
      );
      for (const { way, text, tookMs } of failed.slice(0, 5)) console.log(`  ${way} (${tookMs} ms): ${text}`);
      if (failed.length > 0 || longestMs > LONGEST_WAIT_MS || !isPlausible) failures += 1;
    } finally {
      stop();
    }
  }
  endpoint.closeAllConnections();
  endpoint.close();
  await emulator.stop();
  if (failures > 0) process.exitCode = 1;
}

const folder = mkdtempSync(join(tmpdir(), 'stream-video-auth-worker-'));
await main(folder).finally(() => rmSync(folder, { recursive: true, force: true }));
