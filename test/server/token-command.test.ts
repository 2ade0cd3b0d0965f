import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import jwt from 'jsonwebtoken';
import { describe, expect, it } from 'vitest';
import { createCallToken, createUserToken } from '../../src/server/index.js';
import { signToken } from '../../src/server/sign.js';
import { runTokenCommand } from '../../src/server/token-command.js';
import { claimsOf, SECRET } from './support.js';

function run(
  args: string[],
  { secret = SECRET, stdin = '' }: { secret?: string | undefined; stdin?: string } = {},
) {
  return runTokenCommand({
    args,
    env: { STREAM_API_SECRET: secret },
    readStdin: async () => stdin,
    readFile: noFile,
  });
}

const noFile = (path: string) => Promise.reject(new Error(`no such file: ${path}`));

const nowSeconds = () => Math.floor(Date.now() / 1000);

describe('stream-video-token', () => {
  it('prints a user token alone, and says beside it that it is for development', async () => {
    const { stdout, stderr, exitCode } = await run(['--user', 'martin']);
    expect(claimsOf(stdout)).toMatchObject({ user_id: 'martin' });
    expect(stderr).toContain('for development');
    expect(exitCode).toBe(0);
  });

  it('prints a call token for visitors, or for a user', async () => {
    const calls = ['--call', 'default:1', '--call', 'default:2'];
    expect(claimsOf((await run(calls)).stdout)).toMatchObject({
      user_id: '!anon',
      call_cids: ['default:1', 'default:2'],
    });
    expect(claimsOf((await run([...calls, '--user', 'martin', '--role', 'host'])).stdout)).toMatchObject({
      user_id: 'martin',
      role: 'host',
    });
  });

  it('takes the lifetime in seconds', async () => {
    const { exp, iat } = claimsOf((await run(['--user', 'martin', '--expires-in', '60'])).stdout);
    expect(Number(exp) - Number(iat)).toBeLessThanOrEqual(62);
    expect(Number(exp) - Number(iat)).toBeGreaterThanOrEqual(60);
  });

  it.each([
    ['--secret', 'abc'],
    ['--secret=abc'],
    ['--api-secret', 'abc'],
    ['--apiSecret=abc'],
    ['--stream-api-secret', 'abc'],
    ['-secret', 'abc'],
  ])('refuses %s: the secret comes from the environment', async (...flags) => {
    const { stdout, stderr, exitCode } = await run(['--user', 'martin', ...flags]);
    expect(stdout).toBe('');
    expect(stderr).toContain('STREAM_API_SECRET');
    expect(stderr).not.toContain('abc');
    expect(exitCode).toBe(2);
  });

  it.each([
    ['nothing to do', []],
    ['an unknown flag', ['--users', 'martin']],
    ['a word without a flag', ['martin']],
    ['!anon as a user', ['--user', '!anon']],
    ['an empty user', ['--user', '']],
    ['a call that is none', ['--call', 'default']],
    ['no lifetime', ['--user', 'martin', '--expires-in', '0']],
    ['a lifetime in hours', ['--user', 'martin', '--expires-in', '1h']],
    ['more than 30 days', ['--user', 'martin', '--expires-in', '2592001']],
    ['a role without calls', ['--user', 'martin', '--role', 'host']],
  ])('refuses %s', async (_, args) => {
    const { stdout, stderr, exitCode } = await run(args);
    expect(stdout).toBe('');
    expect(stderr).not.toBe('');
    expect(exitCode).toBe(2);
  });

  it('refuses to go without a secret, or with a weak one unless told', async () => {
    expect((await run(['--user', 'martin'], { secret: '' })).stderr).toContain('STREAM_API_SECRET');
    expect((await run(['--user', 'martin'], { secret: 'short' })).exitCode).toBe(2);
    expect((await run(['--user', 'martin', '--allow-weak-secret'], { secret: 'short' })).exitCode).toBe(0);
  });

  it('is a program that reads the environment', async () => {
    const args = ['--import', 'tsx', 'src/bin/stream-video-token.ts', '--user', 'martin'];
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      env: { STREAM_API_SECRET: SECRET },
    });
    expect(claimsOf(stdout.trim())).toMatchObject({ user_id: 'martin' });
    const failed = promisify(execFile)(process.execPath, args, { env: {} });
    await expect(failed).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('STREAM_API_SECRET'),
    });
  });

  it('takes the secret from a file of settings, where the environment has none', async () => {
    const settings = { args: ['--user', 'martin', '--env-file', '.env'], readStdin: async () => '' };
    const readFile = async (path: string) =>
      path === '.env' ? `STREAM_API_SECRET="${SECRET}"\n` : noFile(path);
    expect((await runTokenCommand({ ...settings, env: {}, readFile })).exitCode).toBe(0);
    const overruled = await runTokenCommand({ ...settings, env: { STREAM_API_SECRET: 'short' }, readFile });
    expect(overruled.stderr).toContain('5 bytes');
    const missing = await runTokenCommand({ ...settings, env: {}, readFile: noFile });
    expect(missing).toMatchObject({ stderr: 'no such file: .env', exitCode: 2 });
  });

  it('explains how it is used', async () => {
    const { stdout, exitCode } = await run(['--help']);
    expect(stdout).toContain('--expires-in');
    expect(exitCode).toBe(0);
  });
});

describe('stream-video-token --explain', () => {
  const explain = (token: string, options: { secret?: string; stdin?: string } = {}) =>
    run(['--explain', token], options);

  it('says what a good user token is, for whom and how long it lives, and does not quote it', async () => {
    const token = await createUserToken({ apiSecret: SECRET, userId: 'martin', expiresInSeconds: 60 });
    const { stdout, exitCode } = await explain(token);
    expect(stdout).toContain('A user token.');
    expect(stdout).toContain("For 'martin'.");
    expect(stdout).toMatch(/Expires \d{4}-.+, in (59|60|61) s\./);
    expect(stdout).toContain('Signed with the secret');
    expect(stdout).toContain('Nothing is wrong');
    expect(stdout).not.toContain('eyJ');
    expect(exitCode).toBe(0);
  });

  it('says which calls a call token opens', async () => {
    const token = await createCallToken({ apiSecret: SECRET, callCids: ['livestream:1'], role: 'viewer' });
    const { stdout, exitCode } = await explain('-', { stdin: `${token}\n`.trim() });
    expect(stdout).toContain('A call token for anonymous visitors.');
    expect(stdout).toContain('livestream:1');
    expect(stdout).toContain('viewer');
    expect(exitCode).toBe(0);
  });

  it('needs no secret, and then says nothing about the signature', async () => {
    const { stdout } = await explain(await signToken({ user_id: 'martin' }, 'other'), { secret: '' });
    expect(stdout).not.toMatch(/sign/i);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['no exp', { exp: undefined }, 'never expires'],
    ['no iat', { iat: undefined }, 'no iat'],
    ['a past exp', { exp: nowSeconds() - 10 }, 'code 40'],
    ['a future iat', { iat: nowSeconds() + 60 }, 'code 42'],
    ['a future nbf', { nbf: nowSeconds() + 60 }, 'code 41'],
    ['milliseconds', { exp: Date.now() + 60_000_000 }, 'milliseconds'],
    ['a fraction', { exp: nowSeconds() + 60.5 }, 'whole number'],
    ['no user', { user_id: undefined }, 'names no user'],
    ['a number as user', { user_id: 42 }, 'as a string'],
    ['!anon without calls', { user_id: '!anon' }, 'opens nothing'],
    ['calls that are no list', { call_cids: 'default:1' }, 'call_cids is'],
    ['too many calls', { call_cids: Array.from({ length: 101 }, () => 'default:1') }, '101 calls'],
    ['endless calls', { call_cids: ['default:1'], exp: undefined }, 'without expiry'],
  ])('names what is wrong with %s', async (_, claims, words) => {
    const good = { user_id: 'martin', iat: nowSeconds() - 1, exp: nowSeconds() + 60 };
    expect((await explain(await signToken(good, SECRET))).exitCode).toBe(0);
    const { stdout, exitCode } = await explain(await signToken({ ...good, ...claims }, SECRET));
    expect(stdout).toContain(words);
    expect(exitCode).toBe(1);
  });

  it('sees through quotes, Bearer and white space, and names each', async () => {
    const token = await createUserToken({ apiSecret: SECRET, userId: 'martin' });
    const { stdout } = await explain(` "Bearer ${token}"\n`);
    expect(stdout).toContain("For 'martin'.");
    for (const words of ['White space', 'quotes', 'Bearer']) expect(stdout).toContain(words);
  });

  it('names a payload that official JavaScript clients cannot read', async () => {
    const times = { iat: nowSeconds() - 1, exp: nowSeconds() + 60 };
    const raw = (user_id: string) => explain(jwt.sign({ user_id, ...times }, SECRET));
    expect((await raw('zoë')).stdout).toContain('ASCII');
    for (const id of ['>>>', 'a>>>', 'aa???']) expect((await raw(id)).stdout).toContain('- or _');
    expect((await raw('martin')).stdout).toContain('Nothing is wrong');
  });

  it('names another algorithm and another secret', async () => {
    const claims = { user_id: 'martin', exp: nowSeconds() + 60 };
    expect((await explain(jwt.sign(claims, SECRET, { algorithm: 'HS512' }))).stdout).toContain('HS512');
    expect((await explain(jwt.sign(claims, `${SECRET}!`))).stdout).toContain('code 43');
  });

  it('tells a development token from a signed one', async () => {
    const token = (await signToken({ user_id: 'martin' }, SECRET)).replace(/[^.]*$/, 'devtoken');
    const { stdout, exitCode } = await explain(token);
    expect(stdout).toContain('signed by nobody');
    expect(stdout).toContain("For 'martin'.");
    expect(exitCode).toBe(1);
  });

  it('warns of a server token', async () => {
    const { stdout } = await explain(await signToken({ server: true }, SECRET));
    expect(stdout).toContain('never leave your servers');
  });

  it.each(['', 'abc', 'a.b.c'])('says that %j is no token', async (text) => {
    const { stdout, exitCode } = await explain(text);
    expect(stdout).toContain('not a JWT');
    expect(exitCode).toBe(1);
  });
});
