import type { StreamVideo, TokenProvider } from 'stream-video-auth';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { answer, type FakeSocket, refusal } from '../support/fake-coordinator.js';
import { fakeToken } from '../support/tokens.js';
import { advance, settle, useVirtualTime } from '../support/virtual.js';
import { watch } from '../support/watch.js';
import { joined, type World, world } from './call/support.js';

// A token that is over by our clock when it comes: our clock may be wrong, so it is sent once, and the server decides.

const HINT = 'https://hint.test/';
const HOUR = 3600;

let at: World;
let provider: ReturnType<typeof vi.fn<TokenProvider>>;
/** How long the hint takes; undefined for without an end. */
let hintMs: number | undefined;
let isAccepted: (token: string) => boolean;
let serial = 0;

const tokensSent = () =>
  at.coordinator.requests.filter(({ url }) => !url.host.startsWith('hint')).map(({ token }) => token);

/** Ended an hour ago by our clock. */
function endedToken(claims: object = {}): string {
  serial += 1;
  const now = Math.floor(Date.now() / 1000);
  return fakeToken({ user_id: 'martin', exp: now - HOUR, jti: String(serial), ...claims });
}

const CLOCKS: [clock: string, claims: () => object][] = [
  ['nothing tells that the clock is wrong', () => ({})],
  ['the token tells that the clock is wrong', () => ({ iat: Math.floor(Date.now() / 1000) - 2 * HOUR })],
];

type Ask = (client: StreamVideo) => Promise<unknown>;

const ASKS: [name: string, hintMs: number | undefined, ask: Ask][] = [
  ['request()', 0, (it) => it.request('GET', '/edges')],
  ['get()', 0, (it) => it.call('default', '1').get()],
  ['getOrCreate()', 0, (it) => it.call('default', '1').getOrCreate()],
  ['queryCalls()', 0, (it) => it.queryCalls()],
  ['join() at a place', 0, (it) => it.call('default', '1').join({ location: 'FRA' })],
  ['join() with a hint at once', 0, (it) => it.call('default', '1').join()],
  ['join() with a hint after 1.5 s', 1_500, (it) => it.call('default', '1').join()],
  ['join() with a hint after 4 s, at the third try', 1_900, (it) => it.call('default', '1').join()],
];

function begin(options: object = {}): void {
  at = world({ token: undefined, tokenProvider: provider, locationHintUrl: HINT, ...options });
  at.coordinator.respond = ({ url, token }) => {
    if (url.host.startsWith('hint')) {
      return new Promise((resolve) => {
        const respond = () =>
          resolve(new Response(null, { headers: { 'x-amz-cf-pop': 'FRA56-P4', date: 'x' } }));
        if (hintMs !== undefined) setTimeout(respond, hintMs);
      });
    }
    return isAccepted(String(token)) ? answer(joined(), 201) : refusal(40);
  };
}

beforeEach(() => {
  useVirtualTime();
  vi.spyOn(Math, 'random').mockReturnValue(1);
  provider = vi.fn<TokenProvider>();
  isAccepted = () => true;
  hintMs = 0;
  begin();
});

afterEach(async () => {
  await at.client.disconnect();
  await settle();
  vi.restoreAllMocks();
});

describe.each(CLOCKS)('while %s', (_clock, claims) => {
  describe.each(ASKS)('%s', (_name, milliseconds, ask) => {
    beforeEach(() => {
      hintMs = milliseconds;
    });

    test('sends the token that came, once, and asks for no other where the server takes it', async () => {
      provider.mockImplementation(async () => endedToken(claims()));
      const asking = watch(ask(at.client));
      await advance(4_500);
      expect([asking.state, provider.mock.calls.length, new Set(tokensSent()).size]).toEqual([
        'resolved',
        1,
        1,
      ]);
    });

    test('asks once more where the server refuses it, and sends what comes then', async () => {
      const first = endedToken(claims());
      provider.mockImplementationOnce(async () => first);
      provider.mockImplementation(async () => endedToken(claims()));
      isAccepted = (token) => token !== first;
      const asking = watch(ask(at.client));
      await advance(4_500);
      expect([asking.state, provider.mock.calls.length]).toEqual(['resolved', 2]);
    });

    test('ends after the second refusal, and says that the provider returns what is over', async () => {
      provider.mockImplementation(async () => endedToken(claims()));
      isAccepted = () => false;
      const asking = watch(ask(at.client));
      await advance(10_000);
      expect([asking.error?.code, provider.mock.calls.length]).toEqual(['provider_returns_expired', 2]);
    });
  });

  test('connect() introduces itself with it, once', async () => {
    provider.mockImplementation(async () => endedToken(claims()));
    const connecting = watch(at.client.connect());
    await settle();
    const socket = at.sockets[0] as FakeSocket;
    // Longer than a token is news.
    await advance(1_000);
    socket.open();
    await settle();
    socket.receive({
      type: 'connection.ok',
      connection_id: 'c',
      created_at: new Date(Date.now() - 2 * HOUR * 1000).toISOString(),
      me: { id: 'martin' },
    });
    await settle();
    expect([connecting.state, provider.mock.calls.length, at.sockets.length]).toEqual(['resolved', 1, 1]);
  });

  test('a join() and a request at once share the call of the provider and its token', async () => {
    provider.mockImplementation(async () => endedToken(claims()));
    hintMs = 1_000;
    const asking = [
      watch(at.client.call('default', '1').join()),
      watch(at.client.request('GET', '/edges')),
      watch(at.client.call('default', '2').join()),
    ];
    await advance(4_500);
    expect([asking.map(({ state }) => state), provider.mock.calls.length]).toEqual([
      ['resolved', 'resolved', 'resolved'],
      1,
    ]);
  });
});

test('a hint that never comes costs one more call of the provider, at the pace of the floor, and no refusal', async () => {
  provider.mockImplementation(async () => endedToken());
  hintMs = undefined;
  const joining = watch(at.client.call('default', '1').join());
  await advance(7_000);
  expect(joining.state).toBe('resolved');
  expect(provider.mock.calls.length).toBeLessThanOrEqual(2);
});

test('a token that lives while the hint is awaited is used by the join alone: it counts as used once it is sent', async () => {
  provider.mockImplementation(async () => {
    const now = Math.floor(Date.now() / 1000);
    return fakeToken({ user_id: 'martin', iat: now, exp: now + HOUR });
  });
  hintMs = 1_000;
  const joining = watch(at.client.call('default', '1').join());
  await advance(500);
  expect([joining.state, tokensSent().length, provider.mock.calls.length]).toEqual(['pending', 0, 1]);
  await advance(1_000);
  expect([joining.state, tokensSent().length, provider.mock.calls.length]).toEqual(['resolved', 1, 1]);
});
