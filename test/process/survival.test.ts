import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundleScripts, type Scripts } from './child.js';
import { type RudeServer, startRudeServer } from './server.js';

let server: RudeServer;
let scripts: Scripts;

beforeAll(async () => {
  server = await startRudeServer();
  scripts = await bundleScripts('survives');
});

afterAll(async () => {
  await scripts.remove();
  await server.close();
});

/** What stands in the way, how the server behaves, where tokens come from, and what `connect()` says. */
const failures: readonly (readonly [why: string, mode: string, source: string, code: string])[] = [
  ['a wrong signature', '43', 'static', 'handshake_rejected'],
  ['a wrong signature, with a provider', '43', 'good', 'handshake_rejected'],
  ['a token that does not fit', '5', 'static', 'handshake_rejected'],
  ['an unknown api key', '2', 'static', 'handshake_rejected'],
  ['an expired token that nothing renews', '40', 'static', 'token_expired'],
  ['two expired tokens in a row', '40', 'good', 'provider_returns_expired'],
  ['too many sockets', '71', 'static', 'connect_timeout'],
  ['a rate limit', '9', 'static', 'connect_timeout'],
  ['a broken server', '-1', 'static', 'connect_timeout'],
  ['a socket that is closed each time', 'close', 'static', 'connect_timeout'],
  ['a provider that throws', 'ok', 'throws', 'connect_timeout'],
  ['a provider that rejects', 'ok', 'rejects', 'connect_timeout'],
  ['a provider that rejects with nothing', 'ok', 'rejects_with_nothing', 'connect_timeout'],
  ['a provider that hangs', 'ok', 'hangs', 'connect_timeout'],
  ['a provider that returns a web page', 'ok', 'garbage', 'connect_timeout'],
];

test.concurrent.for(failures)(
  'a process survives a connect() that failed for %s',
  async ([, mode, source, code]) => {
    const { exitCode, isKilled, stdout, stderr } = await scripts.run(
      'survives',
      `${server.url}/${mode}`,
      source,
      // What the server says ends it at once, however busy the machine is.
      code === 'connect_timeout' ? '700' : '15000',
    );
    expect({ exitCode, isKilled, stdout, stderr }).toEqual({
      exitCode: 0,
      isKilled: false,
      stdout: `caught ${code} disconnected\nsurvived\n`,
      stderr: '',
    });
  },
);

test('a process survives a connect() to a host that is not there', async () => {
  const { exitCode, isKilled, stdout, stderr } = await scripts.run(
    'survives',
    'http://127.0.0.1:9',
    'good',
    '700',
  );
  expect({ exitCode, isKilled, stdout, stderr }).toEqual({
    exitCode: 0,
    isKilled: false,
    stdout: 'caught connect_timeout disconnected\nsurvived\n',
    stderr: '',
  });
});

test('a connect() that succeeds is not taken for a failure', async () => {
  const { isKilled, stdout } = await scripts.run('survives', `${server.url}/ok`, 'good');
  expect({ isKilled, stdout }).toEqual({ isKilled: false, stdout: 'connected\nsurvived\n' });
});
