import { StreamVideo } from 'stream-video-auth';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FakeCoordinator } from '../../support/fake-coordinator.js';
import { fakeToken, freshToken } from '../../support/tokens.js';
import { settle, useVirtualTime } from '../../support/virtual.js';

let client: StreamVideo;
const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };

function make(token: string): StreamVideo {
  const { fetch } = new FakeCoordinator();
  client = new StreamVideo({
    apiKey: 'key',
    user: { id: 'martin' },
    token,
    tokenProvider: () => freshToken('martin', 3600),
    fetch,
    logger,
  });
  return client;
}

beforeEach(() => {
  useVirtualTime();
  vi.clearAllMocks();
});

afterEach(() => client.disconnect());

describe('the state of a token', () => {
  test('has the time of its expiry', () => {
    make(fakeToken({ user_id: 'martin', exp: 4_000_000_000 }));
    expect(client.auth.state).toStrictEqual({
      status: 'active',
      phase: 'fresh',
      refreshing: false,
      userId: 'martin',
      generation: 1,
      expiresAt: 4_000_000_000_000,
    });
  });

  test('has none where the token has none', () => {
    make(fakeToken({ user_id: 'martin' }));
    expect(client.auth.state).not.toHaveProperty('expiresAt');
  });
});

describe('who listens', () => {
  test('is told of a change, and of nothing else', async () => {
    const { auth } = make(freshToken('martin', 3600));
    await client.request('GET', '/edges');
    const heard = vi.fn();
    auth.subscribe(heard);
    await client.request('GET', '/edges');
    auth.setTokenProvider(() => freshToken('martin', 3600));
    expect(heard).not.toHaveBeenCalled();
    auth.setToken(freshToken('martin', 3600));
    expect(heard).toHaveBeenCalledTimes(1);
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('a mistake of the app');
      },
    ],
    ['rejects', () => Promise.reject(new Error('a mistake of the app'))],
  ])('and %s is complained about, and keeps nothing from the others', async (_name, listener) => {
    const { auth } = make(freshToken('martin', 3600));
    await client.request('GET', '/edges');
    const heard = vi.fn();
    auth.subscribe(listener);
    auth.subscribe(heard);
    auth.setToken(freshToken('martin', 3600));
    await settle();
    expect(heard).toHaveBeenCalledTimes(1);
    expect(auth.state).toMatchObject({ generation: 2 });
    expect(logger.error.mock.calls).toEqual([
      [
        '[stream-video-auth] A listener failed',
        {
          event: 'auth.subscribe',
          // Case 224: with the stack, which tells the listener.
          error: {
            name: 'Error',
            message: 'a mistake of the app',
            stack: expect.stringMatching(/auth-state/),
          },
        },
      ],
    ]);
  });
});
