import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { runEmulatorCommand } from '../../src/emulator/command.js';
import type { Emulator } from '../../src/emulator/index.js';
import { TestSocket } from './support/test-socket.js';

async function run(args: string[], files: Record<string, string> = {}) {
  const said = { out: '', err: '' };
  const result = await runEmulatorCommand({
    args,
    write: (text) => {
      said.out += text;
    },
    warn: (text) => {
      said.err += text;
    },
    readFile: async (path) => files[path] ?? Promise.reject(new Error(`no such file: ${path}`)),
  });
  return {
    ...said,
    exitCode: 'exitCode' in result ? result.exitCode : undefined,
    emulator: 'emulator' in result ? result.emulator : undefined,
  };
}

async function stop(emulator: Emulator | undefined): Promise<void> {
  expect(emulator).toBeDefined();
  await emulator?.stop();
}

describe('stream-video-emulator', () => {
  it('prints the addresses and the settings for every official client', async () => {
    const { out, err, emulator } = await run([]);
    const url = emulator?.url ?? '';
    expect(err).toBe('');
    for (const text of [
      `${url}/`,
      emulator?.apiKey ?? '?',
      emulator?.apiSecret ?? '?',
      `baseUrl: '${url}'`,
      `baseURL: '${url}/video'`,
      `basePath: '${url}'`,
      `ws://${url.slice(7)}/video/connect`,
      `localCoordinatorAddress = "${url.slice(7)}"`,
    ]) {
      expect(out).toContain(text);
    }
    await stop(emulator);
  });

  it('takes key, secret, lives and port, and does not print a secret that it was given', async () => {
    const secret = 'a secret of at least thirty-two bytes';
    const { out, emulator } = await run(['--api-key', 'k', '--api-secret', secret, '--token-ttl', '30']);
    expect(out).not.toContain(secret);
    expect(emulator?.apiKey).toBe('k');
    const mint = (running: Emulator | undefined) =>
      fetch(`${running?.url}/_emulator/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"user_id":"mara"}',
      });
    expect((await mint(emulator)).status).toBe(403);
    await stop(emulator);
    const allowed = await run(['--api-secret', secret, '--allow-mint']);
    expect((await mint(allowed.emulator)).status).toBe(200);
    await stop(allowed.emulator);
  });

  it('warns beyond loopback, and only there', async () => {
    const { err, emulator } = await run(['--host', '0.0.0.0']);
    expect(err).toMatch(/Warning: listening on 0\.0\.0\.0/);
    await stop(emulator);
  });

  it('begins with the users and calls of a seed', async () => {
    const seed = JSON.stringify({
      users: [{ id: 'mara', name: 'Mara', role: 'admin' }],
      calls: [{ type: 'default', id: 'a b', created_by_id: 'mara', members: [{ user_id: 'theo' }] }],
    });
    const { emulator } = await run(['--seed', 'seed.json'], { 'seed.json': seed });
    const token = await emulator?.userToken('theo');
    const response = await fetch(`${emulator?.url}/video/call/default/a%20b?api_key=${emulator?.apiKey}`, {
      headers: { authorization: token ?? '', 'stream-auth-type': 'jwt' },
    });
    expect((await response.json()).call.created_by).toMatchObject({ name: 'Mara', role: 'admin' });
    await stop(emulator);
  });

  it.each<[string, string[], Record<string, string>, RegExp]>([
    ['an unknown option', ['--colour', 'red'], {}, /--colour.*--help/],
    ['a port that is none', ['--port', 'http'], {}, /port is not/],
    ['a short secret', ['--api-secret', 'short'], {}, /shorter than 32 bytes/],
    ['a seed that is missing', ['--seed', 'none.json'], {}, /no such file/],
    ['a seed that is no JSON', ['--seed', 's'], { s: 'x' }, /seed is not JSON/],
    [
      'a seed with a bad call',
      ['--seed', 's'],
      { s: '{"calls":[{"type":"default","id":"a"}]}' },
      /created_by_id/,
    ],
  ])('%s ends with 1 and a sentence', async (_what, args, files, sentence) => {
    const { exitCode, err } = await run(args, files);
    expect([exitCode, sentence.test(err)]).toEqual([1, true]);
  });

  it('a taken port ends with 1 and says so', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const { exitCode, err } = await run(['--port', String(port)]);
    expect([exitCode, err]).toEqual([1, expect.stringContaining(`port ${port} is taken`)]);
    await new Promise((resolve) => other.close(resolve));
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('%s ends it cleanly, sockets and all', async (signal) => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'src/bin/stream-video-emulator.ts'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [said] = await once(child.stdout, 'data');
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(String(said))?.[0] ?? '';
    const socket = new TestSocket(`${url.replace('http', 'ws')}/video/connect`);
    await socket.opened;
    expect((await fetch(`${url}/_emulator`)).status).toBe(200);
    child.kill(signal);
    const [code, killedBy] = await once(child, 'exit');
    expect([code, killedBy, (await socket.closed()).code]).toEqual([0, null, 1006]);
  });
});
