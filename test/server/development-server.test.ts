import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fetchTokenProvider } from 'stream-video-auth';
import { verifyToken } from 'stream-video-auth/server';
import { afterEach, describe, expect, it } from 'vitest';
import type { DevelopmentServer } from '../../src/server/development-server.js';
import { runTokenCommand } from '../../src/server/token-command.js';
import { claimsOf, SECRET } from './support.js';

const started: DevelopmentServer[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop()));
});

async function command(args: string[], env: Record<string, string> = { STREAM_API_SECRET: SECRET }) {
  const result = await runTokenCommand({
    args,
    env,
    readStdin: async () => '',
    readFile: () => Promise.reject(new Error('no file')),
  });
  if (result.server) started.push(result.server);
  return result;
}

async function serve(args: string[] = []): Promise<string> {
  const { server } = await command(['--serve', '--port', '0', ...args]);
  if (!server) throw new Error('it did not start');
  return server.url;
}

async function tokenOf(response: Response): Promise<string> {
  return ((await response.json()) as { token: string }).token;
}

/** As a page under another name would reach loopback: `fetch` sets no Host. */
async function statusFor(url: string, headers: Record<string, string>): Promise<number | undefined> {
  const asked = httpRequest(`${url}?user_id=martin`, { headers }).end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  answer.resume();
  await once(answer, 'close');
  return answer.statusCode;
}

describe('stream-video-token --serve', () => {
  it('answers fetchTokenProvider with a token of whatever user asks', async () => {
    const provider = fetchTokenProvider(await serve());
    const { signal } = new AbortController();
    for (const id of ['martin', 'anna']) {
      const token = await provider({ user: { id }, reason: 'initial', signal });
      await expect(verifyToken(token, { apiSecret: SECRET })).resolves.toMatchObject({ user_id: id });
    }
  });

  it('opens the calls that an anonymous viewer names, and none where none is named', async () => {
    const url = await serve();
    const ask = (body: object) => fetch(url, { method: 'POST', body: JSON.stringify(body) });
    const token = await tokenOf(await ask({ user_id: '!anon', call_cids: ['livestream:1'] }));
    expect(claimsOf(token)).toMatchObject({ user_id: '!anon', call_cids: ['livestream:1'] });
    expect((await ask({ user_id: '!anon' })).status).toBe(403);
    expect((await ask({})).status).toBe(403);
  });

  it('answers nothing beside its path', async () => {
    expect((await fetch((await serve()).replace('/token', '/'))).status).toBe(404);
  });

  it('takes a query, so that curl is enough, and the lifetime of the command line', async () => {
    const url = await serve(['--expires-in', '60']);
    const { exp, iat } = claimsOf(await tokenOf(await fetch(`${url}?user_id=martin`)));
    expect(Number(exp) - Number(iat)).toBeLessThanOrEqual(62);
  });

  it('says loudly that it is for development: at the start, and in each answer', async () => {
    const { stdout, server } = await command(['--serve', '--port', '0']);
    expect(stdout).toContain('DEVELOPMENT ONLY');
    expect(stdout).not.toContain(SECRET);
    const answer = await fetch(`${server?.url}?user_id=martin`);
    expect(answer.headers.get('x-development-only')).toContain('any user id');
  });

  it('serves pages of localhost on any port, and no other page', async () => {
    const url = await serve();
    const ask = (origin: string) => fetch(url, { method: 'OPTIONS', headers: { origin } });
    for (const origin of ['http://localhost:5173', 'http://127.0.0.1:3000', 'https://app.localhost']) {
      expect((await ask(origin)).headers.get('access-control-allow-origin')).toBe(origin);
    }
    for (const origin of ['https://app.example', 'null', 'http://localhost.example']) {
      const answer = await ask(origin);
      expect(answer.status).toBe(403);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  it('answers no request that reaches loopback under another name', async () => {
    const url = await serve();
    expect(await statusFor(url, { host: 'rebound.example' })).toBe(403);
    expect(await statusFor(url, { host: 'localhost' })).toBe(200);
  });

  it.each<[string, string[], Record<string, string>, string]>([
    ['in production', ['--serve'], { STREAM_API_SECRET: SECRET, NODE_ENV: 'production' }, 'production'],
    ['without a secret', ['--serve'], {}, 'STREAM_API_SECRET'],
    ['with a weak secret', ['--serve', '--port', '0'], { STREAM_API_SECRET: 'short' }, '5 bytes'],
    ['for one user', ['--serve', '--user', 'martin'], { STREAM_API_SECRET: SECRET }, '--user'],
    ['on a port that is none', ['--serve', '--port', '65536'], { STREAM_API_SECRET: SECRET }, '65535'],
    ['with a port alone', ['--port', '80'], { STREAM_API_SECRET: SECRET }, '--serve'],
  ])('does not start %s', async (_, args, env, said) => {
    const { server, stderr, exitCode } = await command(args, env);
    expect(server).toBeUndefined();
    expect(stderr).toContain(said);
    expect(exitCode).toBe(2);
  });

  it('says so where the port is taken', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    expect((await command(['--serve', '--port', String(port)])).stderr).toContain('EADDRINUSE');
    await new Promise((resolve) => holder.close(resolve));
  });

  it('is a program that ends at Ctrl-C', async () => {
    const args = ['--import', 'tsx', 'src/bin/stream-video-token.ts', '--serve', '--port', '0'];
    const child = spawn(process.execPath, args, { env: { STREAM_API_SECRET: SECRET }, stdio: 'pipe' });
    const [banner] = (await once(child.stdout, 'data')) as [Buffer];
    const url = /http:\S+\/token/.exec(banner.toString())?.[0] ?? '';
    expect((await fetch(`${url}?user_id=martin`)).status).toBe(200);
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});
