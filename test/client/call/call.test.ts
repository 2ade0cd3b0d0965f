import { MissingPermissionError, StreamVideo, User } from 'stream-video-auth';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { answer, FakeCoordinator, refusal } from '../../support/fake-coordinator.js';
import { freshToken } from '../../support/tokens.js';
import { settle, useVirtualTime } from '../../support/virtual.js';

let client: StreamVideo;
let coordinator: FakeCoordinator;

const envelope = {
  call: { type: 'default', id: '1', cid: 'default:1' },
  members: [{ user_id: 'martin' }],
  own_capabilities: ['join-call'],
  credentials: { token: 'media-secret', server: { edge_name: 'e' }, ice_servers: [] },
  duration: '1ms',
};

function make(options: object = {}): StreamVideo {
  client = new StreamVideo({
    apiKey: 'key',
    user: { id: 'martin' },
    token: freshToken('martin', 3600),
    // Elsewhere no location hint is asked for.
    baseUrl: 'https://coordinator.test',
    fetch: coordinator.fetch,
    logger: 'silent',
    ...options,
  } as never);
  return client;
}

beforeEach(() => {
  useVirtualTime();
  coordinator = new FakeCoordinator();
  coordinator.respond = () => answer(envelope);
});

afterEach(() => client.disconnect());

describe('a call', () => {
  test('is the same object for the same pair', () => {
    make();
    expect(client.call('a:b', 'c')).toBe(client.call('a:b', 'c'));
    expect(client.call('a:b', 'c')).not.toBe(client.call('a', 'b:c'));
  });

  test('knows nothing at first, and what was answered afterwards, frozen', async () => {
    make();
    const call = client.call('default', '1');
    expect(call.state).toEqual({
      members: [],
      ownCapabilities: [],
      joined: false,
      watched: false,
      ringing: false,
    });
    const before = call.state;
    await call.get();
    expect(call.state).toMatchObject({
      call: { cid: 'default:1' },
      ownCapabilities: ['join-call'],
      joined: false,
    });
    expect(call.state).not.toBe(before);
    const after = call.state;
    await call.get();
    expect(call.state).toBe(after);
    expect(Object.isFrozen(call.state)).toBe(true);
  });

  // api.md section 2: what the client hands out is frozen
  test('is frozen in depth, and apart from the answer', async () => {
    make();
    const member = { user_id: 'martin', user: { id: 'martin' } };
    coordinator.respond = () => answer({ call: { custom: { a: {} } }, members: [member] });
    const call = client.call('default', '1');
    const given = await call.get();
    const { call: data, members } = call.state;
    for (const part of [data, data?.custom, data?.custom.a, members, members[0], members[0]?.user]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
    expect(Object.isFrozen(given.call.custom)).toBe(false);
  });

  test('is created from its data', async () => {
    make();
    await client.call('default', '1').getOrCreate({ custom: { a: 1 } }, { ring: true });
    const [{ method, url, body }] = coordinator.requests as [(typeof coordinator.requests)[0]];
    expect([method, url.pathname, JSON.parse(String(body))]).toEqual([
      'POST',
      '/video/call/default/1',
      { data: { custom: { a: 1 } }, ring: true },
    ]);
  });

  test('is joined and left; the credentials are handed out and kept nowhere', async () => {
    make();
    const call = client.call('default', '1');
    const { credentials } = await call.join({ create: true });
    expect(credentials.token).toBe('media-secret');
    expect(JSON.parse(String(coordinator.requests[0]?.body))).toEqual({ location: 'ERR', create: true });
    expect(call.state.joined).toBe(true);
    expect(JSON.stringify(call.state)).not.toContain('media-secret');
    call.leave();
    expect(call.state.joined).toBe(false);
    expect(coordinator.requests).toHaveLength(1);
  });

  test('is left when the session ends', async () => {
    make();
    await client.call('default', '1').join();
    await client.disconnect();
    expect(client.call('default', '1').state.joined).toBe(false);
  });

  test.each([
    [403, 17],
    [401, 5],
  ])(
    'that an anonymous user may not join (%i / %i) says that a call token is needed',
    async (status, code) => {
      make({ user: User.anonymous, token: undefined });
      coordinator.respond = () => refusal(code, status);
      const error = await client
        .call('livestream', '1')
        .join()
        .catch((caught) => caught);
      expect(error).toBeInstanceOf(MissingPermissionError);
      expect(error.remediation).toMatch(/call token for livestream:1 is needed/);
    },
  );

  test('that an anonymous user cannot join for other reasons says those', async () => {
    make({ user: User.anonymous, token: undefined });
    coordinator.respond = () => refusal(16, 404);
    await expect(client.call('livestream', '1').join()).rejects.toMatchObject({
      code: 'api_error',
      apiCode: 16,
    });
  });

  test('is lost, once, when the call token dies and nothing can renew it', async () => {
    make({ user: User.anonymous, token: freshToken('!anon', 3600, { call_cids: ['livestream:1'] }) });
    const [joined, other] = [client.call('livestream', '1'), client.call('livestream', '2')];
    await joined.join();
    const events: string[] = [];
    for (const name of ['token.expired', 'auth.suspended', 'call.access_lost'] as const) {
      client.on(name, (event) => events.push('call_cid' in event ? `${name} ${event.call_cid}` : name));
    }
    const lost = vi.fn();
    joined.on('call.access_lost', lost);
    other.on('call.access_lost', lost);
    coordinator.respond = () => refusal(40);
    await expect(client.request('GET', '/edges')).rejects.toMatchObject({ code: 'token_expired' });
    await settle();
    expect(events.sort()).toEqual(['auth.suspended', 'call.access_lost livestream:1', 'token.expired']);
    expect([joined.state.joined, lost.mock.calls.length]).toEqual([false, 1]);
    expect(client.auth.state).toMatchObject({ status: 'suspended', reason: 'token_expired' });
  });
});

describe('listeners', () => {
  test('that throw or reject disturb nobody', async () => {
    make({ tokenProvider: async () => freshToken('martin', 3600) });
    const heard = vi.fn();
    client.on('token.refreshed', () => {
      throw new Error('thrown');
    });
    client.on('token.refreshed', () => Promise.reject(new Error('rejected')));
    client.on('token.refreshed', heard);
    await client.auth.refresh();
    expect(heard).toHaveBeenCalledTimes(1);
  });

  test.each([undefined, null, {}])('of the state that are no functions are refused: %j', (listener) => {
    make({ tokenProvider: async () => freshToken('martin', 3600) });
    expect(() => client.call('default', '1').subscribe(listener as never)).toThrow(
      expect.objectContaining({ code: 'invalid_option' }),
    );
  });

  test('are heard until they are taken off, by either way', async () => {
    make({ tokenProvider: async () => freshToken('martin', 3600) });
    const [off, stopped, once] = [vi.fn(), vi.fn(), vi.fn()];
    client.on('token.refreshed', off);
    const stop = client.on('token.refreshed', stopped);
    client.once('token.refreshed', once);
    await client.auth.refresh();
    client.off('token.refreshed', off);
    stop();
    await client.auth.refresh();
    for (const listener of [off, stopped, once]) expect(listener).toHaveBeenCalledTimes(1);
  });
});
