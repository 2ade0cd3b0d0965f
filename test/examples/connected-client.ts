import { StreamVideo, type TokenProvider, User } from 'stream-video-auth';
import { startEmulator } from 'stream-video-auth/emulator';
import { expect } from 'vitest';

export const SECRET = 'example-secret-of-more-than-thirty-two-bytes';

async function withEmulator(use: (emulator: Awaited<ReturnType<typeof startEmulator>>) => Promise<void>) {
  const emulator = await startEmulator({ apiSecret: SECRET });
  try {
    await use(emulator);
  } finally {
    await emulator.stop();
  }
}

/** Connects martin with the tokens of an endpoint, and expires the first one so that it is asked again. */
export async function expectConnection(tokenProvider: TokenProvider): Promise<void> {
  await withEmulator(async (emulator) => {
    const client = new StreamVideo({
      apiKey: emulator.apiKey,
      baseUrl: emulator.url,
      user: { id: 'martin' },
      tokenProvider,
      logger: 'silent',
    });
    try {
      await expect(client.connect()).resolves.toMatchObject({ id: 'martin' });
      const first = client.token;
      emulator.faults.expireTokens('martin');
      await expect(client.call('default', 'room').getOrCreate()).resolves.toMatchObject({ created: true });
      expect(client.token).not.toBe(first);
      expect(client.connectionState).toBe('connected');
    } finally {
      await client.disconnect();
    }
  });
}

/** Lets an anonymous visitor look at a call with the call tokens of an endpoint. */
export async function expectVisit(tokenProvider: TokenProvider, type: string, id: string): Promise<void> {
  await withEmulator(async (emulator) => {
    const host = new StreamVideo({
      apiKey: emulator.apiKey,
      baseUrl: emulator.url,
      user: { id: 'host' },
      token: await emulator.userToken('host'),
      logger: 'silent',
    });
    await host.call(type, id).getOrCreate();
    await host.disconnect();
    const { apiKey, url: baseUrl } = emulator;
    const visitor = new StreamVideo({
      apiKey,
      baseUrl,
      user: User.anonymous,
      tokenProvider,
      logger: 'silent',
    });
    try {
      await expect(visitor.call(type, id).get()).resolves.toMatchObject({ call: { type, id } });
    } finally {
      await visitor.disconnect();
    }
  });
}

/** The stranger's side: a client whose endpoint says 401 is told so, and asks no further. */
export async function expectSuspension(tokenProvider: TokenProvider): Promise<void> {
  await withEmulator(async (emulator) => {
    const { apiKey, url: baseUrl } = emulator;
    const client = new StreamVideo({
      apiKey,
      baseUrl,
      user: { id: 'martin' },
      tokenProvider,
      logger: 'silent',
    });
    try {
      await expect(client.connect()).rejects.toMatchObject({ code: 'unauthorized' });
      expect(client.auth.state.status).toBe('suspended');
    } finally {
      await client.disconnect();
    }
  });
}
