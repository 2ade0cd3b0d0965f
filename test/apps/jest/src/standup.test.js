import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { startEmulator } from 'stream-video-auth/emulator';
import { joinStandup } from './standup.js';

let emulator;
beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator.stop());

test('a token that is revoked in the stand-up is replaced', async () => {
  const { apiKey, url: baseUrl } = emulator;
  const tokenProvider = jest.fn(() => emulator.userToken('martin'));
  const standup = await joinStandup({ apiKey, baseUrl, user: { id: 'martin' }, tokenProvider });
  emulator.faults.revoke('martin');
  await standup.setTopic('tokens');
  expect(tokenProvider).toHaveBeenCalledTimes(2);
  await standup.leave();
});
