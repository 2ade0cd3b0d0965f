import type { Call } from 'stream-video-auth';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { answer, refusal } from '../../support/fake-coordinator.js';
import { advance, settle, useVirtualTime } from '../../support/virtual.js';
import { watch } from '../../support/watch.js';
import {
  at,
  bodyOf,
  callData,
  envelope,
  joined,
  later,
  session,
  statesOf,
  user,
  type World,
  world,
} from './support.js';

let world_: World;
let call: Call;
let answers: ReturnType<typeof later>;

const joins = () => world_.to('/call/default/1/join');
const rejects = () => world_.to('/call/default/1/reject').map(bodyOf);

function begin(options: object = {}): void {
  world_ = world(options);
  answers = later();
  world_.coordinator.respond = ({ url }) => (url.pathname.endsWith('/join') ? answers.respond() : answer());
  call = world_.client.call('default', '1');
}

beforeEach(() => {
  useVirtualTime();
  begin();
});

afterEach(() => world_.client.disconnect());

describe('joining', () => {
  // case 240
  test('watches where there is a connection', async () => {
    await world_.connect('c1');
    const joining = call.join();
    await settle();
    expect(joins()[0]?.url.searchParams.get('connection_id')).toBe('c1');
    await answers.give();
    await joining;
    expect(statesOf(call)).toEqual({ joined: true, watched: true, ringing: false });
  });

  test('never waits for a connection; the call is watched with the next one', async () => {
    const joining = call.join();
    await settle();
    expect(joins()[0]?.url.searchParams.has('connection_id')).toBe(false);
    await answers.give();
    await joining;
    expect(statesOf(call)).toMatchObject({ joined: true, watched: false });
    world_.coordinator.respond = () => answer({ calls: [envelope()], duration: '1ms' });
    await world_.connect('c1');
    expect(bodyOf(world_.to('/calls')[0])).toMatchObject({ watch: true, limit: 1 });
    expect(statesOf(call)).toMatchObject({ joined: true, watched: true });
  });

  test('that the server knows no connection of goes out again without, and that one is made anew', async () => {
    await world_.connect('c1');
    const joining = call.join();
    await settle();
    await answers.give(refusal(46, 400));
    expect(joins()).toHaveLength(2);
    expect(joins()[1]?.url.searchParams.has('connection_id')).toBe(false);
    await answers.give();
    await joining;
    expect(world_.client.connectionState).toBe('reconnecting');
  });

  // case 244: stream-video-js #2386
  test('twice at once sends one request', async () => {
    const both = Promise.all([call.join({ create: true }), call.join({ create: true })]);
    await settle();
    expect(joins()).toHaveLength(1);
    await answers.give();
    const [first, second] = await both;
    expect(first).toBe(second);
  });

  test('twice in a row sends two', async () => {
    for (let round = 0; round < 2; round += 1) {
      const joining = call.join();
      await settle();
      await answers.give();
      await joining;
    }
    expect(joins()).toHaveLength(2);
  });

  test('with another body waits for its turn', async () => {
    const first = call.join();
    const second = call.join({ create: true });
    const again = call.join({ create: true });
    await settle();
    expect(joins()).toHaveLength(1);
    await answers.give();
    await first;
    expect(joins()).toHaveLength(2);
    await answers.give();
    expect(await second).toBe(await again);
  });

  test('after one that failed is a request of its own', async () => {
    const first = watch(call.join());
    const second = call.join({ create: true });
    await settle();
    await answers.give(refusal(16, 404));
    expect(first.error).toMatchObject({ apiCode: 16 });
    await answers.give();
    await second;
    expect(call.state.joined).toBe(true);
  });

  test('by several is ended for none by the signal of one', async () => {
    const controller = new AbortController();
    const one = watch(call.join({ signal: controller.signal }));
    const other = call.join();
    await settle();
    controller.abort(new Error('enough'));
    await settle();
    expect(one.error?.message).toBe('enough');
    await answers.give();
    await other;
    expect(call.state.joined).toBe(true);
  });

  test('that its last caller aborts leaves no trace', async () => {
    const controller = new AbortController();
    const one = watch(call.join({ signal: controller.signal }));
    await settle();
    controller.abort(new Error('enough'));
    await settle();
    expect(one.error?.message).toBe('enough');
    expect(joins()[0]?.signal?.aborted).toBe(true);
    await answers.give();
    expect(call.state.joined).toBe(false);
  });

  test('that its last caller aborts while it rings takes the ring back', async () => {
    const controller = new AbortController();
    const one = watch(call.join({ ring: true, signal: controller.signal }));
    await settle();
    controller.abort(new Error('enough'));
    await settle();
    expect([one.state, rejects()]).toEqual(['rejected', []]);
    await answers.give();
    expect(rejects()).toEqual([{ reason: 'cancel' }]);
    expect(statesOf(call)).toMatchObject({ joined: false, ringing: false });
  });

  test('in its queue is never sent where its caller aborts', async () => {
    const controller = new AbortController();
    const first = call.join();
    const second = watch(call.join({ create: true, signal: controller.signal }));
    await settle();
    controller.abort(new Error('enough'));
    await answers.give();
    await first;
    await settle();
    expect([second.state, joins().length]).toEqual(['rejected', 1]);
  });

  test.each(['call.ended', 'call.deleted'])('ends with %s meanwhile', async (type) => {
    await world_.connect();
    const joining = watch(call.join({ ring: true }));
    const queued = watch(call.join());
    await settle();
    world_.hear({ type, call_cid: 'default:1', created_at: at(1), call: callData() });
    await settle();
    expect([joining.error?.code, queued.error?.code]).toEqual(['call_ended', 'call_ended']);
    await answers.give();
    expect([call.state.joined, rejects()]).toEqual([false, []]);
  });

  test('into a call that has ended joins it, for whoever the coordinator lets in', async () => {
    await world_.connect();
    const joining = call.join();
    await settle();
    await answers.give(joined({ call: { ended_at: at(1) } }));
    expect((await joining).credentials.token).toBe('media-secret');
    expect(call.state).toMatchObject({ joined: true, watched: true, call: { ended_at: at(1) } });
    // Another answer that says so once more ends nothing; a block does.
    world_.coordinator.respond = () => answer(envelope({ call: { ended_at: at(1) } }));
    await call.get();
    expect(call.state.joined).toBe(true);
    world_.hear({
      type: 'call.blocked_user',
      call_cid: 'default:1',
      created_at: at(2),
      user: user('martin'),
    });
    expect(call.state.joined).toBe(false);
  });

  test('with data that cannot be written is refused before anything is asked', async () => {
    const custom: Record<string, unknown> = {};
    custom.self = custom;
    await expect(call.join({ data: { custom } })).rejects.toMatchObject({ code: 'invalid_option' });
    expect(world_.coordinator.requests).toHaveLength(0);
  });

  test('says nothing of the credentials in the state', async () => {
    const joining = call.join();
    await settle();
    await answers.give();
    expect((await joining).credentials.token).toBe('media-secret');
    expect(JSON.stringify(call.state)).not.toContain('media-secret');
  });
});

describe('leaving', () => {
  test('is local, and at once', async () => {
    await world_.connect();
    const joining = call.join();
    await settle();
    await answers.give();
    await joining;
    const before = world_.coordinator.requests.length;
    const left = call.leave();
    expect(statesOf(call)).toEqual({ joined: false, watched: false, ringing: false });
    await expect(left).resolves.toBeUndefined();
    expect(world_.coordinator.requests).toHaveLength(before);
  });

  // case 243: stream-video-swift's tests
  test('wins over a join under way', async () => {
    const joining = watch(call.join());
    const queued = watch(call.join({ create: true }));
    await settle();
    const left = watch(call.leave());
    await settle();
    expect([joining.error?.code, queued.error?.code]).toEqual(['call_left', 'call_left']);
    await answers.give();
    expect([call.state.joined, left.state]).toEqual([false, 'resolved']);
    expect([joins().length, rejects()]).toEqual([1, []]);
  });

  test('takes back what a join under way has rung; a later join waits for both', async () => {
    const cancelled = later();
    world_.coordinator.respond = ({ url }) =>
      url.pathname.endsWith('/join') ? answers.respond() : cancelled.respond();
    const first = watch(call.join({ ring: true }));
    await settle();
    const left = watch(call.leave());
    const second = call.join();
    await settle();
    expect([first.error?.code, joins().length, rejects()]).toEqual(['call_left', 1, []]);
    await answers.give();
    expect([joins().length, rejects(), left.state]).toEqual([1, [{ reason: 'cancel' }], 'pending']);
    await cancelled.give({ duration: '1ms' });
    expect([joins().length, left.state]).toEqual([2, 'resolved']);
    await answers.give();
    await second;
    expect(call.state.joined).toBe(true);
  });

  test.each([
    ['was refused', () => refusal(17, 403), []],
    ['was lost on the way', () => Promise.reject(new TypeError('fetch failed')), [{ reason: 'cancel' }]],
  ])('where the join that was to ring %s', async (_what, respond, expected) => {
    let fail: () => void = () => {};
    world_.coordinator.respond = ({ url }) =>
      url.pathname.endsWith('/join')
        ? new Promise((resolve, reject) => {
            fail = () => void Promise.resolve(respond()).then(resolve, reject);
          })
        : answer();
    const joining = watch(call.join({ ring: true }));
    await settle();
    const left = call.leave();
    fail();
    await left;
    expect([joining.error?.code, rejects()]).toEqual(['call_left', expected]);
  });

  test.each([
    ['while its location is found', () => ({ locationHintUrl: 'https://hint.test/' }), undefined],
    [
      'while its token is fetched',
      () => ({ token: undefined, tokenProvider: () => new Promise(() => {}) }),
      'FRA',
    ],
  ])('a join %s asks nobody and rings nobody', async (_when, options, location) => {
    begin(options());
    const { respond } = world_.coordinator;
    world_.coordinator.respond = (request) =>
      request.url.host === 'hint.test' ? new Promise(() => {}) : respond(request);
    const joining = watch(call.join({ ring: true, location }));
    await settle();
    const left = watch(call.leave());
    await settle();
    expect([joining.error?.code, left.state]).toEqual(['call_left', 'resolved']);
    await advance(10_000);
    expect([joins().length, rejects()]).toEqual([0, []]);
  });

  test('never rejects, whatever becomes of taking the ring back', async () => {
    world_.coordinator.respond = ({ url }) =>
      url.pathname.endsWith('/join') ? answers.respond() : refusal(4, 400);
    const joining = call.join({ ring: true });
    await settle();
    await answers.give();
    await joining;
    expect(call.state.ringing).toBe(true);
    await expect(call.leave()).resolves.toBeUndefined();
    expect(rejects()).toEqual([{ reason: 'cancel' }]);
  });

  test('what was never joined does nothing', async () => {
    await call.leave();
    expect(world_.coordinator.requests).toHaveLength(0);
  });

  test('wins over a request to watch', async () => {
    await world_.connect();
    world_.coordinator.respond = () => answers.respond();
    const getting = call.get({ watch: true });
    await settle();
    await call.leave();
    await answers.give(envelope());
    await getting;
    expect(call.state.watched).toBe(false);
  });
});

describe('a joined call', () => {
  beforeEach(async () => {
    await world_.connect();
    const joining = call.join();
    await settle();
    await answers.give();
    await joining;
  });

  // case 242: stream-video-swift's tests
  test.each([
    [{ type: 'call.ended', call: callData() }],
    [{ type: 'call.ended' }],
    [{ type: 'call.deleted', call: callData() }],
    [{ type: 'call.updated', call: callData({ ended_at: at(1) }) }],
    [{ type: 'call.blocked_user', user: user('martin') }],
  ])('is joined no more after %j, which is said once', async (event) => {
    const told = vi.fn();
    call.subscribe(() => told(call.state.joined));
    const frame = { ...event, call_cid: 'default:1', created_at: at(1) };
    for (let times = 0; times < 2; times += 1) world_.hear(frame);
    expect(call.state.joined).toBe(false);
    expect(told.mock.calls).toEqual([[false]]);
  });

  test('that is joined once more stays so, whatever is said again of its former end', async () => {
    const end = { type: 'call.ended', call_cid: 'default:1', created_at: at(1), call: callData() };
    world_.hear(end);
    const joining = call.join();
    await settle();
    await answers.give();
    await joining;
    world_.hear(end);
    expect(call.state.joined).toBe(true);
    world_.hear({ ...end, created_at: at(2) });
    expect(call.state.joined).toBe(false);
  });

  test.each([
    [{ type: 'call.blocked_user', user: user('mara') }],
    [{ type: 'call.updated', call: callData() }],
    [{ type: 'call.session_ended', session_id: 's1' }],
  ])('is joined still after %j', (event) => {
    world_.hear({ ...event, call_cid: 'default:1', created_at: at(1) });
    expect(call.state.joined).toBe(true);
  });

  test('follows its events, its listeners see the new state', () => {
    const seen = vi.fn();
    call.on('call.permissions_updated', () => seen(call.can('send-audio'), call.state.ownCapabilities));
    world_.hear({
      type: 'call.permissions_updated',
      call_cid: 'default:1',
      created_at: at(1),
      user: user('martin'),
      own_capabilities: ['send-audio'],
    });
    expect(seen.mock.calls).toEqual([[true, ['send-audio']]]);
  });

  test('follows an update of its settings', () => {
    const settings = { audio: { mic_default_on: false } };
    const update = { type: 'call.updated', call_cid: 'default:1', created_at: at(1) };
    world_.hear({ ...update, call: callData({ settings }) });
    expect(call.state.call?.settings).toEqual(settings);
    // An older one does not undo it.
    world_.hear({ ...update, created_at: at(0), call: callData() });
    expect(call.state.call?.settings).toEqual(settings);
  });

  test('keeps its snapshot while nothing differs', () => {
    const before = call.state;
    const told = vi.fn();
    const stop = call.subscribe(told);
    world_.hear({ type: 'call.reaction_new', call_cid: 'default:1', created_at: at(1), reaction: {} });
    world_.hear({ type: 'call.updated', call_cid: 'default:2', created_at: at(1), call: callData() });
    expect(call.state).toBe(before);
    world_.hear({
      type: 'call.updated',
      call_cid: 'default:1',
      created_at: at(1),
      call: callData({ custom: { a: 1 } }),
    });
    expect([call.state === before, told.mock.calls]).toEqual([false, [[]]]);
    expect(Object.isFrozen(call.state.call?.custom)).toBe(true);
    stop();
    world_.hear({ type: 'call.updated', call_cid: 'default:1', created_at: at(2), call: callData() });
    expect(told).toHaveBeenCalledTimes(1);
  });

  test('is left and watched no more with the session, and no event says so', async () => {
    const events: string[] = [];
    for (const name of ['all', 'call.access_lost', 'call.watch_lost', 'call.ring_ended'] as const) {
      world_.client.on(name, ({ type }) => events.push(type));
    }
    const told = vi.fn();
    call.subscribe(told);
    await world_.client.disconnect();
    expect(statesOf(call)).toEqual({ joined: false, watched: false, ringing: false });
    expect([events, told.mock.calls.length > 0]).toEqual([[], true]);
    // Nothing of it comes back.
    await world_.connect();
    expect(world_.to('/calls')).toHaveLength(0);
  });
});

test('a session that ends rejects the joins of its time, sent or not', async () => {
  const sent = watch(call.join());
  const queued = watch(call.join({ create: true }));
  await settle();
  await world_.client.disconnect();
  const connecting = world_.connect();
  await connecting;
  expect([sent.error?.code, queued.error?.code]).toEqual(['session_ended', 'session_ended']);
  expect([joins().length, call.state.joined]).toEqual([1, false]);
});

describe('the location', () => {
  const thenable = (then: (settle: (value: unknown) => void) => void) => ({ then });
  const HINT = 'https://hint.test/';
  const hints = () => world_.coordinator.requests.filter(({ url }) => url.host.startsWith('hint'));
  const pop = (value: string) => new Response(null, { headers: { 'x-amz-cf-pop': value } });
  let hint: () => Response | Promise<Response>;

  beforeEach(() => {
    begin({ locationHintUrl: HINT });
    hint = () => pop('FRA56-P4');
    world_.coordinator.respond = ({ url }) => {
      if (url.host.startsWith('hint')) return hint();
      return answer(joined(), 201);
    };
  });

  const locations = () => joins().map((request) => bodyOf(request).location);

  test('is what the hint says, its first three letters, asked for once and without our headers', async () => {
    await Promise.all([call.join(), world_.client.call('default', '2').join()]);
    await call.join();
    expect(locations()).toEqual(['FRA', 'FRA']);
    expect(hints().map(({ method, url }) => [method, url.href])).toEqual([['HEAD', HINT]]);
    expect([...(hints()[0]?.headers ?? [])]).toEqual([]);
  });

  test('is what the caller says, and then nobody is asked', async () => {
    await call.join({ location: 'AMS' });
    expect([locations(), hints().length]).toEqual([['AMS'], 0]);
  });

  test('is not asked for with another coordinator, unless it is told where', async () => {
    begin();
    world_.coordinator.respond = () => answer(joined(), 201);
    await call.join();
    expect([locations(), world_.coordinator.requests.length]).toEqual([['ERR'], 1]);
  });

  test('is asked for at the default address with the default coordinator', async () => {
    begin({ baseUrl: undefined });
    world_.coordinator.respond = ({ url }) =>
      url.host.startsWith('hint') ? pop('AMS1') : answer(joined(), 201);
    await call.join();
    expect(hints().map(({ url }) => url.href)).toEqual(['https://hint.stream-io-video.com/']);
    expect(locations()).toEqual(['AMS']);
  });

  test.each([
    ['fails', () => Promise.reject(new TypeError('fetch failed'))],
    ['says nothing', () => new Response(null)],
  ])('is ERR after three tries where the hint %s; the next join asks again', async (_what, respond) => {
    hint = respond;
    await call.join();
    expect([locations(), hints().length]).toEqual([['ERR'], 3]);
    hint = () => pop('FRA56-P4');
    await call.join();
    expect(locations()).toEqual(['ERR', 'FRA']);
  });

  test.each<[string, (settle: (value: unknown) => void) => void]>([
    ['settles in another that never calls back', (settled) => settled(thenable(() => {}))],
    [
      'throws',
      () => {
        throw new Error('x');
      },
    ],
    ['never calls back', () => {}],
  ])('is ERR where the app answers with a thenable that %s', async (_what, then) => {
    begin({
      locationHintUrl: HINT,
      fetch: (url: string) => (url === HINT ? thenable(then) : Promise.resolve(answer(joined(), 201))),
    });
    const joining = watch(call.join());
    await advance(6_000);
    expect([joining.state, call.state.joined]).toEqual(['resolved', true]);
  });

  test('is ERR after 6 s where the hint never answers', async () => {
    hint = () => new Promise(() => {});
    const joining = watch(call.join());
    await advance(5_999);
    expect(joining.state).toBe('pending');
    await advance(1);
    expect([joining.state, locations()]).toEqual(['resolved', ['ERR']]);
  });

  test('is asked for while the token is fetched', async () => {
    const tokens: (() => void)[] = [];
    begin({
      locationHintUrl: HINT,
      token: undefined,
      tokenProvider: () => new Promise(() => tokens.push(() => {})),
    });
    world_.coordinator.respond = () => new Promise(() => {});
    void watch(call.join());
    await settle();
    expect([tokens.length, hints().length]).toEqual([1, 1]);
  });

  test('that an ended session waited for keeps no join of the next one from its own', async () => {
    hint = () => new Promise(() => {});
    const before = watch(call.join());
    await settle();
    hint = () => pop('FRA56-P4');
    void world_.client.disconnect();
    void world_.client.connect().catch(() => {});
    const after = watch(world_.client.call('default', '2').join());
    await settle();
    expect([before.error?.code, after.error, hints().length]).toEqual(['session_ended', undefined, 2]);
    expect(bodyOf(world_.to('/call/default/2/join')[0])).toEqual({ location: 'FRA' });
  });

  test('is asked for no longer when the session ends', async () => {
    hint = () => new Promise(() => {});
    const joining = watch(call.join());
    await settle();
    await world_.client.disconnect();
    await settle();
    expect([joining.error?.code, hints().length, hints()[0]?.signal?.aborted]).toEqual([
      'session_ended',
      1,
      true,
    ]);
  });
});

test('a session in the answer is read as one', async () => {
  const joining = call.join();
  await settle();
  await answers.give(joined({ call: { session: session('s1') } }));
  await joining;
  expect(call.state.call?.session?.id).toBe('s1');
});
