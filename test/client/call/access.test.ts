import { MissingPermissionError, type StreamVideo, User } from 'stream-video-auth';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { answer, refusal } from '../../support/fake-coordinator.js';
import { freshToken } from '../../support/tokens.js';
import { useVirtualTime } from '../../support/virtual.js';
import { callData, envelope, type World, world } from './support.js';

let world_: World;
let client: StreamVideo;

function begin(callCids?: string[], code = 17, status = 403, message = 'not allowed'): void {
  const token = callCids && freshToken('!anon', 3600, { call_cids: callCids });
  world_ = world({ user: User.anonymous, token });
  client = world_.client;
  world_.coordinator.respond = () => refusal(code, status, { message });
}

const join = () =>
  client
    .call('livestream', 'show')
    .join()
    .then(
      () => expect.unreachable(),
      (error) => error,
    );

beforeEach(() => useVirtualTime());
afterEach(() => client.disconnect());

describe('an anonymous user who may not join', () => {
  test.each([
    [403, 17],
    [401, 5],
  ])('without a call token is told that one is needed (%i / %i)', async (status, code) => {
    begin(undefined, code, status);
    const error = await join();
    expect(error).toBeInstanceOf(MissingPermissionError);
    expect(error.remediation).toMatch(/^A call token for livestream:show is needed/);
  });

  // case 225
  test.each([
    [
      "not allowed to perform action JoinBackstage in scope 'video:livestream'",
      /backstage: a host .* goLive\(\)/,
    ],
    [
      "not allowed to perform action JoinEndedCall in scope 'video:livestream'",
      /has ended: a host can start another/,
    ],
    [
      "not allowed to perform action JoinCall in scope 'video:livestream'",
      /names this call, but its role may not join: grant it/,
    ],
  ])('with a call token for this call is told what the server said: %s', async (message, remediation) => {
    begin(['livestream:show'], 17, 403, message);
    const error = await join();
    expect(error).toBeInstanceOf(MissingPermissionError);
    expect(error.message).toContain(message);
    expect(error.remediation).toMatch(remediation);
    expect(error.remediation).not.toMatch(/createCallToken/);
  });

  test('with a call token for others is told which calls that opens', async () => {
    begin(['livestream:a', 'livestream:b']);
    expect((await join()).remediation).toMatch(
      /^The call token opens livestream:a, livestream:b, not livestream:show/,
    );
  });

  test('with a call token that is no good gets the error itself', async () => {
    begin(['livestream:show'], 5, 401);
    expect(await join()).toMatchObject({ code: 'api_error', apiCode: 5 });
  });

  test('for other reasons gets the error itself', async () => {
    begin(undefined, 16, 404);
    expect(await join()).toMatchObject({ code: 'api_error', apiCode: 16 });
  });
});

describe('an anonymous user', () => {
  test('never sends, whatever the coordinator says', async () => {
    begin();
    world_.coordinator.respond = () =>
      answer(
        envelope({
          call: callData(),
          own_capabilities: ['join-call', 'send-audio', 'send-video', 'screenshare'],
        }),
      );
    const call = client.call('livestream', 'show');
    await call.get();
    expect(['join-call', 'send-audio', 'send-video', 'screenshare'].filter((name) => call.can(name))).toEqual(
      ['join-call'],
    );
  });
});

test('a signed-in user who may not join is advised about the role', async () => {
  world_ = world();
  client = world_.client;
  world_.coordinator.respond = () => refusal(17, 403);
  const error = await join();
  expect(error).toBeInstanceOf(MissingPermissionError);
  expect(error.remediation).toMatch(/role/);
});
