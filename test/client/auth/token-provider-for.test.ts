import { StreamVideo, type TokenProvider, User } from 'stream-video-auth';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { answer, FakeCoordinator, refusal } from '../../support/fake-coordinator.js';
import { freshToken } from '../../support/tokens.js';
import { advance, useVirtualTime } from '../../support/virtual.js';
import { watch } from '../../support/watch.js';

let client: StreamVideo;
let coordinator: FakeCoordinator;
const provider = vi.fn<TokenProvider>(async () => freshToken('martin', 3600));

beforeEach(() => {
  useVirtualTime();
  provider.mockReset().mockImplementation(async () => freshToken('martin', 3600));
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

describe('what a consumer costs', () => {
  // case 204: mcp-remote #338
  test('asked every 2 s because its server refuses each token, ten minutes long: a handful of provider calls', async () => {
    const video = client.auth.tokenProviderFor('video');
    for (let second = 0; second < 600; second += 2) {
      await video();
      await advance(2_000);
    }
    expect(provider.mock.calls.length).toBeLessThanOrEqual(8);
    expect(client.auth.explain().counters).toMatchObject({ unusableInARow: 0, failures: 0 });
  });

  test('is its own: another consumer is not held back by it', async () => {
    const [video, chat] = [client.auth.tokenProviderFor('video'), client.auth.tokenProviderFor('chat')];
    for (let second = 0; second < 60; second += 6) {
      await video();
      await advance(6_000);
    }
    const held = await video();
    expect(await video()).toBe(held);
    expect(await chat()).toBe(held);
    expect(await chat()).not.toBe(held);
  });

  describe('where the server’s clock is ahead of ours, and says so', () => {
    let onDemand: StreamVideo;

    beforeEach(async () => {
      coordinator.respond = () => {
        const date = new Date(Date.now() + 900_000).toUTCString();
        return answer({}, 200, { date });
      };
      // Nothing else asks for tokens.
      const { fetch } = coordinator;
      const base = { apiKey: 'key', user: { id: 'martin' }, tokenProvider: provider, fetch };
      onDemand = new StreamVideo({ ...base, refresh: 'on-demand', logger: 'silent' });
      await onDemand.request('GET', '/edges');
      provider.mockClear();
    });

    afterEach(() => onDemand.disconnect());

    async function repeatEverySecond(): Promise<number> {
      const video = onDemand.auth.tokenProviderFor('video');
      for (let times = 0; times < 30; times += 1) {
        await video();
        await advance(1_000);
      }
      return provider.mock.calls.length;
    }

    test('is no more for tokens that are dead on arrival by that', async () => {
      provider.mockImplementation(async () => freshToken('martin', 600));
      await onDemand.auth.refresh();
      expect(await repeatEverySecond()).toBe(3);
      expect(onDemand.auth.state).toMatchObject({ phase: 'expired' });
    });

    test('is the same for tokens that live', async () => {
      expect(await repeatEverySecond()).toBe(2);
    });

    describe('and three tokens that were dead on arrival came back', () => {
      let video: () => Promise<string>;

      beforeEach(async () => {
        provider.mockImplementation(async () => freshToken('martin', 600));
        await client.request('GET', '/edges');
        video = client.auth.tokenProviderFor('video');
        for (let times = 0; times < 3; times += 1) await video();
        expect(await video()).toBe(await video());
        provider.mockClear();
      });

      test('is nothing for one that comes back once more, though others ask ahead of time', async () => {
        expect(await video()).toBe(client.token);
        expect(provider).not.toHaveBeenCalled();
      });

      test('is a call where our server refused that one meanwhile: it is not handed out again', async () => {
        const refused = client.token;
        coordinator.respond = ({ token }) => (token === refused ? refusal(40) : answer());
        provider.mockRejectedValue(Object.assign(new Error('503'), { retryAfterMs: 1_000 }));
        const request = watch(client.request('GET', '/edges'));
        await advance(500);
        expect([request.state, client.token]).toEqual(['pending', refused]);
        provider.mockImplementation(async () => freshToken('martin', 600));
        const next = watch(video());
        await advance(1_000);
        expect(next.value).toBe(client.token);
        expect(next.value).not.toBe(refused);
      });
    });
  });

  test('ends with a token that is expired, however lately others came back: that is refreshed as usual', async () => {
    const base = { apiKey: 'key', user: { id: 'martin' }, tokenProvider: provider } as const;
    client = new StreamVideo({ ...base, refresh: 'on-demand', logger: 'silent' });
    provider.mockImplementation(async () => freshToken('martin', 20));
    const video = client.auth.tokenProviderFor('video');
    await video();
    for (let times = 0; times < 2; times += 1) {
      await video();
      await advance(6_000);
    }
    const held = await video();
    await advance(13_999);
    expect(await video()).toBe(held);
    await advance(1);
    expect(await video()).not.toBe(held);
  });
});

describe('a consumer while no token can be had', () => {
  // case 205
  test.each<[string, () => void]>([
    ['fails', () => provider.mockRejectedValue(new Error('503'))],
    ['hangs', () => provider.mockReturnValue(new Promise(() => {}))],
  ])('and the endpoint %s, is given the token that lives', async (_name, endpoint) => {
    const video = client.auth.tokenProviderFor('video');
    const token = await video();
    endpoint();
    const again = watch(video());
    await advance(10_000);
    expect(again.value).toBe(token);
  });

  test('is told why where the token has ended meanwhile', async () => {
    client = new StreamVideo({
      apiKey: 'key',
      user: { id: 'martin' },
      tokenProvider: provider,
      refresh: 'on-demand',
      fetch: coordinator.fetch,
      logger: 'silent',
    });
    const video = client.auth.tokenProviderFor('video');
    await video();
    await advance(3_595_000);
    provider.mockReturnValue(new Promise(() => {}));
    const again = watch(video());
    await advance(10_000);
    expect(again.error).toMatchObject({ code: 'provider_timeout' });
  });

  test('is given none after the end of the session', async () => {
    const video = client.auth.tokenProviderFor('video');
    await video();
    provider.mockReturnValueOnce(new Promise(() => {}));
    const again = watch(video());
    await advance(10);
    await client.disconnect();
    await advance(0);
    expect(again.error).toMatchObject({ code: 'session_ended' });
    await expect(video()).rejects.toMatchObject({ code: 'session_ended' });
  });
});

describe('a consumer of tokens that its server takes for a while', () => {
  test('has each replaced, however many come back: not sooner than 15 s is no burst', async () => {
    const video = client.auth.tokenProviderFor('video');
    await video();
    for (let times = 1; times <= 8; times += 1) {
      await advance(15_000);
      await video();
      expect(provider).toHaveBeenCalledTimes(times + 1);
    }
  });

  test('has them replaced no more once three in a row came back sooner', async () => {
    const video = client.auth.tokenProviderFor('video');
    await video();
    for (let times = 1; times <= 8; times += 1) {
      await advance(14_999);
      await video();
    }
    expect(provider.mock.calls.length).toBeLessThan(8);
  });
});

describe('a consumer of a token that nothing can replace and that has ended by our clock', () => {
  const makeStatic = () => {
    client = new StreamVideo({
      apiKey: 'key',
      user: { id: 'martin' },
      token: freshToken('martin', 60),
      fetch: coordinator.fetch,
      logger: 'silent',
    });
  };

  test('is given it once more, since our clock may be wrong, and then told so', async () => {
    makeStatic();
    const video = client.auth.tokenProviderFor('video');
    await advance(60_000);
    expect(await video()).toBe(client.token);
    await expect(video()).rejects.toMatchObject({ code: 'token_expired' });
  });

  test("is told so at once where the server's clock is known", async () => {
    makeStatic();
    coordinator.respond = () => answer({}, 200, { date: new Date(Date.now()).toUTCString() });
    await client.request('GET', '/edges');
    await advance(60_000);
    await expect(client.auth.tokenProviderFor('video')()).rejects.toMatchObject({ code: 'token_expired' });
  });
});

describe('a consumer of a guest', () => {
  let guests: number;
  let guest: StreamVideo;

  async function makeGuest(options: object = {}): Promise<void> {
    guests = 0;
    coordinator.respond = ({ url }) => {
      if (!url.pathname.endsWith('/guest')) return answer();
      guests += 1;
      const id = `guest-${guests}`;
      return answer({ user: { id }, access_token: freshToken(id, 60) }, 201);
    };
    guest = await StreamVideo.create({
      apiKey: 'key',
      user: User.guest('visitor'),
      fetch: coordinator.fetch,
      logger: 'silent',
      ...options,
    });
  }

  afterEach(() => guest.disconnect());

  // case 236
  test.each([
    ["with guestExpiry 'suspend'", { guestExpiry: 'suspend' }],
    // case 237
    ['that would be renewed without it', {}],
  ])('%s gets its dead token no second time, and the state says so', async (_name, options) => {
    await makeGuest(options);
    const suspended = vi.fn();
    guest.on('auth.suspended', suspended);
    const video = guest.auth.tokenProviderFor('video');
    await video();
    await advance(60_000);
    for (let times = 0; times < 6; times += 1) {
      await expect(video()).rejects.toMatchObject({ code: 'token_expired' });
    }
    expect(guest.auth.state).toMatchObject({ status: 'suspended', reason: 'guest_expired' });
    expect([suspended.mock.calls.length, guests]).toEqual([1, 1]);
  });

  test('that was renewed by hand is told to begin with the new identity', async () => {
    await makeGuest();
    const video = guest.auth.tokenProviderFor('video');
    await video();
    await guest.auth.refresh();
    await expect(video()).rejects.toMatchObject({ code: 'session_ended', message: /another/ });
    const next = guest.auth.tokenProviderFor('video');
    expect(next).not.toBe(video);
    expect(guest.auth.tokenProviderFor('video')).toBe(next);
    expect(await next()).toBe(guest.token);
  });

  test('that becomes another while the consumer waits is not given the other one', async () => {
    await makeGuest();
    await advance(60_000);
    await expect(guest.auth.tokenProviderFor('video')()).rejects.toMatchObject({ code: 'session_ended' });
    expect(guest.user.id).toBe('guest-2');
  });

  test('is renewed in a later session, in which no consumer was handed its token', async () => {
    await makeGuest();
    await guest.auth.tokenProviderFor('video')();
    await advance(60_000);
    await guest.disconnect();
    await guest.auth.refresh();
    await advance(60_000);
    await guest.request('GET', '/edges');
    expect(guests).toBe(3);
  });

  describe('whose token its server refuses before its end, and that asks again and again', () => {
    const edges = () => coordinator.requests.filter(({ url }) => url.pathname === '/video/edges').length;
    let suspended: ReturnType<typeof vi.fn<() => void>>;
    let video: () => Promise<string>;

    beforeEach(async () => {
      await makeGuest({ guestExpiry: 'suspend' });
      suspended = vi.fn<() => void>();
      guest.on('auth.suspended', suspended);
      video = guest.auth.tokenProviderFor('video');
    });

    async function ask(times: number, everyMs: number): Promise<void> {
      for (let time = 0; time < times; time += 1) {
        await video();
        await advance(everyMs);
      }
    }

    test('is told once our server refuses it too, which is asked at the second repeat', async () => {
      coordinator.respond = () => refusal(40);
      await ask(3, 5_000);
      await expect(video()).rejects.toMatchObject({ code: 'token_expired' });
      expect(suspended).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ reason: 'guest_expired' }));
      expect([edges(), guests]).toEqual([1, 1]);
    });

    test('is not told so where our server still takes it, and costs one request in 6 s', async () => {
      await ask(20, 1_000);
      expect(edges()).toBe(3);
      expect([suspended.mock.calls.length, guest.auth.state.status]).toEqual([0, 'active']);
    });

    test('costs no request where it asks again only once, as after a remount', async () => {
      await ask(2, 5_000);
      expect(edges()).toBe(0);
    });

    test('does not wait for our server, nor fail with it', async () => {
      coordinator.respond = () => new Promise(() => {});
      await video();
      await Promise.all(Array.from({ length: 100 }, () => video()));
      expect(edges()).toBe(1);
      coordinator.respond = () => Promise.reject(new TypeError('fetch failed'));
      await advance(6_000);
      expect(await video()).toBe(guest.token);
      expect(edges()).toBe(2);
    });
  });
});
