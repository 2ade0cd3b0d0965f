import { StreamVideo, type TokenProvider, User } from 'stream-video-auth';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { answer, FakeCoordinator, fakeWebSockets, refusal } from '../../../support/fake-coordinator.js';
import { freshToken } from '../../../support/tokens.js';
import { advance, useVirtualTime } from '../../../support/virtual.js';
import { Page } from '../../../vectors/page.js';

let client: StreamVideo;
let coordinator: FakeCoordinator;
const provider = vi.fn<TokenProvider>();

function make(options: object): StreamVideo {
  client = new StreamVideo({
    apiKey: 'key',
    user: { id: 'martin' },
    fetch: coordinator.fetch,
    WebSocket: fakeWebSockets().WebSocket,
    logger: 'silent',
    ...options,
  } as never);
  return client;
}

const get = () => client.request('GET', '/edges');
const next = () => client.auth.explain().next;

beforeEach(() => {
  useVirtualTime();
  vi.spyOn(Math, 'random').mockReturnValue(0);
  coordinator = new FakeCoordinator();
  provider.mockReset().mockImplementation(async () => freshToken('martin', 3600));
});

afterEach(async () => {
  await client.disconnect();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe('of a token that nothing can renew, explain() says', () => {
  test('when it ends by the clock, until it has', async () => {
    make({ token: freshToken('martin', 60) });
    const end = Date.now() + 60_000;
    const why = 'there is no token provider to renew it';
    await advance(59_999);
    expect(next()).toEqual({
      what: 'the token stays in use until the server refuses it; by the clock it ends',
      at: end,
      timing: 'at',
      why,
    });
    await advance(1);
    expect(next()).toEqual({ what: 'the token stays in use until the server refuses it', why });
  });

  test('that requests fail at once, when it was refused and so was the one accepted before', async () => {
    make({ token: freshToken('martin', 3600) });
    await get();
    client.auth.setToken(freshToken('martin', 3600));
    coordinator.respond = () => refusal(40);
    await expect(get()).rejects.toMatchObject({ code: 'token_expired' });
    expect(client.auth.state).toMatchObject({ status: 'suspended', reason: 'token_expired' });
    expect(next()).toMatchObject({
      why: 'the server refused the token, and there is no token provider to bring another',
    });
    await expect(get()).rejects.toMatchObject({ code: 'token_expired' });
    expect(coordinator.requests).toHaveLength(3);
  });
});

describe('of a guest without a good token, explain() says', () => {
  test('that the next request makes a new guest, and not before when', async () => {
    const guest = () => ({ user: { id: 'guest-1' }, access_token: freshToken('guest-1', 3600) });
    coordinator.respond = () => answer(guest());
    client = await StreamVideo.create({
      apiKey: 'key',
      user: User.guest('visitor'),
      fetch: coordinator.fetch,
      logger: 'silent',
    });
    coordinator.respond = ({ url }) => (url.pathname.endsWith('/guest') ? refusal(99, 400) : refusal(40));
    await expect(get()).rejects.toBeDefined();
    const what = 'the next request makes a new guest';
    const why = 'the server refused the token';
    expect(next()).toMatchObject({ what, timing: 'not before', why: expect.stringContaining(why) });
    await advance((next().at as number) - Date.now());
    expect(next()).toEqual({ what, why });
  });
});

describe('of a token whose renewal has failed, explain() says', () => {
  const why = 'the last attempt to get one failed, and the next one backs off';
  const what = 'requests are sent with the token held, and it is renewed';

  beforeEach(async () => {
    make({ token: freshToken('martin', 3600), tokenProvider: provider });
    await advance(3_100_000);
    provider.mockRejectedValue(new Error('503'));
    await expect(client.auth.refresh()).rejects.toBeDefined();
  });

  test('not before when it is renewed, while nobody uses it', () => {
    expect(next()).toMatchObject({ what, why, at: Date.now() + 5_000, timing: 'not before' });
  });

  test('when it is renewed, once somebody does', async () => {
    await get();
    expect(next()).toMatchObject({ what, why, at: Date.now() + 5_000, timing: 'at' });
  });
});

test('offline, explain() promises no time for a renewal that has failed before', async () => {
  const page = new Page();
  make({ token: freshToken('martin', 3600), tokenProvider: provider });
  await get();
  provider.mockRejectedValue(new Error('503'));
  await advance(3_000_000);
  expect(next()).toMatchObject({ timing: 'at', why: expect.stringContaining('backs off') });
  page.tell('offline');
  expect(next()).toMatchObject({ timing: 'not before', why: expect.stringContaining('backs off') });
});
