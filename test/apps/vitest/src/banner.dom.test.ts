// @vitest-environment happy-dom

import { setupServer } from 'msw/node';
import { StreamVideo, UnauthorizedError } from 'stream-video-auth';
import { emulatorHandlers } from 'stream-video-auth/emulator';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { showBanner } from './banner.js';

const handlers = emulatorHandlers();
const { emulator } = handlers;
const server = setupServer(...handlers);
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }));
afterAll(() => server.close());

test('a user who was signed out elsewhere is told so', async () => {
  let isSignedIn = true;
  const tokenProvider = () => {
    if (isSignedIn) return emulator.userToken('martin');
    throw new UnauthorizedError();
  };
  const { apiKey } = emulator;
  const streamVideo = new StreamVideo({ apiKey, user: { id: 'martin' }, tokenProvider, logger: 'silent' });
  const stop = showBanner(document.body, streamVideo);
  const call = streamVideo.call('default', 'standup');
  await call.getOrCreate();
  expect(document.querySelector('output')?.textContent).toBe('');
  isSignedIn = false;
  emulator.faults.revoke('martin');
  await expect(call.get()).rejects.toThrow('signed out');
  expect(document.querySelector('output')?.textContent).toBe('Sign in again');
  stop();
  await streamVideo.disconnect();
});
