import { beforeEach, describe, expect, test } from 'vitest';
import { defaultEnvironment } from '../../../src/client/environment/environment.js';
import { type CallerMemory, callerStep, type Need } from '../../../src/client/refresh/caller-step.js';
import { RefreshAttempt } from '../../../src/client/refresh/refresh-attempt.js';
import type { TokenSource } from '../../../src/client/refresh/token-provider.js';
import type { TokenStore, TokenStoreOptions } from '../../../src/client/refresh/token-store.js';
import type { TokenFacts } from '../../../src/client/token/token-facts.js';
import { tokenStore } from '../../support/token-store.js';
import { freshToken } from '../../support/tokens.js';
import { advance, useVirtualTime } from '../../support/virtual.js';

const provider: TokenSource = { kind: 'provider', provider: () => freshToken('martin', 3600) };
const guest: TokenSource = { kind: 'guest', create: () => Promise.reject(new Error('not asked')) };

let store: TokenStore;

/** With a token of 1,000 s, whose windows open 200 s and 30 s before its end. */
function make(options: Partial<TokenStoreOptions> & { isTied?: boolean } = {}): void {
  const { isTied = false, ...others } = options;
  store = tokenStore({
    token: freshToken('martin', 1_000),
    source: provider,
    environment: { ...defaultEnvironment, random: () => 0, tiesIoToRequests: () => isTied },
    ...others,
  });
}

interface Given {
  readonly need?: Need;
  readonly memory?: Partial<CallerMemory>;
  readonly attempt?: RefreshAttempt | undefined;
  readonly floorMs?: number;
}

const usable: Need = { kind: 'usable' };

function step({ need = usable, memory, attempt, floorMs = 0 }: Given = {}) {
  const whole = { joinsInVain: 0, ...memory };
  store.attempt = attempt;
  return callerStep(store, { need, memory: whole, floorMs, now: store.observe() });
}

const begin = () => new RefreshAttempt(1, store.now(), { reason: 'expiring' });
const refuse = () => store.refuse(store.held as TokenFacts, store.now());
const toAdvisoryWindow = () => advance(800_000);
const toMandatoryWindow = (elapsedMs = 0) => advance(970_000 + elapsedMs);
const newer = (given: Partial<Need & { kind: 'newer' }> = {}): Need => ({
  kind: 'newer',
  since: store.now(),
  than: 1,
  reason: 'manual',
  mayCutOff: false,
  ...given,
});

beforeEach(() => useVirtualTime());

describe('in the advisory window a caller', () => {
  test('is served at once, whatever runs beside', async () => {
    make();
    await toAdvisoryWindow();
    expect(step()).toEqual({ kind: 'serve' });
    expect(step({ attempt: begin() })).toEqual({ kind: 'serve' });
  });

  test('waits for an attempt of its own where none may run in the background, and no longer than 2.5 s', async () => {
    make({ isTied: true });
    await toAdvisoryWindow();
    const limits = { limitMs: 2_500, afterLimit: 'serve' };
    expect(step()).toEqual({ kind: 'start_attempt', reason: 'expiring', ...limits });
    const own = begin();
    await advance(400);
    expect(step({ attempt: own, memory: { own } })).toEqual({
      ...{ kind: 'wait_for_attempt', attempt: own, untilOver: false },
      ...{ limitMs: 2_100, afterLimit: 'serve' },
    });
  });

  test('waits there for no attempt of others', async () => {
    make({ isTied: true });
    await toAdvisoryWindow();
    expect(step({ attempt: begin() })).toEqual({ kind: 'serve' });
  });

  test('begins none there while attempts keep a distance, offline, or while the provider is spared', async () => {
    make({ isTied: true });
    await toAdvisoryWindow();
    expect(step({ floorMs: 1 })).toEqual({ kind: 'serve' });
    store.isOnline = false;
    expect(step()).toEqual({ kind: 'serve' });
    store.isOnline = true;
    store.backOff.fail(store.now(), { by: 'provider', error: undefined });
    expect(step()).toEqual({ kind: 'serve' });
    store.resetBlocks();
    expect(step().kind).toBe('start_attempt');
  });

  test("begins none there with refresh: 'on-demand'", async () => {
    make({ isTied: true, refresh: 'on-demand' });
    await toAdvisoryWindow();
    expect(step()).toEqual({ kind: 'serve' });
  });
});

describe('a caller who must wait', () => {
  beforeEach(() => {
    make({ token: undefined });
  });

  test('begins an attempt where none runs, and waits as long as it takes', () => {
    expect(step()).toEqual({ kind: 'start_attempt', reason: 'initial' });
  });

  test('joins the one that runs, for as long as it takes', () => {
    const attempt = begin();
    expect(step({ attempt, memory: { joinsInVain: 9 } })).toEqual({
      ...{ kind: 'wait_for_attempt', attempt, untilOver: false },
    });
  });

  test('waits for its own where attempts overlap, and once that is over for the one that runs', () => {
    const own = begin();
    const later = begin();
    // The very one: all of them look alike.
    const waitedFor = () =>
      (step({ attempt: later, memory: { own } }) as { attempt?: RefreshAttempt }).attempt;
    expect(waitedFor()).toBe(own);
    own.settle({ kind: 'superseded' });
    expect(waitedFor()).toBe(later);
    expect(step({ memory: { own: begin() } }).kind).toBe('start_attempt');
  });

  test('waits for the end of one that a token set by hand has overtaken, and looks again', () => {
    const attempt = begin();
    attempt.drop();
    expect(step({ attempt })).toMatchObject({ kind: 'wait_for_attempt', untilOver: true });
  });

  test('gets the failure of what it waited for, where there is no token', () => {
    const error = new Error('503');
    expect(step({ memory: { last: { kind: 'failed', error } } })).toEqual({ kind: 'fail', error });
  });

  test.each(['superseded', 'out_of_patience', 'delivered'] as const)('looks again after %s', (kind) => {
    expect(step({ memory: { last: { kind } } }).kind).toBe('start_attempt');
  });

  test('waits for a back-off of 2.5 s, and fails at a longer one', () => {
    const block = (retryAfterMs: number) =>
      store.backOff.fail(store.now(), { by: 'provider', error: undefined, retryAfterMs });
    block(2_500);
    expect(step()).toEqual({ kind: 'wait_for_back_off', delayMs: 2_500 });
    block(2_501);
    expect(step()).toMatchObject({ kind: 'fail', error: { code: 'provider_failed' } });
  });
});

describe('where I/O ends with the request that began it, a caller who must wait', () => {
  beforeEach(() => make({ token: undefined, isTied: true }));

  test('waits for its own attempt as long as it takes', () => {
    const own = begin();
    expect(step({ attempt: own, memory: { own } })).toEqual({
      ...{ kind: 'wait_for_attempt', attempt: own, untilOver: false },
    });
  });

  test('waits 2 s for that of another, counted from when it joined that one', async () => {
    const attempt = begin();
    const joined = { attempt, at: store.now() };
    await advance(500);
    const wait = { kind: 'wait_for_attempt', attempt, untilOver: false, afterLimit: 'move_on' };
    expect(step({ attempt })).toEqual({ ...wait, limitMs: 2_000 });
    expect(step({ attempt, memory: { joined } })).toEqual({ ...wait, limitMs: 1_500 });
    const other = { attempt: begin(), at: joined.at };
    expect(step({ attempt, memory: { joined: other } })).toEqual({ ...wait, limitMs: 2_000 });
    await advance(1_500);
    expect(step({ attempt, memory: { joined } }).kind).toBe('start_attempt');
  });

  test('begins its own after two waits in vain', () => {
    const attempt = begin();
    expect(step({ attempt, memory: { joinsInVain: 1 } }).kind).toBe('wait_for_attempt');
    expect(step({ attempt, memory: { joinsInVain: 2 } })).toEqual({
      kind: 'start_attempt',
      reason: 'initial',
    });
  });

  test('is served in the mandatory window when half of it is left, or moves on before', async () => {
    make({ isTied: true });
    const attempt = begin();
    await toMandatoryWindow();
    expect(step({ attempt })).toMatchObject({ limitMs: 2_000, afterLimit: 'move_on' });
    await advance(13_000);
    expect(step({ attempt })).toMatchObject({ limitMs: 2_000, afterLimit: 'serve' });
    await advance(1_000);
    expect(step({ attempt })).toMatchObject({ limitMs: 1_000, afterLimit: 'serve' });
    await advance(1_000);
    expect(step({ attempt })).toMatchObject({ limitMs: 0, afterLimit: 'serve' });
  });
});

describe('a caller in the mandatory window', () => {
  test('waits until half of it is left, for an attempt of its own or of others', async () => {
    make();
    await toMandatoryWindow(5_000);
    const limits = { limitMs: 10_000, afterLimit: 'serve' };
    expect(step()).toEqual({ kind: 'start_attempt', reason: 'expiring', ...limits });
    const attempt = begin();
    expect(step({ attempt })).toEqual({ kind: 'wait_for_attempt', attempt, untilOver: false, ...limits });
  });

  test('is served once it has waited, whatever came of it', async () => {
    make();
    await toMandatoryWindow();
    for (const kind of ['out_of_patience', 'delivered'] as const) {
      expect(step({ memory: { last: { kind } } })).toEqual({ kind: 'serve' });
    }
    expect(step({ memory: { last: { kind: 'failed', error: new Error('503') } } })).toEqual({
      kind: 'serve',
    });
    expect(step({ memory: { last: { kind: 'superseded' } } }).kind).toBe('start_attempt');
  });

  test('is served while the provider is spared', async () => {
    make();
    await toMandatoryWindow();
    store.backOff.fail(store.now(), { by: 'provider', error: undefined });
    expect(step()).toEqual({ kind: 'serve' });
  });
});

describe('a caller after a refusal', () => {
  test('begins an attempt that says so', () => {
    make();
    refuse();
    expect(step()).toEqual({ kind: 'start_attempt', reason: 'rejected' });
  });

  test('waits for the end of an attempt that began before it, and looks again', async () => {
    make();
    const attempt = begin();
    await advance(1);
    refuse();
    expect(step({ attempt })).toMatchObject({ kind: 'wait_for_attempt', attempt, untilOver: true });
    expect(step({ attempt: begin() })).toMatchObject({ kind: 'wait_for_attempt', untilOver: false });
  });

  test('gives up where nothing can bring another token', () => {
    make({ source: { kind: 'none' } });
    refuse();
    expect(step()).toEqual({ kind: 'give_up' });
  });
});

describe('who asks for a newer token', () => {
  test('is served by an attempt that delivered, and gets the failure of one that failed', () => {
    make();
    expect(step({ need: newer(), memory: { last: { kind: 'delivered' } } })).toEqual({ kind: 'serve' });
    const error = new Error('503');
    expect(step({ need: newer(), memory: { last: { kind: 'failed', error } } })).toEqual({
      kind: 'fail',
      error,
    });
  });

  test('is served by one that was asked for since, and not by an older or a refused one', async () => {
    make();
    const since = store.now();
    expect(step({ need: newer({ since, than: 0 }) })).toEqual({ kind: 'serve' });
    expect(step({ need: newer({ since, than: 1 }) }).kind).toBe('start_attempt');
    await advance(1);
    expect(step({ need: newer({ than: 0 }) }).kind).toBe('start_attempt');
    refuse();
    expect(step({ need: newer({ since, than: 0 }) }).kind).toBe('start_attempt');
  });

  test('begins an attempt for its reason, though there is a fresh token, and waits for a back-off', () => {
    make();
    expect(step({ need: newer() })).toEqual({ kind: 'start_attempt', reason: 'manual' });
    store.backOff.fail(store.now(), { by: 'provider', error: undefined, retryAfterMs: 1_000 });
    expect(step({ need: newer() })).toEqual({ kind: 'wait_for_back_off', delayMs: 1_000 });
  });

  test('begins an attempt also while a call is joined, which ends for guests alone', () => {
    make({ hasJoinedCall: () => true });
    expect(step({ need: newer() }).kind).toBe('start_attempt');
  });

  describe('as a guest', () => {
    const makeGuest = (options: Partial<TokenStoreOptions> = {}) =>
      make({ user: { id: 'martin', type: 'guest' }, source: guest, ...options });

    test('becomes another one, unless a call was joined as this one', () => {
      makeGuest();
      expect(step({ need: newer() }).kind).toBe('start_attempt');
      makeGuest({ hasJoinedCall: () => true });
      expect(step({ need: newer() })).toEqual({ kind: 'give_up' });
      expect(step({ need: newer({ mayCutOff: true }) }).kind).toBe('start_attempt');
    });

    test("becomes another one by hand also with guestExpiry 'suspend', and not after a refusal", () => {
      makeGuest({ guestExpiry: 'suspend' });
      expect(step({ need: newer() }).kind).toBe('start_attempt');
      expect(step({ need: newer({ reason: 'rejected', mayCutOff: true }) })).toEqual({ kind: 'give_up' });
      makeGuest();
      expect(step({ need: newer({ reason: 'rejected' }) }).kind).toBe('start_attempt');
    });
  });
});
