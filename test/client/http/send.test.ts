import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { defaultEnvironment } from '../../../src/client/environment/environment.js';
import { type ApiRequest, wholeBudget } from '../../../src/client/http/request.js';
import { sender } from '../../../src/client/http/send.js';
import { advance, settle, useVirtualTime } from '../../support/virtual.js';
import { watch } from '../../support/watch.js';

const fetch = vi.fn<(url: string, init?: RequestInit) => Promise<Response>>();
const onDate = vi.fn();

const send = (given: Partial<ApiRequest> = {}) =>
  sender({
    apiKey: 'key',
    baseUrl: 'https://video.example',
    fetch,
    requestMs: 5_000,
    environment: defaultEnvironment,
    onDate,
  })(
    {
      method: 'GET',
      path: '/edges',
      query: undefined,
      headers: undefined,
      body: undefined,
      signal: new AbortController().signal,
      budget: wholeBudget(),
      ...given,
    },
    { authType: 'jwt', token: undefined },
  );

const respond = (body: string | null, status = 200, headers: Record<string, string> = {}) =>
  fetch.mockImplementation(async () => new Response(body, { status, headers }));

const sentInit = () => fetch.mock.calls.at(-1)?.[1] as RequestInit & { duplex?: string };

beforeEach(() => {
  useVirtualTime();
  fetch.mockReset();
  onDate.mockReset();
});

afterEach(() => vi.unstubAllGlobals());

describe('an answer', () => {
  test.each([
    ['an object', 'GET', 200, '{"a":1}', { a: 1 }],
    ['a list', 'GET', 299, '[]', []],
    ['empty with 204', 'DELETE', 204, null, undefined],
    ['empty to HEAD', 'HEAD', 200, null, undefined],
  ])("that is %s is the coordinator's", async (_name, method, status, body, data) => {
    respond(body, status, { date: 'Mon, 02 Mar 2026 10:00:00 GMT' });
    expect(await send({ method })).toEqual({ status, data, error: undefined, isEvidence: true });
    expect(onDate).toHaveBeenCalledWith('Mon, 02 Mar 2026 10:00:00 GMT');
  });

  test.each([
    ['nothing', 'GET', 200, null],
    ['null', 'GET', 200, 'null'],
    ['null to HEAD', 'HEAD', 200, 'null'],
    ['a number', 'GET', 200, '5'],
    ['a page', 'GET', 200, '<html>'],
    ['nothing with an error', 'HEAD', 404, null],
    ['another kind of error', 'GET', 404, '{"error":"no"}'],
  ])(
    'that is %s is from elsewhere, and says nothing about token and time',
    async (_name, method, status, body) => {
      respond(body, status);
      const { data, error, isEvidence } = await send({ method });
      expect([data, isEvidence]).toEqual([undefined, false]);
      expect(error).toMatchObject({
        status,
        message: `The answer (status ${status}) is not the coordinator's`,
        remediation: expect.stringContaining('what stands between this client and the coordinator'),
      });
      expect(onDate).not.toHaveBeenCalled();
    },
  );

  test('that cannot be parsed says why; one that can has no such cause', async () => {
    respond('<html>', 502);
    expect((await send()).error?.cause).toBeInstanceOf(SyntaxError);
    respond('5', 502);
    expect((await send()).error?.cause).toBeUndefined();
  });

  test.each([
    [499, false],
    [500, true],
    [503, true],
    [429, true],
    [404, false],
    [200, false],
  ])('from elsewhere with status %i may be asked for again: %s', async (status, retryable) => {
    respond('<html>', status);
    expect((await send()).error?.retryable).toBe(retryable);
  });

  test('with the error object of the coordinator is one about the token', async () => {
    respond('{"code":16,"message":"not there"}', 404, { 'x-ratelimit-limit': '60' });
    const { error, isEvidence, data } = await send();
    expect(isEvidence).toBe(true);
    expect(data).toMatchObject({ code: 16 });
    expect(error).toMatchObject({ status: 404, apiCode: 16, rateLimit: { limit: 60 } });
    expect(error?.requestId).toBe((sentInit().headers as Record<string, string>)['x-client-request-id']);
  });

  test('that came by a redirect says nothing about token and time, good or bad', async () => {
    for (const [body, status] of [
      ['{}', 200],
      ['{"code":40,"message":"expired"}', 401],
    ] as const) {
      fetch.mockImplementation(async () =>
        Object.defineProperty(new Response(body, { status }), 'redirected', { value: true }),
      );
      expect((await send()).isEvidence).toBe(false);
    }
    expect(onDate).not.toHaveBeenCalled();
  });
});

describe('a request that fails', () => {
  const failure = async () => {
    const request = watch(send());
    await settle();
    return request.error;
  };

  test.each([
    ['an error of the network', new TypeError('fetch failed'), 'fetch failed'],
    ['any other error', new Error('broken'), 'broken'],
    ['text', 'broken', 'broken'],
    ['nothing', undefined, 'no reason given'],
  ])('with %s is one of the network, and may be repeated', async (_name, thrown, text) => {
    fetch.mockRejectedValue(thrown);
    expect(await failure()).toMatchObject({
      code: 'network',
      message: `The request did not reach the coordinator: ${text}`,
      retryable: true,
      remediation: 'Look at the network, and at baseUrl.',
    });
  });

  test('since the runtime refuses to send it is not to be repeated', async () => {
    fetch.mockRejectedValue(new TypeError('Invalid header'));
    expect(await failure()).toMatchObject({
      retryable: false,
      remediation: expect.stringContaining('the runtime refused to send it'),
    });
  });

  test('in the middle of the answer may be repeated, whatever the runtime calls it', async () => {
    fetch.mockImplementation(
      async () => new Response(new ReadableStream({ start: (c) => c.error(new TypeError('Invalid state')) })),
    );
    expect(await failure()).toMatchObject({
      code: 'network',
      message: expect.stringMatching(/^The answer broke off: /),
      retryable: true,
    });
  });

  test('for its time limit is aborted, and may be repeated', async () => {
    fetch.mockReturnValue(new Promise(() => {}));
    const request = watch(send());
    await advance(4_999);
    expect(request.state).toBe('pending');
    await advance(1);
    expect(request.error).toMatchObject({ code: 'request_timeout', retryable: true });
    expect((sentInit().signal as AbortSignal).reason).toBe(request.error);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('for its caller rejects with the reason, before and after it was sent', async () => {
    fetch.mockReturnValue(new Promise(() => {}));
    await expect(send({ signal: AbortSignal.abort('left') })).rejects.toBe('left');
    const controller = new AbortController();
    const request = watch(send({ signal: controller.signal }));
    await settle();
    controller.abort('left');
    await settle();
    expect(request.error).toBe('left');
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('what is sent', () => {
  beforeEach(() => {
    respond('{}');
  });

  test.each([
    ['/edges', undefined, 'https://video.example/video/edges?api_key=key'],
    ['/edges?a=1', undefined, 'https://video.example/video/edges?a=1&api_key=key'],
    ['/edges', { a: 'b c' }, 'https://video.example/video/edges?a=b+c&api_key=key'],
  ])('goes to %s with %j under the key of the app', async (path, query, url) => {
    await send({ path, query });
    expect(fetch.mock.calls.at(-1)?.[0]).toBe(url);
  });

  test('says what it carries only where it carries something', async () => {
    await send();
    expect(sentInit()).not.toHaveProperty('body');
    expect(sentInit().headers).not.toHaveProperty('content-type');
    await send({ method: 'POST', body: { content: 'x', contentType: 'text/plain', isOneShot: false } });
    expect(sentInit()).toMatchObject({ body: 'x', headers: { 'content-type': 'text/plain' } });
    await send({ method: 'POST', body: { content: 'x', contentType: undefined, isOneShot: false } });
    expect(sentInit().headers).not.toHaveProperty('content-type');
  });

  test('goes one way only as a stream, where the runtime knows of that', async () => {
    const stream = { content: 'x', contentType: 'text/plain', isOneShot: true };
    await send({ method: 'POST', body: stream });
    expect(sentInit().duplex).toBe('half');
    await send({ method: 'POST', body: { ...stream, isOneShot: false } });
    expect(sentInit()).not.toHaveProperty('duplex');
    for (const Request of [undefined, class {}]) {
      vi.stubGlobal('Request', Request);
      await send({ method: 'POST', body: stream });
      expect(sentInit()).not.toHaveProperty('duplex');
    }
  });
});
