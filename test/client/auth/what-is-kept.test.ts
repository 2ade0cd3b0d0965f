import { StreamVideo, User } from 'stream-video-auth';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  answer,
  FakeCoordinator,
  type FakeSocket,
  fakeWebSockets,
  refusal,
} from '../../support/fake-coordinator.js';
import { freshToken } from '../../support/tokens.js';
import { advance, settle, useVirtualTime } from '../../support/virtual.js';
import { watch } from '../../support/watch.js';
import { joined } from '../call/support.js';

let client: StreamVideo;
let coordinator: FakeCoordinator;
let sockets: FakeSocket[];
/** Answers to `POST /guest`, as the test gives them. */
let creations: ((id: string) => void)[];
const refused = new Set<string | null>();

const to = (path: string) => coordinator.requests.filter(({ url }) => url.pathname === `/video${path}`);

beforeEach(() => {
  useVirtualTime();
  vi.spyOn(Math, 'random').mockReturnValue(1);
  refused.clear();
  creations = [];
  coordinator = new FakeCoordinator();
  coordinator.respond = ({ url, token }) => {
    if (url.pathname === '/video/guest') {
      return new Promise((resolve) => {
        creations.push((id) =>
          resolve(answer({ user: { id }, access_token: freshToken(id, 3600), duration: '1ms' }, 201)),
        );
      });
    }
    return refused.has(token) ? refusal(40) : answer(joined(), 201);
  };
});

afterEach(async () => {
  await client?.disconnect();
  await settle();
  vi.restoreAllMocks();
});

async function makeGuest(options: object = {}): Promise<void> {
  const { WebSocket } = fakeWebSockets();
  const creating = StreamVideo.create({
    apiKey: 'key',
    user: User.guest('martin'),
    fetch: coordinator.fetch,
    WebSocket,
    logger: 'silent',
    locationHintUrl: undefined,
    baseUrl: 'https://coordinator.test',
    ...options,
  });
  await settle();
  creations.shift()?.('guest-1-martin');
  client = await creating;
}

// case 212
describe('a guest whose identity comes into use while another one is being made', () => {
  const changed = vi.fn();

  beforeEach(async () => {
    changed.mockReset();
    await makeGuest();
    client.on('user.changed', changed);
  });

  test.each<[string, () => Promise<unknown>]>([
    ['a call is joined', () => client.call('default', '1').join({ location: 'FRA' })],
    ['a consumer is handed its token', () => client.auth.tokenProviderFor('video')()],
  ])('stays who it is where %s, and who asked for the other one is told', async (_what, use) => {
    const refreshing = watch(client.auth.refresh());
    await settle();
    expect(creations).toHaveLength(1);
    await use();
    creations.shift()?.('guest-2-martin');
    await advance(100);
    expect([client.user.id, changed.mock.calls.length, refreshing.state]).toEqual([
      'guest-1-martin',
      0,
      'rejected',
    ]);
    expect(refreshing.error?.code).toBe('token_expired');
    expect(client.auth.state.status).toBe('active');
  });

  test('ends with guest_expired where its token is refused meanwhile, and no new guest is under the call', async () => {
    const refreshing = watch(client.auth.refresh());
    await settle();
    await client.call('default', '1').join({ location: 'FRA' });
    refused.add(client.token as string);
    const asking = watch(client.request('GET', '/edges'));
    await settle();
    creations.shift()?.('guest-2-martin');
    await advance(100);
    expect([asking.error?.code, refreshing.state]).toEqual(['token_expired', 'rejected']);
    expect(client.auth.state).toMatchObject({ status: 'suspended', reason: 'guest_expired' });
    expect([client.user.id, changed.mock.calls.length, to('/guest').length]).toEqual([
      'guest-1-martin',
      0,
      2,
    ]);
  });

  test('becomes the other one where the call was joined before: the app asked for it by hand', async () => {
    await client.call('default', '1').join({ location: 'FRA' });
    const refreshing = watch(client.auth.refresh());
    await settle();
    creations.shift()?.('guest-2-martin');
    await settle();
    expect([refreshing.state, client.user.id, changed.mock.calls.length]).toEqual([
      'resolved',
      'guest-2-martin',
      1,
    ]);
    expect(client.call('default', '1').state.joined).toBe(false);
  });
});

// case 245
describe('a guest', () => {
  test('that is still being made has no client, so nothing goes out as nobody', async () => {
    const creating = watch(
      StreamVideo.create({
        apiKey: 'key',
        user: User.guest('martin'),
        fetch: coordinator.fetch,
        logger: 'silent',
      }),
    );
    await advance(9_999);
    expect(creating.state).toBe('pending');
    creations.shift()?.('guest-1-martin');
    await settle();
    client = creating.value as StreamVideo;
    expect(client.user.id).toBe('guest-1-martin');
    await client.request('GET', '/edges');
    expect(coordinator.requests.map(({ headers }) => headers.get('stream-auth-type'))).toEqual([
      'anonymous',
      'jwt',
    ]);
  });

  test.each<[string, () => Promise<unknown>]>([
    ['request()', () => client.request('GET', '/edges')],
    ['get()', () => client.call('default', '1').get()],
    ['queryCalls()', () => client.queryCalls()],
    ['join()', () => client.call('default', '1').join()],
  ])(
    'that is made anew sends nothing as nobody: %s waits, and goes out as the new one',
    async (_name, ask) => {
      await makeGuest();
      refused.add(client.token as string);
      const first = watch(client.request('GET', '/edges'));
      await settle();
      expect(creations).toHaveLength(1);
      const asking = watch(ask());
      await settle();
      const before = coordinator.requests.length;
      expect(asking.state).toBe('pending');
      creations.shift()?.('guest-2-martin');
      await settle();
      expect([first.state, asking.state]).toEqual(['resolved', 'resolved']);
      const later = coordinator.requests.slice(before);
      expect(later.map(({ headers }) => headers.get('stream-auth-type'))).toEqual(later.map(() => 'jwt'));
      expect(new Set(later.map(({ token }) => token))).toEqual(new Set([client.token]));
    },
  );
});

// case 232: stream-video-js #1325
describe('a token that the caller supplied and the server has refused', () => {
  const HELD = ['the constructor', 'setToken()'] as const;
  const provider = vi.fn(async () => freshToken('martin', 3600));
  let supplied: string;

  function make(how: (typeof HELD)[number], options: object): void {
    const fake = fakeWebSockets();
    sockets = fake.sockets;
    supplied = freshToken('martin', 3600);
    client = new StreamVideo({
      apiKey: 'key',
      user: { id: 'martin' },
      token: how === 'the constructor' ? supplied : freshToken('martin', 3600),
      fetch: coordinator.fetch,
      WebSocket: fake.WebSocket,
      logger: 'silent',
      ...options,
    } as never);
    if (how === 'setToken()') client.auth.setToken(supplied);
  }

  const socket = () => sockets.at(-1) as FakeSocket;

  async function shake(): Promise<void> {
    await settle();
    socket().open();
    await settle();
    if (refused.has(String(socket().sent[0]?.token))) socket().refuse(40);
    else socket().ok();
    await advance(1_000);
  }

  const WAYS: [string, () => Promise<unknown>][] = [
    [
      'by a handshake',
      async () => {
        const connecting = watch(client.connect());
        await shake();
        await shake();
        expect(connecting.state).toBe('resolved');
      },
    ],
    ['by an answer', () => client.request('GET', '/edges')],
  ];

  describe.each(HELD)('by %s', (how) => {
    test.each(WAYS)('%s is not sent first again in the next session', async (_way, refuse) => {
      make(how, { tokenProvider: provider });
      refused.add(supplied);
      await refuse();
      await client.disconnect();
      const connecting = watch(client.connect());
      const openedBefore = sockets.length;
      await shake();
      expect([connecting.state, sockets.length - openedBefore]).toEqual(['resolved', 0]);
      expect(socket().sent[0]?.token).not.toBe(supplied);
    });

    test('is sent where the server took it', async () => {
      make(how, { tokenProvider: provider });
      await client.request('GET', '/edges');
      await client.disconnect();
      const connecting = watch(client.connect());
      await shake();
      expect([connecting.state, socket().sent[0]?.token]).toEqual(['resolved', supplied]);
    });

    test('is sent again where nothing can replace it: the server judges', async () => {
      make(how, {});
      refused.add(supplied);
      await expect(client.request('GET', '/edges')).rejects.toMatchObject({ code: 'token_expired' });
      await client.disconnect();
      refused.clear();
      const connecting = watch(client.connect());
      await shake();
      expect([connecting.state, socket().sent[0]?.token]).toEqual(['resolved', supplied]);
    });
  });
});
