import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type StartedServer, startServer } from '../examples/runtimes.js';
import { RedisServer } from './redis-server.js';

// case 273: a real Redis, and two processes that share one limit of 30 a minute

const script = fileURLToPath(new URL('./scripts/redis-handler.ts', import.meta.url));
let redis: RedisServer;
let processes: StartedServer[] = [];
let servers: string[];

beforeAll(async () => {
  redis = await RedisServer.start();
  const args = ['--import', 'tsx', script, String(redis.port)];
  const start = () => startServer({ command: process.execPath, args });
  processes = await Promise.all([start(), start()]);
  servers = processes.map(({ origin }) => origin);
  await bothSee('ready');
}, 60_000);

afterAll(async () => {
  for (const { stop } of processes) await stop();
  await redis?.stop();
});

async function ask(server: string | undefined, user: string): Promise<Response> {
  const response = await fetch(`${server}/token`, { method: 'POST', headers: { 'x-user': user } });
  await response.arrayBuffer();
  return response;
}

/** So many requests at once, turn by turn to the one and the other server. */
async function statusesOf(count: number, user: string): Promise<number[]> {
  const answers = Array.from({ length: count }, (_, index) => ask(servers[index % 2], user));
  return (await Promise.all(answers)).map(({ status }) => status);
}

function countOf(statuses: readonly number[], status: number): number {
  return statuses.filter((one) => one === status).length;
}

async function bothSee(status: 'ready' | 'gone'): Promise<void> {
  await vi.waitFor(
    async () => {
      const seen = await Promise.all(servers.map(async (server) => (await fetch(`${server}/redis`)).text()));
      expect(seen.map((one) => (one === 'ready' ? 'ready' : 'gone'))).toEqual([status, status]);
    },
    { timeout: 15_000 },
  );
}

describe('two processes with one Redis', () => {
  it('share one limit: of sixty requests at once thirty get a token, and the others a time to wait', async () => {
    const statuses = await statusesOf(60, 'martin');
    expect([countOf(statuses, 200), countOf(statuses, 429)]).toEqual([30, 30]);
    for (const server of servers) {
      const refused = await ask(server, 'martin');
      expect(refused.status).toBe(429);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(60);
    }
  });

  it('count each user apart', async () => {
    expect(countOf(await statusesOf(30, 'anna'), 200)).toBe(30);
    expect(countOf(await statusesOf(30, 'mara'), 200)).toBe(30);
  });

  it('refuse nobody for a Redis that is stopped and started under load, and share one limit again afterwards', async () => {
    const statuses: number[] = [];
    let users = 0;
    let isOver = false;
    // Each request is another user's, so that no limit is in the way.
    const load = Array.from({ length: 8 }, async (_, lane) => {
      while (!isOver) {
        users += 1;
        statuses.push((await ask(servers[lane % 2], `user-${users}`)).status);
      }
    });
    await vi.waitFor(() => expect(statuses.length).toBeGreaterThan(50), { timeout: 15_000 });
    await redis.stop();
    await bothSee('gone');
    const before = statuses.length;
    await vi.waitFor(() => expect(statuses.length).toBeGreaterThan(before + 50), { timeout: 15_000 });
    // Meanwhile each server counts for itself.
    expect(countOf(await statusesOf(80, 'zoe'), 200)).toBe(60);
    await redis.start();
    await bothSee('ready');
    isOver = true;
    await Promise.all(load);
    expect(new Set(statuses)).toEqual(new Set([200]));
    const shared = await statusesOf(60, 'after');
    expect([countOf(shared, 200), countOf(shared, 429)]).toEqual([30, 30]);
  }, 60_000);
});
