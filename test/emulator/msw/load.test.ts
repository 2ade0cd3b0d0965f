import * as msw from 'msw';
import { setupServer } from 'msw/node';
import { describe, expect, it } from 'vitest';
import { emulatorHandlers } from '../../../src/emulator/index.js';
import { loadMsw } from '../../../src/emulator/msw/load.js';

function failing(message: string, code: string): () => never {
  return () => {
    throw Object.assign(new Error(message), { code });
  };
}

function refusalOf(load: () => never): unknown {
  try {
    return loadMsw(load);
  } catch (error) {
    return error;
  }
}

// case 254
describe('msw that can not be loaded', () => {
  it.each([
    ["Cannot find module 'msw'\nRequire stack:\n- /app/test.js", 'MODULE_NOT_FOUND'],
    ["Cannot find module 'msw' from 'node_modules/stream-video-auth/dist/emulator.js'", 'MODULE_NOT_FOUND'],
  ])('is called missing where it is: %s', (message, code) => {
    expect(refusalOf(failing(message, code))).toMatchObject({
      code: 'invalid_option',
      message: 'msw is not installed',
      remediation: expect.stringContaining('npm install'),
    });
  });

  it.each([
    ['Must use import to load ES Module: /app/node_modules/rettime/build/index.mjs\n', 'ERR_REQUIRE_ESM'],
    ["Cannot find module '@mswjs/interceptors'", 'MODULE_NOT_FOUND'],
    ["Cannot find module 'msw/missing'", 'MODULE_NOT_FOUND'],
    ['\nUnexpected token export', 'SOMETHING'],
  ])('is never called missing where it is there, and the cause is told: %s', (message, code) => {
    const error = refusalOf(failing(message, code));
    expect(error).toMatchObject({
      message: `msw is installed and can not be loaded here: ${message.trim().split('\n')[0]}`,
      remediation: expect.stringContaining('emulatorHandlers({ msw })'),
      cause: expect.objectContaining({ code }),
    });
  });

  it('can be passed by the caller, who imported it', async () => {
    const handlers = emulatorHandlers({ apiKey: 'k', msw });
    const server = setupServer(...handlers);
    server.listen({ onUnhandledRequest: 'error' });
    const headers = { authorization: await handlers.emulator.userToken('mara'), 'stream-auth-type': 'jwt' };
    const response = await fetch('https://video.stream-io-api.com/video/edges?api_key=k', { headers });
    server.close();
    expect(response.status).toBe(200);
  });
});
