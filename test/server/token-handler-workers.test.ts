import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { verifyToken } from 'stream-video-auth/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { binaryOf, ROOT, type StartedServer, startServer } from '../examples/runtimes.js';
import { SECRET } from './support.js';

// case 202: Workers tie I/O to the request that began it, so nothing may be kept from one request to the next

/** Made once, at the top of a module, with functions that wait for I/O of their own. */
const WORKER = `
import { createTokenHandler } from 'stream-video-auth/server';
const pause = () => new Promise((resolve) => setTimeout(resolve, 5));
const counts = new Map();
const handleToken = createTokenHandler({
  apiSecret: process.env.STREAM_API_SECRET,
  authenticate: async (request) => {
    await pause();
    await request.text();
    return { userId: request.headers.get('x-user') };
  },
  callToken: async (request, { requestedCallCids }) => {
    await pause();
    await request.text();
    return requestedCallCids;
  },
  limiter: {
    consume: async (key) => {
      await pause();
      counts.set(key, (counts.get(key) ?? 0) + 1);
      if (counts.get(key) > 3) throw { msBeforeNext: 1000 };
    },
  },
});
export default { fetch: (request) => handleToken(request) };
`;

const config = (date: string, flags: string) => `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "token", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "token")],
);
const worker :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  bindings = [(name = "STREAM_API_SECRET", text = "${SECRET}")],
  compatibilityDate = "${date}",
  compatibilityFlags = [${flags}],
);
`;

/** Before and after secrets were in process.env by themselves, and Workers learned to end a hanging request. */
const DATES: [date: string, flags: string][] = [
  ['2024-09-23', '"nodejs_compat", "nodejs_compat_populate_process_env"'],
  ['2026-01-01', '"nodejs_compat"'],
];

describe.each(DATES)('a handler at module level of a Worker of %s', (date, flags) => {
  let folder: string;
  let worker: StartedServer;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'stream-video-auth-worker-'));
    await build({
      stdin: { contents: WORKER, resolveDir: ROOT },
      outfile: join(folder, 'worker.js'),
      bundle: true,
      format: 'esm',
      platform: 'neutral',
      mainFields: ['module', 'main'],
      alias: { 'stream-video-auth/server': join(ROOT, 'src/server/index.ts') },
    });
    writeFileSync(join(folder, 'config.capnp'), config(date, flags));
    const args = ['serve', join(folder, 'config.capnp'), '--control-fd=1'];
    worker = await startServer({ command: binaryOf('workerd'), args });
  });

  afterAll(async () => {
    await worker?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function ask(user: string, body: object = {}, signal?: AbortSignal) {
    const init = {
      method: 'POST',
      headers: { 'x-user': user },
      body: JSON.stringify(body),
      signal: signal ?? null,
    };
    const response = await fetch(worker.origin, init);
    return { status: response.status, text: await response.text() };
  }

  async function expectToken(user: string, body: object = {}): Promise<void> {
    const { status, text } = await ask(user, body);
    expect([status, text]).toEqual([200, expect.stringContaining('token')]);
    const { token } = JSON.parse(text) as { token: string };
    await expect(verifyToken(token, { apiSecret: SECRET })).resolves.toMatchObject({ user_id: user });
  }

  it('serves requests one after the other, and many at once', async () => {
    for (const user of ['a', 'b', 'c']) await expectToken(user);
    await Promise.all(
      Array.from({ length: 20 }, (_, n) => expectToken(`many-${n}`, { call_cids: ['default:1'] })),
    );
  });

  it('serves the next request after requests that were given up', async () => {
    const given = Array.from({ length: 10 }, (_, n) => {
      const controller = new AbortController();
      const answer = ask(`given-up-${n}`, {}, controller.signal);
      setTimeout(() => controller.abort(), n);
      return answer.catch(() => undefined);
    });
    await Promise.all([...given, expectToken('meanwhile')]);
    await expectToken('afterwards');
  });

  it('serves others while a body does not end, and after its connection broke', async () => {
    const { port } = new URL(worker.origin);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write('POST / HTTP/1.1\r\nhost: x\r\nx-user: slow\r\ncontent-length: 100\r\n\r\n{');
    await expectToken('beside');
    socket.destroy();
    await expectToken('later');
  });

  it('counts from one request to the next, with the limiter of the app', async () => {
    for (let n = 0; n < 3; n += 1) await expectToken('counted');
    expect((await ask('counted')).status).toBe(429);
  });
});
