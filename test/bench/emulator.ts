import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import { startEmulator } from '../../src/emulator/index.js';

const SOCKETS = 2_000;
const REQUESTS_PER_SECOND = 1_000;
const SECONDS = 10;
const ROLE = 'EMULATOR_BENCH_ROLE';

interface Ready {
  url: string;
  apiKey: string;
  token: string;
}

interface Usage {
  cpuSeconds: number;
  megabytes: number;
}

/** The process that is measured: an emulator and nothing else. */
async function serve(): Promise<void> {
  const emulator = await startEmulator();
  const ready: Ready = {
    url: emulator.url,
    apiKey: emulator.apiKey,
    token: await emulator.userToken('bench'),
  };
  process.on('message', (asked) => {
    if (asked === 'report') process.send?.(usage());
    else void emulator.stop().then(() => process.disconnect());
  });
  process.send?.(ready);
}

function usage(): Usage {
  const { user, system } = process.cpuUsage();
  return { cpuSeconds: (user + system) / 1e6, megabytes: process.memoryUsage().rss / 2 ** 20 };
}

async function usageOf(server: ChildProcess): Promise<Usage> {
  server.send('report');
  const [used] = (await once(server, 'message')) as [Usage];
  return used;
}

function percentile(sorted: readonly number[], share: number): string {
  return `${(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1)} ms`;
}

async function connect({ url, apiKey, token }: Ready): Promise<WebSocket> {
  const address = `${url.replace('http', 'ws')}/video/connect?api_key=${apiKey}&stream-auth-type=jwt`;
  const socket = new WebSocket(address, { perMessageDeflate: false });
  await once(socket, 'open');
  socket.send(JSON.stringify({ token, user_details: { id: 'bench' } }));
  const [frame] = await once(socket, 'message');
  if (JSON.parse(String(frame)).type !== 'connection.ok') throw new Error('a handshake was refused');
  return socket;
}

function ask({ url, apiKey, token }: Ready, agent: Agent, method: string, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: token, 'stream-auth-type': 'jwt' };
    const sent = request(`${url}/video${path}?api_key=${apiKey}`, { method, agent, headers }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
    });
    sent.on('error', reject);
    sent.end();
  });
}

/** 2,000 open sockets that ping, and 1,000 requests per second beside them, for ten seconds. */
async function measure(): Promise<void> {
  const child = fork(fileURLToPath(import.meta.url), { env: { ...process.env, [ROLE]: 'server' } });
  const [ready] = (await once(child, 'message')) as [Ready];

  const idle = await usageOf(child);
  const openedAt = performance.now();
  const sockets: WebSocket[] = [];
  while (sockets.length < SOCKETS) {
    sockets.push(...(await Promise.all(Array.from({ length: 100 }, () => connect(ready)))));
  }
  const openMs = performance.now() - openedAt;

  const opened = await usageOf(child);

  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  await ask(ready, agent, 'POST', '/call/default/bench');
  const times: number[] = [];
  const statuses = new Map<number, number>();
  const startedAt = performance.now();
  const running: Promise<void>[] = [];
  for (let sent = 0; sent < REQUESTS_PER_SECOND * SECONDS; ) {
    const due = Math.min(
      ((performance.now() - startedAt) / 1000) * REQUESTS_PER_SECOND,
      REQUESTS_PER_SECOND * SECONDS,
    );
    for (; sent < due; sent += 1) {
      const at = performance.now();
      running.push(
        ask(ready, agent, 'GET', sent % 2 === 0 ? '/call/default/bench' : '/edges').then((status) => {
          times.push(performance.now() - at);
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
        }),
      );
      if (sent % 10 === 0) sockets[sent % SOCKETS]?.send('[{"type":"health.check"}]');
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await Promise.all(running);
  const seconds = (performance.now() - startedAt) / 1000;
  times.sort((left, right) => left - right);

  const served = await usageOf(child);
  const stillOpen = sockets.filter(({ readyState }) => readyState === WebSocket.OPEN).length;
  for (const socket of sockets) socket.terminate();
  agent.destroy();
  child.send('stop');
  const openingSeconds = opened.cpuSeconds - idle.cpuSeconds;
  const servingSeconds = served.cpuSeconds - opened.cpuSeconds;
  console.log(
    [
      `emulator: ${SOCKETS} sockets opened in ${(openMs / 1000).toFixed(1)} s, ${stillOpen} open at the end`,
      `  ${times.length} requests in ${seconds.toFixed(1)} s: ${(times.length / seconds).toFixed(0)} per second (asked: ${REQUESTS_PER_SECOND})`,
      `  answers ${[...statuses].map(([status, count]) => `${status}: ${count}`).join(', ')}`,
      `  latency p50 ${percentile(times, 0.5)}, p95 ${percentile(times, 0.95)}, p99 ${percentile(times, 0.99)}`,
      `  server: ${servingSeconds.toFixed(2)} s of processor for the requests, ${((servingSeconds * 1000) / times.length).toFixed(2)} ms each`,
      `  server: ${openingSeconds.toFixed(2)} s of processor for opening the sockets, ${served.megabytes.toFixed(0)} MB at the end`,
    ].join('\n'),
  );
  if (stillOpen !== SOCKETS || statuses.get(200) !== times.length) process.exitCode = 1;
}

await (process.env[ROLE] === 'server' ? serve() : measure());
