import { StreamVideo } from 'stream-video-auth';
import { type Emulator, startEmulator } from 'stream-video-auth/emulator';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator.stop());

test('a revoked token is replaced', async () => {
  const { apiKey, url: baseUrl } = emulator;
  const tokenProvider = vi.fn(() => emulator.userToken('martin'));
  const streamVideo = new StreamVideo({ apiKey, baseUrl, user: { id: 'martin' }, tokenProvider });
  await streamVideo.connect();
  emulator.faults.revoke('martin');
  await streamVideo.call('default', 'standup').getOrCreate();
  expect(tokenProvider).toHaveBeenCalledTimes(2);
  await streamVideo.disconnect();
});
