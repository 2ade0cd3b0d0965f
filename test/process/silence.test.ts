import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundleScripts, type Scripts } from './child.js';
import { type RudeServer, startRudeServer } from './server.js';

const JWT = /eyJ[\w-]+\.[\w-]+/;

let server: RudeServer;
let scripts: Scripts;

beforeAll(async () => {
  server = await startRudeServer();
  scripts = await bundleScripts('silent', 'uncaught');
});

afterAll(async () => {
  await scripts.remove();
  await server.close();
});

/** Where a token shows, without showing it. */
function leaksIn(text: string): string[] {
  const lines = text.split('\n');
  return lines
    .filter((line) => JWT.test(line))
    .map((line) => line.replace(/eyJ[\w-]+/g, '<part>').slice(0, 300));
}

test('nothing that can be printed shows a token, whatever failed, at the level debug', {
  timeout: 60_000,
}, async () => {
  const { exitCode, isKilled, stdout, stderr } = await scripts.run('silent', server.url);
  expect(leaksIn(stdout)).toEqual([]);
  expect(leaksIn(stderr)).toEqual([]);
  expect({ exitCode, isKilled }).toEqual({ exitCode: 0, isKilled: false });
  // The twin: everything was provoked, logged and printed indeed.
  expect(stdout).not.toContain('NEVER SEEN');
  expect(stdout).toMatch(/^\d{3,} things seen$/m);
  expect(stdout + stderr).toContain('[stream-video-auth] token.refresh_failed');
  expect(stdout).toContain('<token>');
});

test('an error that nobody catches is printed without a token', async () => {
  const { exitCode, stdout, stderr } = await scripts.run('uncaught', `${server.url}/ok`);
  expect(exitCode).toBe(1);
  expect(stderr).toContain('TokenProviderError');
  expect(leaksIn(stdout + stderr)).toEqual([]);
});
