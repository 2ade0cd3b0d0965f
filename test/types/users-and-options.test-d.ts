import {
  type AuthState,
  type CreateOptions,
  StreamVideo,
  type StreamVideoEvent,
  type StreamVideoOptions,
  type TokenProvider,
  User,
} from 'stream-video-auth';
import { describe, expectTypeOf, test } from 'vitest';
import { WebSocket } from 'ws';

const apiKey = 'key';
const tokenProvider: TokenProvider = async () => 'token';
const maybeToken = undefined as string | undefined;

describe('an authenticated user', () => {
  test('has a token, a provider, or both', () => {
    new StreamVideo({ apiKey, user: { id: 'martin' }, token: 'token' });
    new StreamVideo({ apiKey, user: { id: 'martin' }, tokenProvider });
    new StreamVideo({ apiKey, user: { id: 'martin', type: 'authenticated' }, token: 'token', tokenProvider });
    new StreamVideo({ apiKey, user: { id: 'martin' }, token: maybeToken, tokenProvider });
  });

  test('with neither does not compile', () => {
    // @ts-expect-error a token or a provider is needed
    new StreamVideo({ apiKey, user: { id: 'martin' } });
    // @ts-expect-error a token that may be missing is not enough
    new StreamVideo({ apiKey, user: { id: 'martin' }, token: maybeToken });
    // @ts-expect-error create needs them, too
    StreamVideo.create({ apiKey, user: { id: 'martin' } });
  });

  test('may come from a variable', () => {
    const user = { id: 'martin' };
    new StreamVideo({ apiKey, user, token: 'token' });
    StreamVideo.create({ apiKey, user, tokenProvider });
  });

  test('has a string as its id', () => {
    // @ts-expect-error a number is no id
    new StreamVideo({ apiKey, user: { id: 42 }, token: 'token' });
  });
});

describe('a guest', () => {
  test('is made by create, with or without a token', () => {
    StreamVideo.create({ apiKey, user: User.guest('visitor') });
    StreamVideo.create({ apiKey, user: { id: 'visitor', type: 'guest' } });
    StreamVideo.create({ apiKey, user: User.guest('visitor', { name: 'V' }), token: maybeToken });
  });

  test('does not compile in the constructor', () => {
    // @ts-expect-error guests are asynchronous
    new StreamVideo({ apiKey, user: User.guest('visitor') });
    // @ts-expect-error also with a token
    new StreamVideo({ apiKey, user: User.guest('visitor'), token: 'token' });
  });
});

describe('an anonymous user', () => {
  test('has nothing, a token, a provider, or both', () => {
    new StreamVideo({ apiKey, user: User.anonymous });
    new StreamVideo({ apiKey, user: User.anonymous, token: maybeToken });
    new StreamVideo({ apiKey, user: { type: 'anonymous' }, tokenProvider });
    StreamVideo.create({ apiKey, user: User.anonymous });
  });

  test('has no id of its own', () => {
    // @ts-expect-error only !anon
    new StreamVideo({ apiKey, user: { type: 'anonymous', id: 'martin' } });
  });
});

describe('options', () => {
  test('may all be undefined under exactOptionalPropertyTypes', () => {
    const options: StreamVideoOptions = {
      apiKey,
      user: { id: 'martin', name: undefined, image: undefined, custom: undefined, type: undefined },
      token: 'token',
      tokenProvider: undefined,
      baseUrl: undefined,
      fetch: undefined,
      WebSocket: undefined,
      logger: undefined,
      refresh: undefined,
      guestExpiry: undefined,
      tabs: undefined,
      timeouts: { requestMs: undefined, providerMs: undefined, connectMs: undefined },
      clientName: undefined,
    };
    expectTypeOf(options).toExtend<CreateOptions>();
  });

  test('take a wrapper around fetch, and the class of the ws package', () => {
    const wrapper = (input: string, init?: RequestInit) => fetch(input, init);
    new StreamVideo({ apiKey, user: User.anonymous, fetch: wrapper, WebSocket });
  });

  test('do not take what media clients take', () => {
    // @ts-expect-error media configuration belongs elsewhere
    new StreamVideo({ apiKey, user: User.anonymous, videoConfig: {} });
  });
});

describe('events', () => {
  const streamVideo = new StreamVideo({ apiKey, user: User.anonymous });

  test('infer their payload by name', () => {
    streamVideo.on('call.ring', (event) => {
      expectTypeOf(event).toEqualTypeOf<StreamVideoEvent<'call.ring'>>();
      expectTypeOf(event.video).toEqualTypeOf<boolean>();
    });
    streamVideo.on('token.refreshed', (event) => expectTypeOf(event.generation).toEqualTypeOf<number>());
    streamVideo
      .call('default', '1')
      .on('custom', (event) => expectTypeOf(event.call_cid).toEqualTypeOf<string>());
  });

  test('an unknown name gives the untyped event', () => {
    streamVideo.on('call.invented', (event) => expectTypeOf(event.anything).toEqualTypeOf<unknown>());
    streamVideo.on('all', (event) => expectTypeOf(event.type).toEqualTypeOf<string>());
  });
});

describe('the state of auth', () => {
  test('narrows by status', () => {
    const state = {} as AuthState;
    if (state.status === 'suspended') expectTypeOf(state.reason).not.toBeUndefined();
    if (state.status === 'active') expectTypeOf(state.phase).toExtend<string | undefined>();
    // @ts-expect-error frozen
    state.status = 'active';
  });
});
