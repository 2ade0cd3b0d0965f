import { copyFile, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fetchTokenProvider } from 'stream-video-auth';
import { verifyToken } from 'stream-video-auth/server';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { expectConnection, expectSuspension, expectVisit, SECRET } from './connected-client.js';
import { binaryOf, bundleExample, ROOT, type ServerStart, withFolder, withServer } from './runtimes.js';

const env = { STREAM_API_SECRET: SECRET };

afterEach(() => void vi.unstubAllEnvs());

type Send = (init: RequestInit) => Promise<Response>;

async function expectTokens(send: Send): Promise<void> {
  const cookie = 'session=demo-session';
  const response = await send({ method: 'POST', headers: { cookie }, body: '{"user_id":"martin"}' });
  expect(response.status).toBe(200);
  expect(response.headers.get('cache-control')).toBe('no-store');
  const { token } = (await response.json()) as { token: string };
  await expect(verifyToken(token, { apiSecret: SECRET })).resolves.toMatchObject({ user_id: 'martin' });
  const other = await send({ method: 'POST', headers: { cookie }, body: '{"user_id":"anna"}' });
  expect(other.status).toBe(403);
  expect((await send({ method: 'DELETE' })).status).toBe(405);
}

async function expectServer(start: ServerStart, further?: (url: string) => Promise<void>): Promise<void> {
  await withServer({ env, ...start }, async (origin) => {
    const url = `${origin}/token`;
    await expectTokens((init) => fetch(url, init));
    await expectConnection(fetchTokenProvider(url, { headers: { cookie: 'session=demo-session' } }));
    await (further ?? expectStrangerRefused)(url);
  });
}

async function expectStrangerRefused(url: string): Promise<void> {
  await expectSuspension(fetchTokenProvider(url, { headers: { cookie: 'session=made-up' } }));
}

const tsx = (file: string): ServerStart => ({ command: process.execPath, args: ['--import', 'tsx', file] });

describe.concurrent('an example hands out tokens and refuses strangers', () => {
  it('with Hono on Node, where visitors get call tokens for what is public', async () => {
    await expectServer(tsx('examples/hono-node/server.ts'), async (url) => {
      const send: Send = (init) => fetch(url, init);
      const asked = ['livestream:town-hall', 'default:board'];
      const response = await send({ method: 'POST', body: JSON.stringify({ call_cids: asked }) });
      const { token } = (await response.json()) as { token: string };
      await expect(verifyToken(token, { apiSecret: SECRET })).resolves.toMatchObject({
        user_id: '!anon',
        call_cids: ['livestream:town-hall'],
      });
      const secret = await send({ method: 'POST', body: '{"call_cids":["default:board"]}' });
      expect(secret.status).toBe(403);
      await expectVisit(fetchTokenProvider(url, { callCids: asked }), 'livestream', 'town-hall');
      await expectSuspension(fetchTokenProvider(url));
    });
  });

  it('with plain node:http, up to 30 a minute', async () => {
    await expectServer(tsx('examples/node-http/server.ts'), async (url) => {
      await expectStrangerRefused(url);
      const send: Send = (init) => fetch(url, init);
      const headers = { cookie: 'session=demo-session' };
      const statuses: number[] = [];
      for (let index = 0; index < 30; index++)
        statuses.push((await send({ method: 'POST', headers })).status);
      expect(new Set(statuses)).toEqual(new Set([200, 429]));
      const refused = await send({ method: 'POST', headers });
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    });
  });

  it('on Cloudflare Workers, in workerd', async () => {
    await withFolder(async (folder) => {
      await bundleExample('examples/cloudflare-workers/worker.ts', join(folder, 'worker.js'), ['workerd']);
      const config = join(folder, 'local.capnp');
      await copyFile(join(ROOT, 'examples/cloudflare-workers/local.capnp'), config);
      const args = ['serve', config, '--socket-addr=http=127.0.0.1:0', '--control-fd=1'];
      await expectServer({ command: binaryOf('workerd'), args });
    });
  });

  it('on Bun', async () => {
    await expectServer({ command: binaryOf('bun'), args: ['examples/bun/server.ts'] });
  });

  it('on Deno', async () => {
    await withFolder(async (folder) => {
      const file = join(folder, 'server.js');
      await bundleExample('examples/deno/server.ts', file, ['deno']);
      const args = ['serve', '--no-config', '--allow-env', '--host', '127.0.0.1', '--port', '0', file];
      await expectServer({ command: binaryOf('deno'), args, env: { ...env, DENO_DIR: folder } });
    });
  });
});

describe('the Next.js route handler', () => {
  async function routeWith(secret: string | undefined) {
    vi.stubEnv('STREAM_API_SECRET', secret);
    vi.resetModules();
    return import('../../examples/next/app/token/route.js');
  }

  it('hands out tokens and refuses strangers', async () => {
    const { OPTIONS, POST } = await routeWith(SECRET);
    const send: Send = (init) => POST(new Request('https://app.example/token', init));
    await expectTokens(send);
    await expectConnection(async ({ user }) => {
      const headers = { cookie: 'session=demo-session', accept: 'text/plain' };
      const response = await send({ method: 'POST', headers, body: JSON.stringify({ user_id: user.id }) });
      return response.text();
    });
    expect((await send({ method: 'POST', headers: { cookie: 'session=made-up' } })).status).toBe(401);
    const preflight = new Request('https://app.example/token', { method: 'OPTIONS' });
    expect((await OPTIONS(preflight)).status).toBe(204);
  });

  // case 253
  it('can be imported where the secret is not set, as a build does, and then misses it at a request', async () => {
    const { POST } = await routeWith(undefined);
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    const response = await POST(new Request('https://app.example/token', { method: 'POST' }));
    expect(response.status).toBe(500);
    expect(JSON.stringify(log.mock.calls)).toContain('apiSecret');
    log.mockRestore();
  });
});

it('each example has fewer than 40 lines', async () => {
  const folders = ['hono-node', 'node-http', 'next/app/token', 'cloudflare-workers', 'bun', 'deno'];
  for (const folder of folders) {
    for (const name of await readdir(join(ROOT, 'examples', folder))) {
      const lines = (await readFile(join(ROOT, 'examples', folder, name), 'utf8')).trimEnd().split('\n');
      expect(lines.length, `${folder}/${name}`).toBeLessThan(40);
    }
  }
});
