import { StreamVideo } from 'stream-video-auth';
import { expect, vi } from 'vitest';
import { test } from './emulator-fixture.js';
import { createTokenProvider } from './token-provider.js';

test('a token that expires in the middle of a session is replaced without the user noticing', async ({
  emulator,
}) => {
  const mintToken = vi.fn((userId: string) => emulator.userToken(userId));
  const streamVideo = new StreamVideo({
    apiKey: emulator.apiKey,
    baseUrl: emulator.url,
    user: { id: 'martin' },
    tokenProvider: createTokenProvider({ mintToken }),
  });
  await streamVideo.connect();
  emulator.faults.expireTokens('martin');
  await streamVideo.request('GET', '/edges');
  expect(mintToken).toHaveBeenCalledTimes(2);
  await streamVideo.disconnect();
});
