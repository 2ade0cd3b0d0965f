import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundleScripts, type Scripts } from './child.js';
import { type RudeServer, startRudeServer } from './server.js';

let server: RudeServer;
let scripts: Scripts;

beforeAll(async () => {
  server = await startRudeServer();
  scripts = await bundleScripts('exits');
});

afterAll(async () => {
  await scripts.remove();
  await server.close();
});

const scenarios: readonly (readonly [what: string, scenario: string, stdout: string])[] = [
  ['a client with a token for an hour was only made', 'constructed', 'done\n'],
  ['a client has sent its last request, and nobody disconnects it', 'requested', 'done\n'],
  ['a client was disconnected', 'disconnected', 'done\n'],
  ['a client was disposed of', 'disposed', 'done\n'],
  [
    'a client was disconnected while it was connecting',
    'disconnected_while_connecting',
    'rejected session_ended\ndone\n',
  ],
  [
    'a client was disconnected while its provider hangs',
    'disconnected_while_the_provider_hangs',
    `${'rejected session_ended\n'.repeat(3)}done\n`,
  ],
  [
    'a client was disconnected, used again and disconnected again',
    'disconnected_twice_and_used_again',
    'rejected session_ended\ndone\n',
  ],
];

// case 216
const rude: readonly (readonly [what: string, mode: string, scenario: string, stdout: string])[] = [
  [
    'a client was disconnected whose peer answers no close frame',
    'mute',
    'disconnected_from_a_mute_peer',
    'done\n',
  ],
  [
    'a redirect has come whose body does not end',
    'endless',
    'redirected_to_a_body_without_end',
    'rejected 302\ndone\n',
  ],
];

test.concurrent.for(rude)(
  'a process is not kept alive by the peer once %s',
  async ([, mode, scenario, expected]) => {
    const { exitCode, isKilled, stdout, stderr } = await scripts.run(
      'exits',
      `${server.url}/${mode}`,
      scenario,
    );
    expect({ exitCode, isKilled, stdout, stderr }).toEqual({
      exitCode: 0,
      isKilled: false,
      stdout: expected,
      stderr: '',
    });
  },
);

test.concurrent.for(scenarios)('a process ends by itself once %s', async ([, scenario, expected]) => {
  const { exitCode, isKilled, stdout, stderr } = await scripts.run('exits', `${server.url}/ok`, scenario);
  expect({ exitCode, isKilled, stdout, stderr }).toEqual({
    exitCode: 0,
    isKilled: false,
    stdout: expected,
    stderr: '',
  });
});

test('a connected client keeps its process until it is disconnected', async () => {
  const running = scripts.run('exits', `${server.url}/ok`, 'connected');
  // The process has nothing else to do by the time that the server speaks.
  await server.tell({ type: 'custom', created_at: new Date().toISOString() });
  const { isKilled, stdout } = await running;
  expect({ isKilled, stdout }).toEqual({ isKilled: false, stdout: 'done\nheard\n' });
});
