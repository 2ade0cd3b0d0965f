import { StreamVideo, User } from 'stream-video-auth';
import { describe, expect, it, vi } from 'vitest';
import { answer, FakeCoordinator, refusal, type SeenRequest } from '../support/fake-coordinator.js';
import { freshToken } from '../support/tokens.js';
import { advance } from '../support/virtual.js';
import { afterwards, entered, eventsOf, inVirtualTime, Loopback, rejection, watch } from './support.js';

describe('over the wire', () => {
  const field = new Loopback();
  const creations = () => field.requests('/video/guest');
  const guest = (options: Record<string, unknown> = {}) =>
    field.create({ user: User.guest('martin', { name: 'Martin' }), ...options });

  /** No request may have gone out under one id with the token of another. */
  const identities = () =>
    field.server.requests
      .filter(({ path }) => path !== '/video/guest')
      .map(({ claims, body, kind }) => [
        claims?.user_id,
        kind === 'socket' ? (body as { user_details: { id: string } }).user_details.id : claims?.user_id,
      ]);

  // case 55: stream-video-android #1578, #1637; stream-chat-react #1998
  it.each<[string, Record<string, unknown>]>([
    ['without a token', {}],
    ['with a stray provider', { tokenProvider: () => 'nobody asks for this' }],
  ])('a guest %s is created as nobody, without an Authorization header', async (_name, options) => {
    const client = await guest(options);
    expect(creations()).toHaveLength(1);
    expect(creations()[0]).toMatchObject({ authType: 'anonymous', status: 201 });
    expect(creations()[0]?.headers).not.toHaveProperty('authorization');
    expect(client.user).toMatchObject({
      type: 'guest',
      id: expect.stringMatching(/martin$/),
      name: 'Martin',
    });
    await client.connect();
    expect(identities()).toEqual([[client.user.id, client.user.id]]);
  });

  it.each<[string, unknown, string]>([
    ['an empty token', '', 'empty'],
    ['a null token', null, 'not_a_string'],
    ['a token of no user', 'a.b.c', 'not_a_jwt'],
  ])('a guest with %s is told so, and nothing goes out', async (_name, token, code) => {
    const error = await rejection(guest({ token }));
    expect(error).toMatchObject({ name: 'InvalidTokenError', code });
    expect(field.server.requests).toEqual([]);
  });

  it('a guest that brings its token is who it was, and is not created anew', async () => {
    const first = await guest();
    const again = await guest({ token: first.token });
    await again.connect();
    expect(again.user.id).toBe(first.user.id);
    expect(creations()).toHaveLength(1);
  });

  it('a creation that fails rejects with the answer itself, and leaves nothing behind', async () => {
    field.server.faults.disableGuests();
    expect(await rejection(guest())).toMatchObject({ name: 'ApiError', status: 403, apiCode: 17 });
    field.server.faults.disableGuests(false);
    field.server.faults.failNext(1, { status: 503 });
    expect(await rejection(guest())).toMatchObject({ name: 'ApiError', status: 503 });
    expect(creations()).toHaveLength(2);
  });

  // case 51: stream-video-android e5213f5fb6, #1703; stream-video-js #965
  it('requests made while a guest is created anew wait for it and carry its token', async () => {
    const client = await guest();
    await client.request('GET', '/edges');
    field.server.faults.expireTokens();
    field.server.faults.latency({ ms: 40 });
    const first = client.request('GET', '/edges');
    await vi.waitFor(() => expect(creations()).toHaveLength(2));
    const later = [1, 2, 3].map(() => client.request('GET', '/edges'));
    await Promise.all([first, ...later]);
    expect(creations()).toHaveLength(2);
    const edges = field.requests('/video/edges');
    expect(edges.every(({ authType, claims }) => authType === 'jwt' && claims?.user_id)).toBe(true);
    expect(edges.slice(2).every(({ status }) => status === 200)).toBe(true);
  });

  // case 54: stream-video-flutter #1308; stream-chat-flutter #2955; codepod #432
  it('a guest whose token is dead is renewed by one request, under an id that its token shares', async () => {
    const client = await guest();
    const events = eventsOf(client);
    const before = client.user;
    await client.connect();
    field.server.faults.expireTokens();
    const isBack = entered(client, 'connected');
    await client.request('GET', '/edges');
    await isBack;
    expect(client.user.id).not.toBe(before.id);
    expect(events.filter(({ type }) => type === 'user.changed')).toMatchObject([
      { user: { id: client.user.id }, previous: { id: before.id } },
    ]);
    expect(creations()).toHaveLength(2);
    expect(creations()[1]?.body).toMatchObject({ user: { id: 'martin' } });
    expect(identities().every(([token, claimed]) => token === claimed)).toBe(true);
    expect(field.handshakes.at(-1)?.claims?.user_id).toBe(client.user.id);
  });

  it("a guest with the policy 'suspend' is told, and renewed by hand only", async () => {
    const client = await guest({ guestExpiry: 'suspend' });
    const events = eventsOf(client);
    field.server.faults.expireTokens();
    for (let count = 0; count < 3; count += 1) {
      expect(await rejection(client.request('GET', '/edges'))).toMatchObject({ code: 'token_expired' });
    }
    expect(creations()).toHaveLength(1);
    expect(events.filter(({ type }) => type === 'auth.suspended')).toMatchObject([
      { reason: 'guest_expired' },
    ]);
    await client.auth.refresh();
    await client.request('GET', '/edges');
    expect(creations()).toHaveLength(2);
    expect(client.auth.state.status).toBe('active');
  });

  it('a guest in a call keeps its identity: its end is told instead', async () => {
    const host = field.client({ tokenProvider: field.provider() });
    await host.call('default', 'standup').getOrCreate();
    const client = await guest();
    const events = eventsOf(client);
    await client.call('default', 'standup').join();
    const { id } = client.user;
    field.server.faults.expireTokens(id);
    expect(await rejection(client.request('GET', '/edges'))).toMatchObject({ code: 'token_expired' });
    expect(client.user.id).toBe(id);
    expect(creations()).toHaveLength(1);
    expect(events.filter(({ type }) => type === 'auth.suspended')).toMatchObject([
      { reason: 'guest_expired' },
    ]);
  });

  it('a guest whose every token is refused makes no loop', async () => {
    const client = await guest();
    field.server.faults.failNext(20, { status: 401, code: 40, path: '/edges' });
    const error = await rejection(client.request('GET', '/edges'));
    expect(error).toMatchObject({ code: 'provider_returns_expired' });
    expect(creations()).toHaveLength(2);
  });
});

describe('in virtual time', () => {
  inVirtualTime();

  async function scene(lifeSeconds: number, options: Record<string, unknown> = {}) {
    const coordinator = new FakeCoordinator();
    let serial = 0;
    coordinator.respond = ({ url }: SeenRequest) => {
      if (!url.pathname.endsWith('/guest')) return answer();
      serial += 1;
      const id = `guest-${serial}-martin`;
      return answer({ user: { id }, access_token: freshToken(id, lifeSeconds) }, 201);
    };
    const client = await StreamVideo.create({
      apiKey: 'key',
      user: User.guest('martin'),
      logger: 'silent',
      fetch: coordinator.fetch,
      ...options,
    });
    afterwards(() => client.disconnect());
    return { client, coordinator, creations: () => serial };
  }

  // case 54, the bill: each creation is a new user
  it('a guest is never renewed ahead of its end', async () => {
    const { client, creations } = await scene(60);
    for (let second = 0; second < 59; second += 1) {
      await client.request('GET', '/edges');
      await advance(1_000);
    }
    expect(creations()).toBe(1);
    await advance(600_000);
    expect(creations()).toBe(1);
    await client.request('GET', '/edges');
    expect(creations()).toBe(2);
  });

  it('a guest that is wanted many times after its end is renewed once', async () => {
    const { client, coordinator, creations } = await scene(60);
    await advance(120_000);
    await Promise.all(Array.from({ length: 50 }, () => client.request('GET', '/edges')));
    expect(creations()).toBe(2);
    const tokens = new Set(coordinator.requests.slice(2).map(({ token }) => token));
    expect([...tokens]).toEqual([client.token]);
  });

  it('a renewal that fails fails those who need it, and backs off', async () => {
    const { client, coordinator, creations } = await scene(60);
    const first = client.token;
    const respond = coordinator.respond;
    coordinator.respond = (request) => {
      if (request.url.pathname.endsWith('/guest')) return refusal(9, 429);
      return request.token === first ? refusal(40) : answer();
    };
    await advance(120_000);
    const fates = [1, 2, 3].map(() => watch(client.request('GET', '/edges')));
    // The old token is tried, then the door is waited for once.
    await advance(3_000);
    const codes = fates.map(({ error }) => (error as { code?: string } | undefined)?.code);
    expect(codes).toEqual(['provider_failed', 'provider_failed', 'provider_failed']);
    const posts = () => coordinator.requests.filter(({ url }) => url.pathname.endsWith('/guest')).length;
    expect(posts()).toBe(3);
    coordinator.respond = respond;
    await advance(5_000);
    await client.request('GET', '/edges');
    expect(creations()).toBe(2);
  });
});

// case 56: stream-video-js #2138, #2140, #2142
describe('types', () => {
  it('a guest and an anonymous user need no token, an authenticated user does', () => {
    const base = { apiKey: 'key', logger: 'silent' } as const;
    const makes = [
      () => new StreamVideo({ ...base, user: User.anonymous }),
      () => new StreamVideo({ ...base, user: { type: 'anonymous' }, tokenProvider: async () => 'x' }),
      () => new StreamVideo({ ...base, user: { id: 'martin' }, tokenProvider: () => 'x' }),
    ];
    for (const make of makes) expect(make).not.toThrow();
    // @ts-expect-error an authenticated user with neither token nor provider
    expect(() => new StreamVideo({ ...base, user: { id: 'martin' } })).toThrow(/token/);
    // @ts-expect-error a guest is created by StreamVideo.create
    expect(() => new StreamVideo({ ...base, user: User.guest('martin'), token: 'x' })).toThrow(/guest/i);
    const create = () => StreamVideo.create({ ...base, user: User.guest('martin') });
    expect(create).toBeTypeOf('function');
  });
});
