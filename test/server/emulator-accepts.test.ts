import { StreamClient } from '@stream-io/node-sdk';
import { startEmulator } from 'stream-video-auth/emulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCallToken, createUserToken } from '../../src/server/index.js';
import { signToken } from '../../src/server/sign.js';
import { SECRET } from './support.js';

let emulator: Awaited<ReturnType<typeof startEmulator>>;

beforeAll(async () => {
  emulator = await startEmulator({ apiSecret: SECRET });
});

afterAll(async () => {
  await emulator.stop();
});

async function answerTo(token: string, type: 'jwt' | 'anonymous'): Promise<unknown> {
  const response = await fetch(`${emulator.url}/video/calls?api_key=${emulator.apiKey}`, {
    method: 'POST',
    headers: { authorization: token, 'stream-auth-type': type, 'content-type': 'application/json' },
    body: '{"filter_conditions":{}}',
  });
  const { code } = (await response.json()) as { code?: number };
  return code ?? response.status;
}

describe('a coordinator accepts', () => {
  it('user and call tokens minted here, for ids in any script', async () => {
    for (const userId of ['martin', 'zoë', '用户1', 'a>?~']) {
      expect(await answerTo(await createUserToken({ apiSecret: SECRET, userId }), 'jwt')).toBeLessThan(300);
      const callToken = await createCallToken({ apiSecret: SECRET, userId, callCids: ['default:1'] });
      expect(await answerTo(callToken, 'jwt')).toBeLessThan(300);
    }
    const visitor = await createCallToken({ apiSecret: SECRET, callCids: ['livestream:1'] });
    expect(await answerTo(visitor, 'anonymous')).toBeLessThan(300);
  });

  it('tokens of the node SDK just the same', async () => {
    const official = new StreamClient('key', SECRET);
    expect(await answerTo(official.generateUserToken({ user_id: 'martin' }), 'jwt')).toBeLessThan(300);
    const callToken = official.generateCallToken({ user_id: 'martin', call_cids: ['default:1'] });
    expect(await answerTo(callToken, 'jwt')).toBeLessThan(300);
  });

  it('neither another secret, nor what the door refuses to mint', async () => {
    const now = Math.floor(Date.now() / 1000);
    expect(await answerTo(await createUserToken({ apiSecret: `${SECRET}!`, userId: 'martin' }), 'jwt')).toBe(
      43,
    );
    expect(await answerTo(await signToken({ user_id: 'martin', exp: now - 1 }, SECRET), 'jwt')).toBe(40);
    expect(await answerTo(await signToken({ user_id: 'martin', iat: now + 60 }, SECRET), 'jwt')).toBe(42);
    expect(await answerTo(await signToken({ user_id: '!anon', exp: now + 60 }, SECRET), 'jwt')).toBe(5);
  });
});
