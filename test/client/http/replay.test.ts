import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { withToken } from '../../../src/client/http/replay.js';
import {
  type ApiRequest,
  type ApiResponse,
  type Caller,
  wholeBudget,
} from '../../../src/client/http/request.js';
import { ApiError } from '../../../src/shared/errors.js';
import { type TestSession, tokenSession } from '../../support/token-session.js';
import { freshToken } from '../../support/tokens.js';
import { advance, settle, useVirtualTime } from '../../support/virtual.js';
import { watch } from '../../support/watch.js';

// The test speaks for the network: what each attempt carries is seen, and answered.

interface Attempt extends Caller {
  refuse(apiCode: number, status?: number): Promise<void>;
  accept(): Promise<void>;
}

let on: TestSession;
let attempts: Attempt[];

const attempt = () => attempts[attempts.length - 1] as Attempt;
const refusal = (apiCode: number, status = 401) =>
  new ApiError(String(apiCode), { status, apiCode, remediation: 'Look at it.' });

function make(options: Parameters<typeof tokenSession>[0] = {}): void {
  on = tokenSession({ token: freshToken('martin', 3600), ...options });
  attempts = [];
}

function request(fields: Partial<ApiRequest> = {}) {
  const deliver = withToken(on.session, on.environment, (_request, caller) => {
    return new Promise<ApiResponse>((resolve) => {
      const reply = async (status: number, error?: ApiError) => {
        resolve({ status, data: {}, error, isEvidence: true });
        await settle();
      };
      attempts.push({
        ...caller,
        refuse: (apiCode, status = 401) => reply(status, refusal(apiCode, status)),
        accept: () => reply(200),
      });
    });
  });
  return watch(
    deliver({
      method: 'POST',
      path: '/x',
      query: undefined,
      headers: undefined,
      body: undefined,
      signal: on.session.ending,
      budget: wholeBudget(),
      ...fields,
    }),
  );
}

const oneShot = { content: '', contentType: undefined, isOneShot: true } as unknown as ApiRequest['body'];
const tokens = () => attempts.map(({ token }) => token);

beforeEach(() => useVirtualTime());

afterEach(async () => {
  on.session.end();
  await settle();
});

describe('a request that waits after 42', () => {
  test.each<[string, () => unknown]>([
    ['where nothing else happens', () => {}],
    ['also where the app hands in another token meanwhile', () => on.set()],
  ])('sends the same token once more %s', async (_name, meanwhile) => {
    make();
    const { value } = on.held;
    const sent = request();
    await settle();
    await attempt().refuse(42);
    meanwhile();
    await advance(10_000);
    expect(tokens()).toEqual([value, value]);
    await attempt().accept();
    expect(sent.state).toBe('resolved');
  });

  test('sends another one where the server has said meanwhile that it is of no use at all', async () => {
    make();
    const { held } = on;
    const sent = request();
    await settle();
    await attempt().refuse(42);
    on.session.verdicts.rollBackAfterRejection(held, refusal(43));
    const { value } = on.set();
    await advance(10_000);
    expect(tokens()).toEqual([held.value, value]);
    await attempt().accept();
    expect(sent.state).toBe('resolved');
  });

  test('sends the token of the guest that the former one has become', async () => {
    make({ user: { id: 'guest-1', type: 'guest' }, token: freshToken('guest-1', 3600) });
    const { held } = on;
    const sent = request();
    await settle();
    await attempt().refuse(42);
    watch(on.session.refresh());
    await settle();
    const token = freshToken('guest-2', 3600);
    await on.give({ user: { id: 'guest-2', type: 'guest' }, token });
    await advance(10_000);
    expect(tokens()).toEqual([held.value, token]);
    await attempt().accept();
    expect(sent.state).toBe('resolved');
  });
});

describe('a request whose body goes out once', () => {
  test('is not sent again after 40, but the token is renewed for the next one', async () => {
    make();
    const sent = request({ body: oneShot });
    await settle();
    await attempt().refuse(40);
    expect([sent.state, attempts.length, on.reasons]).toEqual(['resolved', 1, ['rejected']]);
    const token = freshToken('martin', 3600);
    await on.give(token);
    request();
    await settle();
    expect(attempt().token).toBe(token);
  });

  test('is not sent again after 43, but the next one has another token asked for', async () => {
    make();
    const sent = request({ body: oneShot });
    await settle();
    await attempt().refuse(43);
    expect([sent.state, attempts.length, on.asks.length]).toEqual(['resolved', 1, 0]);
    request();
    await advance(3_000);
    expect([attempts.length, on.reasons]).toEqual([1, ['rejected']]);
  });

  test('and is answered well, or refused for another reason, asks for no token', async () => {
    make();
    for (const code of [4, undefined]) {
      const sent = request({ body: oneShot });
      await settle();
      await (code === undefined ? attempt().accept() : attempt().refuse(code, 400));
      expect([sent.state, on.asks.length]).toEqual(['resolved', 0]);
    }
  });

  test('is no other: that one is sent again', async () => {
    make();
    const sent = request();
    await settle();
    await attempt().refuse(40);
    expect([sent.state, on.reasons]).toEqual(['pending', ['rejected']]);
    await on.give(freshToken('martin', 3600));
    expect(tokens()).toEqual([expect.any(String), on.held.value]);
  });
});

describe('an answer that comes after authentication', () => {
  test.each([
    [4, 400, 1],
    [16, 404, 1],
    [17, 403, 1],
    [9, 429, 0],
    [43, 401, 0],
  ])('(%i / %i) shows that the token was accepted, and no other does', async (code, status, times) => {
    make();
    const accept = vi.spyOn(on.session.verdicts, 'accept');
    request();
    await settle();
    await attempt().refuse(code, status);
    expect(accept).toHaveBeenCalledTimes(times);
  });
});
