import { StreamVideo, type TokenProvider } from 'stream-video-auth';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { answer, FakeCoordinator, refusal } from '../../support/fake-coordinator.js';
import { freshToken } from '../../support/tokens.js';
import { advance, useVirtualTime } from '../../support/virtual.js';

let client: StreamVideo;
let coordinator: FakeCoordinator;
const provider = vi.fn<TokenProvider>(async () => freshToken('martin', 3600));

beforeEach(() => {
  useVirtualTime();
  provider.mockClear();
  coordinator = new FakeCoordinator();
  client = new StreamVideo({
    apiKey: 'key',
    user: { id: 'martin' },
    tokenProvider: provider,
    fetch: coordinator.fetch,
    logger: 'silent',
  });
});

afterEach(() => client.disconnect());

describe('a consumer of tokens', () => {
  test('is one function for one name', () => {
    const { auth } = client;
    expect(auth.tokenProviderFor('video')).toBe(auth.tokenProviderFor('video'));
    expect(auth.tokenProviderFor('video')).not.toBe(auth.tokenProviderFor('chat'));
  });

  test.each(['', undefined, 7])('has a name, not %j', (name) => {
    expect(() => client.auth.tokenProviderFor(name as string)).toThrow(
      expect.objectContaining({ code: 'invalid_option' }),
    );
  });

  test('is served the token in use when it asks first', async () => {
    const token = await client.auth.getToken();
    expect(await client.auth.tokenProviderFor('video')()).toBe(token);
    expect(await client.auth.tokenProviderFor('chat')()).toBe(token);
    expect(provider).toHaveBeenCalledTimes(1);
  });

  test('that asks again for the token in use has been refused, and gets a new one', async () => {
    const video = client.auth.tokenProviderFor('video');
    const first = await video();
    const second = await video();
    expect(second).not.toBe(first);
    expect(provider.mock.calls.map(([{ reason }]) => reason)).toEqual(['initial', 'rejected']);
  });

  test('gets the newer one that is there, and nobody is asked', async () => {
    const video = client.auth.tokenProviderFor('video');
    await video();
    await client.auth.refresh();
    expect(await video()).toBe(client.token);
    expect(provider).toHaveBeenCalledTimes(2);
  });

  test('whose burst of retries straggles in gets the same new one again, within 6 s', async () => {
    const video = client.auth.tokenProviderFor('video');
    await video();
    const second = await video();
    await advance(5_999);
    expect(await video()).toBe(second);
    expect(provider).toHaveBeenCalledTimes(2);
    await advance(1);
    expect(await video()).not.toBe(second);
    expect(provider).toHaveBeenCalledTimes(3);
  });

  test('is no straggler when the server has refused that token', async () => {
    const video = client.auth.tokenProviderFor('video');
    await video();
    const second = await video();
    coordinator.respond = ({ token }) => (token === second ? refusal(40) : answer());
    provider.mockRejectedValueOnce(Object.assign(new Error('503'), { retryAfterMs: 1_000 }));
    await expect(client.request('GET', '/edges')).rejects.toMatchObject({ code: 'provider_failed' });
    const third = video();
    await advance(1_000);
    expect(await third).not.toBe(second);
  });

  test('is no straggler when that token has expired', async () => {
    const video = client.auth.tokenProviderFor('video');
    await video();
    provider.mockImplementationOnce(async () => freshToken('martin', 2));
    const second = await video();
    await advance(2_000);
    expect(await video()).not.toBe(second);
    expect(provider).toHaveBeenCalledTimes(3);
  });

  test('is no straggler either where nothing is refreshed ahead of time', async () => {
    const lazy = new StreamVideo({
      apiKey: 'key',
      user: { id: 'martin' },
      tokenProvider: provider,
      refresh: 'on-demand',
      logger: 'silent',
    });
    const video = lazy.auth.tokenProviderFor('video');
    await video();
    provider.mockImplementationOnce(async () => freshToken('martin', 2));
    const second = await video();
    await advance(1_999);
    expect(await video()).toBe(second);
    await advance(1);
    expect(await video()).not.toBe(second);
    expect(provider).toHaveBeenCalledTimes(3);
    await lazy.disconnect();
  });

  test('that is refused by its own server leaves the token in use elsewhere', async () => {
    const video = client.auth.tokenProviderFor('video');
    const first = await video();
    let give: (token: string) => void = () => {};
    provider.mockImplementationOnce(
      () =>
        new Promise((resolve) => {
          give = resolve;
        }),
    );
    const next = video();
    await client.request('GET', '/edges');
    expect(coordinator.tokens).toEqual([first]);
    give(freshToken('martin', 3600));
    expect(await next).toBe(client.token);
  });

  test('that many of its requests send here at once costs one call of the provider', async () => {
    const video = client.auth.tokenProviderFor('video');
    await video();
    const tokens = await Promise.all([video(), video(), video()]);
    expect(new Set(tokens).size).toBe(1);
    expect(provider).toHaveBeenCalledTimes(2);
  });

  test('of a static token gets that one each time: only our own server ends it', async () => {
    const token = freshToken('martin', 3600);
    const fixed = new StreamVideo({ apiKey: 'key', user: { id: 'martin' }, token, logger: 'silent' });
    const video = fixed.auth.tokenProviderFor('video');
    expect([await video(), await video(), fixed.auth.state.status]).toEqual([token, token, 'active']);
    await fixed.disconnect();
  });

  test('of a static token has been refused when it asks again, once there is a provider to ask', async () => {
    const token = freshToken('martin', 3600);
    const fixed = new StreamVideo({ apiKey: 'key', user: { id: 'martin' }, token, logger: 'silent' });
    const video = fixed.auth.tokenProviderFor('video');
    await video();
    await video();
    fixed.auth.setTokenProvider(provider);
    expect(await video()).not.toBe(token);
    expect(provider.mock.calls.map(([{ reason }]) => reason)).toEqual(['rejected']);
    await fixed.disconnect();
  });
});
