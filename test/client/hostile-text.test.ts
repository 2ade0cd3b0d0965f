import { inspect } from 'node:util';
import { fetchTokenProvider, StreamVideo, User } from 'stream-video-auth';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { answer, FakeCoordinator, fakeWebSockets } from '../support/fake-coordinator.js';
import { fakeToken, freshToken } from '../support/tokens.js';
import { advance, settle, useVirtualTime } from '../support/virtual.js';
import { watch } from '../support/watch.js';

// cases 209, 213, 218: text from outside is masked, escaped and cut wherever it is told

const secret = fakeToken({ user_id: 'somebody', secret: 'very' });
const spaced = `${Buffer.from('{ "alg": "HS256", "typ": "JWT" }').toString('base64url')}.${secret.split('.')[1]}.c2ln`;
const HOSTILE: Readonly<Record<string, string>> = {
  'a token': `no ${secret}`,
  'a token whose header has white space': `no ${spaced}`,
  'a token across the first cut': `${'x'.repeat(190)} ${secret}`,
  'a token across the second cut': `${'\u0000'.repeat(4_060)} ${secret}`,
  'control characters': '\u001b[31mred\u0000\r\nInjected: line\u2028',
  'a megabyte of half tokens': 'ewk/'.repeat(256 * 1024),
  'a megabyte of controls': '\u001e'.repeat(1024 * 1024),
};

const clients: StreamVideo[] = [];
const lines: unknown[][] = [];
const log =
  (level: string) =>
  (...args: unknown[]) =>
    lines.push([level, ...args]);

function make(options: object): StreamVideo {
  const client = new StreamVideo({
    apiKey: 'key',
    user: { id: 'martin' },
    tokenProvider: () => freshToken('martin', 3600),
    fetch: new FakeCoordinator().fetch,
    logger: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
    ...options,
  } as never);
  clients.push(client);
  return client;
}

beforeEach(() => useVirtualTime());

afterEach(async () => {
  for (const client of clients.splice(0)) await client.disconnect();
  lines.splice(0);
  vi.unstubAllGlobals();
});

const rejected = async (promise: Promise<unknown>, milliseconds = 0): Promise<unknown> => {
  const seen = watch(promise);
  await settle();
  if (milliseconds > 0) await advance(milliseconds);
  expect(seen.state).toBe('rejected');
  return seen.error;
};

/** Each way by which text comes in; resolves with what the caller gets. */
const DOORS: Readonly<Record<string, (text: string) => Promise<unknown>>> = {
  'the message of an answer': (text) =>
    rejected(make({ fetch: async () => answer({ code: 99, message: text }, 400) }).request('GET', '/edges')),
  'the fields of an answer': (text) =>
    rejected(
      make({
        fetch: async () =>
          answer(
            { code: 99, message: 'x', exception_fields: { [text]: text, list: [text, { deep: text }] } },
            400,
          ),
      }).request('GET', '/edges'),
    ),
  'the target of a redirect': (text) => {
    const response = new Response(null, { status: 302 });
    Object.defineProperty(response, 'headers', { value: { get: () => `https://elsewhere.example/${text}` } });
    return rejected(make({ fetch: async () => response }).request('GET', '/edges'));
  },
  'what fetch rejects with': (text) =>
    rejected(make({ fetch: () => Promise.reject(new Error(text)) }).request('POST', '/devices')),
  'what the provider rejects with': (text) =>
    rejected(make({ tokenProvider: () => Promise.reject(new Error(text)) }).request('GET', '/edges')),
  'a token for another user': (text) =>
    rejected(make({ tokenProvider: () => freshToken(text, 3600) }).request('GET', '/edges')),
  'the target of a redirect of the token endpoint': (text) => {
    const response = Object.defineProperty(new Response('x'), 'url', {
      value: `https://elsewhere.example/${text}`,
    });
    vi.stubGlobal('fetch', async () => response);
    const tokenProvider = fetchTokenProvider('https://app.example/token');
    return rejected(make({ tokenProvider }).request('GET', '/edges'));
  },
  'a connection.error': (text) =>
    connecting((socket) => socket.receive({ type: 'connection.error', error: { code: 4, message: text } })),
  'the reason of a close': (text) => connecting((socket) => socket.end(1011, text)),
  'an error event': (text) => connecting((socket) => socket.fail(text)),
  'what a listener throws': async (text) => {
    const client = make({});
    client.on('token.refreshed', () => {
      throw new Error(text);
    });
    await rejectedOrNot(client.request('GET', '/edges'));
    return undefined;
  },
  'the id of a call': (text) =>
    rejected(
      Promise.resolve().then(() =>
        make({
          user: User.anonymous,
          tokenProvider: undefined,
          fetch: async () => answer({ code: 5, message: 'no' }, 401),
        })
          .call('default', text.slice(0, 10_000))
          .join(),
      ),
    ),
};

async function rejectedOrNot(promise: Promise<unknown>): Promise<void> {
  watch(promise);
  await settle();
}

async function connecting(
  then: (socket: ReturnType<typeof fakeWebSockets>['sockets'][number]) => void,
): Promise<unknown> {
  const { WebSocket } = fakeWebSockets((socket) => {
    queueMicrotask(() => socket.open());
    const send = socket.send.bind(socket);
    socket.send = (data) => {
      send(data);
      queueMicrotask(() => then(socket));
    };
  });
  return rejected(make({ WebSocket }).connect(), 16_000);
}

describe.each(Object.keys(DOORS))('in %s', (door) => {
  test.each(Object.entries(HOSTILE))('%s is masked, escaped and cut', async (_name, text) => {
    const error = (await DOORS[door]?.(text)) as (Error & Record<string, unknown>) | undefined;
    const client = clients[0] as StreamVideo;
    const shown: [string, string][] = [
      ['message', error?.message ?? ''],
      ['fields', JSON.stringify(error ?? null)],
      ['inspect', error ? inspect(error, { depth: 9 }) : ''],
      ['state', JSON.stringify(client.auth.state)],
      ['explain', JSON.stringify(client.auth.explain())],
      ['log', JSON.stringify(lines)],
    ];
    for (const [where, told] of shown) {
      for (const value of [secret, spaced]) {
        for (const part of value.split('.').slice(0, 2)) expect(told, where).not.toContain(part.slice(0, 24));
      }
    }
    expect(error?.message ?? '').not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
    expect((error?.message ?? '').length).toBeLessThan(700);
    expect(JSON.stringify(lines).length).toBeLessThan(60_000);
  });
});

describe('an answer of the coordinator', () => {
  // case 218
  test('is an ordinary 40 whatever stands in its fields', async () => {
    const body = `{"code":40,"message":"expired","exception_fields":{"a":"\\u001eyJ","deep":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`;
    const coordinator = new FakeCoordinator();
    coordinator.respond = () =>
      coordinator.requests.length === 1 ? new Response(body, { status: 401 }) : answer();
    const provider = vi.fn(() => freshToken('martin', 3600));
    await make({ fetch: coordinator.fetch, tokenProvider: provider }).request('GET', '/edges');
    expect([provider.mock.calls.length, coordinator.requests.length]).toEqual([2, 2]);
  });

  test.each(['event', 'connection.error', 'connection.ok'])(
    'nested deep is no exception on a socket (%s)',
    async (kind) => {
      const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
      const { WebSocket, sockets } = fakeWebSockets((socket) => {
        queueMicrotask(() => socket.open());
        const send = socket.send.bind(socket);
        socket.send = (data) => {
          send(data);
          queueMicrotask(() =>
            kind === 'connection.ok'
              ? socket.dispatch('message', {
                  data: `{"type":"connection.ok","connection_id":"c","me":{"id":"martin","custom":${deep}}}`,
                })
              : socket.ok(),
          );
        };
      });
      const client = make({ WebSocket });
      const heard = vi.fn();
      client.on('custom', heard);
      const connected = watch(client.connect());
      await advance(10);
      expect(connected.state).toBe('resolved');
      const frame =
        kind === 'connection.error'
          ? `"error":{"code":40,"StatusCode":401,"message":"x","exception_fields":${deep}}`
          : `"custom":${deep}`;
      sockets[0]?.dispatch('message', { data: `{"type":"${kind === 'event' ? 'custom' : kind}",${frame}}` });
      await advance(1_000);
      expect(client.connectionState).toBe('connected');
      expect(heard).toHaveBeenCalledTimes(kind === 'event' ? 1 : 0);
    },
  );
});
