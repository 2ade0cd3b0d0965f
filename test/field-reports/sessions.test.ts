import { UnauthorizedError } from 'stream-video-auth';
import { describe, expect, it, vi } from 'vitest';
import { answer, refusal } from '../support/fake-coordinator.js';
import { freshToken } from '../support/tokens.js';
import { advance, settle } from '../support/virtual.js';
import {
  deferred,
  freshProvider,
  inVirtualTime,
  Loopback,
  rejection,
  virtualScene,
  watch,
} from './support.js';

describe('over the wire', () => {
  const field = new Loopback();

  // case 40: found by running; stream-video-js #1710
  it('a connect() that failed on its provider is followed by one that works', async () => {
    const refused = new Error('wrong cookie');
    const client = field.client({
      tokenProvider: () => Promise.reject(refused),
      timeouts: { connectMs: 300 },
    });
    const error = await rejection(client.connect());
    expect(error).toMatchObject({ code: 'connect_timeout', cause: refused });
    await client.disconnect();
    client.auth.setTokenProvider(field.provider());
    await client.connect();
    expect(client.connectionState).toBe('connected');
  });

  it('a connect() that failed is followed by one that works, without a disconnect() between', async () => {
    const client = field.client({
      tokenProvider: () => Promise.reject(new Error('wrong cookie')),
      timeouts: { connectMs: 300 },
    });
    await rejection(client.connect());
    client.auth.setTokenProvider(field.provider());
    await client.connect();
    expect(client.connectionState).toBe('connected');
  });

  it.each([
    ['43', 43, 'handshake_rejected'],
    ['5', 5, 'handshake_rejected'],
    ['2', 2, 'handshake_rejected'],
  ])('a connect() refused with %s is told once, and the next one works', async (_name, apiCode, code) => {
    const provider = field.provider();
    const client = field.client({ tokenProvider: provider });
    field.server.faults.rejectNext(apiCode);
    expect(await rejection(client.connect())).toMatchObject({ code, apiCode, cause: { code: 'api_error' } });
    expect(provider).toHaveBeenCalledTimes(1);
    expect(field.handshakes).toHaveLength(1);
    await client.connect();
    expect(client.connectionState).toBe('connected');
  });

  // case 43: stream-chat-js 2f29ed09, #1623
  it('twenty connects and disconnects in a row leave each session its own token', async () => {
    const provider = field.provider();
    const client = field.client({ tokenProvider: provider });
    for (let round = 0; round < 20; round += 1) {
      await client.connect();
      await client.request('GET', '/edges');
      await client.disconnect();
      expect(client.token).toBeUndefined();
    }
    await client.connect();
    expect(client.token).toMatch(/^eyJ/);
    expect(provider).toHaveBeenCalledTimes(21);
    expect(field.server.requests.filter(({ apiCode }) => apiCode !== undefined)).toEqual([]);
  });

  it('disconnects that nobody waits for clear nothing of the next session', async () => {
    const provider = field.provider();
    const client = field.client({ tokenProvider: provider });
    for (let round = 0; round < 20; round += 1) {
      const connecting = watch(client.connect());
      void client.disconnect();
      if (round % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
      await vi.waitFor(() => expect(connecting.isSettled).toBe(true));
      expect(connecting.error).toMatchObject({ code: 'session_ended' });
    }
    await client.connect();
    await client.request('GET', '/edges');
    expect(client.connectionState).toBe('connected');
    expect(client.token).toMatch(/^eyJ/);
  });

  // case 44: stream-video-js #2284, #1752, #1683
  it('work left over from a session ends with it, and nothing goes out as nobody', async () => {
    const client = field.client({ tokenProvider: field.provider() });
    await client.connect();
    field.server.faults.latency({ ms: 20 });
    const work = (async () => {
      for (let step = 0; step < 50; step += 1) await client.request('GET', '/edges', { query: { step } });
    })();
    const fate = watch(work);
    await vi.waitFor(() => expect(field.requests('/video/edges').length).toBeGreaterThan(2));
    await client.disconnect();
    await vi.waitFor(() => expect(fate.isSettled).toBe(true));
    expect(fate.error).toMatchObject({ name: 'SessionEndedError', code: 'session_ended' });
    const sent = field.requests('/video/edges').length;
    expect(await rejection(client.request('GET', '/edges'))).toMatchObject({ code: 'session_ended' });
    expect(await rejection(client.call('default', 'x').get())).toMatchObject({ code: 'session_ended' });
    expect(await rejection(client.auth.getToken())).toMatchObject({ code: 'session_ended' });
    expect(field.requests('/video/edges')).toHaveLength(sent);
    expect(field.requests().every(({ claims }) => claims?.user_id === 'martin')).toBe(true);
  });
});

describe('in virtual time', () => {
  inVirtualTime();

  // case 41: logto-io/kotlin #253; auth0-spa-js #1596; Aster-Mail #78
  it('a refresh in flight at the logout brings nothing back', async () => {
    const provider = freshProvider();
    const { client, coordinator, events } = virtualScene({ tokenProvider: provider });
    await client.connect();
    const late = deferred();
    provider.mockImplementation(() => late.promise);
    coordinator.respond = () => refusal(40);
    const pending = watch(client.request('GET', '/edges'));
    await settle();
    const told = events.length;
    await client.disconnect();
    await settle();
    expect(pending.error).toMatchObject({ code: 'session_ended' });
    late.resolve(freshToken('martin', 3600));
    await advance(60_000);
    expect(client.token).toBeUndefined();
    expect(client.auth.state.status).toBe('signed_out');
    expect(client.connectionState).toBe('disconnected');
    expect(events.slice(told).map(({ type }) => type)).toEqual(['connection.changed']);
    expect(coordinator.requests).toHaveLength(1);
  });

  it.each<[string, (resolve: (token: string) => void, reject: (error: unknown) => void) => void]>([
    ['answers', (resolve) => resolve(freshToken('martin', 7_200))],
    ['fails', (_resolve, reject) => reject(new Error('aborted'))],
    ['answers with somebody else', (resolve) => resolve(freshToken('zoë', 7_200))],
  ])('a refresh of the old session that %s late does nothing to the new one', async (_name, end) => {
    const provider = freshProvider();
    const { client, coordinator, events } = virtualScene({ tokenProvider: provider });
    await client.connect();
    const late = deferred();
    provider.mockImplementationOnce(() => late.promise);
    const old = client.token;
    coordinator.respond = ({ token }) => (token === old ? refusal(40) : answer());
    const pending = watch(client.request('GET', '/edges'));
    await settle();
    void client.disconnect();
    await client.connect();
    const token = client.token;
    const told = events.length;
    end(late.resolve, late.reject);
    await advance(20_000);
    expect(pending.error).toMatchObject({ code: 'session_ended' });
    expect(client.token).toBe(token);
    expect(client.auth.state).toMatchObject({ status: 'active', phase: 'fresh' });
    expect(events.slice(told)).toEqual([]);
    await client.request('GET', '/edges');
    expect(coordinator.tokens.at(-1)).toBe(token);
  });

  // cases 40 to 44, their kind: the end may fall between any two steps
  describe.each([
    ['the end alone', false],
    ['the end and a new session', true],
  ])('%s at whatever moment after the token came', (_name, isFollowed) => {
    it.each(Array.from({ length: 30 }, (_, turns) => turns))(
      'rejects what waits, and leaves nothing (%i)',
      async (turns) => {
        const first = deferred();
        const provider = vi.fn((): string | Promise<string> => first.promise);
        const { client, sockets } = virtualScene({ tokenProvider: provider });
        const { auth } = client;
        const waiting = [auth.refresh(), auth.getToken(), client.request('GET', '/edges'), client.connect()];
        const fates = waiting.map((promise) => watch<unknown>(promise));
        await settle();
        const next = freshToken('martin', 3600);
        provider.mockImplementation(() => next);
        first.resolve(freshToken('martin', 3600));
        for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
        void client.disconnect();
        const again = isFollowed ? watch(client.connect()) : undefined;
        await settle();
        for (const { isSettled, error, value } of fates) {
          expect(isSettled).toBe(true);
          expect(value).not.toBe(next);
          if (error) expect(error).toMatchObject({ code: 'session_ended' });
        }
        const isLive = again !== undefined;
        expect(again?.error).toBeUndefined();
        expect(client.connectionState).toBe(isLive ? 'connected' : 'disconnected');
        expect(sockets.filter(({ readyState }) => readyState < 2)).toHaveLength(isLive ? 1 : 0);
        await client.disconnect();
        expect(vi.getTimerCount()).toBe(0);
      },
    );
  });

  it('a session ended by who hears of its resumption listens to no page any more', async () => {
    const listening = new Set<unknown>();
    vi.stubGlobal('addEventListener', (_name: string, listener: unknown) => listening.add(listener));
    vi.stubGlobal('removeEventListener', (_name: string, listener: unknown) => listening.delete(listener));
    const { client } = virtualScene({ tokenProvider: () => Promise.reject(new UnauthorizedError()) });
    await rejection(client.auth.getToken());
    client.on('auth.resumed', () => client.disconnect());
    expect(await rejection(client.auth.refresh())).toMatchObject({ code: 'session_ended' });
    expect(client.auth.state.status).toBe('signed_out');
    expect([...listening]).toEqual([]);
    vi.unstubAllGlobals();
  });

  it('a provider that hangs over the logout does not hold up the next session', async () => {
    const provider = freshProvider();
    provider.mockImplementationOnce(() => new Promise(() => {}));
    const { client } = virtualScene({ tokenProvider: provider });
    watch(client.connect());
    await settle();
    void client.disconnect();
    await client.connect();
    expect(client.connectionState).toBe('connected');
    expect(provider).toHaveBeenCalledTimes(2);
  });

  it('a back-off of the old session does not hold up the next one', async () => {
    const provider = freshProvider();
    provider.mockImplementationOnce(() =>
      Promise.reject(Object.assign(new Error('429'), { retryAfterMs: 300_000 })),
    );
    const { client } = virtualScene({ tokenProvider: provider });
    await rejection(client.auth.getToken());
    await client.disconnect();
    await client.connect();
    expect(client.connectionState).toBe('connected');
  });

  // case 43, what stays: the caller's own token, not the provider's
  it('a token of the options serves the next session, too; one of the provider does not', async () => {
    const token = freshToken('martin', 3600);
    const { client } = virtualScene({ token });
    await client.connect();
    await client.disconnect();
    await client.connect();
    expect(client.token).toBe(token);
  });

  it('a token set after the logout begins a session without a socket', async () => {
    const { client, coordinator, sockets } = virtualScene({ tokenProvider: freshProvider() });
    await client.connect();
    await client.disconnect();
    const token = freshToken('martin', 3600);
    client.auth.setToken(token);
    await client.request('GET', '/edges');
    expect(coordinator.tokens).toEqual([token]);
    expect(sockets).toHaveLength(1);
    expect(client.connectionState).toBe('disconnected');
  });

  it('disconnect() twice, and on a client that never did anything, resolves', async () => {
    const { client } = virtualScene({ tokenProvider: freshProvider() });
    await client.disconnect();
    await Promise.all([client.disconnect(), client.disconnect()]);
    expect(client.connectionState).toBe('idle');
    await client.connect();
    expect(client.connectionState).toBe('connected');
  });

  it('a disposed client stays ended', async () => {
    const { client } = virtualScene({ token: freshToken('martin', 3600) });
    await client.connect();
    await client[Symbol.asyncDispose]();
    await client[Symbol.asyncDispose]();
    expect(await rejection(client.connect())).toMatchObject({ code: 'session_ended' });
    expect(await rejection(client.request('GET', '/edges'))).toMatchObject({ code: 'session_ended' });
    expect(client.token).toBeUndefined();
  });

  // case 44, at each place where a call may wait
  it.each<[string, (scene: ReturnType<typeof virtualScene>) => Promise<unknown>]>([
    ['for its answer', ({ client }) => client.request('GET', '/edges')],
    ['for the socket', ({ client }) => client.connect()],
    [
      'for the connection id',
      async ({ client }) => {
        client.connect().catch(() => {});
        await client.call('default', 'x').get({ watch: true });
      },
    ],
  ])('what waits %s is rejected by disconnect(), and nothing is sent after it', async (_name, work) => {
    const scene = virtualScene({ token: freshToken('martin', 3600) }, { welcome: false });
    scene.coordinator.respond = () => new Promise(() => {});
    const fate = watch(work(scene));
    await advance(1_000);
    const sent = scene.coordinator.requests.length;
    await scene.client.disconnect();
    await settle();
    expect(fate.error).toMatchObject({ code: 'session_ended' });
    await advance(60_000);
    expect(scene.coordinator.requests).toHaveLength(sent);
    expect(scene.coordinator.requests.every(({ signal }) => signal?.aborted)).toBe(true);
  });
});
