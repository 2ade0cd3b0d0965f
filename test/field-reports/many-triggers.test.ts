import { StreamVideo } from 'stream-video-auth';
import { describe, expect, it, vi } from 'vitest';
import { answer, refusal } from '../support/fake-coordinator.js';
import { freshToken } from '../support/tokens.js';
import { advance, settle } from '../support/virtual.js';
import {
  afterwards,
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

  // case 19: stream-chat-swift #2255; frigg #636; Mendeley SDK #79; auth0-spa-js #177, #553; msal-js #2884
  it.each([6, 100])(
    '%i requests refused at once cost one provider call and one replay each',
    async (count) => {
      const provider = field.provider();
      const client = field.client({ tokenProvider: provider });
      await client.request('GET', '/edges');
      field.server.faults.expireTokens();
      const before = field.requests('/video/edges').length;
      await Promise.all(Array.from({ length: count }, () => client.request('GET', '/edges')));
      const answers = field.requests('/video/edges').slice(before);
      expect(provider).toHaveBeenCalledTimes(2);
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(count);
      expect(answers.filter(({ apiCode }) => apiCode === 40).length).toBeLessThanOrEqual(count);
      expect(answers.length).toBeLessThanOrEqual(2 * count);
    },
  );

  it('a 401 for an older token asks nobody', async () => {
    const provider = field.provider();
    const client = field.client({ tokenProvider: provider });
    await client.request('GET', '/edges');
    field.server.faults.latency({ ms: 60 });
    field.server.faults.expireTokens();
    const early = client.request('GET', '/edges');
    field.server.faults.latency({ ms: 0 });
    await client.request('GET', '/edges');
    await early;
    expect(provider).toHaveBeenCalledTimes(2);
  });

  // case 22: ansari-frontend #71; auth0-spa-js #480
  it('two clients of one user share nothing: each asks once for itself', async () => {
    const provider = field.provider();
    const clients = [1, 2].map(() => field.client({ tokenProvider: provider }));
    const requests = clients.flatMap((client) => [1, 2, 3].map(() => client.request('GET', '/edges')));
    await Promise.all(requests);
    expect(provider).toHaveBeenCalledTimes(2);
    expect(clients[0]?.token).not.toBe(clients[1]?.token);
  });

  it('two clients of two users with one provider send each its own token', async () => {
    const provider = vi.fn(({ user }: { user: { id: string } }) => field.server.userToken(user.id));
    const ids = ['martin', 'zoë'];
    const clients = ids.map((id) => field.client({ user: { id }, tokenProvider: provider }));
    for (let round = 0; round < 3; round += 1) {
      await Promise.all(clients.map((client) => client.request('GET', '/edges')));
      field.server.faults.expireTokens('martin');
    }
    expect(field.requests('/video/edges').every(({ claims }) => ids.includes(String(claims?.user_id)))).toBe(
      true,
    );
    expect(provider.mock.calls.filter(([{ user }]) => user.id === 'zoë')).toHaveLength(1);
  });

  it('one client that is suspended leaves another one of the same user alone', async () => {
    const good = field.client({ tokenProvider: field.provider() });
    const bad = field.client({ tokenProvider: field.provider('somebody-else') });
    expect(await rejection(bad.request('GET', '/edges'))).toMatchObject({ code: 'wrong_user' });
    await good.request('GET', '/edges');
    expect([bad.auth.state.status, good.auth.state.status]).toEqual(['suspended', 'active']);
  });
});

describe('in virtual time', () => {
  inVirtualTime();

  // case 21: stream-chat-swift #2255; kitapKurdu #371
  it('timer, socket and request that want a token in one tick share one provider call', async () => {
    const provider = freshProvider(100);
    const { client, coordinator, sockets } = virtualScene({ tokenProvider: provider });
    await client.connect();
    const first = client.token;
    const next = deferred();
    provider.mockImplementation(() => next.promise);
    coordinator.respond = ({ token }) => (token === first ? refusal(40) : answer());
    await advance(99_000 - 20_000);
    expect(provider.mock.calls.length).toBeLessThanOrEqual(2);
    const refused = watch(client.request('GET', '/edges'));
    sockets[0]?.refuse(40);
    const byHand = watch(client.auth.refresh());
    const got = watch(client.auth.getToken());
    await settle();
    const token = freshToken('martin', 100);
    next.resolve(token);
    await advance(300);
    expect(refused).toMatchObject({ isSettled: true, value: { duration: '1ms' } });
    expect(byHand.value).toBe(token);
    expect(got.value).toBe(token);
    expect(client.connectionState).toBe('connected');
    expect(provider.mock.calls.length).toBeLessThanOrEqual(3);
    expect(sockets.at(-1)?.sent[0]).toMatchObject({ token });
  });

  it('a socket and a request refused in one tick share one provider call', async () => {
    const provider = freshProvider();
    const { client, coordinator, sockets } = virtualScene({ tokenProvider: provider });
    await client.connect();
    const first = client.token;
    coordinator.respond = ({ token }) => (token === first ? refusal(40) : answer());
    const requests = [1, 2, 3].map(() => client.request('GET', '/edges'));
    sockets[0]?.refuse(40);
    await Promise.all(requests);
    await advance(500);
    expect(client.connectionState).toBe('connected');
    expect(provider).toHaveBeenCalledTimes(2);
  });

  // case 24: stream-video-flutter #1308
  it('nobody sees "no token" during a refresh', async () => {
    const provider = freshProvider();
    const { client, coordinator, sockets } = virtualScene({ tokenProvider: provider });
    const first = await client.auth.getToken();
    const next = deferred();
    provider.mockImplementation(() => next.promise);
    const refreshing = client.auth.refresh();
    await settle();
    expect(client.token).toBe(first);
    const connecting = client.connect();
    const getting = client.request('GET', '/edges');
    await settle();
    next.resolve(freshToken('martin', 3600));
    await Promise.all([refreshing, connecting, getting]);
    expect(coordinator.tokens.every((token) => typeof token === 'string' && token.length > 20)).toBe(true);
    expect(sockets[0]?.sent[0]).toMatchObject({ token: expect.stringMatching(/^eyJ/) });
  });

  it('before the first token a reader waits, and no empty header is sent', async () => {
    const next = deferred();
    const { client, coordinator, sockets } = virtualScene({ tokenProvider: () => next.promise });
    const connecting = client.connect();
    const getting = client.request('GET', '/edges');
    await advance(5_000);
    expect(client.token).toBeUndefined();
    expect(coordinator.requests).toEqual([]);
    expect(sockets.flatMap(({ sent }) => sent)).toEqual([]);
    const token = freshToken('martin', 3600);
    next.resolve(token);
    await Promise.all([connecting, getting]);
    expect(coordinator.tokens).toEqual([token]);
  });

  // case 25: centrifuge-dart #129; centrifuge-js 38ffdc1
  it('a reconnect during a refresh leaves one chain: as many timers as before', async () => {
    const provider = freshProvider();
    const { client, sockets } = virtualScene({ tokenProvider: provider });
    await client.connect();
    const timers = vi.getTimerCount();
    const slow = deferred();
    provider.mockImplementation(() => slow.promise);
    const refreshing = watch(client.auth.refresh());
    await settle();
    sockets[0]?.end(1006);
    await advance(1_000);
    expect(client.connectionState).toBe('connected');
    const token = freshToken('martin', 3600);
    slow.resolve(token);
    await settle();
    expect(refreshing.value).toBe(token);
    expect(client.token).toBe(token);
    expect(vi.getTimerCount()).toBe(timers);
    for (let times = 0; times < 5; times += 1) {
      sockets.at(-1)?.end(1006);
      await advance(10_000);
    }
    expect(client.connectionState).toBe('connected');
    expect(vi.getTimerCount()).toBe(timers);
    expect(provider).toHaveBeenCalledTimes(2);
  });

  it('an answer that comes after a newer one changes nothing', async () => {
    const provider = freshProvider();
    const { client, events } = virtualScene({ tokenProvider: provider });
    await client.connect();
    const slow = deferred();
    provider.mockImplementationOnce(() => slow.promise);
    watch(client.auth.refresh());
    await advance(13_000);
    const newer = await client.auth.refresh();
    slow.resolve(freshToken('martin', 7200));
    await settle();
    expect(client.token).toBe(newer);
    expect(events.filter(({ type }) => type === 'token.refreshed')).toHaveLength(2);
  });

  // case 19, its kind: whatever the caller's way in, there is one door
  it('every way to ask for a token at once is one provider call', async () => {
    const provider = freshProvider();
    const { client } = virtualScene({ tokenProvider: provider });
    await Promise.all([
      client.auth.getToken(),
      client.auth.refresh(),
      client.connect(),
      client.request('GET', '/edges'),
      client.auth.tokenProviderFor('video')(),
      client.auth.tokenProviderFor('chat')(),
    ]);
    expect(provider).toHaveBeenCalledTimes(1);
  });

  it('two who subscribe with one function are told and stop each for himself', async () => {
    const { client } = virtualScene({ tokenProvider: freshProvider() });
    const listener = vi.fn();
    const stop = client.auth.subscribe(listener);
    client.auth.subscribe(listener);
    stop();
    stop();
    client.auth.setToken(freshToken('martin', 3600));
    expect(listener).toHaveBeenCalledTimes(1);
  });

  it('a caller who gives up takes nobody along', async () => {
    const next = deferred();
    const provider = vi.fn(() => next.promise);
    const { client } = virtualScene({ tokenProvider: provider });
    const controller = new AbortController();
    const leaving = watch(client.auth.getToken({ signal: controller.signal }));
    const staying = watch(client.auth.getToken());
    await settle();
    const reason = new Error('navigated away');
    controller.abort(reason);
    await settle();
    expect(leaving).toMatchObject({ isSettled: true, error: reason });
    expect(staying.isSettled).toBe(false);
    next.resolve(freshToken('martin', 3600));
    await settle();
    expect(staying.isSettled).toBe(true);
    expect(provider).toHaveBeenCalledTimes(1);
  });

  it('a client of another user made while the old one ends is not touched by it', async () => {
    const late = deferred();
    const { client: old } = virtualScene({ tokenProvider: () => late.promise });
    const waiting = watch(old.request('GET', '/edges'));
    await settle();
    const ending = old.disconnect();
    const next = new StreamVideo({
      apiKey: 'key',
      user: { id: 'zoë' },
      logger: 'silent',
      tokenProvider: () => freshToken('zoë', 3600),
    });
    afterwards(() => next.disconnect());
    const token = await next.auth.getToken();
    late.resolve(freshToken('martin', 3600));
    await ending;
    await settle();
    expect(waiting.error).toMatchObject({ code: 'session_ended' });
    expect(next.token).toBe(token);
  });
});
