import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ApiError, UnauthorizedError } from '../../../src/shared/errors.js';
import { type TestSession, tokenSession } from '../../support/token-session.js';
import { freshToken } from '../../support/tokens.js';
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
