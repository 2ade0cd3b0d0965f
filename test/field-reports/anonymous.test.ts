import {
  MissingPermissionError,
  StreamVideo,
  type StreamVideoOptions,
  UnauthorizedError,
  User,
} from 'stream-video-auth';
import { describe, expect, it, vi } from 'vitest';
import { answer, refusal } from '../support/fake-coordinator.js';
import { fakeToken, freshToken } from '../support/tokens.js';
import { advance } from '../support/virtual.js';
import { eventsOf, inVirtualTime, Loopback, rejection, virtualScene } from './support.js';

const callToken = (claims: Record<string, unknown> = {}, lifeSeconds = 3600) =>
  freshToken('!anon', lifeSeconds, { call_cids: ['livestream:1'], ...claims });

describe('over the wire', () => {
  const field = new Loopback();

  // case 57: stream-video-swift #525; stream-video-flutter #500, #827
  it('an anonymous user opens no socket: connect() is refused, requests work', async () => {
    const client = field.client({ user: User.anonymous });
    const error = await rejection(client.connect());
    expect(error).toBeInstanceOf(MissingPermissionError);
    await client.request('GET', '/edges');
    expect(field.handshakes).toEqual([]);
    expect(client.connectionState).toBe('idle');
  });

  // case 61: stream-core-flutter 6f97f04; stream-video-js #2140
  it('an anonymous user without a token sends no Authorization header at all', async () => {
    const client = field.client({ user: User.anonymous });
    await client.request('GET', '/edges');
    const [request] = field.requests('/video/edges');
    expect(request).toMatchObject({ authType: 'anonymous', status: 200 });
    expect(request?.headers).not.toHaveProperty('authorization');
    expect(await client.auth.getToken()).toBe('');
  });

  it('a 401 for an anonymous user without a token is its answer, and starts nothing', async () => {
    const client = field.client({ user: User.anonymous });
    field.server.faults.failNext(10, { status: 401, code: 40 });
    expect(await rejection(client.request('GET', '/edges'))).toMatchObject({
      code: 'api_error',
      apiCode: 40,
    });
    expect(field.requests('/video/edges')).toHaveLength(1);
  });

  // case 59: stream-video-js #419; stream-video-android #1578
  it('a call token opens its call, and is sent as anonymous', async () => {
    const host = field.client({ tokenProvider: field.provider() });
    await host.call('default', 'talk').getOrCreate();
    const token = await field.server.callToken(['default:talk']);
    const client = field.client({ user: User.anonymous, token });
    const { call } = await client.call('default', 'talk').get();
    expect(call.cid).toBe('default:talk');
    expect(field.requests('/video/call/default/talk').at(-1)).toMatchObject({
      authType: 'anonymous',
      claims: { user_id: '!anon', call_cids: ['default:talk'] },
    });
  });

  it('a call that the token does not open is a missing permission that names what it opens', async () => {
    const host = field.client({ tokenProvider: field.provider() });
    await host.call('default', 'talk').getOrCreate();
    const token = await field.server.callToken(['default:other']);
    const client = field.client({ user: User.anonymous, token });
    const error = await rejection(client.call('default', 'talk').get());
    expect(error).toMatchObject({ name: 'MissingPermissionError', code: 'missing_permission' });
    expect(error.message).toContain('default:other');
  });

  it('a call token that dies is renewed by its provider', async () => {
    const mint = vi.fn(() => field.server.callToken(['livestream:1']));
    const client = field.client({ user: User.anonymous, tokenProvider: mint });
    await client.request('GET', '/edges');
    field.server.faults.expireTokens();
    await client.request('GET', '/edges');
    expect(mint).toHaveBeenCalledTimes(2);
  });

  it('a call token that dies without a provider ends access, and is told once', async () => {
    const host = field.client({ tokenProvider: field.provider() });
    await host.call('default', 'talk').getOrCreate();
    const client = field.client({
      user: User.anonymous,
      token: await field.server.callToken(['default:talk']),
    });
    const events = eventsOf(client);
    const call = client.call('default', 'talk');
    await call.join();
    const lost = vi.fn();
    call.on('call.access_lost', lost);
    field.server.faults.expireTokens('!anon');
    for (let count = 0; count < 3; count += 1) {
      expect(await rejection(client.request('GET', '/edges'))).toMatchObject({ code: 'token_expired' });
    }
    expect(lost).toHaveBeenCalledTimes(1);
    expect(call.state.joined).toBe(false);
    expect(events.map(({ type }) => type).filter((type) => type !== 'token.expiring')).toEqual([
      'token.expired',
      'auth.suspended',
    ]);
  });
});

describe('in virtual time', () => {
  inVirtualTime();

  // case 57, construction
  it('making an anonymous client is silent', async () => {
    const log = vi.fn();
    const logger = { debug: log, info: log, warn: log, error: log };
    const { coordinator, sockets } = virtualScene({ user: User.anonymous, logger });
    await advance(60_000);
    expect(log).not.toHaveBeenCalled();
    expect([coordinator.requests, sockets]).toEqual([[], []]);
  });

  // case 59, in its kinds
  it.each<[string, string, string]>([
    ['a real user', freshToken('alice', 3600, { call_cids: ['livestream:1'] }), 'not_anonymous'],
    ['a user whose id only looks like it', freshToken('!Anon', 3600), 'not_anonymous'],
    ['no expiry', fakeToken({ user_id: '!anon', call_cids: ['livestream:1'] }), 'missing_expiry'],
    ['an expiry that is none', fakeToken({ user_id: '!anon', exp: 'soon' }), 'missing_expiry'],
    [
      '101 calls',
      callToken({ call_cids: Array.from({ length: 101 }, (_, id) => `x:${id}`) }),
      'too_many_calls',
    ],
    ['no user', fakeToken({ call_cids: ['livestream:1'], exp: 4e9 }), 'missing_user_id'],
  ])('a call token with %s is refused before anything is sent', async (_name, token, code) => {
    expect(() => virtualScene({ user: User.anonymous, token })).toThrow(expect.objectContaining({ code }));
    const { client, coordinator } = virtualScene({ user: User.anonymous, tokenProvider: () => token });
    expect(await rejection(client.request('GET', '/edges'))).toMatchObject({
      name: 'InvalidTokenError',
      code,
    });
    expect(coordinator.requests).toEqual([]);
  });

  it('a provider that brings the token of somebody signed in suspends, since identity is at stake', async () => {
    const tokenProvider = vi.fn(() => freshToken('alice', 3600));
    const { client } = virtualScene({ user: User.anonymous, tokenProvider });
    expect(await rejection(client.request('GET', '/edges'))).toMatchObject({ code: 'not_anonymous' });
    expect(client.auth.state).toMatchObject({ status: 'suspended', reason: 'wrong_user' });
    await advance(600_000);
    await rejection(client.request('GET', '/edges'));
    expect(tokenProvider).toHaveBeenCalledTimes(1);
  });

  it('a call token with 100 calls is taken', async () => {
    const token = callToken({ call_cids: Array.from({ length: 100 }, (_, id) => `x:${id}`) });
    const { client, coordinator } = virtualScene({ user: User.anonymous, token });
    await client.request('GET', '/edges');
    expect(coordinator.tokens).toEqual([token]);
  });

  it('a call token that opens no call warns once, and is sent', async () => {
    const warn = vi.fn();
    const quiet = () => {};
    const logger = { debug: quiet, info: quiet, warn, error: quiet };
    const token = freshToken('!anon', 3600);
    const { client, coordinator } = virtualScene({ user: User.anonymous, token, logger });
    for (let count = 0; count < 3; count += 1) await client.request('GET', '/edges');
    expect(coordinator.requests).toHaveLength(3);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(JSON.stringify(warn.mock.calls)).toMatch(/call/);
    expect(JSON.stringify(warn.mock.calls)).not.toContain('eyJ');
  });

  it('a call token with calls in it warns of nothing', async () => {
    const warn = vi.fn();
    const quiet = () => {};
    const logger = { debug: quiet, info: quiet, warn, error: quiet };
    const { client } = virtualScene({ user: User.anonymous, token: callToken(), logger });
    await client.request('GET', '/edges');
    expect(warn).not.toHaveBeenCalled();
  });

  it.each<[string, unknown]>([
    ['of its own', { type: 'anonymous', id: 'alice' }],
    ['of an anonymous user, but signed in', { id: '!anon' }],
  ])('a user with an id %s is refused', (_name, user) => {
    const options = { apiKey: 'key', user, token: callToken(), logger: 'silent' };
    expect(() => new StreamVideo(options as unknown as StreamVideoOptions)).toThrow(
      expect.objectContaining({ code: 'invalid_user' }),
    );
  });

  // case 61, the negative twin of the loop
  it('refusals without end of a call token stay within a few provider calls', async () => {
    const provider = vi.fn(() => callToken());
    const { client, coordinator } = virtualScene({ user: User.anonymous, tokenProvider: provider });
    coordinator.respond = () => refusal(40);
    for (let count = 0; count < 60; count += 1) {
      client.request('GET', '/edges').catch(() => {});
      await advance(1_000);
    }
    // Three that are refused at once, then the back-off: 40s within seconds open no breaker.
    expect(provider.mock.calls.length).toBeLessThanOrEqual(9);
  });

  it('the current call token is sent, never one of before', async () => {
    const { client, coordinator } = virtualScene({ user: User.anonymous, tokenProvider: () => callToken() });
    const refused = new Set<string | null>();
    coordinator.respond = ({ token }) => (refused.has(token) ? refusal(40) : answer());
    await client.request('GET', '/edges');
    refused.add(client.token as string);
    await client.request('GET', '/edges');
    expect(coordinator.tokens.at(-1)).toBe(client.token);
    expect(coordinator.requests.every(({ headers }) => headers.get('stream-auth-type') === 'anonymous')).toBe(
      true,
    );
  });

  // api.md section 5: nothing can renew it, whoever said so
  it('a call token that its provider will not renew ends access, too', async () => {
    const tokenProvider = () => {
      throw new UnauthorizedError();
    };
    const { client, coordinator } = virtualScene({ user: User.anonymous, token: callToken(), tokenProvider });
    const call = client.call('livestream', '1');
    coordinator.respond = () => answer({ call: {}, members: [], own_capabilities: [] });
    await call.join();
    const lost = vi.fn();
    call.on('call.access_lost', lost);
    coordinator.respond = () => refusal(40);
    for (let count = 0; count < 2; count += 1) {
      expect(await rejection(call.get())).toMatchObject({ code: 'unauthorized' });
    }
    expect(call.state.joined).toBe(false);
    expect(lost).toHaveBeenCalledTimes(1);
  });
});
