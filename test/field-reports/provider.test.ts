import { UnauthorizedError } from 'stream-video-auth';
import { describe, expect, it, vi } from 'vitest';
import { answer, refusal } from '../support/fake-coordinator.js';
import { fakeToken, freshToken } from '../support/tokens.js';
import { advance, settle } from '../support/virtual.js';
import {
  deferred,
  entered,
  eventsOf,
  freshProvider,
  inVirtualTime,
  Loopback,
  rejection,
  virtualScene,
  watch,
} from './support.js';

const expired = (userId = 'martin') => freshToken(userId, -10);

/** Everything that an app's provider may do instead of answering. */
const FAILURES: [string, () => never | Promise<never>][] = [
  ['rejects with an error', () => Promise.reject(new Error('503'))],
  ['rejects with undefined', () => Promise.reject()],
  ['rejects with null', () => Promise.reject(null)],
  ['rejects with a string', () => Promise.reject('down')],
  ['rejects with a number', () => Promise.reject(503)],
  ['rejects with a symbol', () => Promise.reject(Symbol('down'))],
  ['rejects with a bare object', () => Promise.reject(Object.create(null))],
  ['rejects with a frozen error', () => Promise.reject(Object.freeze(new Error('frozen')))],
  [
    'throws',
    () => {
      throw new TypeError('x');
    },
  ],
  [
    'throws undefined',
    () => {
      throw undefined;
    },
  ],
];

function explode(): never {
  throw new Error('do not touch');
}

function revoked(target: object): object {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

/** Errors that are each other's cause, `length` of them. */
function circle(length: number): Error {
  const errors = Array.from({ length }, (_, index) => new Error(`error ${index}`));
  for (const [index, error] of errors.entries()) error.cause = errors[(index + 1) % length];
  return errors[0] as Error;
}

describe('over the wire', () => {
  const field = new Loopback();

  // case 1: react-use-websocket #223, #66; partykit #21; stream-chat-js #934; node-slack-sdk #2656
  it('a provider that fails once while the socket re-authenticates is asked again, and the socket comes back', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0);
    const provider = field.provider();
    const client = field.client({ tokenProvider: provider });
    await client.connect();
    const isBack = entered(client, 'connected');
    provider.mockImplementationOnce(() => Promise.reject(new Error('503')));
    field.server.faults.expireTokens();
    field.server.faults.dropConnections(4001);
    await entered(client, 'reconnecting');
    const meanwhile = watch(client.request('GET', '/edges'));
    await isBack;
    vi.restoreAllMocks();
    await expect(client.request('GET', '/edges')).resolves.toBeDefined();
    expect(meanwhile.isSettled).toBe(true);
    expect(provider).toHaveBeenCalledTimes(3);
    expect(client.connectionState).toBe('connected');
  });

  // case 2: aws-sdk-js-v3 #2067, #2680, #6344
  it('a failed refresh is the answer to those who waited for it, and to nobody later', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0);
    const provider = field.provider();
    const client = field.client({ tokenProvider: provider });
    await client.connect();
    field.server.faults.expireTokens();
    const down = new Error('token endpoint down');
    provider.mockImplementationOnce(() => Promise.reject(down));
    const first = await rejection(client.request('GET', '/edges'));
    expect(first).toMatchObject({ code: 'provider_failed', cause: down, retryable: true });
    const before = provider.mock.calls.length;
    await Promise.all([1, 2, 3].map(() => client.request('GET', '/edges')));
    vi.restoreAllMocks();
    expect(provider.mock.calls.length - before).toBe(1);
  });

  // case 3: stream-chat-swift #1351, #1305; lokka-transport-jwt-auth #3; urql #3112; axios #5700
  it('a provider that answers with expired tokens costs one call one refresh and one replay', async () => {
    const provider = field.provider('martin', -10);
    const client = field.client({ tokenProvider: provider });
    const error = await rejection(client.request('GET', '/edges'));
    expect(error).toMatchObject({ name: 'TokenExpiredError', code: 'provider_returns_expired' });
    expect(error.remediation).toMatch(/expired/);
    expect(provider).toHaveBeenCalledTimes(2);
    expect(field.requests('/video/edges').map(({ apiCode }) => apiCode)).toEqual([40, 40]);
  });

  // case 3, the static twin: a token that nothing renews is refused once, and no socket loops over it
  it('a static token that the server refuses ends in one error, for requests and for the socket', async () => {
    const token = await field.server.userToken('martin', { expiresInSeconds: -10 });
    const client = field.client({ token });
    const events = eventsOf(client);
    expect(await rejection(client.connect())).toMatchObject({ code: 'token_expired' });
    expect(await rejection(client.request('GET', '/edges'))).toMatchObject({ code: 'token_expired' });
    expect(field.handshakes.length).toBe(1);
    expect(events.filter(({ type }) => type === 'auth.suspended')).toHaveLength(1);
  });

  // case 11: stream-chat-swift #2320, #1351, #2255; stream-chat-react-native #1777; stream-chat-android #4387
  it('a token that is dead at the start is refreshed before the first handshake', async () => {
    const provider = field.provider();
    const token = await field.server.userToken('martin', { expiresInSeconds: -3600 });
    const client = field.client({ token, tokenProvider: provider });
    await client.connect();
    expect(provider).toHaveBeenCalledTimes(1);
    expect(field.handshakes.map(({ status }) => status)).toEqual([101]);
    expect(field.server.requests.filter(({ apiCode }) => apiCode === 40)).toEqual([]);
  });

  it('a token that lives at the start is used as it is', async () => {
    const provider = field.provider();
    const client = field.client({ token: await field.server.userToken('martin'), tokenProvider: provider });
    await client.connect();
    expect(provider).not.toHaveBeenCalled();
  });

  // case 13: twilio-video.js #1040, #583, #73; pusher-js #617, #659, #530; client-sdk-js #115; centrifuge-js #422
  it('a token handed in after the end of a static one revives the same client', async () => {
    const client = field.client({ token: await field.server.userToken('martin', { expiresInSeconds: -1 }) });
    const events = eventsOf(client);
    await rejection(client.connect());
    client.auth.setToken(await field.server.userToken('martin'));
    await client.connect();
    await client.request('GET', '/edges');
    expect(client.connectionState).toBe('connected');
    const told = events.map(({ type }) => type).filter((type) => /^auth|expired|refreshed/.test(type));
    expect(told).toEqual(['token.expired', 'auth.suspended', 'auth.resumed', 'token.refreshed']);
  });

  it('a token handed in while connected serves the next request and leaves the socket alone', async () => {
    const client = field.client({ token: await field.server.userToken('martin') });
    await client.connect();
    const next = await field.server.userToken('martin');
    client.auth.setToken(next);
    expect(client.token).toBe(next);
    await client.request('GET', '/edges');
    expect(field.requests('/video/edges')[0]?.tokenId).not.toBe(field.handshakes[0]?.tokenId);
    expect(field.handshakes).toHaveLength(1);
  });

  // case 15: stream-chat-swift #2903
  it('a revoked token is refreshed although its expiry is far ahead', async () => {
    const provider = field.provider();
    const client = field.client({ tokenProvider: provider });
    await client.connect();
    field.server.faults.revoke();
    await client.request('GET', '/edges');
    expect(provider).toHaveBeenCalledTimes(2);
    expect(provider.mock.calls.map(([context]: unknown[]) => (context as { reason: string }).reason)).toEqual(
      ['initial', 'rejected'],
    );
  });

  it('a second 40 in a row ends connect(), with the code and the words of the server', async () => {
    const provider = field.provider();
    const client = field.client({ tokenProvider: provider });
    field.server.faults.rejectNext(40, 10);
    const error = await rejection(client.connect());
    expect(error).toMatchObject({
      code: 'provider_returns_expired',
      cause: { code: 'api_error', apiCode: 40 },
    });
    expect(field.handshakes).toHaveLength(2);
    expect(provider).toHaveBeenCalledTimes(2);
    expect(client.connectionState).toBe('disconnected');
  });
});

describe('in virtual time', () => {
  inVirtualTime();

  // case 1, its kind: whatever the failure, however many of them
  describe.each(FAILURES)('a provider that %s', (_name, fail) => {
    it('while the socket re-authenticates does not end the reconnecting', async () => {
      const provider = freshProvider();
      const { client, sockets } = virtualScene({ tokenProvider: provider });
      await client.connect();
      for (let times = 0; times < 3; times += 1) provider.mockImplementationOnce(fail);
      const before = provider.mock.calls.length;
      sockets[0]?.refuse(40);
      await advance(60_000);
      expect(client.connectionState).toBe('connected');
      expect(provider.mock.calls.length - before).toBe(4);
    });

    // case 7: chatkit-client-js #155
    it('at the first call takes the one way of all failures, with the original as its cause', async () => {
      const { client } = virtualScene({ tokenProvider: fail });
      const thrown = await Promise.resolve()
        .then(fail)
        .then(undefined, (error: unknown) => error);
      const error = await rejection(client.request('GET', '/edges'));
      expect(error).toMatchObject({ name: 'TokenProviderError', code: 'provider_failed' });
      expect(error.message).not.toMatch(/: undefined$|\[object/);
      if (thrown instanceof Error) expect((error.cause as Error).message).toBe(thrown.message);
      else if (thrown !== undefined && typeof thrown !== 'symbol') expect(error.cause).toEqual(thrown);
      expect(client.auth.state.status).toBe('acquiring');
    });
  });

  // case 7, its far end
  it.each<[string, () => unknown]>([
    ['a revoked proxy', () => revoked({})],
    ['a revoked proxy of a function', () => revoked(() => {})],
    ['an object with a getter that throws', () => Object.defineProperty({}, 'message', { get: explode })],
    [
      'an error with a code that throws',
      () => Object.defineProperty(new Error('x'), 'code', { get: explode }),
    ],
    [
      'an error whose message is no text',
      () => Object.assign(new Error('x'), { message: Object.create(null) }),
    ],
    ['an error that is its own cause', () => circle(1)],
    ['errors that are the cause of one another', () => circle(2)],
  ])('a provider that fails with %s fails like others', async (_name, make) => {
    const hostile = make();
    const { client } = virtualScene({ tokenProvider: () => Promise.reject(hostile) });
    const fate = watch(client.request('GET', '/edges'));
    await advance(1_000);
    expect(fate).toMatchObject({ isSettled: true, error: { code: 'provider_failed' } });
  });

  // case 1, the negative twin
  it('a provider that says "unauthorized" while the socket re-authenticates ends the reconnecting', async () => {
    const provider = freshProvider();
    const { client, sockets, events } = virtualScene({ tokenProvider: provider });
    await client.connect();
    provider.mockImplementation(() => Promise.reject(new UnauthorizedError()));
    const before = provider.mock.calls.length;
    sockets[0]?.refuse(40);
    await advance(600_000);
    expect(provider.mock.calls.length - before).toBe(1);
    expect(client.connectionState).toBe('disconnected');
    expect(events.filter(({ type }) => type === 'auth.suspended')).toHaveLength(1);
  });

  // case 3, over many requests
  it('expired tokens without end stay within the breaker, however many requests there are', async () => {
    const provider = vi.fn(() => expired());
    const { client, coordinator } = virtualScene({ tokenProvider: provider });
    coordinator.respond = () => refusal(40);
    const codes = new Set<unknown>();
    for (let second = 0; second < 120; second += 1) {
      const fate = watch(client.request('GET', '/edges'));
      await advance(1_000);
      if (fate.isSettled) codes.add((fate.error as { code: string }).code);
    }
    await advance(10_000);
    expect([...codes]).toContain('provider_returns_expired');
    expect([...codes]).toContain('circuit_open');
    // Three unusable ones, then a probe after 30 s and another 60 s later.
    expect(provider.mock.calls.length).toBeLessThanOrEqual(6);
  });

  it('a provider that answers with the very token that was refused says so, and loops nowhere', async () => {
    const token = freshToken('martin', 3600, { iat: Math.floor(Date.now() / 1000) - 60 });
    const provider = vi.fn(() => token);
    const { client, coordinator } = virtualScene({ tokenProvider: provider });
    coordinator.respond = () => refusal(40);
    const fate = watch(client.request('GET', '/edges'));
    await advance(5_000);
    expect(fate).toMatchObject({ isSettled: true, error: { code: 'same_as_rejected' } });
    expect(provider).toHaveBeenCalledTimes(2);
    expect(coordinator.requests).toHaveLength(1);
  });

  // cases 3 and 15, by way of an official client; api.md section 4: a repeat counts as "the server refused it"
  it('a provider that answers an official client with the very token refused there is spared, too', async () => {
    const token = freshToken('martin', 3600, { iat: Math.floor(Date.now() / 1000) - 60 });
    const provider = vi.fn(() => token);
    const { client } = virtualScene({ tokenProvider: provider });
    const video = client.auth.tokenProviderFor('video');
    await video();
    // case 205: the guess can be wrong, and the token still lives
    expect(await video()).toBe(token);
    for (let tries = 0; tries < 60; tries += 1) {
      watch(video());
      await advance(500);
    }
    // At the pace of the back-off: what a consumer hands back does not open the client's own breaker.
    expect(provider.mock.calls.length).toBeLessThanOrEqual(6);
    await expect(client.auth.getToken(), 'in use elsewhere').resolves.toBe(token);
  });

  it('a token minted in the second in which an official client was refused is asked for once more', async () => {
    const token = freshToken('martin', 3600);
    const provider = freshProvider();
    provider.mockImplementationOnce(() => token).mockImplementationOnce(() => token);
    const { client } = virtualScene({ tokenProvider: provider });
    const video = client.auth.tokenProviderFor('video');
    await video();
    const next = watch(video());
    await advance(1_000);
    expect(next.value).toBe(client.token);
    expect(next.value).not.toBe(token);
    expect(provider).toHaveBeenCalledTimes(3);
  });

  it('a refused token that was minted this very second is asked for once more, a second later', async () => {
    const token = expired();
    const provider = vi.fn(() => token);
    const { client, coordinator } = virtualScene({ tokenProvider: provider });
    coordinator.respond = () => refusal(40);
    const fate = watch(client.request('GET', '/edges'));
    await advance(999);
    expect(provider).toHaveBeenCalledTimes(2);
    await advance(4_000);
    expect(fate).toMatchObject({ isSettled: true, error: { code: 'same_as_rejected' } });
    expect(provider).toHaveBeenCalledTimes(3);
  });

  it('a token that only our clock calls expired serves as long as the server takes it', async () => {
    const provider = vi.fn(() => expired());
    const { client, coordinator } = virtualScene({ tokenProvider: provider });
    for (let count = 0; count < 20; count += 1) await client.request('GET', '/edges');
    expect(coordinator.requests).toHaveLength(20);
    expect(provider.mock.calls.length).toBeLessThanOrEqual(2);
  });

  // case 4: stream-chat-swift #3424, #3145
  it('a provider that keeps failing ends connect() at its limit, and nothing runs on', async () => {
    const down = new Error('no route');
    const provider = vi.fn(() => Promise.reject(down));
    const { client } = virtualScene({ tokenProvider: provider });
    const fate = watch(client.connect());
    await advance(16_000);
    expect(fate).toMatchObject({ isSettled: true, error: { code: 'connect_timeout', cause: down } });
    expect(client.connectionState).toBe('disconnected');
    const calls = provider.mock.calls.length;
    expect(calls).toBeGreaterThan(1);
    expect(calls).toBeLessThanOrEqual(6);
    await advance(600_000);
    expect(provider).toHaveBeenCalledTimes(calls);
  });

  it('disconnect() stops a provider that keeps failing', async () => {
    const provider = vi.fn(() => Promise.reject(new Error('no route')));
    const { client } = virtualScene({ tokenProvider: provider });
    const fate = watch(client.connect());
    await advance(3_000);
    await client.disconnect();
    const calls = provider.mock.calls.length;
    await settle();
    expect(fate).toMatchObject({ isSettled: true, error: { code: 'session_ended' } });
    await advance(600_000);
    expect(provider).toHaveBeenCalledTimes(calls);
  });

  // case 6: ably/docs #132, #206; msal-js #2901, #7389
  it('a provider that never settles is given up after its limit', async () => {
    const provider = vi.fn(() => new Promise<string>(() => {}));
    const { client } = virtualScene({ tokenProvider: provider });
    const fate = watch(client.request('GET', '/edges'));
    await advance(9_999);
    expect(fate.isSettled).toBe(false);
    await advance(1);
    expect(fate).toMatchObject({ isSettled: true, error: { code: 'provider_timeout' } });
  });

  it('connect() names a provider that never settles as its reason, within connectMs', async () => {
    const { client } = virtualScene({ tokenProvider: () => new Promise<string>(() => {}) });
    const fate = watch(client.connect());
    await advance(15_000);
    expect(fate.isSettled).toBe(true);
    expect(fate.error).toMatchObject({ code: 'connect_timeout', cause: { code: 'provider_timeout' } });
    expect(client.connectionState).toBe('disconnected');
  });

  it('timeouts.providerMs moves the limit', async () => {
    const { client } = virtualScene({
      tokenProvider: () => new Promise<string>(() => {}),
      timeouts: { providerMs: 2_000 },
    });
    const fate = watch(client.auth.getToken());
    await advance(2_000);
    expect(fate).toMatchObject({ isSettled: true, error: { code: 'provider_timeout' } });
  });

  it('disconnect() resolves at once while the provider hangs, and its late answer is dropped', async () => {
    const late = deferred();
    let signal: AbortSignal | undefined;
    const { client, coordinator } = virtualScene({
      tokenProvider: (context: { signal: AbortSignal }) => {
        signal = context.signal;
        return late.promise;
      },
    });
    const connecting = watch(client.connect());
    const getting = watch(client.request('GET', '/edges'));
    await settle();
    await client.disconnect();
    await settle();
    expect(connecting).toMatchObject({ isSettled: true, error: { code: 'session_ended' } });
    expect(getting).toMatchObject({ isSettled: true, error: { code: 'session_ended' } });
    expect(signal?.aborted).toBe(true);
    late.resolve(freshToken('martin', 3600));
    await advance(60_000);
    expect(client.token).toBeUndefined();
    expect(client.auth.state.status).toBe('signed_out');
    expect(coordinator.requests).toEqual([]);
  });

  it('an answer after the limit is used while nothing newer came', async () => {
    const late = deferred();
    const { client } = virtualScene({ tokenProvider: () => late.promise });
    const fate = watch(client.auth.getToken());
    await advance(10_000);
    expect(fate.error).toMatchObject({ code: 'provider_timeout' });
    const token = freshToken('martin', 3600);
    late.resolve(token);
    await settle();
    await expect(client.auth.getToken()).resolves.toBe(token);
  });

  // lifecycle.md sections 1 and 3: a late answer is used, also by those who wait for the next attempt by now
  it.each<[string, (client: ReturnType<typeof virtualScene>['client']) => Promise<unknown>]>([
    ['getToken()', (client) => client.auth.getToken()],
    ['a request', (client) => client.request('GET', '/edges')],
    ['connect()', (client) => client.connect()],
  ])('an answer after the limit serves %s, which waits for the next attempt', async (_name, ask) => {
    const late = deferred();
    const provider = vi.fn((): string | Promise<string> => new Promise(() => {}));
    provider.mockImplementationOnce(() => late.promise);
    const { client } = virtualScene({ tokenProvider: provider });
    watch(client.auth.getToken());
    await advance(10_000);
    const fate = watch(ask(client));
    const renewed = watch(client.auth.refresh());
    await advance(2_500);
    expect(provider).toHaveBeenCalledTimes(2);
    expect(fate.isSettled).toBe(false);
    late.resolve(freshToken('martin', 3600));
    await settle();
    expect(fate).toMatchObject({ isSettled: true });
    expect(fate.error).toBeUndefined();
    expect(renewed.isSettled, 'refresh() wants a newer one').toBe(false);
  });

  it('an answer after the limit is dropped where a newer token came', async () => {
    const late = deferred();
    const provider = vi.fn((): string | Promise<string> => late.promise);
    const { client } = virtualScene({ tokenProvider: provider });
    watch(client.auth.getToken());
    await advance(10_000);
    provider.mockImplementation(() => freshToken('martin', 3600));
    await advance(2_000);
    const token = await client.auth.getToken();
    late.resolve(freshToken('martin', 7200));
    await settle();
    expect(client.token).toBe(token);
  });

  // case 8: ably/docs #206; stream-feed-flutter #54; stream-video-js #1637
  describe.each<[string, unknown, string]>([
    ['an object around the token', { token: 'secret-in-here' }, 'not_a_string'],
    ['a Response', new Response('secret-in-here'), 'not_a_string'],
    ['undefined', undefined, 'not_a_string'],
    ['null', null, 'not_a_string'],
    ['a number', 42, 'not_a_string'],
    ['a function', () => 'secret-in-here', 'not_a_string'],
    ['an array of one', ['secret-in-here'], 'not_a_string'],
    ['a String object', new String('secret-in-here'), 'not_a_string'],
    ['an empty string', '', 'empty'],
    ['white space', ' \n\t', 'empty'],
    ['the word null', 'null', 'empty'],
    ['the word undefined', 'undefined', 'empty'],
    ['a quoted token', JSON.stringify(fakeToken({ user_id: 'martin' })), 'double_encoded'],
    ['a token in single quotes', `'${fakeToken({ user_id: 'martin' })}'`, 'double_encoded'],
    ['a header value', `Bearer ${fakeToken({ user_id: 'martin' })}`, 'bearer_prefix'],
    ['a header value in small letters', `bearer ${fakeToken({ user_id: 'martin' })}`, 'bearer_prefix'],
    ['a word', 'secret-in-here', 'not_a_jwt'],
    ['two parts', 'secret-in-here.abc', 'not_a_jwt'],
    ['five parts, as of an encrypted token', 'a.b.c.d.e', 'not_a_jwt'],
    ['a payload that is an array', `x.${Buffer.from('["martin"]').toString('base64url')}.y`, 'not_a_jwt'],
    ['a payload that is null', `x.${Buffer.from('null').toString('base64url')}.y`, 'not_a_jwt'],
    ['a payload that is no JSON', `x.${Buffer.from('secret-in-here').toString('base64url')}.y`, 'not_a_jwt'],
    ['a page', '<!DOCTYPE html><p>secret-in-here', 'not_a_jwt'],
    ['a token with a line break in it', fakeToken({ user_id: 'martin' }).replace('.', '\n.'), 'not_a_jwt'],
    ['a token beyond 128 KiB', fakeToken({ user_id: 'martin', x: 'y'.repeat(140_000) }), 'too_large'],
    ['a token without a user', fakeToken({ exp: 4e9 }), 'missing_user_id'],
    ['a user id that is a number', fakeToken({ user_id: 42 }), 'invalid_user_id'],
    ['a user id that is null', fakeToken({ user_id: null }), 'invalid_user_id'],
    ['a user id that is a list', fakeToken({ user_id: ['martin'] }), 'invalid_user_id'],
  ])('%s', (_name, candidate, code) => {
    it('from a provider is named by its kind, and nothing goes out', async () => {
      const { client, coordinator, sockets } = virtualScene({ tokenProvider: () => candidate as string });
      const error = await rejection(client.request('GET', '/edges'));
      expect(error).toMatchObject({ name: 'InvalidTokenError', code });
      expect(error.remediation).not.toBe('');
      expect(`${error.message} ${error.remediation} ${JSON.stringify(error)}`).not.toMatch(
        /secret-in-here|eyJ/,
      );
      expect(coordinator.requests).toEqual([]);
      expect(sockets.flatMap(({ sent }) => sent)).toEqual([]);
    });

    it('handed in by hand throws at once and changes nothing', async () => {
      const token = freshToken('martin', 3600);
      const { client } = virtualScene({ token });
      const { state } = client.auth;
      expect(() => client.auth.setToken(candidate as string)).toThrow(expect.objectContaining({ code }));
      expect(client.token).toBe(token);
      expect(client.auth.state).toBe(state);
    });

    it('in the options throws at construction', () => {
      if (candidate === undefined) return expect(code).toBe('not_a_string');
      expect(() => virtualScene({ token: candidate as string })).toThrow(expect.objectContaining({ code }));
    });
  });

  it('white space around a token is taken off before it is sent', async () => {
    const token = freshToken('martin', 3600);
    const { client, coordinator } = virtualScene({ tokenProvider: () => ` \n${token}\r\n` });
    await client.request('GET', '/edges');
    expect(coordinator.tokens).toEqual([token]);
  });

  // case 10: stream-chat-react-native #214
  it('a numeric user_id in the token is told as such, and not as another user', async () => {
    const { client } = virtualScene({ user: { id: '42' }, tokenProvider: () => fakeToken({ user_id: 42 }) });
    const error = await rejection(client.auth.getToken());
    expect(error).toMatchObject({ code: 'invalid_user_id' });
    expect(error.message).toMatch(/user_id must be a string/);
  });

  it.each([42, 42n, null, undefined, {}, ['42'], true, ''])(
    'a user whose id is %s is refused at once',
    (id) => {
      expect(() => virtualScene({ user: { id } as never, token: fakeToken({ user_id: '42' }) })).toThrow(
        expect.objectContaining({ code: 'invalid_user' }),
      );
    },
  );

  it('a numeric id that both sides write as a string is fine', async () => {
    const { client, coordinator } = virtualScene({
      user: { id: '42' },
      tokenProvider: () => freshToken('42', 3600),
    });
    await client.request('GET', '/edges');
    expect(coordinator.requests).toHaveLength(1);
  });

  // case 13, the third form: what is set by hand wins over a refresh that began earlier, and says so
  it('a token set during a refresh goes to those who wait, and the refresh is dropped', async () => {
    const pending = deferred();
    const { client, events } = virtualScene({ tokenProvider: () => pending.promise });
    const waiting = client.auth.getToken();
    await settle();
    const byHand = freshToken('martin', 60);
    client.auth.setToken(byHand);
    await expect(waiting).resolves.toBe(byHand);
    pending.resolve(freshToken('martin', 3600));
    await settle();
    expect(client.token).toBe(byHand);
    expect(events.filter(({ type }) => type === 'token.refreshed')).toMatchObject([{ reason: 'manual' }]);
  });

  // lifecycle.md section 3: stored first, told afterwards
  it.each<[string, (client: ReturnType<typeof virtualScene>['client'], listener: () => void) => unknown]>([
    ['auth.resumed', (client, listener) => client.on('auth.resumed', listener)],
    ['auth.subscribe', (client, listener) => client.auth.subscribe(listener)],
  ])('a token set by hand is what those get who hear of it by %s', async (_name, listen) => {
    const refused = freshToken('martin', 3600);
    const { client, coordinator } = virtualScene({ token: refused });
    coordinator.respond = ({ token }) => (token === refused ? refusal(40) : answer());
    await rejection(client.request('GET', '/edges'));
    const got: unknown[] = [];
    listen(client, () => watch(client.auth.getToken().then((token) => got.push(token))));
    const byHand = freshToken('martin', 3600);
    client.auth.setToken(byHand);
    await settle();
    expect(got).toEqual([byHand]);
  });

  it('a token set by hand after a suspension costs no call, whoever hears of it', async () => {
    const provider = vi.fn(() => Promise.reject<string>(new UnauthorizedError()));
    const { client } = virtualScene({ tokenProvider: provider });
    await rejection(client.auth.getToken());
    client.on('auth.resumed', () => client.auth.getToken());
    client.auth.setToken(freshToken('martin', 3600));
    await settle();
    expect(provider).toHaveBeenCalledTimes(1);
  });

  it('a token set by hand re-arms the timer for its own end', async () => {
    const provider = freshProvider(3600);
    const { client } = virtualScene({ token: freshToken('martin', 3600), tokenProvider: provider });
    await client.connect();
    client.auth.setToken(freshToken('martin', 120));
    await advance(90_000);
    expect(provider).not.toHaveBeenCalled();
    await advance(25_000);
    expect(provider).toHaveBeenCalledTimes(1);
  });

  // case 16: centrifuge-js #223; ably-java #834; ably-js #402; auth0-spa-js #1042
  describe('a provider that throws UnauthorizedError', () => {
    class SignedOut extends UnauthorizedError {}

    it.each([
      ['rejecting', () => Promise.reject(new UnauthorizedError('signed out'))],
      ['with a class of the app that extends it', () => Promise.reject(new SignedOut())],
      [
        'synchronously',
        () => {
          throw new UnauthorizedError();
        },
      ],
    ])('is never asked again by itself (%s)', async (_name, provider) => {
      const asked = vi.fn(provider);
      const { client, events } = virtualScene({ tokenProvider: asked });
      expect(await rejection(client.request('GET', '/edges'))).toBeInstanceOf(UnauthorizedError);
      expect(await rejection(client.request('GET', '/edges'))).toBeInstanceOf(UnauthorizedError);
      await advance(3_600_000);
      expect(asked).toHaveBeenCalledTimes(1);
      expect(client.auth.state).toMatchObject({ status: 'suspended', reason: 'unauthorized' });
      expect(events.filter(({ type }) => type === 'auth.suspended')).toHaveLength(1);
      expect(events.filter(({ type }) => type === 'token.refresh_failed')).toEqual([]);
    });

    it('does not speak for the one that has taken its place', async () => {
      const former = deferred();
      const { client, events } = virtualScene({ tokenProvider: () => former.promise });
      const waiting = watch(client.auth.getToken());
      client.auth.setTokenProvider(freshProvider());
      former.reject(new UnauthorizedError());
      await settle();
      expect(waiting.value).toBe(client.token);
      expect(client.auth.state.status).toBe('active');
      expect(events.map(({ type }) => type)).toEqual(['token.refreshed']);
    });

    it.each<[string, (client: ReturnType<typeof virtualScene>['client']) => unknown]>([
      ['setToken()', (client) => client.auth.setToken(freshToken('martin', 3600))],
      ['setTokenProvider()', (client) => client.auth.setTokenProvider(() => freshToken('martin', 3600))],
      ['refresh()', (client) => client.auth.refresh()],
      ['connect()', (client) => client.connect()],
    ])('is forgiven by %s', async (_name, step) => {
      const provider = freshProvider();
      provider.mockImplementationOnce(() => Promise.reject(new UnauthorizedError()));
      const { client, events } = virtualScene({ tokenProvider: provider });
      await rejection(client.request('GET', '/edges'));
      await step(client);
      await client.request('GET', '/edges');
      expect(client.auth.state.status).toBe('active');
      expect(events.filter(({ type }) => type === 'auth.resumed')).toHaveLength(1);
    });
  });

  it.each([
    ['a plain error', new Error('signed out')],
    ['an error that only bears the name', Object.assign(new Error('x'), { name: 'UnauthorizedError' })],
    [
      'an error that only bears the code',
      Object.assign(new Error('x'), { code: 'unauthorized', status: 401 }),
    ],
  ])('%s is no end: the provider is asked again', async (_name, error) => {
    const provider = freshProvider();
    provider.mockImplementationOnce(() => Promise.reject(error));
    const { client } = virtualScene({ tokenProvider: provider });
    await rejection(client.request('GET', '/edges'));
    expect(client.auth.state.status).toBe('acquiring');
    await advance(2_000);
    await client.request('GET', '/edges');
  });

  // case 17: LangAlpha #379, #387; authkit-session #39; Ghost #7722; ky f0f9111
  describe('a provider that asks to wait', () => {
    const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000);

    it.each<[string, () => object, number, number]>([
      ['3 seconds', () => ({ retryAfter: 3 }), 3_000, 3_000],
      ['3 seconds as text', () => ({ retryAfter: '3' }), 3_000, 3_000],
      ['3 seconds as a date', () => ({ retryAfter: inSeconds(3) }), 3_000, 3_000],
      ['3 seconds as the text of a date', () => ({ retryAfter: inSeconds(3).toUTCString() }), 2_000, 3_000],
      ['3,000 milliseconds', () => ({ retryAfterMs: 3_000 }), 3_000, 3_000],
      ['an hour: five minutes at most', () => ({ retryAfter: 3_600 }), 300_000, 300_000],
      [
        'for ever: five minutes at most',
        () => ({ retryAfterMs: Number.POSITIVE_INFINITY }),
        300_000,
        300_000,
      ],
      ['no time: a second at least', () => ({ retryAfter: 0 }), 1_000, 1_000],
      ['until a time gone by: a second at least', () => ({ retryAfter: inSeconds(-60) }), 1_000, 1_000],
      ['NaN: the ordinary back-off', () => ({ retryAfter: Number.NaN }), 1_000, 2_000],
      ['a negative time: the ordinary back-off', () => ({ retryAfter: -5 }), 1_000, 2_000],
      ['words: the ordinary back-off', () => ({ retryAfter: 'soon' }), 1_000, 2_000],
      ['an invalid date: the ordinary back-off', () => ({ retryAfter: new Date('x') }), 1_000, 2_000],
      ['an object: the ordinary back-off', () => ({ retryAfter: {} }), 1_000, 2_000],
    ])('%s', async (_name, fields, fromMs, toMs) => {
      const provider = vi.fn(() => Promise.reject(Object.assign(new Error('429'), fields())));
      const { client } = virtualScene({ tokenProvider: provider });
      const asked = Date.now();
      const error = await rejection(client.request('GET', '/edges'));
      const waitMs = (error.retryAt as number) - asked;
      expect(waitMs).toBeGreaterThanOrEqual(fromMs);
      expect(waitMs).toBeLessThanOrEqual(toMs);
      expect(client.auth.state).toMatchObject({ retryAt: error.retryAt });
    });

    it('is left alone by every trigger until then, and asked once afterwards', async () => {
      const provider = freshProvider();
      const { client, coordinator, sockets } = virtualScene({ tokenProvider: provider });
      await client.connect();
      await client.request('GET', '/edges');
      const before = provider.mock.calls.length;
      provider.mockImplementationOnce(() =>
        Promise.reject(Object.assign(new Error('429'), { retryAfter: 30 })),
      );
      coordinator.respond = ({ token }) => (token === first ? refusal(40) : new Response('{}'));
      const first = client.token as string;
      await rejection(client.request('GET', '/edges'));
      for (let second = 0; second < 14; second += 1) {
        watch(client.request('GET', '/edges'));
        watch(client.auth.refresh());
        watch(client.auth.getToken());
        if (second === 3) sockets[0]?.refuse(40);
        if (second === 7) client.auth.setTokenProvider(provider);
        await advance(2_000);
      }
      expect(provider.mock.calls.length - before).toBe(1);
      const waiters = [1, 2, 3].map(() => client.auth.getToken());
      await advance(2_500);
      await Promise.all(waiters);
      expect(provider.mock.calls.length - before).toBe(2);
    });
  });
});
