import { fetchTokenProvider, StreamVideo } from 'stream-video-auth';
import { expect, inject, test } from 'vitest';

const { apiKey, url } = inject('emulator');

test('a page whose token was revoked gets another one', async () => {
  const tokenProvider = fetchTokenProvider(`${url}/_emulator/token`);
  const streamVideo = new StreamVideo({ apiKey, baseUrl: url, user: { id: 'martin' }, tokenProvider });
  await streamVideo.connect();
  const headers = { 'content-type': 'application/json' };
  await fetch(`${url}/_emulator/faults/revoke`, { method: 'POST', headers, body: '{"user_id":"martin"}' });
  await streamVideo.call('default', 'standup').getOrCreate();
  expect(streamVideo.auth.state).toMatchObject({ generation: 2 });
  await streamVideo.disconnect();
});
