import { Readable } from 'node:stream';
import { StreamVideo } from 'stream-video-auth';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type Arrived,
  afterwards,
  endAfterwards,
  json,
  refuse,
  rejection,
  ScriptedServer,
} from '../../field-reports/support.js';
import { freshToken } from '../../support/tokens.js';

const TEXT = 'hello, wörld 👋';
const BYTES = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 31) % 256);

async function* pieces() {
  yield new TextEncoder().encode('hello, ');
  await new Promise((resolve) => setImmediate(resolve));
  yield new TextEncoder().encode('wörld 👋');
}

function form(): FormData {
  const data = new FormData();
  data.append('name', 'zoë');
  data.append('name', 'again');
  data.append('file', new Blob([BYTES], { type: 'image/x' }), 'pic é.png');
  return data;
}

const headersOf = ({ headers }: Arrived) => {
  const { authorization, 'x-client-request-id': id, ...rest } = headers;
  return rest;
};

// case 62: n8n #37000, #37536; abs-cli #89; box-windows-sdk #38, #352; hyperbrowser #72; ky d02b636, 6f3d1bd
describe('over the wire', () => {
  endAfterwards();
  let server: ScriptedServer;
  let client: StreamVideo;
  const provider = vi.fn(() => freshToken('martin', 3600));

  beforeEach(async () => {
    provider.mockClear();
    server = await ScriptedServer.start();
    client = new StreamVideo({
      apiKey: 'key',
      user: { id: 'martin' },
      baseUrl: server.url,
      tokenProvider: provider,
      logger: 'silent',
    });
    afterwards(() => client.disconnect());
  });

  /** Refuses with `code` until the token is another one. */
  function refuseFirstToken(code = 40): void {
    server.reply = ({ headers }, response) => {
      const isFirst = headers.authorization === server.arrived[0]?.headers.authorization;
      if (isFirst) refuse(response, code);
      else json(response, 200, { got: server.arrived.length });
    };
  }

  const REPLAYABLE: [string, () => unknown, Buffer | undefined][] = [
    [
      'an object',
      () => ({ text: TEXT, n: [1, null] }),
      Buffer.from(JSON.stringify({ text: TEXT, n: [1, null] })),
    ],
    ['a string', () => TEXT, Buffer.from(TEXT)],
    ['an empty string', () => '', Buffer.from('')],
    ['a form', form, undefined],
    ['a Blob', () => new Blob([BYTES], { type: 'image/x' }), Buffer.from(BYTES)],
    [
      'URLSearchParams',
      () => new URLSearchParams({ q: TEXT }),
      Buffer.from(String(new URLSearchParams({ q: TEXT }))),
    ],
    ['an ArrayBuffer', () => BYTES.slice().buffer, Buffer.from(BYTES)],
    ['a typed array', () => BYTES.slice(), Buffer.from(BYTES)],
    [
      'a window on a buffer',
      () => new Uint16Array(BYTES.slice().buffer, 2, 10),
      Buffer.from(BYTES.slice(2, 22)),
    ],
    ['a Buffer', () => Buffer.from(BYTES), Buffer.from(BYTES)],
  ];

  it.each(REPLAYABLE)('%s refused with 40 is sent again byte for byte', async (_name, make, expected) => {
    refuseFirstToken();
    await expect(client.request('POST', '/echo', { body: make() })).resolves.toEqual({ got: 2 });
    const [one, two] = server.arrived as [Arrived, Arrived];
    expect(server.arrived).toHaveLength(2);
    expect(two.body.equals(one.body)).toBe(true);
    if (expected) expect(one.body.equals(expected)).toBe(true);
    else expect(one.body.includes(Buffer.from(BYTES))).toBe(true);
    expect(headersOf(two)).toEqual(headersOf(one));
    expect(two.headers.authorization).not.toBe(one.headers.authorization);
    expect(two.headers['x-client-request-id']).not.toBe(one.headers['x-client-request-id']);
    expect([two.method, two.path]).toEqual([one.method, one.path]);
    expect(provider).toHaveBeenCalledTimes(2);
  });

  it('bytes that the caller overwrites while the token is renewed are sent as they were', async () => {
    const bytes = BYTES.slice();
    refuseFirstToken();
    const sending = client.request('POST', '/echo', { body: bytes });
    bytes.fill(0);
    await sending;
    expect(server.arrived.map(({ body }) => body.equals(Buffer.from(BYTES)))).toEqual([true, true]);
  });

  it.each(['PUT', 'PATCH', 'DELETE'])('%s carries its body, too, both times', async (method) => {
    refuseFirstToken();
    await client.request(method, '/echo', { body: { text: TEXT } });
    expect(server.arrived.map(({ body }) => JSON.parse(String(body)))).toEqual([
      { text: TEXT },
      { text: TEXT },
    ]);
  });

  const ONE_SHOT: [string, () => unknown][] = [
    ['a ReadableStream', () => new Blob([TEXT]).stream()],
    ['a Node stream', () => Readable.from(pieces())],
    ['an async generator', () => pieces()],
    ['an async iterable', () => ({ [Symbol.asyncIterator]: pieces })],
  ];

  describe.each(ONE_SHOT)('%s', (_name, make) => {
    it('that is refused with 40 is not sent again: its caller gets that answer, the next call a new token', async () => {
      refuseFirstToken();
      const error = await rejection(client.request('POST', '/echo', { body: make() }));
      expect(error).toMatchObject({ name: 'ApiError', status: 401, apiCode: 40 });
      await expect(client.request('POST', '/echo', { body: make() })).resolves.toEqual({ got: 2 });
      expect(server.arrived.map(({ body }) => String(body))).toEqual([TEXT, TEXT]);
      expect(provider).toHaveBeenCalledTimes(2);
    });

    it('that is taken arrives whole', async () => {
      await client.request('POST', '/echo', { body: make() });
      expect(server.arrived.map(({ body }) => String(body))).toEqual([TEXT]);
    });

    it('is not touched before there is a token to send it with', async () => {
      refuseFirstToken();
      await rejection(client.request('POST', '/echo', { body: pieces() }));
      const before = server.arrived.length;
      await Promise.all([1, 2].map(() => client.request('POST', '/echo', { body: make() })));
      expect(server.arrived.slice(before).map(({ body }) => String(body))).toEqual([TEXT, TEXT]);
    });

    it.each([41, 42, 43, 5, 46])('that is refused with %i is not sent again either', async (code) => {
      server.reply = (_request, response) => refuse(response, code);
      const error = await rejection(client.request('POST', '/echo', { body: make() }));
      expect(error).toMatchObject({ apiCode: code });
      expect(server.arrived.map(({ body }) => String(body))).toEqual([TEXT]);
      expect(provider).toHaveBeenCalledTimes(1);
    });
  });

  it('a stream whose source fails fails its caller, once', async () => {
    async function* broken() {
      yield new TextEncoder().encode('half');
      throw new Error('disk gone');
    }
    const error = await rejection(client.request('POST', '/echo', { body: broken() }));
    expect(error).toMatchObject({ name: 'ConnectionError', code: 'network' });
    expect(server.arrived.length).toBeLessThanOrEqual(1);
  });

  it('the second answer is the caller’s, with its data', async () => {
    server.reply = (_request, response, index) =>
      index === 0 ? refuse(response, 40) : json(response, 201, { created: true, list: [TEXT] });
    await expect(client.request('POST', '/things', { body: {} })).resolves.toEqual({
      created: true,
      list: [TEXT],
    });
  });

  it.each(['GET', 'HEAD'])('%s with a body is refused before anything is sent', async (method) => {
    const error = await rejection(client.request(method, '/echo', { body: { a: 1 } }));
    expect(error).toMatchObject({ name: 'ConfigurationError' });
    expect(server.arrived).toEqual([]);
  });

  it('a body that cannot be written is refused before anything is sent', async () => {
    const error = await rejection(client.request('POST', '/echo', { body: { big: 1n } }));
    expect(error).toMatchObject({ name: 'ConfigurationError', code: 'invalid_option' });
    expect(server.arrived).toEqual([]);
  });
});
