import { StreamVideo } from 'stream-video-auth';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { freshToken } from '../support/tokens.js';
import { advance, useVirtualTime } from '../support/virtual.js';
import { watch } from '../support/watch.js';
import { type World, world } from './call/support.js';

let at: World;

beforeEach(() => {
  useVirtualTime();
  at = world({ token: undefined, tokenProvider: () => freshToken('martin', 3600) });
});

afterEach(() => at.client.disconnect());

const INVALID = { name: 'ConfigurationError', code: 'invalid_option' };

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

const unreadable = (field: string) =>
  Object.defineProperty({}, field, {
    enumerable: true,
    get() {
      throw new TypeError('do not look');
    },
  });

type Send = (client: StreamVideo, options: never) => Promise<unknown>;

const call = (client: StreamVideo) => client.call('default', '1');

/** Every door that takes a signal. */
const DOORS: [string, Send][] = [
  ['request', (client, options) => client.request('GET', '/edges', options)],
  ['connect', (client, options) => client.connect(options)],
  ['getToken', (client, options) => client.auth.getToken(options)],
  ['refresh', (client, options) => client.auth.refresh(options)],
  ['queryCalls', (client, options) => client.queryCalls(options)],
  ['queryCalls.all', (client, options) => client.queryCalls.all(options).next()],
  ['get', (client, options) => call(client).get(options)],
  ['getOrCreate', (client, options) => call(client).getOrCreate({}, options)],
  ['update', (client, options) => call(client).update({}, options)],
  ['join', (client, options) => call(client).join(options)],
  ['ring', (client, options) => call(client).ring(options)],
  ['accept', (client, options) => call(client).accept(options)],
  ['reject', (client, options) => call(client).reject('busy', options)],
  ['queryMembers', (client, options) => call(client).queryMembers(options)],
  ['queryMembers.all', (client, options) => call(client).queryMembers.all(options).next()],
];

describe.each(DOORS)('%s', (_name, send) => {
  const isRefused = async (options: unknown) => {
    await expect(send(at.client, options as never)).rejects.toMatchObject(INVALID);
    expect([at.coordinator.requests.length, at.sockets.length]).toEqual([0, 0]);
  };

  test.each(['abort', 1, true, {}, { aborted: false }, { addEventListener() {} }])(
    'refuses a signal that is none, before any I/O (%#)',
    (signal) => isRefused({ signal }),
  );

  test.each([
    { aborted: false, addEventListener() {} },
    ...['addEventListener', 'removeEventListener'].map((name) => ({
      aborted: false,
      addEventListener() {},
      removeEventListener() {},
      [name]() {
        throw new Error('no listening');
      },
    })),
  ])('refuses a signal that nobody can listen to, before any I/O (%#)', (signal) => isRefused({ signal }));

  test('leaves nothing running where the signal throws later on', async () => {
    for (let listened = 0; listened < 4; listened += 1) {
      let left = listened;
      const addEventListener = () => {
        left -= 1;
        if (left < 0) throw new Error('no more listening');
      };
      const signal = { aborted: false, reason: undefined, addEventListener, removeEventListener() {} };
      const outcome = watch(send(at.client, { signal } as never));
      await advance(60_000);
      if (left < 0) expect(outcome.state).toBe('rejected');
      expect(['idle', 'disconnected']).toContain(at.client.connectionState);
      expect(at.sockets.filter(({ readyState }) => readyState < 2)).toEqual([]);
      await at.client.disconnect();
    }
  });

  test('refuses a signal that cannot be read, before any I/O', () => isRefused({ signal: revoked() }));

  test.each([undefined, null])('takes %s for no signal', async (signal) => {
    const sent = send(at.client, { signal } as never);
    await Promise.race([sent.catch((error) => expect(error).not.toMatchObject(INVALID)), Promise.resolve()]);
    await at.client.disconnect();
    await sent.catch(() => {});
  });

  test('rejects with the reason of a signal that has aborted', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(send(at.client, { signal } as never)).rejects.toThrow('enough');
  });

  test.each([null, 'x', 7])('refuses options that are %j, before any I/O', (options) => isRefused(options));

  test.each([revoked, () => unreadable('signal')])(
    'refuses options that cannot be read, before any I/O (%#)',
    (make) => isRefused(make()),
  );
});

test('a signal on the prototype of all objects is no option', async () => {
  const prototype = Object.prototype as { signal?: unknown };
  prototype.signal = 'polluted';
  try {
    await expect(call(at.client).get({})).resolves.toBeDefined();
  } finally {
    delete prototype.signal;
  }
});

test('an option that a class has by an accessor is taken', async () => {
  class Options {
    get signal() {
      return AbortSignal.abort(new Error('of a class'));
    }
  }
  await expect(call(at.client).get(new Options())).rejects.toThrow('of a class');
});

describe('the options of a client', () => {
  const fine = { apiKey: 'key', user: { id: 'martin' }, token: freshToken('martin', 3600) };

  test.each([
    ['none', () => undefined],
    ['null', () => null],
    ['a revoked proxy', () => revoked()],
    ['a getter that throws', () => unreadable('apiKey')],
    ['a user that cannot be read', () => ({ ...fine, user: revoked() })],
    ['a user whose id cannot be read', () => ({ ...fine, user: unreadable('id') })],
    ['limits that are null', () => ({ ...fine, timeouts: null })],
    ['limits that cannot be read', () => ({ ...fine, timeouts: unreadable('requestMs') })],
    ['a logger that cannot be read', () => ({ ...fine, logger: revoked() })],
  ])('are refused by a typed error: %s', async (_name, make) => {
    const options = make();
    expect(() => new StreamVideo(options as never)).toThrow(expect.objectContaining(INVALID));
    await expect(StreamVideo.create(options as never)).rejects.toMatchObject(INVALID);
  });

  test('are taken where they can be read', async () => {
    const client = new StreamVideo({ ...fine, timeouts: { requestMs: 1000 } });
    expect(client.user.id).toBe('martin');
    await client.disconnect();
  });
});

describe('a body', () => {
  const cyclic: { self?: unknown } = {};
  cyclic.self = cyclic;

  test.each([() => cyclic, () => ({ big: 1n }), revoked, () => unreadable('custom')])(
    'that cannot be read or written is refused before any I/O (%#)',
    async (make) => {
      const body: unknown = make();
      await expect(at.client.request('POST', '/x', { body })).rejects.toMatchObject(INVALID);
      for (const send of ['getOrCreate', 'update', 'goLive', 'sendCustomEvent'] as const) {
        await expect(call(at.client)[send](body as never)).rejects.toMatchObject(INVALID);
      }
      await expect(call(at.client).join({ data: body as never })).rejects.toMatchObject(INVALID);
      expect(at.coordinator.requests).toEqual([]);
    },
  );

  test.each(['x', 7, true])('of a new call must be an object, not %j', async (data) => {
    await expect(call(at.client).getOrCreate(data as never)).rejects.toMatchObject(INVALID);
    expect(at.coordinator.requests).toEqual([]);
  });

  test('that can be written is sent', async () => {
    await call(at.client).getOrCreate({ custom: { a: 1 } });
    expect(at.coordinator.requests).toHaveLength(1);
  });
});
