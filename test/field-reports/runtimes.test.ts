import { UnauthorizedError, User } from 'stream-video-auth';
import { describe, expect, it, vi } from 'vitest';
import { refusal } from '../support/fake-coordinator.js';
import { PlainController } from '../support/plain-signals.js';
import { freshToken } from '../support/tokens.js';
import { advance, settle } from '../support/virtual.js';
import {
  afterwards,
  freshProvider,
  inVirtualTime,
  rejection,
  stubPage,
  virtualScene,
  watch,
} from './support.js';

// The build for runtimes without the `ws` package.
vi.mock('../../src/client/environment/fallback-web-socket.js', () =>
  vi.importActual('../../src/client/environment/fallback-web-socket.none.js'),
);

inVirtualTime();

describe('a runtime without a WebSocket', () => {
  // case 86: axios #5523; openai-node #30; mistral client-js #8; mailerlite-nodejs #31
  it('serves requests, and says what is missing only when a socket is wanted', async () => {
    vi.stubGlobal('WebSocket', undefined);
    const { client, coordinator } = virtualScene({ tokenProvider: freshProvider(), WebSocket: undefined });
    await client.request('GET', '/edges');
    expect(coordinator.requests).toHaveLength(1);
    const error = await rejection(client.connect());
    expect(error).toMatchObject({ name: 'ConnectionError', code: 'no_websocket' });
    expect(error.remediation).toMatch(/WebSocket/);
    expect(client.connectionState).toBe('disconnected');
    await client.request('GET', '/edges');
    vi.unstubAllGlobals();
  });

  it.each([null, {}, 'ws', 0])('whose WebSocket is %s has none', async (broken) => {
    vi.stubGlobal('WebSocket', broken);
    const { client } = virtualScene({ tokenProvider: freshProvider(), WebSocket: undefined });
    expect(await rejection(client.connect())).toMatchObject({ code: 'no_websocket' });
    vi.unstubAllGlobals();
  });

  it('a WebSocket given in the options is used there', async () => {
    vi.stubGlobal('WebSocket', undefined);
    const { client } = virtualScene({ tokenProvider: freshProvider() });
    await client.connect();
    expect(client.connectionState).toBe('connected');
    vi.unstubAllGlobals();
  });

  it('without a clock for durations, without abort reasons of DOM kind, without crypto: requests work', async () => {
    const { client, coordinator } = virtualScene({ tokenProvider: freshProvider(60) });
    vi.stubGlobal('performance', undefined);
    vi.stubGlobal('crypto', undefined);
    for (let step = 0; step < 3; step += 1) {
      await client.request('GET', '/edges');
      await advance(50_000);
    }
    await client.disconnect();
    vi.unstubAllGlobals();
    expect(coordinator.requests).toHaveLength(3);
    expect(coordinator.requests[0]?.headers.get('x-client-request-id')).toMatch(/^[\da-f-]{36}$/);
  });
});

// case 86, of the same kind: React Native's AbortController knows no reasons
describe('a runtime whose signals tell no reason', () => {
  function hangingScene(options: Record<string, unknown> = {}, world = {}) {
    vi.stubGlobal('AbortController', PlainController);
    afterwards(() => vi.unstubAllGlobals());
    const scene = virtualScene({ token: freshToken('martin', 3600), ...options }, world);
    scene.coordinator.respond = () => new Promise(() => {});
    return scene.client;
  }

  it('has time limits that say what they are', async () => {
    const client = hangingScene({}, { opens: false });
    const request = watch(client.request('POST', '/edges'));
    const connect = watch(client.connect());
    const tokenProvider = () => new Promise(() => {});
    const token = watch(hangingScene({ token: undefined, tokenProvider }).auth.getToken());
    await advance(15_000);
    expect(request.error).toMatchObject({ code: 'request_timeout' });
    expect(connect.error).toMatchObject({ code: 'connect_timeout' });
    expect(token.error).toMatchObject({ code: 'provider_timeout' });
  });

  it('has sessions that end as such', async () => {
    const client = hangingScene({}, { opens: false });
    const fates = [client.request('POST', '/edges'), client.connect()].map((promise) => watch(promise));
    await settle();
    await client.disconnect();
    await settle();
    for (const { error } of fates) expect(error).toMatchObject({ code: 'session_ended' });
  });

  it('has callers who give up with an error all the same', async () => {
    const client = hangingScene();
    const controller = new PlainController();
    const fate = watch(client.request('POST', '/edges', { signal: controller.signal as never }));
    await settle();
    controller.abort();
    await settle();
    expect(fate.error).toMatchObject({ name: 'AbortError' });
  });
});

// case 88: stream-chat-react-native #2535; stream-chat-flutter #1994
describe('a cold start without a network', () => {
  it('with a token that lives asks no provider, and connects when the network is there', async () => {
    const page = stubPage();
    const provider = freshProvider();
    const { client, sockets } = virtualScene(
      { token: freshToken('martin', 3600), tokenProvider: provider },
      { opens: false },
    );
    const fate = watch(client.connect());
    await settle();
    page.fire('offline');
    sockets[0]?.fail('ENETUNREACH');
    await advance(120_000);
    expect(fate.isSettled).toBe(false);
    page.fire('online');
    await settle();
    const last = sockets.at(-1);
    last?.open();
    await settle();
    last?.ok();
    await settle();
    expect(fate).toMatchObject({ isSettled: true, value: { id: 'martin' } });
    expect(provider).not.toHaveBeenCalled();
  });

  it('with no token waits, and connects at once when the network is there', async () => {
    const page = stubPage();
    const provider = freshProvider();
    provider.mockImplementation(() => Promise.reject(new TypeError('Network request failed')));
    const { client } = virtualScene({ tokenProvider: provider });
    const fate = watch(client.connect());
    await settle();
    page.fire('offline');
    await advance(120_000);
    expect(fate.isSettled).toBe(false);
    expect(client.connectionState).toBe('connecting');
    const before = provider.mock.calls.length;
    provider.mockImplementation(() => freshToken('martin', 3600));
    page.fire('online');
    await settle();
    expect(provider.mock.calls.length - before).toBe(1);
    expect(fate).toMatchObject({ isSettled: true, value: { id: 'martin' } });
  });
});

// case 89: auth-js #803, a0ff059; okta-auth-js #247, #271; react-oauth2-pkce #30; webex-js-sdk #2175; firebase-js-sdk #2985
describe('what happened to the token is told', () => {
  it('refreshed, failing, ended: each once, frozen, with its reason and without the token', async () => {
    const provider = freshProvider(60);
    const { client, events } = virtualScene({ tokenProvider: provider });
    client.on('token.refreshed', (event) => expect(Object.isFrozen(event)).toBe(true));
    await client.connect();
    const down = new Error('down');
    provider.mockImplementationOnce(() => Promise.reject(down));
    await advance(59_000);
    provider.mockImplementation(() => Promise.reject(new UnauthorizedError()));
    await advance(60_000);
    const told = events.filter(({ type }) => type !== 'connection.changed');
    expect(told.map(({ type }) => type)).toEqual([
      'token.refreshed',
      'token.refresh_failed',
      'token.refreshed',
      'auth.suspended',
    ]);
    expect(told[0]).toMatchObject({ reason: 'initial', generation: 1, durationMs: expect.any(Number) });
    expect(told[1]).toMatchObject({
      attempt: 1,
      retryAt: expect.any(Number),
      error: { code: 'provider_failed', cause: down },
    });
    expect(told[3]).toMatchObject({ reason: 'unauthorized', error: { code: 'unauthorized' } });
    expect(JSON.stringify(told)).not.toContain('eyJ');
  });

  it('a static token: coming to its end, at its end, and what comes after', async () => {
    const { client, coordinator, events } = virtualScene({ token: freshToken('martin', 60) });
    await client.connect();
    await advance(59_000);
    coordinator.respond = () => refusal(40);
    await rejection(client.request('GET', '/edges'));
    await rejection(client.request('GET', '/edges'));
    client.auth.setToken(freshToken('martin', 3600));
    const told = events.map(({ type }) => type).filter((type) => type !== 'connection.changed');
    expect(told).toEqual([
      'token.expiring',
      'token.expired',
      'auth.suspended',
      'auth.resumed',
      'token.refreshed',
    ]);
  });

  it('the state is the same object until something differs, and each change is heard', async () => {
    const { client } = virtualScene({ tokenProvider: freshProvider() });
    const states = [client.auth.state];
    expect(client.auth.state).toBe(states[0]);
    client.auth.subscribe(() => states.push(client.auth.state));
    await client.request('GET', '/edges');
    await client.disconnect();
    expect(states.map(({ status }) => status)).toEqual(
      expect.arrayContaining(['acquiring', 'active', 'signed_out']),
    );
    expect(new Set(states).size).toBe(states.length);
    expect(states.every(Object.isFrozen)).toBe(true);
  });

  it('an anonymous user without a token is told nothing', async () => {
    const { client, events } = virtualScene({ user: User.anonymous });
    await client.request('GET', '/edges');
    expect(events).toEqual([]);
    expect(client.auth.state.status).toBe('active');
  });
});
