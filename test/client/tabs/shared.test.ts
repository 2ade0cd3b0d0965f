import { StreamVideo, User } from 'stream-video-auth';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { answer, FakeCoordinator, refusal } from '../../support/fake-coordinator.js';
import { FakeTabs } from '../../support/fake-tabs.js';
import { freshToken } from '../../support/tokens.js';
import { advance, settle, useVirtualTime } from '../../support/virtual.js';

let tabs: FakeTabs;
const clients: StreamVideo[] = [];
const provider = vi.fn(async () => freshToken('martin', 60));

/** A client in a tab of its own, which has sent a first request. */
async function tab(options: object = {}, coordinator = new FakeCoordinator()): Promise<StreamVideo> {
  const client = new StreamVideo({
    apiKey: 'key',
    user: { id: 'martin' },
    tokenProvider: provider,
    tabs: 'shared',
    logger: 'silent',
    fetch: coordinator.fetch,
    ...options,
  } as never);
  clients.push(client);
  await client.request('GET', '/edges').catch(() => {});
  return client;
}

beforeEach(() => {
  useVirtualTime();
  tabs = new FakeTabs();
  provider.mockClear();
});

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.disconnect()));
  expect(tabs.size, 'channels left open').toBe(0);
  vi.unstubAllGlobals();
});

describe("clients with tabs: 'shared'", () => {
  test('of one user, one key and one coordinator hand each other tokens', async () => {
    const first = await tab();
    await advance(2_000);
    const second = await tab();
    await settle();
    expect([first.token, provider.mock.calls.length]).toEqual([second.token, 2]);
  });

  test.each<[string, object]>([
    ['another user', { user: { id: 'jane' }, token: freshToken('jane', 30) }],
    ['another api key', { apiKey: 'other', token: freshToken('martin', 30) }],
    ['another coordinator', { baseUrl: 'https://elsewhere.example', token: freshToken('martin', 30) }],
    ["tabs: 'isolated'", { tabs: 'isolated', token: freshToken('martin', 30) }],
    ['no word about tabs', { tabs: undefined, token: freshToken('martin', 30) }],
  ])('hand nothing to one with %s', async (_name, options) => {
    const other = await tab({ ...options, tokenProvider: undefined });
    const before = other.token;
    await tab();
    await settle();
    expect([other.token, other.auth.state]).toMatchObject([before, { generation: 1 }]);
  });

  test('open no channel as a guest or as an anonymous user', async () => {
    await tab({ user: User.anonymous, tokenProvider: undefined });
    const token = freshToken('guest-martin', 60);
    clients.push(
      await StreamVideo.create({ apiKey: 'key', user: User.guest('martin'), token, tabs: 'shared' }),
    );
    await clients.at(-1)?.auth.getToken();
    expect(tabs.size).toBe(0);
  });

  test('open none before anything is asked for', () => {
    clients.push(
      new StreamVideo({ apiKey: 'key', user: { id: 'martin' }, tokenProvider: provider, tabs: 'shared' }),
    );
    expect(tabs.size).toBe(0);
  });

  test('send a request that was refused with the token of another tab once more, with a token of their own', async () => {
    const coordinator = new FakeCoordinator();
    const client = await tab({}, coordinator);
    const forged = freshToken('martin', 3600);
    tabs.forge({ token: forged });
    await settle();
    coordinator.respond = ({ token }) => (token === forged ? refusal(43) : answer());
    await client.request('GET', '/edges');
    expect(coordinator.tokens.slice(1)).toEqual([forged, client.token]);
    expect([client.token === forged, provider.mock.calls.length]).toEqual([false, 1]);
  });

  test.each([40, 43])(
    'that a server refuses (%i) before the own provider has answered wait for that',
    async (code) => {
      const coordinator = new FakeCoordinator();
      const forged = freshToken('martin', 3600);
      coordinator.respond = ({ token }) => (token === forged ? refusal(code) : answer());
      provider.mockImplementationOnce(async () => {
        tabs.forge({ token: forged });
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        return freshToken('martin', 60);
      });
      const made = tab({}, coordinator);
      await advance(1_000);
      const client = await made;
      expect(coordinator.tokens).toEqual([forged, client.token]);
      expect([provider.mock.calls.length, client.auth.explain().counters.unusableInARow]).toEqual([1, 0]);
    },
  );
});
