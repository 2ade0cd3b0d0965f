import { act } from '@testing-library/react';
import { UnauthorizedError } from 'stream-video-auth';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { freshToken } from '../support/tokens.js';
import { useVirtualTime } from '../support/virtual.js';
import { MODES, type Mounted, mount, pass, unmountAll } from './support/mount.js';
import { acceptHandshake, refuseHandshake, World } from './support/world.js';

beforeEach(() => useVirtualTime());
afterEach(async () => {
  await unmountAll();
  vi.restoreAllMocks();
});

const CONNECT_MS = 1_000;

/** An app whose coordinator takes no handshake; `connect()` has just failed. */
async function mountOffline(world: World, mode: { strict: boolean }): Promise<Mounted> {
  world.greet = refuseHandshake;
  // The back-off at its longest.
  vi.spyOn(Math, 'random').mockReturnValue(1);
  const app = mount(world.options({ timeouts: { connectMs: CONNECT_MS } }), mode);
  await pass(CONNECT_MS);
  expect(app.created.error).toMatchObject({ code: 'connect_timeout', retryable: true });
  return app;
}

describe.each(MODES)('errors are values $mode', (mode) => {
  it.each([
    ['no api key', { apiKey: '' }, 'missing_api_key'],
    ['no user', { user: undefined }, 'invalid_user'],
    ['neither token nor provider', { tokenProvider: undefined }, 'missing_token'],
    ['a provider that is no function', { tokenProvider: 'token' }, 'invalid_option'],
    ['a token that is none', { token: 'nonsense' }, 'not_a_jwt'],
    ['a baseUrl that is none', { baseUrl: 'nonsense' }, 'invalid_base_url'],
  ])('%s: no client, and the error says why', async (_what, mistake, code) => {
    const world = new World();
    const app = mount(world.options(mistake), mode);
    await pass(60_000);
    expect(app.created).toMatchObject({ client: null, error: { code } });
    expect(world.sockets).toHaveLength(0);
  });

  it.each([
    [{ baseURL: 'https://video.example.com' }, 'baseUrl'],
    [{ token_provider: () => '' }, 'tokenProvider'],
    [{ conect: false }, 'connect'],
    [{ autoConnect: false }, 'connect'],
    [{ connects: false }, 'connect'],
  ])('%j: no client, and the error names the option that was meant', async (slip, meant) => {
    const world = new World();
    const app = mount(world.options(slip as never), mode);
    await pass(60_000);
    expect(app.created).toMatchObject({
      client: null,
      error: { code: 'invalid_option', remediation: `Write ${meant}.` },
    });
    expect(world.sockets).toHaveLength(0);
  });

  const unreadable = (options: object, name: string) =>
    Object.defineProperty({ ...options }, name, {
      enumerable: true,
      get: () => {
        throw new Error(`no look at ${name}`);
      },
    });
  const revoked = () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  };
  const OPTIONS = ['apiKey', 'baseUrl', 'user', 'token', 'tokenProvider', 'connect', 'logger', 'fetch'];

  it.each<[string, (world: World) => unknown]>([
    ...OPTIONS.map((name): [string, (world: World) => unknown] => [
      `${name} throws when it is read`,
      (world) => unreadable(world.options(), name),
    ]),
    ...['id', 'type', 'name', 'image', 'custom'].map((name): [string, (world: World) => unknown] => [
      `user.${name} throws when it is read`,
      (world) => world.options({ user: unreadable({ id: 'martin' }, name) }),
    ]),
    ['the options are a revoked proxy', revoked],
    ['the user is a revoked proxy', (world) => world.options({ user: revoked() })],
    ['the api key is a bigint', (world) => world.options({ apiKey: 1n })],
    ['the baseUrl is a bigint', (world) => world.options({ baseUrl: 1n })],
    ['the id of the user is a bigint', (world) => world.options({ user: { id: 1n } })],
    ['the kind of user is a bigint', (world) => world.options({ user: { id: 'martin', type: 1n } })],
  ])('%s: no client and no crash, the error says so, and the next options are taken', async (_what, make) => {
    const world = new World();
    const app = mount(make(world) as never, mode);
    await pass(60_000);
    expect(app.created).toMatchObject({
      client: null,
      error: { code: 'invalid_option', message: 'The options of StreamVideo cannot be read' },
    });
    app.rerender(make(world) as never);
    act(() => app.created.retry());
    await pass(60_000);
    expect(app.created.error).toMatchObject({ code: 'invalid_option' });
    app.rerender(world.options({ user: { id: 'else' } }));
    await pass();
    expect(app.created).toMatchObject({ client: { user: { id: 'else' } }, error: null });
    app.rerender(make(world) as never);
    await pass(60_000);
    expect(app.created.client === null).toBe(world.liveSockets === 0);
  });

  it('retry() makes the client from the options of the last render', async () => {
    const world = new World();
    const app = mount(world.options({ timeouts: { connectMs: -1 } }), mode);
    await pass();
    expect(app.created.error).toMatchObject({ code: 'invalid_option' });
    app.rerender(world.options());
    await pass();
    expect(app.created.client).toBeNull();
    act(() => app.created.retry());
    await pass();
    expect(app.created.error).toBeNull();
    expect(app.created.client?.connectionState).toBe('connected');
  });

  it('a connect() that may work later is tried again with back-off, and the error is shown meanwhile', async () => {
    const world = new World();
    const app = await mountOffline(world, mode);
    const connect = vi.fn();
    app.created.client?.on('connection.changed', ({ state }) => state === 'connecting' && connect());
    const delays = [2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000];
    for (const [index, delay] of delays.entries()) {
      await pass(delay - 1);
      expect(connect).toHaveBeenCalledTimes(index);
      expect(app.created.error).toMatchObject({ code: 'connect_timeout' });
      await pass(1);
      expect(connect).toHaveBeenCalledTimes(index + 1);
      await pass(CONNECT_MS);
    }
    world.greet = acceptHandshake;
    await pass(60_000);
    expect(app.created.error).toBeNull();
    expect(app.created.client?.connectionState).toBe('connected');
  });

  it('the back-off begins anew once the client was connected', async () => {
    const world = new World();
    const app = await mountOffline(world, mode);
    await pass(2_000 + CONNECT_MS);
    world.greet = acceptHandshake;
    await pass(4_000);
    expect(app.created.error).toBeNull();
    world.greet = refuseHandshake;
    await act(async () => app.created.client?.disconnect());
    act(() => app.created.retry());
    await pass(CONNECT_MS);
    expect(app.created.error).toMatchObject({ code: 'connect_timeout' });
    world.greet = acceptHandshake;
    await pass(2_000);
    expect(app.created.error).toBeNull();
  });

  it.each([
    ['comes online', () => window.dispatchEvent(new Event('online')), true],
    ['becomes visible', () => document.dispatchEvent(new Event('visibilitychange')), true],
    [
      'is hidden',
      () => {
        vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
        document.dispatchEvent(new Event('visibilitychange'));
      },
      false,
    ],
  ])('when the page %s: tried again at once? %#', async (_what, happen, isAtOnce) => {
    const world = new World();
    const app = await mountOffline(world, mode);
    world.greet = acceptHandshake;
    await act(async () => happen());
    await pass();
    expect(app.created.client?.connectionState).toBe(isAtOnce ? 'connected' : 'disconnected');
    expect(app.created.error === null).toBe(isAtOnce);
  });

  it('retry() connects at once, and no timer is left', async () => {
    const world = new World();
    const app = await mountOffline(world, mode);
    world.greet = acceptHandshake;
    act(() => app.created.retry());
    await pass();
    expect(app.created.error).toBeNull();
    expect(app.created.client?.connectionState).toBe('connected');
    const { length } = world.sockets;
    window.dispatchEvent(new Event('online'));
    await pass(10_000);
    expect(world.sockets).toHaveLength(length);
  });

  it('the retry of an app that is gone does nothing', async () => {
    const world = new World();
    const app = await mountOffline(world, mode);
    const { retry } = app.created;
    app.unmount();
    await pass();
    const { length } = world.sockets;
    retry();
    window.dispatchEvent(new Event('online'));
    await pass(60_000);
    expect(world.sockets).toHaveLength(length);
  });

  it('nothing is tried again after the app called disconnect()', async () => {
    const world = new World();
    const app = await mountOffline(world, mode);
    const { length } = world.sockets;
    await act(async () => app.created.client?.disconnect());
    await pass(300_000);
    expect(world.sockets).toHaveLength(length);
  });

  it('what no retry heals is not tried again', async () => {
    const world = new World();
    const tokenProvider = vi.fn(() => {
      throw new UnauthorizedError();
    });
    const app = mount(world.options({ tokenProvider }), mode);
    await pass(300_000);
    expect(app.created.error).toMatchObject({ code: 'unauthorized' });
    expect(tokenProvider).toHaveBeenCalledTimes(1);
  });

  it('a connection that ends for good is an error, too', async () => {
    const world = new World();
    const app = mount(world.options(), mode);
    await pass();
    world.greet = (socket) => socket.refuse(17, 403);
    await act(async () => world.sockets.at(-1)?.end(1006));
    await pass(30_000);
    expect(app.created.error).toMatchObject({ code: 'handshake_rejected' });
    expect(app.created.client?.connectionState).toBe('disconnected');
  });

  it('a connection that comes back by itself is none', async () => {
    const world = new World();
    const app = mount(world.options(), mode);
    await pass();
    await act(async () => world.sockets.at(-1)?.end(1006));
    await pass(30_000);
    expect(app.created.error).toBeNull();
    expect(app.created.client?.connectionState).toBe('connected');
  });
});

describe.each(MODES)('a changed token $mode', (mode) => {
  it('goes to the client, which stays', async () => {
    const world = new World();
    const app = mount(world.options({ token: freshToken('martin', 3600) }), mode);
    await pass();
    const { created } = app;
    const next = freshToken('martin', 7200);
    app.rerender(world.options({ token: next }));
    app.rerender(world.options({ token: next }));
    await pass();
    expect(app.created).toBe(created);
    expect(app.created.client?.token).toBe(next);
    expect(app.created.client?.auth.state).toMatchObject({ generation: 2 });
    expect(world.sockets).toHaveLength(1);
    expect(world.provider).not.toHaveBeenCalled();
  });

  it('that is gone changes nothing', async () => {
    const world = new World();
    const token = freshToken('martin', 3600);
    const app = mount(world.options({ token }), mode);
    await pass();
    app.rerender(world.options({ token: undefined }));
    await pass();
    expect(app.created.error).toBeNull();
    expect(app.created.client?.token).toBe(token);
  });

  it.each([
    ['malformed', 'nonsense', 'not_a_jwt'],
    ["another user's", freshToken('else', 3600), 'wrong_user'],
  ])('that is %s is an error, and the former one stays in use', async (_what, token, code) => {
    const world = new World();
    const first = freshToken('martin', 3600);
    const app = mount(world.options({ token: first }), mode);
    await pass();
    app.rerender(world.options({ token }));
    await pass();
    expect(app.created.error).toMatchObject({ code });
    expect(app.created.client?.token).toBe(first);
    expect(app.created.client?.connectionState).toBe('connected');
    // A connection that comes back does not mend it.
    await act(async () => world.sockets.at(-1)?.end(1006));
    await pass(30_000);
    expect(app.created.error).toMatchObject({ code });
    app.rerender(world.options({ token: freshToken('martin', 3600) }));
    await pass();
    expect(app.created.error).toBeNull();
  });

  it('that is not equal to itself is an error, and causes no render without end', async () => {
    const world = new World();
    const first = freshToken('martin', 3600);
    const app = mount(world.options({ token: first }), mode);
    await pass();
    app.rerender(world.options({ token: Number.NaN }));
    await pass();
    expect(app.created.error).toMatchObject({ code: 'not_a_string' });
    expect(app.created.client?.token).toBe(first);
    const fresh = mount(world.options({ token: Number.NaN }), mode);
    await pass();
    expect(fresh.created).toMatchObject({ client: null, error: { code: 'not_a_string' } });
  });

  it('connects again where connect() had failed', async () => {
    const world = new World();
    const app = mount(world.options({ tokenProvider: undefined, token: freshToken('martin', 60) }), mode);
    world.greet = (socket) => socket.refuse(40);
    await pass();
    expect(app.created.client?.auth.state).toMatchObject({ status: 'suspended', reason: 'token_expired' });
    expect(app.created.error).toMatchObject({ code: 'token_expired' });
    world.greet = acceptHandshake;
    app.rerender(world.options({ tokenProvider: undefined, token: freshToken('martin', 3600) }));
    await pass();
    expect(app.created.error).toBeNull();
    expect(app.created.client?.connectionState).toBe('connected');
  });

  it('makes the client where that had failed', async () => {
    const world = new World();
    const app = mount(world.options({ token: 'nonsense' }), mode);
    await pass();
    expect(app.created.client).toBeNull();
    app.rerender(world.options({ token: freshToken('martin', 3600) }));
    await pass();
    expect(app.created.error).toBeNull();
    expect(app.created.client?.connectionState).toBe('connected');
  });
});
