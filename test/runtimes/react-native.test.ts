import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  answer,
  FakeCoordinator,
  type FakeSocket,
  fakeWebSockets,
  refusal,
} from '../support/fake-coordinator.js';
import { PlainController, PlainSignal } from '../support/plain-signals.js';
import { freshToken } from '../support/tokens.js';
import { advance, settle, useVirtualTime } from '../support/virtual.js';
import { watch } from '../support/watch.js';

const native = vi.hoisted(() => {
  const listeners = new Set<(state: string) => void>();
  return {
    listeners,
    AppState: {
      addEventListener(_type: 'change', listener: (state: string) => void) {
        listeners.add(listener);
        return { remove: () => listeners.delete(listener) };
      },
    },
  };
});

// The build for React Native: the app's state, and no `ws`.
vi.mock('react-native', () => ({ AppState: native.AppState }));
vi.mock('../../src/client/environment/app-state.js', () =>
  vi.importActual('../../src/client/environment/app-state.react-native.js'),
);
vi.mock('../../src/client/environment/fallback-web-socket.js', () =>
  vi.importActual('../../src/client/environment/fallback-web-socket.none.js'),
);

// Node loads its own at the first use, and would need what is missing later.
await new Response('loaded').text();

/** What React Native has not, whole or in part, as of its versions without polyfills. */
const MISSING = [
  'atob',
  'btoa',
  'TextDecoder',
  'TextEncoder',
  'crypto',
  'structuredClone',
  'document',
  'window',
  'WeakRef',
  'FinalizationRegistry',
  'BroadcastChannel',
];

/** Delays of every timer that was set. */
const delays: number[] = [];
let coordinator: FakeCoordinator;
let sockets: FakeSocket[];
let module: typeof import('stream-video-auth');
const ends: (() => Promise<void>)[] = [];
const provider = vi.fn(async () => freshToken('martin', 300));

/** Answers have no stream and no word of redirects. */
async function nativeFetch(input: string, init?: RequestInit): Promise<Response> {
  const response = await coordinator.fetch(input, init);
  const text = Buffer.from(await response.arrayBuffer()).toString();
  const { status, ok, headers } = response;
  return { status, ok, headers, url: input, text: async () => text } as unknown as Response;
}

/** Timers are numbers, and warn above a minute on Android. */
function nativeTimers(): void {
  const { setTimeout, clearTimeout } = globalThis;
  const handles = new Map<number, ReturnType<typeof setTimeout>>();
  let serial = 0;
  vi.stubGlobal('setTimeout', (callback: () => void, delayMs = 0) => {
    delays.push(delayMs);
    serial += 1;
    handles.set(serial, setTimeout(callback, delayMs));
    return serial;
  });
  vi.stubGlobal('clearTimeout', (handle: number) => clearTimeout(handles.get(handle)));
}

function client(options: object = {}) {
  const made = new module.StreamVideo({
    apiKey: 'key',
    user: { id: 'martin' },
    tokenProvider: provider,
    tabs: 'shared',
    logger: 'silent',
    ...options,
  } as never);
  ends.push(() => made.disconnect());
  return made;
}

async function welcome(userId = 'martin'): Promise<void> {
  await settle();
  sockets.at(-1)?.open();
  await settle();
  sockets.at(-1)?.ok(userId, `connection-${sockets.length}`);
  await settle();
}

/** The app goes to the background and comes back: no timer has run meanwhile. */
function sleepInBackground(milliseconds: number): void {
  for (const listener of native.listeners) listener('background');
  vi.setSystemTime(Date.now() + milliseconds);
  for (const listener of native.listeners) listener('active');
}

beforeEach(async () => {
  useVirtualTime();
  for (const name of MISSING) vi.stubGlobal(name, undefined);
  vi.stubGlobal('navigator', { product: 'ReactNative' });
  vi.stubGlobal('AbortController', PlainController);
  vi.stubGlobal('AbortSignal', PlainSignal);
  vi.spyOn(URLSearchParams.prototype, 'set').mockImplementation(() => {
    throw new Error('URLSearchParams.set is not implemented');
  });
  nativeTimers();
  coordinator = new FakeCoordinator();
  const fake = fakeWebSockets();
  sockets = fake.sockets;
  vi.stubGlobal('WebSocket', fake.WebSocket);
  vi.stubGlobal('fetch', nativeFetch);
  provider.mockClear();
  delays.length = 0;
  module = await import('stream-video-auth');
});

afterEach(async () => {
  await Promise.all(ends.splice(0).map((end) => end()));
  await settle();
  expect(native.listeners.size, 'listeners left behind').toBe(0);
  expect(Math.max(...delays), 'the longest timer').toBeLessThanOrEqual(60_000);
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe('in React Native', () => {
  test('a signed-in user connects, is refreshed ahead of each expiry, and refused requests are sent again', async () => {
    const streamVideo = client();
    const connecting = watch(streamVideo.connect());
    await welcome();
    expect(connecting.value).toMatchObject({ id: 'martin' });
    for (let life = 1; life <= 3; life += 1) {
      await advance(240_000);
      // Sockets end in mobile networks all the time.
      if (streamVideo.connectionState !== 'connected') await welcome();
      await streamVideo.request('GET', '/edges');
      expect(streamVideo.auth.state).toMatchObject({ status: 'active', phase: 'fresh' });
    }
    const refused = streamVideo.token;
    coordinator.respond = ({ token }) => (token === refused ? refusal(40) : answer());
    await streamVideo.request('POST', '/call/default/one', {
      query: { a: 1 },
      body: { data: { custom: 'ü' } },
    });
    expect(coordinator.tokens.slice(-2)).toEqual([refused, streamVideo.token]);
    expect(provider.mock.calls.length).toBeLessThanOrEqual(6);
    await streamVideo.disconnect();
    expect(streamVideo.connectionState).toBe('disconnected');
  });

  test('an app that comes back after hours has a good token and is connected again', async () => {
    const streamVideo = client();
    watch(streamVideo.connect());
    await welcome();
    sleepInBackground(7_200_000);
    await settle();
    expect(provider).toHaveBeenCalledTimes(2);
    expect(streamVideo.auth.state).toMatchObject({ phase: 'fresh' });
    // The socket was dead all the while, and nobody said so: no frame in 35 s.
    await advance(40_000);
    expect([streamVideo.connectionState, sockets.length]).toEqual(['reconnecting', 2]);
    await welcome();
    expect([streamVideo.connectionState, sockets.at(-1)?.sent[0]?.token]).toEqual([
      'connected',
      streamVideo.token,
    ]);
  });

  test('an app that is not used in the background asks for nothing there', async () => {
    const streamVideo = client();
    await streamVideo.auth.getToken();
    await advance(3_600_000);
    const calls = provider.mock.calls.length;
    await advance(3_600_000);
    expect(provider).toHaveBeenCalledTimes(calls);
  });

  test('a guest is made, named by the coordinator, and connects', async () => {
    const token = freshToken('guest-1-martin', 300);
    coordinator.respond = ({ url }) =>
      url.pathname.endsWith('/guest')
        ? answer({ access_token: token, user: { id: 'guest-1-martin', role: 'guest' }, duration: '1ms' }, 201)
        : answer();
    const guest = await module.StreamVideo.create({
      apiKey: 'key',
      user: module.User.guest('martin'),
      logger: 'silent',
    });
    ends.push(() => guest.disconnect());
    const connecting = watch(guest.connect());
    await welcome('guest-1-martin');
    expect([connecting.value?.id, guest.user.id]).toEqual(['guest-1-martin', 'guest-1-martin']);
  });

  test('an anonymous viewer sends its call token, and may not connect', async () => {
    const token = freshToken('!anon', 300, { call_cids: ['livestream:one'] });
    const viewer = client({ user: module.User.anonymous, token, tokenProvider: undefined });
    await viewer.request('GET', '/call/livestream/one');
    expect(coordinator.tokens).toEqual([token]);
    await expect(viewer.connect()).rejects.toMatchObject({ code: 'missing_permission' });
  });

  test('a caller who gives up is rejected, and the shared attempt goes on for the others', async () => {
    provider.mockImplementationOnce(
      () => new Promise((resolve) => setTimeout(() => resolve(freshToken('martin', 300)), 1_000)),
    );
    const streamVideo = client();
    const controller = new PlainController();
    const leaving = watch(streamVideo.auth.getToken({ signal: controller.signal as never }));
    const staying = watch(streamVideo.auth.getToken());
    await settle();
    controller.abort();
    await settle();
    expect([leaving.error?.name, staying.state]).toEqual(['AbortError', 'pending']);
    await advance(1_000);
    expect([staying.state, provider.mock.calls.length]).toEqual(['resolved', 1]);
  });

  test('a session that ends has its callers told so, and explain() names the runtime', async () => {
    provider.mockImplementationOnce(() => new Promise(() => {}));
    const streamVideo = client();
    const waiting = watch(streamVideo.request('GET', '/edges'));
    await settle();
    expect(streamVideo.auth.explain().text).toContain('React Native');
    await streamVideo.disconnect();
    await settle();
    expect(waiting.error).toMatchObject({ code: 'session_ended' });
  });

  test('a call is followed by its events though nothing can hold it weakly', async () => {
    coordinator.respond = ({ url }) =>
      url.pathname.includes('/call/')
        ? answer({
            call: { cid: 'default:one', custom: {} },
            members: [],
            own_capabilities: [],
            duration: '1ms',
          })
        : answer();
    const streamVideo = client();
    watch(streamVideo.connect());
    await welcome();
    const call = streamVideo.call('default', 'one');
    await call.get({ watch: true });
    expect([call.state.watched, streamVideo.call('default', 'one') === call]).toEqual([true, true]);
    sockets.at(-1)?.receive({
      type: 'call.ended',
      call_cid: 'default:one',
      created_at: new Date().toISOString(),
      call: { cid: 'default:one', custom: {}, ended_at: new Date().toISOString() },
    });
    await settle();
    expect(call.state.joined).toBe(false);
  });
});
