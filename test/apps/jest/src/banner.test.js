/** @jest-environment ./jsdom-environment.js */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { StreamVideo, UnauthorizedError } from 'stream-video-auth';
import { startEmulator } from 'stream-video-auth/emulator';
import { showBanner } from './banner.js';

let emulator;
beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator.stop());

test('a user who was signed out elsewhere is told so', async () => {
  let isSignedIn = true;
  const tokenProvider = () => {
    if (isSignedIn) return emulator.userToken('martin');
    throw new UnauthorizedError();
  };
  const { apiKey, url: baseUrl } = emulator;
  const user = { id: 'martin' };
  const streamVideo = new StreamVideo({ apiKey, baseUrl, user, tokenProvider, logger: 'silent' });
  const stop = showBanner(document.body, streamVideo);
  const call = streamVideo.call('default', 'standup');
  await call.getOrCreate();
  expect(document.body.textContent).toBe('');
  isSignedIn = false;
  emulator.faults.revoke('martin');
  await expect(call.get()).rejects.toThrow('signed out');
  expect(document.body.textContent).toBe('Sign in again');
  stop();
  await streamVideo.disconnect();
});
