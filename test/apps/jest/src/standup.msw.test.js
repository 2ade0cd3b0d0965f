import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import * as msw from 'msw';
import { setupServer } from 'msw/node';
import { emulatorHandlers } from 'stream-video-auth/emulator';
import { joinStandup } from './standup.js';

const handlers = emulatorHandlers({ msw }); // Jest can't load msw from inside another package
const { emulator } = handlers;
const server = setupServer(...handlers);
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }));
afterAll(() => server.close());

test('a token that expires in the stand-up is replaced', async () => {
  const { apiKey } = emulator; // and no baseUrl: the handlers answer for the service's own
  const tokenProvider = jest.fn(() => emulator.userToken('martin'));
  const standup = await joinStandup({ apiKey, user: { id: 'martin' }, tokenProvider });
  emulator.faults.expireTokens('martin');
  await standup.setTopic('tokens');
  expect(tokenProvider).toHaveBeenCalledTimes(2);
  await standup.leave();
});
