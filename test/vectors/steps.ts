import { VectorError } from './claim.js';
import { fieldsOf, oneOf, optionalText, textOf } from './words.js';
import type { World } from './world.js';

export type Step = (world: World, argument: unknown) => void | Promise<void>;

const PATH = '/call/default/a';

async function* oneShot() {
  yield new Uint8Array([1, 2, 3]);
}

const BODIES: Readonly<Record<string, () => unknown>> = {
  none: () => undefined,
  JSON: () => ({ hello: 'world' }),
  text: () => 'hello world',
  'a stream': oneShot,
};

interface Named {
  readonly name: string;
  readonly times: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** `"a"`, or `{ "as": "a", "times": 6, ... }`. */
function named(argument: unknown, what: string, keys: readonly string[] = []): Named {
  if (typeof argument === 'string') return { name: argument, times: 1, fields: {} };
  const fields = fieldsOf(argument, ['as', 'times', ...keys], what);
  return { name: textOf(fields.as, `${what}.as`), times: Number(fields.times ?? 1), fields };
}

/** What a vector may do, word by word. */
export const STEPS: Readonly<Record<string, Step>> = {
  // time
  advance: (world, by) => world.advance(world.duration(by)),
  advanceTo: (world, moment) => world.advance(world.duration(moment) - Date.now()),
  sleep: (world, by) => world.jumpWall(world.duration(by, { isFact: true })),
  jump: (world, argument) => {
    const { wall, monotonic } = fieldsOf(argument, ['wall', 'monotonic'], 'jump');
    if (wall !== undefined) world.jumpWall(world.duration(wall, { isFact: true }));
    if (monotonic !== undefined) world.jumpMonotonic(world.duration(monotonic, { isFact: true }));
  },
  mark: (world, name) => {
    world.marks.set(textOf(name, 'mark'), Date.now());
  },

  // the app
  request: (world, argument) => {
    const { name, times, fields } = named(argument, 'request', ['method', 'body', 'watch']);
    const { method = 'GET', body = 'none', watch } = fields;
    const { client } = world;
    const makeBody = oneOf(BODIES, body, 'request.body');
    world.call(
      name,
      (signal) =>
        watch === true
          ? client.call('default', 'a').get({ watch, signal })
          : client.request(textOf(method, 'method'), PATH, { body: makeBody(), signal }),
      times,
    );
  },
  getToken: (world, argument) => {
    const { name, times } = named(argument, 'getToken');
    const { auth } = world.client;
    world.call(name, (signal) => auth.getToken({ signal }), times);
  },
  refresh: (world, argument) => {
    const { name, times } = named(argument, 'refresh');
    const { auth } = world.client;
    world.call(name, (signal) => auth.refresh({ signal }), times);
  },
  /** An official client asks for its token; `former`: with the function that it was given first. */
  consumer: (world, argument) => {
    const { name, times, fields } = named(argument, 'consumer', ['former']);
    const ask = world.client.auth.tokenProviderFor('video');
    world.consumers.push(ask);
    const former = world.consumers[0] as () => Promise<string>;
    world.call(name, () => (fields.former === true ? former() : ask()), times);
  },
  connect: (world, argument) => {
    const { name, times } = named(argument, 'connect');
    const { client } = world;
    world.call(name, (signal) => client.connect({ signal }), times);
  },
  join: (world, argument) => {
    const { name } = named(argument, 'join');
    const call = world.client.call('default', 'a');
    world.call(name, (signal) => call.join({ signal }));
  },
  leave: (world) => world.client.call('default', 'a').leave(),
  disconnect: (world, name) => {
    const { client } = world;
    world.call(textOf(name, 'disconnect'), () => client.disconnect());
  },
  abort: (world, name) => {
    for (const { controller } of world.find(textOf(name, 'abort'))) controller.abort(new Error('enough'));
  },
  setToken: (world, argument) => {
    const fields = fieldsOf(argument, ['as', 'token'], 'setToken');
    const { auth } = world.client;
    const token = world.issuer.make(fields.token);
    world.call(textOf(fields.as, 'setToken.as'), async () => auth.setToken(token as string));
  },
  setTokenProvider: (world, script) => {
    world.provider.follow(script);
    world.client.auth.setTokenProvider(world.provider.makeFunction());
  },
  /** From now on this event makes the app ask for a token. */
  onEvent: (world, argument) => {
    const { event, as, throws } = fieldsOf(argument, ['event', 'as', 'throws'], 'onEvent');
    const name = optionalText(as, 'onEvent.as');
    world.client.once(textOf(event, 'onEvent.event'), () => {
      if (name) world.call(name, () => world.client.auth.getToken());
      if (throws === true) throw new Error('a listener failed');
    });
  },

  // what surrounds it
  provider: (world, script) => world.provider.follow(script),
  server: (world, rule) => world.server.decide(rule),
  serverClock: (world, offset) => {
    world.server.offsetMs = world.duration(offset, { isFact: true });
  },
  issuerClock: (world, offset) => {
    world.issuerOffsetMs = world.duration(offset, { isFact: true });
  },
  sockets: (world, kind) => {
    world.server.socketsAre = oneOf(
      { open: 'open', mute: 'mute', silent: 'silent', broken: 'broken' } as const,
      kind,
      'sockets',
    );
  },
  socket: (world, argument) => {
    const { pushes, closes, reason, frame } = fieldsOf(
      argument,
      ['pushes', 'closes', 'reason', 'frame'],
      'socket',
    );
    const { server } = world;
    const socket = server.live;
    if (frame === 'binary') socket.receive('\u0000');
    else if (frame !== undefined) socket.receive(server.frame({ type: textOf(frame, 'socket.frame') }));
    if (pushes !== undefined) server.push(Number(pushes));
    if (closes !== undefined) socket.end(Number(closes), optionalText(reason, 'socket.reason'));
  },
  page: (world, event) => {
    const { page } = world;
    if (!page) throw new VectorError('page: there is none in "given"');
    const tell = (name: string) => () => page.tell(name);
    const events = ['offline', 'online', 'focus', 'pageshow', 'resume'];
    const known = {
      hidden: () => page.hide(),
      visible: () => page.show(),
      ...Object.fromEntries(events.map((name) => [name, tell(name)])),
    };
    oneOf<() => void>(known, event, 'page')();
  },
};
