import { type Call, type StreamVideo, User } from 'stream-video-auth';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { answer, refusal, type SeenRequest } from '../../support/fake-coordinator.js';
import { advance, settle, useVirtualTime } from '../../support/virtual.js';
import { watch } from '../../support/watch.js';
import { at, bodyOf, callData, envelope, joined, later, type World, world } from './support.js';

let world_: World;
let client: StreamVideo;

const batches = () => world_.to('/calls');
const cidsOf = (request: SeenRequest | undefined) =>
  (bodyOf(request).filter_conditions as { cid: { $in: string[] } }).cid.$in;

/** What the coordinator shows of the calls asked for. */
const show = (request: SeenRequest, fields: object = {}) =>
  answer({
    calls: cidsOf(request).map((cid) => envelope({ call: { id: cid.split(':')[1], cid, ...fields } })),
    duration: '1ms',
  });

const isBatch = ({ url }: SeenRequest) => url.pathname === '/video/calls';

/** Answers everything well, batches by `respond`. */
function onBatch(respond: (request: SeenRequest, index: number) => Response | Promise<Response>): void {
  let index = 0;
  world_.coordinator.respond = (request) => {
    if (isBatch(request)) return respond(request, index++);
    const id = request.url.pathname.split('/')[4];
    return answer(joined({ call: { id, cid: `default:${id}` } }));
  };
}

async function watchCalls(count: number): Promise<Call[]> {
  const calls = Array.from({ length: count }, (_, index) => client.call('default', `c${index}`));
  await Promise.all(calls.map((call) => call.get({ watch: true })));
  return calls;
}

/** What the app hears, in order. */
function listen(): string[] {
  const heard: string[] = [];
  client.on('connection.changed', ({ state }) => heard.push(state));
  client.on('call.watch_lost', ({ call_cid, error }) => {
    const { code } = (error ?? {}) as { code?: string };
    heard.push(`lost ${call_cid}${code ? ` ${code}` : ''}`);
  });
  return heard;
}

beforeEach(() => {
  useVirtualTime();
  world_ = world();
  client = world_.client;
  onBatch((request) => show(request));
});

afterEach(() => client.disconnect());

describe('after a reconnect', () => {
  // case 241: stream-video-android #764
  test('what was watched is watched again before the state says connected', async () => {
    await world_.connect('c1');
    const [call] = (await watchCalls(1)) as [Call];
    const { respond, give } = later();
    onBatch(respond);
    const heard = listen();
    await world_.drop();
    expect([call.state.watched, heard]).toEqual([false, ['reconnecting']]);
    await advance(300);
    await world_.shake('c2');
    expect([batches()[0]?.url.searchParams.get('connection_id'), bodyOf(batches()[0])]).toEqual([
      'c2',
      { filter_conditions: { cid: { $in: ['default:c0'] } }, watch: true, limit: 1 },
    ]);
    expect([client.connectionState, call.state.watched]).toEqual(['reconnecting', false]);
    await give({ calls: [envelope({ call: { id: 'c0', cid: 'default:c0', custom: { news: true } } })] });
    expect([heard, call.state.watched]).toEqual([['reconnecting', 'connected'], true]);
    // Into the same object.
    expect([client.call('default', 'c0') === call, call.state.call?.custom]).toEqual([true, { news: true }]);
  });

  test('250 calls come back in three batches', async () => {
    await world_.connect('c1');
    const calls = await watchCalls(250);
    await world_.drop();
    await advance(300);
    await world_.shake('c2');
    expect(batches().map((request) => [cidsOf(request).length, bodyOf(request).limit])).toEqual([
      [100, 100],
      [100, 100],
      [50, 50],
    ]);
    expect(calls.every(({ state }) => state.watched)).toBe(true);
  });

  test('only a request that failed is tried again, three times in all', async () => {
    await world_.connect('c1');
    const calls = await watchCalls(150);
    onBatch((request, index) =>
      cidsOf(request).length === 50 && index < 3 ? refusal(-1, 500) : show(request),
    );
    const heard = listen();
    await world_.drop();
    await advance(300);
    await world_.shake('c2');
    await advance(10_000);
    expect(batches().map((request) => cidsOf(request).length)).toEqual([100, 50, 50, 50]);
    expect(heard).toEqual(['reconnecting', 'connected']);
    expect(calls.every(({ state }) => state.watched)).toBe(true);
  });

  test('what cannot be watched is lost with the error, once, and after connected', async () => {
    await world_.connect('c1');
    const [call] = (await watchCalls(1)) as [Call];
    onBatch(() => refusal(-1, 500));
    const heard = listen();
    client.on('connection.changed', ({ state }) => {
      if (state === 'connected') heard.push(`watched ${call.state.watched}`);
    });
    await world_.drop();
    await advance(300);
    await world_.shake('c2');
    await advance(10_000);
    expect([batches().length, heard]).toEqual([
      3,
      ['reconnecting', 'connected', 'watched false', 'lost default:c0 api_error'],
    ]);
    await world_.drop();
    await advance(300);
    await world_.shake('c3');
    expect(batches()).toHaveLength(3);
  });

  test('what a good answer leaves out is lost at once and without an error', async () => {
    await world_.connect('c1');
    await watchCalls(2);
    onBatch(() => answer({ calls: [envelope({ call: { id: 'c0', cid: 'default:c0' } })], duration: '1ms' }));
    const heard = listen();
    await world_.drop();
    await advance(300);
    await world_.shake('c2');
    expect([batches().length, heard]).toEqual([1, ['reconnecting', 'connected', 'lost default:c1']]);
    expect([client.call('default', 'c0').state.watched, client.call('default', 'c1').state.watched]).toEqual([
      true,
      false,
    ]);
  });

  test('a coordinator that hangs keeps nobody from being connected beyond 10 s', async () => {
    await world_.connect('c1');
    await watchCalls(1);
    onBatch(() => new Promise(() => {}));
    const heard = listen();
    await world_.drop();
    await advance(300);
    await world_.shake('c2');
    await advance(9_999);
    expect(heard).toEqual(['reconnecting']);
    await advance(1);
    expect(heard).toEqual(['reconnecting', 'connected', 'lost default:c0 request_timeout']);
  });

  test('the last error is told where the time ends between tries', async () => {
    await world_.connect('c1');
    await watchCalls(1);
    onBatch((_request, index) => (index === 0 ? refusal(-1, 500) : new Promise(() => {})));
    const heard = listen();
    await world_.drop();
    await advance(300);
    await world_.shake('c2');
    await advance(10_000);
    expect(heard.at(-1)).toBe('lost default:c0 api_error');
  });

  test('a joined call that was lost is tried again at each connection', async () => {
    await world_.connect('c1');
    await client.call('default', 'c0').join();
    onBatch(() => answer({ calls: [], duration: '1ms' }));
    const heard = listen();
    for (const id of ['c2', 'c3']) {
      // Long enough that the back-off begins anew.
      await advance(6_000);
      await world_.drop();
      await advance(300);
      await world_.shake(id);
    }
    expect(heard.filter((line) => line.startsWith('lost'))).toHaveLength(2);
    expect(client.call('default', 'c0').state.joined).toBe(true);
    onBatch((request) => show(request));
    await advance(6_000);
    await world_.drop();
    await advance(300);
    await world_.shake('c4');
    expect(client.call('default', 'c0').state.watched).toBe(true);
  });

  test('a call that was left meanwhile is not watched', async () => {
    await world_.connect('c1');
    const [stays, goes] = (await watchCalls(2)) as [Call, Call];
    const { respond, give } = later();
    onBatch(respond);
    const heard = listen();
    await world_.drop();
    await advance(300);
    await world_.shake('c2');
    await goes.leave();
    await give(show(batches()[0] as SeenRequest));
    expect([stays.state.watched, goes.state.watched, heard]).toEqual([
      true,
      false,
      ['reconnecting', 'connected'],
    ]);
  });

  test('a call joined while the others are being watched is watched, too', async () => {
    await world_.connect('c1');
    await watchCalls(1);
    const { respond, give } = later();
    onBatch(respond);
    await world_.drop();
    await advance(300);
    await world_.shake('c2');
    const late = client.call('default', 'late');
    await late.join();
    await give(show(batches()[0] as SeenRequest));
    expect(cidsOf(batches()[1])).toEqual(['default:late']);
    await give(show(batches()[1] as SeenRequest));
    expect(late.state.watched).toBe(true);
  });

  test('a call whose join was answered only then is watched with a request of its own', async () => {
    const { respond, give } = later();
    world_.coordinator.respond = (request) => (isBatch(request) ? show(request) : respond());
    const call = client.call('default', 'c0');
    const joining = call.join();
    await settle();
    await world_.connect('c1');
    await give(joined({ call: { id: 'c0', cid: 'default:c0' } }));
    await joining;
    await settle();
    expect([batches().length, call.state.watched]).toEqual([1, true]);
  });

  test('disconnect() meanwhile ends all of it, and nothing is told after it', async () => {
    await world_.connect('c1');
    await watchCalls(1);
    onBatch(() => new Promise(() => {}));
    const heard = listen();
    await world_.drop();
    await advance(300);
    await world_.shake('c2');
    await client.disconnect();
    await advance(20_000);
    expect(heard).toEqual(['reconnecting', 'disconnected']);
    expect(batches()[0]?.signal?.aborted).toBe(true);
  });

  test('disconnect() by a listener of connected keeps what is lost from being told', async () => {
    await world_.connect('c1');
    await watchCalls(1);
    onBatch(() => answer({ calls: [], duration: '1ms' }));
    const heard = listen();
    client.on('connection.changed', ({ state }) => {
      if (state === 'connected') void client.disconnect();
    });
    await world_.drop();
    await advance(300);
    await world_.shake('c2');
    expect(heard.at(-1)).toBe('disconnected');
  });

  test('a socket that ends meanwhile was never connected', async () => {
    await world_.connect('c1');
    await watchCalls(1);
    onBatch(() => new Promise(() => {}));
    const heard = listen();
    await world_.drop();
    await advance(300);
    await world_.shake('c2');
    await world_.drop();
    onBatch((request) => show(request));
    await advance(1_000);
    await world_.shake('c3');
    expect(heard).toEqual(['reconnecting', 'connected']);
    expect(client.connectionId).toBe('c3');
  });

  test('events that come meanwhile are heard after connected, and lose nothing', async () => {
    await world_.connect('c1');
    const [call] = (await watchCalls(1)) as [Call];
    const { respond, give } = later();
    onBatch(respond);
    const heard = listen();
    client.on('call.updated', () => heard.push('updated'));
    await world_.drop();
    await advance(300);
    await world_.shake('c2');
    const update = callData({ id: 'c0', cid: 'default:c0', custom: { topic: 'event' } });
    world_.hear({ type: 'call.updated', call_cid: 'default:c0', created_at: at(1), call: update });
    await give(show(batches()[0] as SeenRequest));
    expect([heard, call.state.call?.custom]).toEqual([
      ['reconnecting', 'connected', 'updated'],
      { topic: 'event' },
    ]);
  });

  test('a call that has ended while nobody listened is joined no more', async () => {
    await world_.connect('c1');
    const call = client.call('default', 'c0');
    await call.join();
    onBatch((request) => show(request, { ended_at: at(1) }));
    await world_.drop();
    await advance(300);
    await world_.shake('c2');
    expect(call.state.joined).toBe(false);
  });
});

describe('the first connection', () => {
  test('does the same for calls that were joined without one, and its time counts for nothing', async () => {
    world_ = world({ timeouts: { connectMs: 5_000 } });
    client = world_.client;
    onBatch(() => new Promise(() => {}));
    await client.call('default', 'c0').join();
    const connecting = watch(client.connect());
    await world_.shake('c1');
    await advance(9_999);
    expect(connecting.state).toBe('pending');
    await advance(1);
    expect(connecting.state).toBe('resolved');
  });

  test('is given up where its last caller aborts, and its socket is closed', async () => {
    onBatch(() => new Promise(() => {}));
    await client.call('default', 'c0').join();
    const controller = new AbortController();
    const connecting = watch(client.connect({ signal: controller.signal }));
    await world_.shake('c1');
    controller.abort(new Error('enough'));
    await settle();
    expect([connecting.error?.message, client.connectionState]).toEqual(['enough', 'disconnected']);
    expect(world_.sockets.map(({ readyState }) => readyState)).toEqual([3]);
  });

  test('asks for nothing where nothing is to be watched', async () => {
    await client.call('default', 'c0').get();
    await world_.connect('c1');
    expect(batches()).toHaveLength(0);
  });
});

test('a call queried with watch is watched, and again after a reconnect', async () => {
  await world_.connect('c1');
  onBatch(() => answer({ calls: [envelope()], duration: '1ms' }));
  const { calls } = await client.queryCalls({ watch: true });
  expect([batches()[0]?.url.searchParams.get('connection_id'), bodyOf(batches()[0])]).toEqual([
    'c1',
    { watch: true },
  ]);
  expect(calls[0]?.state.watched).toBe(true);
  await world_.drop();
  await advance(300);
  await world_.shake('c2');
  expect([batches().length, calls[0]?.state.watched]).toEqual([2, true]);
});

test('what a guest watched is watched by the guest that follows; what it had joined is lost', async () => {
  let guests = 0;
  world_ = world();
  const { coordinator } = world_;
  const { fakeToken } = await import('../../support/tokens.js');
  coordinator.respond = (request) => {
    if (request.url.pathname.endsWith('/guest')) {
      guests += 1;
      const id = `guest-${guests}-martin`;
      const iat = Math.floor(Date.now() / 1000);
      return answer(
        { user: { id }, access_token: fakeToken({ user_id: id, iat, exp: iat + 3600 }), duration: '1ms' },
        201,
      );
    }
    if (isBatch(request)) return show(request);
    const id = request.url.pathname.split('/')[4];
    return answer(joined({ call: { id, cid: `default:${id}` } }));
  };
  const { StreamVideo } = await import('stream-video-auth');
  const sockets = world_.sockets;
  const { fakeWebSockets } = await import('../../support/fake-coordinator.js');
  const fake = fakeWebSockets((socket) => sockets.push(socket));
  client = await StreamVideo.create({
    apiKey: 'key',
    baseUrl: 'https://coordinator.test',
    user: User.guest('martin'),
    fetch: coordinator.fetch,
    WebSocket: fake.WebSocket,
    logger: 'silent',
  });
  const shake = async (id: string) => {
    await settle();
    sockets.at(-1)?.open();
    await settle();
    sockets.at(-1)?.ok(client.user.id, id);
    await settle();
  };
  const connecting = client.connect();
  await shake('c1');
  await connecting;
  const [watched, joinedCall] = [client.call('default', 'w'), client.call('default', 'j')];
  await watched.get({ watch: true });
  await joinedCall.join();
  const heard: string[] = [];
  for (const name of ['call.access_lost', 'user.changed'] as const)
    client.on(name, ({ type }) => heard.push(type));
  await client.auth.refresh();
  await shake('c2');
  expect(heard).toEqual(['call.access_lost', 'user.changed']);
  expect([watched.state.watched, joinedCall.state.joined, joinedCall.state.watched]).toEqual([
    true,
    false,
    false,
  ]);
  expect(cidsOf(batches()[0])).toEqual(['default:w']);
});
