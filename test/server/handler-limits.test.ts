import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTokenHandler, type TokenHandlerOptions } from '../../src/server/index.js';
import { SECRET, tokenRequest } from './support.js';

// case 251: whatever never ends is ended after ten seconds, with a line in the log

const logger = { error: vi.fn(), warn: vi.fn() };

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
  vi.clearAllMocks();
});

function handlerWith(options: Partial<TokenHandlerOptions> = {}) {
  return createTokenHandler({
    apiSecret: SECRET,
    authenticate: () => ({ userId: 'martin' }),
    callToken: (_, { requestedCallCids }) => requestedCallCids,
    logger,
    ...options,
  });
}

const never = () => new Promise<never>(() => {});

/** A body whose bytes come when the test says so. */
function slowBody() {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  const cancel = vi.fn();
  const body = new ReadableStream<Uint8Array>({
    start: (given) => {
      controller = given;
    },
    cancel,
  });
  const request = new Request('https://app.example/token', {
    method: 'POST',
    body,
    duplex: 'half',
  } as RequestInit);
  const write = (text: string) => controller.enqueue(new TextEncoder().encode(text));
  return { request, write, close: () => controller.close(), cancel };
}

/** The status once it is there, and undefined while it is not. */
function watch(answer: Promise<Response>) {
  const seen: { status?: number } = {};
  void answer.then(({ status }) => Object.assign(seen, { status }));
  return seen;
}

const calls = tokenRequest.bind(undefined, { call_cids: ['default:1'] });

const HANGING: [string, Partial<TokenHandlerOptions>][] = [
  ['authenticate', { authenticate: never }],
  ['callToken', { callToken: never }],
  ['limitKey', { limitKey: never, limiter: { consume: async () => undefined } }],
  ['limiter', { limiter: { consume: never } }],
];

describe('a function of the app that never ends', () => {
  it.each(HANGING)(
    '%s: 503 after ten seconds and not before, and a line in the log',
    async (name, options) => {
      const answer = handlerWith(options)(calls());
      const seen = watch(answer);
      await vi.advanceTimersByTimeAsync(9_999);
      expect(seen.status).toBeUndefined();
      await vi.advanceTimersByTimeAsync(1);
      const response = await answer;
      expect(response.status).toBe(503);
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(await response.json()).toEqual({ error: 'The token endpoint took too long' });
      expect(logger.error).toHaveBeenCalledExactlyOnceWith(expect.stringContaining(name), { status: 503 });
    },
  );

  it.each(HANGING)('%s: nothing is minted, and nothing asked after it, when it ends late', async (name) => {
    let finish!: (value: never) => void;
    let fail!: (reason: unknown) => void;
    const late = () =>
      new Promise<never>((resolve, reject) => {
        finish = resolve;
        fail = reject;
      });
    const callToken = vi.fn(() => ['default:1']);
    const options: Record<string, Partial<TokenHandlerOptions>> = {
      authenticate: { authenticate: late, callToken },
      callToken: { callToken: late },
      limitKey: { limitKey: late, limiter: { consume: async () => undefined }, callToken },
      limiter: { limiter: { consume: late }, callToken },
    };
    for (const end of [() => finish({ userId: 'martin' } as never), () => fail(new Error('at last'))]) {
      const answer = handlerWith(options[name])(calls());
      await vi.advanceTimersByTimeAsync(10_000);
      expect((await answer).status).toBe(503);
      end();
      await vi.advanceTimersByTimeAsync(0);
      expect(callToken).not.toHaveBeenCalled();
    }
  });

  it.each(HANGING)('%s has ten seconds of its own', async (name) => {
    const slow =
      <T>(value: T) =>
      () =>
        new Promise<T>((resolve) => setTimeout(resolve, 9_000, value));
    const answer = handlerWith({
      authenticate: slow({ userId: 'martin' }),
      callToken: slow(['default:1']),
      limitKey: slow('key'),
      limiter: { consume: slow(undefined) },
      ...HANGING.find(([which]) => which === name)?.[1],
    })(calls());
    await vi.advanceTimersByTimeAsync(37_001);
    expect((await answer).status).toBe(503);
    expect(logger.error.mock.lastCall?.[0]).toContain(name);
  });

  it('that takes nine seconds is waited for', async () => {
    const slow = () =>
      new Promise<{ userId: string }>((resolve) => setTimeout(resolve, 9_000, { userId: 'martin' }));
    const answer = handlerWith({ authenticate: slow })(tokenRequest());
    await vi.advanceTimersByTimeAsync(9_000);
    expect((await answer).status).toBe(200);
    expect(logger.error).not.toHaveBeenCalled();
  });
});

describe('a body that never ends', () => {
  it.each([
    ['without a byte', []],
    ['after a part', ['{']],
  ])('%s: 408 after ten seconds and not before, and its stream is cancelled', async (_, parts) => {
    const authenticate = vi.fn(() => null);
    const { request, write, cancel } = slowBody();
    const answer = handlerWith({ authenticate })(request);
    const seen = watch(answer);
    parts.forEach(write);
    await vi.advanceTimersByTimeAsync(9_999);
    expect(seen.status).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    const response = await answer;
    expect(response.status).toBe(408);
    expect(await response.json()).toEqual({ error: 'The body did not come in time' });
    expect(authenticate).not.toHaveBeenCalled();
    expect(cancel).toHaveBeenCalledTimes(1);
    expect(logger.warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('body'), { status: 408 });
  });

  it('however many bytes drip in: the limit is for all of them', async () => {
    const { request, write } = slowBody();
    const answer = handlerWith()(request);
    write('{');
    for (let second = 0; second < 10; second += 1) {
      await vi.advanceTimersByTimeAsync(1_000);
      if (second < 9) write(' ');
    }
    expect((await answer).status).toBe(408);
  });

  it('but for nine seconds is waited for', async () => {
    const { request, write, close } = slowBody();
    const answer = handlerWith()(request);
    await vi.advanceTimersByTimeAsync(9_000);
    write('{}');
    close();
    await vi.advanceTimersByTimeAsync(0);
    expect((await answer).status).toBe(200);
  });

  it('of a connection that breaks is a 500, told to the logger', async () => {
    const body = new ReadableStream({ pull: (controller) => controller.error(new Error('aborted')) });
    const request = new Request('https://app.example/token', {
      method: 'POST',
      body,
      duplex: 'half',
    } as RequestInit);
    expect((await handlerWith()(request)).status).toBe(500);
    expect(JSON.stringify(logger.error.mock.calls)).toContain('aborted');
  });
});
