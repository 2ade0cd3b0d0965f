import { StreamVideo } from 'stream-video-auth';
import { describe, expect, it, vi } from 'vitest';
import { refusal } from '../support/fake-coordinator.js';
import { LOCAL_EVENTS } from '../support/local-events.js';
import { fakeToken, freshToken } from '../support/tokens.js';
import { advance, settle } from '../support/virtual.js';
import {
  eventsOf,
  freshProvider,
  inVirtualTime,
  Loopback,
  rejection,
  stubPage,
  virtualScene,
  watch,
} from './support.js';

describe('over the wire', () => {
  const field = new Loopback();

  // case 46: stream-video-js #709, #740; stream-chat-react #1822, #1493
  it('disconnect() that nobody waits for, then connect() in the same tick, ends connected', async () => {
    const client = field.client({ tokenProvider: field.provider() });
    for (let mount = 0; mount < 3; mount += 1) {
      const first = watch(client.connect());
      void client.disconnect();
      await client.connect();
      expect(first.error).toMatchObject({ code: 'session_ended' });
      await client.request('GET', '/edges');
      expect(client.connectionState).toBe('connected');
      expect(client.connectionId).toMatch(/./);
      void client.disconnect();
    }
    await client.connect();
    expect(client.connectionState).toBe('connected');
  });

  // case 47: stream-video-js #1585, #1390
  it.each([
    ['a wrong signature', fakeToken({ user_id: 'martin' }), 43],
    ['claims of another kind', fakeToken({ user_id: 'martin', server: 'x' }), 43],
  ])(
    'connect() with %s fails once, where it is caught, and leaves no rejection behind',
    async (_name, token, apiCode) => {
      const client = field.client({ token });
      const error = await rejection(client.connect());
      expect(error).toMatchObject({ code: 'handshake_rejected', apiCode });
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(field.handshakes).toHaveLength(1);
      expect(client.connectionState).toBe('disconnected');
    },
  );

  it('a server that is not there fails connect() once, where it is caught', async () => {
    const client = field.client({
      baseUrl: 'http://127.0.0.1:9',
      tokenProvider: field.provider(),
      timeouts: { connectMs: 400 },
    });
    const error = await rejection(client.connect());
    expect(error).toMatchObject({ code: 'connect_timeout' });
    expect(client.connectionState).toBe('disconnected');
  });

  // case 50: stream-chat-js #960; stream-chat-react-native #765; react-use-opentok #10
  it('connect() many times in one tick is one provider call, one socket, one answer', async () => {
    const provider = field.provider();
    const client = field.client({ tokenProvider: provider });
    const own = await Promise.all(Array.from({ length: 5 }, () => client.connect()));
    expect(new Set(own).size).toBe(1);
    expect(own[0]).toMatchObject({ id: 'martin' });
    expect(await client.connect()).toBe(own[0]);
    expect(provider).toHaveBeenCalledTimes(1);
    expect(field.handshakes).toHaveLength(1);
  });
});

describe('in virtual time', () => {
  inVirtualTime();

  // case 48: stream-video-js #1390, #1710
  it('a constructor does nothing: no call, no request, no socket, no timer', async () => {
    const provider = freshProvider();
    const { client, coordinator, sockets } = virtualScene({
      token: freshToken('martin', -10),
      tokenProvider: provider,
    });
    expect(vi.getTimerCount()).toBe(0);
    await advance(600_000);
    expect(provider).not.toHaveBeenCalled();
    expect([coordinator.requests, sockets]).toEqual([[], []]);
    expect(client.connectionState).toBe('idle');
  });

  it('a failure of the token is a state, an event, and the answer to the next connect()', async () => {
    const { client, events, coordinator } = virtualScene({ token: freshToken('martin', 3600) });
    coordinator.respond = () => refusal(40);
    await rejection(client.request('GET', '/edges'));
    expect(client.auth.state).toMatchObject({ status: 'suspended', reason: 'token_expired' });
    expect(events.map(({ type }) => type)).toEqual(['token.expired', 'auth.suspended']);
  });

  // case 49: @stream-io/video-client 1.58 to 1.60
  describe.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('listener');
      },
    ],
    [
      'throws a number',
      () => {
        throw 1;
      },
    ],
    ['rejects', () => Promise.reject(new Error('listener'))],
    ['rejects with nothing', () => Promise.reject()],
    [
      'returns a thenable that throws',
      () => ({
        // biome-ignore lint/suspicious/noThenProperty: this is what is tested
        then() {
          throw new Error('then');
        },
      }),
    ],
    ['never settles', () => new Promise(() => {})],
  ])('a listener that %s', (_name, listener) => {
    it('keeps no other listener from hearing, and no step from being taken', async () => {
      const provider = freshProvider();
      const { client, coordinator } = virtualScene({ tokenProvider: provider });
      const heard: string[] = [];
      for (const name of LOCAL_EVENTS) {
        client.on(name, listener);
        client.once(name, listener);
        client.on(name, ({ type }) => heard.push(type));
      }
      client.on('all', listener);
      client.on('connection.ok', listener);
      client.auth.subscribe(listener as () => void);
      const changes = vi.fn();
      client.auth.subscribe(changes);
      await client.connect();
      const first = client.token;
      coordinator.respond = ({ token }) => (token === first ? refusal(40) : new Response('{}'));
      await client.request('GET', '/edges');
      expect(client.connectionState).toBe('connected');
      expect(heard).toEqual(expect.arrayContaining(['connection.changed', 'token.refreshed']));
      expect(changes).toHaveBeenCalled();
      await client.disconnect();
      expect(client.connectionState).toBe('disconnected');
    });
  });

  it.each<[string, (client: StreamVideo) => unknown]>([
    ['asks for a token', (client) => client.auth.getToken()],
    ['sends a request', (client) => client.request('GET', '/edges')],
    ['sets a token', (client) => client.auth.setToken(freshToken('martin', 3600))],
    ['connects', (client) => client.connect()],
  ])('a listener that %s when a token was refreshed makes no dead-lock', async (_name, react) => {
    const provider = freshProvider();
    const { client } = virtualScene({ tokenProvider: provider });
    let reactions = 0;
    client.once('token.refreshed', () => {
      reactions += 1;
      return react(client);
    });
    const fate = watch(client.request('GET', '/edges'));
    await advance(1_000);
    expect(fate).toMatchObject({ isSettled: true, value: { duration: '1ms' } });
    expect(reactions).toBe(1);
    expect(provider).toHaveBeenCalledTimes(1);
  });

  it('a listener that ends the session when a token was refreshed ends it', async () => {
    const { client, coordinator } = virtualScene({ tokenProvider: freshProvider() });
    client.on('token.refreshed', () => client.disconnect());
    const fate = watch(client.request('GET', '/edges'));
    await advance(1_000);
    expect(fate.error).toMatchObject({ code: 'session_ended' });
    expect(coordinator.requests).toEqual([]);
    expect(client.auth.state.status).toBe('signed_out');
  });

  it.each<[string, (client: StreamVideo) => unknown]>([
    ['request()', (client) => client.request('GET', '/edges')],
    ['getToken()', (client) => client.auth.getToken()],
    ['refresh()', (client) => client.auth.refresh()],
  ])('a provider that calls %s at once is told of it, and is no dead-lock', async (_name, callBack) => {
    const inner: unknown[] = [];
    const scene = virtualScene({
      tokenProvider: async () => {
        inner.push(await Promise.resolve(callBack(scene.client)).catch((error) => error));
        return freshToken('martin', 3600);
      },
    });
    const fate = watch(scene.client.request('GET', '/edges'));
    await advance(20_000);
    expect(inner[0]).toMatchObject({ code: 'provider_reentered' });
    expect(fate.isSettled).toBe(true);
  });

  it('a provider that calls back after an await is ended by its limit', async () => {
    const scene = virtualScene({
      tokenProvider: async () => {
        await Promise.resolve();
        return scene.client.auth.getToken();
      },
    });
    const fate = watch(scene.client.request('GET', '/edges'));
    await advance(10_000);
    expect(fate.error).toMatchObject({ code: 'provider_timeout' });
  });

  it('a listener is heard as often as it was added, and not after it was taken off', async () => {
    const { client } = virtualScene({ tokenProvider: freshProvider() });
    const once = vi.fn();
    const off = vi.fn();
    const stopped = vi.fn();
    client.once('token.refreshed', once);
    client.on('token.refreshed', off);
    client.off('token.refreshed', off);
    client.on('token.refreshed', stopped)();
    await client.auth.refresh();
    await client.auth.refresh();
    expect(once).toHaveBeenCalledTimes(1);
    expect(off).not.toHaveBeenCalled();
    expect(stopped).not.toHaveBeenCalled();
  });

  // case 50, second half
  it('a page that goes to the background and back three times keeps its one socket', async () => {
    const page = stubPage();
    const provider = freshProvider();
    const { client, sockets } = virtualScene({ tokenProvider: provider });
    await client.connect();
    for (let flip = 0; flip < 3; flip += 1) {
      page.show('hidden');
      await advance(5_000);
      page.show('visible');
      page.fire('focus');
      page.fire('pageshow');
      page.fire('online');
      await advance(5_000);
    }
    expect(sockets).toHaveLength(1);
    expect(provider).toHaveBeenCalledTimes(1);
    expect(client.connectionState).toBe('connected');
  });

  it('connect() that one caller gives up goes on for the other, and ends with the last', async () => {
    const { client, sockets } = virtualScene({ tokenProvider: freshProvider() }, { welcome: false });
    const [one, two] = [new AbortController(), new AbortController()];
    const fates = [one, two].map(({ signal }) => watch(client.connect({ signal })));
    await settle();
    one.abort(new Error('one'));
    await settle();
    expect(fates.map(({ isSettled }) => isSettled)).toEqual([true, false]);
    expect(client.connectionState).toBe('connecting');
    two.abort(new Error('two'));
    await settle();
    expect(fates[1]?.error).toMatchObject({ message: 'two' });
    expect(client.connectionState).toBe('disconnected');
    expect(sockets[0]?.closedWith).toBeDefined();
    await advance(60_000);
    expect(sockets).toHaveLength(1);
  });

  // case 56, of the same kind: what the types forbid is told before any I/O
  it.each<[string, Record<string, unknown>, string]>([
    ['no options', undefined as never, 'invalid_option'],
    ['no api key', { apiKey: undefined }, 'missing_api_key'],
    ['no user', { user: undefined }, 'invalid_user'],
    ['an authenticated user with neither token nor provider', { token: undefined }, 'missing_token'],
    ['a guest', { user: { id: 'x', type: 'guest' } }, 'guest_needs_create'],
    ['a provider that is no function', { tokenProvider: 'https://x/token' }, 'invalid_option'],
    ['a time limit of nothing', { timeouts: { requestMs: 0 } }, 'invalid_option'],
  ])('%s throws at construction', (_name, wrong, code) => {
    const right = {
      apiKey: 'key',
      user: { id: 'martin' },
      token: freshToken('martin', 60),
      logger: 'silent',
    };
    const options = (wrong === undefined ? undefined : { ...right, ...wrong }) as never;
    expect(() => new StreamVideo(options)).toThrow(
      expect.objectContaining({ name: 'ConfigurationError', code }),
    );
  });

  it('events of a client are its own', async () => {
    const one = virtualScene({ tokenProvider: freshProvider() });
    const two = virtualScene({ tokenProvider: freshProvider() });
    const heard = eventsOf(two.client);
    await one.client.connect();
    expect(heard).toEqual([]);
  });

  // case 49, of the same kind: whatever the app's code does, nothing is left unhandled
  it('a logger whose methods reject disturbs nobody', async () => {
    const write = () => Promise.reject(new Error('the log is full'));
    const logger = { debug: write, info: write, warn: write, error: write };
    const { client } = virtualScene({ logger, tokenProvider: freshProvider() });
    await client.connect();
    expect(client.connectionState).toBe('connected');
  });

  // case 49, of the same kind
  it('a listener that writes into an event takes it from nobody', async () => {
    const { client, sockets } = virtualScene({ tokenProvider: freshProvider() });
    const [own, all, ownAll] = [vi.fn(), vi.fn(), vi.fn()];
    client.on('call.created', (event) => Object.assign(event, { call_cid: 'x:y', type: 'health.check' }));
    client.on('all', all);
    client.call('default', '1').on('call.created', own);
    client.call('default', '1').on('all', ownAll);
    await client.connect();
    all.mockClear();
    sockets[0]?.receive({ type: 'call.created', call_cid: 'default:1' });
    for (const listener of [own, all, ownAll]) expect(listener).toHaveBeenCalledTimes(1);
  });
});
