import { setupWorker } from 'msw/browser';
import { StreamVideo, UnauthorizedError } from 'stream-video-auth';
import { emulatorHandlers } from 'stream-video-auth/emulator';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { showBanner } from './banner.js';

const handlers = emulatorHandlers();
const { emulator } = handlers;
const worker = setupWorker(...handlers); // its script: npx msw init public
beforeAll(() => worker.start({ quiet: true, onUnhandledRequest: 'bypass' }));
afterAll(() => worker.stop());

test('a user who was signed out elsewhere is told so', async () => {
  let isSignedIn = true;
  const tokenProvider = () => {
    if (isSignedIn) return emulator.userToken('martin');
    throw new UnauthorizedError();
  };
  const { apiKey } = emulator;
  const streamVideo = new StreamVideo({ apiKey, user: { id: 'martin' }, tokenProvider, logger: 'silent' });
  const stop = showBanner(document.body, streamVideo);
  await streamVideo.connect();
  expect(document.querySelector('output')?.textContent).toBe('');
  isSignedIn = false;
  emulator.faults.revoke('martin');
  await expect(streamVideo.call('default', 'standup').get()).rejects.toThrow('signed out');
  expect(document.querySelector('output')?.textContent).toBe('Sign in again');
  stop();
  await streamVideo.disconnect();
});
