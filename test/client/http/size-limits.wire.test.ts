import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createBrotliCompress, createGzip, gzipSync } from 'node:zlib';
import { fetchTokenProvider, StreamVideo } from 'stream-video-auth';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { freshToken } from '../../support/tokens.js';

// cases 213, 216: what is sent without an end is read up to its limit, and given up

const MEBIBYTE = 1024 * 1024;
/** What a server may have sent before it hears of the end: the limit, and what lies in buffers on the way. */
const SLACK = 32 * MEBIBYTE;

/** An answer without an end: `sent` counts what went on the wire, `closed` settles when the client has given up. */
interface Endless {
  readonly closed: Promise<void>;
  readonly sent: () => number;
}

let respond: (request: IncomingMessage, response: ServerResponse) => void;
let requests: number;
const server = createServer((request, response) => {
  requests += 1;
  request.resume();
  respond(request, response);
});

beforeEach(async () => {
  requests = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

function* zeros() {
  const chunk = Buffer.alloc(64 * 1024, '0');
  for (;;) yield chunk;
}

const ENCODINGS = {
  'gzip, a thousandfold': ['gzip', () => createGzip({ level: 9 })],
  'gzip that packs nothing': ['gzip', () => createGzip({ level: 0 })],
  brotli: ['br', () => createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
  'no compression': [undefined, undefined],
} as const;
type Encoding = keyof typeof ENCODINGS;

/** Has the server answer with a body that never ends. */
function endless(
  encoding: Encoding = 'no compression',
  status = 200,
  headers: Record<string, string> = {},
): Endless {
  let answer: ServerResponse | undefined;
  let bytes = 0;
  const closed = new Promise<void>((resolve) => {
    respond = (_request, response) => {
      answer = response;
      const { socket } = response;
      const [name, compress] = ENCODINGS[encoding];
      response.writeHead(status, {
        'content-type': 'application/json',
        ...headers,
        ...(name && { 'content-encoding': name }),
      });
      response.once('close', () => {
        bytes = socket?.bytesWritten ?? 0;
        resolve();
      });
      const source = Readable.from(zeros());
      const body = compress ? pipeline(source, compress(), response) : pipeline(source, response);
      // The client gives up.
      body.catch(() => {});
    };
  });
  return { closed, sent: () => bytes || (answer?.socket?.bytesWritten ?? 0) };
}

function client(options: object = {}): StreamVideo {
  return new StreamVideo({
    apiKey: 'key',
    user: { id: 'martin' },
    tokenProvider: () => freshToken('martin', 3600),
    baseUrl: url(),
    logger: 'silent',
    ...options,
  } as never);
}

const encodings = Object.keys(ENCODINGS) as Encoding[];

describe("the coordinator's answer", () => {
  test.each(encodings)('without an end is read up to 8 MiB, once, and given up (%s)', async (encoding) => {
    const { closed, sent } = endless(encoding);
    const error = await client()
      .request('GET', '/edges')
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: 'ConnectionError', code: 'too_large', retryable: false });
    await closed;
    expect(sent()).toBeLessThan(8 * MEBIBYTE + SLACK);
    expect(requests).toBe(1);
  });

  test('of 8 MiB is read, and of a byte more is not', async () => {
    const frame = (length: number) => `{"text":"${'x'.repeat(length - 11)}"}`;
    const answer = (text: string) => {
      respond = (_request, response) => {
        response.setHeader('content-encoding', 'gzip');
        response.end(gzipSync(text));
      };
    };
    answer(frame(8 * MEBIBYTE));
    await expect(client().request('GET', '/edges')).resolves.toHaveProperty('text');
    answer(frame(8 * MEBIBYTE + 1));
    await expect(client().request('GET', '/edges')).rejects.toMatchObject({ code: 'too_large' });
  });

  test.each([301, 302, 307, 308])(
    'that redirects (%i) is not read, and its body is given up',
    async (status) => {
      const { closed, sent } = endless('no compression', status, { location: 'https://elsewhere.example/' });
      await expect(client().request('GET', '/edges')).rejects.toMatchObject({ code: 'api_error', status });
      await closed;
      expect(sent()).toBeLessThan(SLACK);
    },
  );
});

describe("the token endpoint's answer", () => {
  const auth = () => client({ tokenProvider: fetchTokenProvider(`${url()}/token`) }).auth;

  test.each(encodings)('without an end is read up to 256 KiB and given up (%s)', async (encoding) => {
    const { closed, sent } = endless(encoding);
    const error = await auth()
      .getToken()
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      name: 'TokenProviderError',
      code: 'provider_failed',
      cause: { code: 'too_large' },
    });
    await closed;
    expect(sent()).toBeLessThan(MEBIBYTE / 4 + SLACK);
    expect(requests).toBe(1);
  });

  test.each([302, 401, 404, 500])('of status %i is not read, and its body is given up', async (status) => {
    const { closed, sent } = endless('no compression', status);
    await expect(auth().getToken()).rejects.toThrow();
    await closed;
    expect(sent()).toBeLessThan(SLACK);
  });

  // case 220
  test.each([301, 302, 303, 307, 308])(
    'that redirects (%i) takes neither header nor body along',
    async (status) => {
      const seen: IncomingMessage[] = [];
      const elsewhere = createServer((request, response) => {
        seen.push(request);
        response.end('token');
      });
      await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
      const location = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/token`;
      respond = (_request, response) => response.writeHead(status, { location }).end();
      const tokenProvider = fetchTokenProvider(`${url()}/token`, { headers: { 'x-session': 'secret' } });
      await expect(client({ tokenProvider }).auth.getToken()).rejects.toMatchObject({
        code: 'not_a_jwt',
        message: expect.stringContaining(location),
      });
      expect(seen).toEqual([]);
      await new Promise((resolve) => elsewhere.close(resolve));
    },
  );
});
