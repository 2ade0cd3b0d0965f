import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ApiError, TokenExpiredError, UnauthorizedError } from '../../../src/shared/errors.js';
import { type TestSession, tokenSession } from '../../support/token-session.js';
import { fakeToken, freshToken } from '../../support/tokens.js';
import { advance, settle, useVirtualTime } from '../../support/virtual.js';
import { watch } from '../../support/watch.js';

let on: TestSession;
let relies: boolean;
const cause = new ApiError('40', { status: 401, apiCode: 40, remediation: 'Look at it.' });

function make(options: Parameters<typeof tokenSession>[0] = {}): void {
  on = tokenSession({ token: freshToken('martin', 3600), hasDemand: () => relies, ...options });
}

const status = () => on.session.state.status;

beforeEach(() => {
  useVirtualTime();
  relies = false;
});

afterEach(() => on.session.end());

describe('a suspended session', () => {
  test('goes on with a token that the app sets', async () => {
    make();
    const refresh = watch(on.session.refresh());
    await settle();
    await on.fail(new UnauthorizedError('signed out'));
    expect([refresh.state, status()]).toEqual(['rejected', 'suspended']);
    on.set();
    expect(status()).toBe('active');
    expect(on.told('auth.resumed')).toHaveLength(1);
  });

  test('goes on where the app begins it again, as connect() does', async () => {
    make({ source: { kind: 'none' } });
    watch(on.session.verdicts.renew(on.held, { cause }));
    await settle();
    expect(status()).toBe('suspended');
    on.session.begin();
    expect(status()).not.toBe('suspended');
  });

  describe('of a guest whose time is over', () => {
    const expire = async (options: Parameters<typeof tokenSession>[0]) => {
      make({ user: { id: 'martin', type: 'guest' }, ...options });
      watch(on.session.verdicts.renew(on.held, { cause }));
      await settle();
      expect(on.session.state).toMatchObject({ status: 'suspended', reason: 'guest_expired' });
    };

    test('stays so where the guest is not to become another', async () => {
      await expire({ guestExpiry: 'suspend' });
      on.session.begin();
      expect(status()).toBe('suspended');
      on.session.begin({ isByHand: true });
      expect(status()).not.toBe('suspended');
    });

    test('stays so while a call is joined, and goes on once it was left', async () => {
      let hasJoinedCall = true;
      await expire({ hasJoinedCall: () => hasJoinedCall });
      on.session.begin();
      expect(status()).toBe('suspended');
      hasJoinedCall = false;
      on.session.begin();
      expect(status()).not.toBe('suspended');
    });

    test('goes on by refresh(), which makes another guest', async () => {
      await expire({ guestExpiry: 'suspend' });
      const refresh = watch(on.session.refresh());
      await settle();
      const token = freshToken('guest-2', 3600);
      await on.give({ user: { id: 'guest-2', type: 'guest' }, token });
      expect(refresh.value).toBe(token);
      expect(status()).toBe('active');
    });
  });
});

test('who begins a session waits for no back-off that followed a refusal', () => {
  make();
  on.session.verdicts.rollBackAfterRejection(on.held, cause);
  expect(on.session.blockedForMs).toBeGreaterThan(0);
  on.session.begin();
  expect(on.session.blockedForMs).toBe(0);
});

describe('a token that was used', () => {
  const use = async () => {
    make();
    await on.session.acquire();
  };

  test('is renewed ahead of its end, and no more once what used it has failed', async () => {
    await use();
    on.session.rest();
    await advance(3_500_000);
    expect(on.reasons).toEqual([]);
    await on.session.acquire();
    await advance(250);
    expect(on.reasons).toEqual(['expiring']);
  });

  test('may be given up where there is none', () => {
    make({ token: undefined });
    expect(() => on.session.rest()).not.toThrow();
  });
});

test('who begins to rely on the token has it renewed, where its window is open', async () => {
  make();
  await advance(3_100_000);
  on.session.wake();
  expect(on.reasons).toEqual([]);
  relies = true;
  on.session.wake();
  expect(on.reasons).toEqual(['expiring']);
});

test('the first of the answers of one second tells the time', async () => {
  make();
  const header = new Date(Date.now() + 60_000).toUTCString();
  on.session.learnFromDateHeader(header);
  const { offsetMs } = on.session;
  expect(offsetMs).toBeGreaterThan(59_000);
  await advance(900);
  on.session.learnFromDateHeader(header);
  expect(on.session.offsetMs).toBe(offsetMs);
});

describe('who watches the state', () => {
  test('hears that the token before is in use again', async () => {
    make({ source: { kind: 'none' } });
    on.session.verdicts.accept(on.held);
    const second = on.set();
    const generations: unknown[] = [];
    on.session.subscribe(() => generations.push((on.session.state as { generation?: number }).generation));
    watch(on.session.verdicts.renew(second, { cause }));
    await settle();
    expect(generations.at(-1)).toBe(1);
  });

  test('hears nothing once the way to stop was called, and each counts for itself', () => {
    make();
    const listener = vi.fn();
    const stop = on.session.subscribe(listener);
    on.session.subscribe(listener);
    on.set();
    expect(listener).toHaveBeenCalledTimes(2);
    stop();
    on.set();
    expect(listener).toHaveBeenCalledTimes(3);
  });
});

describe('a wait', () => {
  test('whose signal has aborted gets no token, though a fresh one is in use', async () => {
    make();
    await on.session.acquire();
    const signal = AbortSignal.abort('left');
    await expect(on.session.acquire({ signal })).rejects.toBe('left');
    expect(() => on.session.acquireAtOnce({ signal })).toThrow('left');
    await expect(on.session.refresh({ signal })).rejects.toBe('left');
    expect(on.reasons).toEqual([]);
  });

  test('knows no option but its signal', async () => {
    make();
    await expect(on.session.refresh({ timeout: 1 } as never)).rejects.toMatchObject({
      code: 'invalid_option',
      message: expect.stringContaining('this method'),
    });
  });
});

describe('a provider that is spared', () => {
  test('is so for as long as it says, and not at all before', async () => {
    make({ token: undefined });
    expect([on.session.blockedForMs, on.session.circuitOpenError]).toEqual([0, undefined]);
    const caller = watch(on.session.acquire());
    await settle();
    await on.fail(Object.assign(new Error('503'), { retryAfterMs: 7_000 }));
    expect(caller.state).toBe('rejected');
    expect(on.session.blockedForMs).toBe(7_000);
    expect(on.session.circuitOpenError).toBeUndefined();
  });

  test('is told as an open circuit where its tokens are the reason', () => {
    make();
    on.session.verdicts.rollBackAfterRejection(on.held, cause);
    expect(on.session.circuitOpenError).toMatchObject({ code: 'circuit_open' });
  });

  test('is so for a token that it failed to replace, as often as it is refused', () => {
    make();
    const token = on.held;
    expect(on.session.verdicts.rollBackAfterRejection(token, cause)).toBe(false);
    expect(on.session.verdicts.rollBackAfterRejection(token, cause)).toBe(false);
  });
});

describe('a provider', () => {
  test('is asked nothing ahead of time while the session is suspended', async () => {
    relies = true;
    make();
    const refresh = watch(on.session.refresh());
    await settle();
    await on.fail(new UnauthorizedError('signed out'));
    expect(refresh.state).toBe('rejected');
    await advance(3_500_000);
    on.session.wake();
    expect(on.reasons).toEqual(['manual']);
  });

  test('that takes over is waited for by who waited for the former one', async () => {
    make({ token: freshToken('martin', 1_000) });
    await advance(975_000);
    const caller = watch(on.session.acquire());
    await settle();
    const other = vi.fn(() => new Promise<string>(() => {}));
    on.session.setProvider(other);
    await settle();
    expect([caller.state, other.mock.calls.length]).toEqual(['pending', 1]);
    await advance(10_000);
    expect(caller.value?.token?.generation).toBe(1);
  });

  test('is told what to change where it brings no token', async () => {
    make({ token: undefined });
    const caller = watch(on.session.acquire());
    await settle();
    await on.give(`Bearer ${freshToken('martin', 3600)}`);
    expect(caller.error).toMatchObject({
      code: 'bearer_prefix',
      remediation: 'Make the token provider resolve with the bare token string, and nothing around it.',
    });
  });

  test('that passes on that a token has ended has failed, and is asked again', async () => {
    make({ token: undefined });
    const caller = watch(on.session.acquire());
    await settle();
    await on.fail(new TokenExpiredError('token_expired', 'it has ended', { remediation: 'Wait.' }));
    expect(caller.state).toBe('rejected');
    expect(status()).toBe('acquiring');
    expect(on.session.blockedForMs).toBeGreaterThan(0);
  });

  test('that brings a token which shows that our clock is wrong has the app told so', async () => {
    make({ token: undefined });
    const caller = watch(on.session.acquire());
    await settle();
    const iat = Math.floor(Date.now() / 1_000) + 120;
    await on.give(fakeToken({ user_id: 'martin', iat, exp: iat + 3_600 }));
    expect(caller.state).toBe('resolved');
    expect(on.told('clock.skew')).toEqual([{ ms: expect.any(Number) }]);
  });
});

describe('a guest', () => {
  const token = (id: string) => ({ user: { id, type: 'guest' }, token: freshToken(id, 3600) });

  test('whose successor cannot be had is not over', async () => {
    make({ user: { id: 'martin', type: 'guest' }, token: undefined });
    const caller = watch(on.session.acquire());
    await settle();
    await on.fail();
    expect(caller.error).toMatchObject({ code: 'provider_failed' });
    expect(status()).toBe('acquiring');
  });

  test('is replaced after a refusal no more once a call was joined meanwhile', async () => {
    let hasJoinedCall = false;
    make({ user: { id: 'martin', type: 'guest' }, hasJoinedCall: () => hasJoinedCall });
    const renewal = watch(on.session.verdicts.renew(on.held, { cause }));
    await settle();
    hasJoinedCall = true;
    await on.give(token('guest-2'));
    expect(renewal.error).toMatchObject({ code: 'token_expired' });
    expect(on.session.user.id).toBe('martin');
  });

  test('without a token is made no other one once a call was joined meanwhile', async () => {
    let hasJoinedCall = false;
    make({ user: { id: 'martin', type: 'guest' }, token: undefined, hasJoinedCall: () => hasJoinedCall });
    const caller = watch(on.session.acquire());
    await settle();
    hasJoinedCall = true;
    await on.give(token('guest-2'));
    expect(caller.error).toMatchObject({ code: 'token_expired' });
    expect(on.session.user.id).toBe('martin');
  });

  test.each([
    ['another', 'guest-2', 'acquiring'],
    ['the same', 'martin', 'suspended'],
  ])('that is %s one by hand leaves its consumers behind, or not', async (_name, id, expected) => {
    make({ user: { id: 'martin', type: 'guest' } });
    await on.session.consumer(async () => {}).token();
    const refresh = watch(on.session.refresh());
    await settle();
    await on.give(token(id));
    expect(refresh.state).toBe('resolved');
    watch(on.session.verdicts.renew(on.held, { cause }));
    await settle();
    expect(status()).toBe(expected);
  });
});

test('an anonymous user who needs no token is active', () => {
  make({ user: { id: '!anon', type: 'anonymous' }, source: { kind: 'none' }, token: undefined });
  expect(status()).toBe('active');
});

describe('a provider that brings a refused token again', () => {
  const unusable = () => on.session.describe().counters.unusableInARow;

  test('has failed, and its token counts as of no use', async () => {
    make();
    const token = on.held.value;
    const renewal = watch(on.session.verdicts.renew(on.held, { cause }));
    await advance(5_000);
    await on.give(token);
    expect(renewal.state).toBe('rejected');
    expect(on.session.describe().blocked?.by).toBe('provider');
    expect(unusable()).toBeGreaterThan(0);
  });

  test('has failed, but its token does not count where only a consumer was refused with it', async () => {
    make();
    const token = on.held.value;
    const consumer = on.session.consumer(async () => {});
    await consumer.token();
    await advance(5_000);
    const again = watch(consumer.token());
    await settle();
    await on.give(token);
    expect(again.value).toBe(token);
    expect([on.session.blockedForMs > 0, unusable()]).toEqual([true, 0]);
  });
});
