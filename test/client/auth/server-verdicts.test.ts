import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { defaultEnvironment } from '../../../src/client/environment/environment.js';
import type { TokenFacts } from '../../../src/client/token/token-facts.js';
import { ApiError } from '../../../src/shared/errors.js';
import { type TestSession, tokenSession } from '../../support/token-session.js';
import { fakeToken, freshToken } from '../../support/tokens.js';
import { advance, settle, useVirtualTime } from '../../support/virtual.js';
import { watch } from '../../support/watch.js';

let on: TestSession;
let first: TokenFacts;
const cause = new ApiError('what the server said', { status: 401, apiCode: 43, remediation: 'Look at it.' });

function make(options: Parameters<typeof tokenSession>[0] = {}): void {
  on = tokenSession({ token: freshToken('martin', 3600), ...options });
  first = on.held;
}

const renew = (token: TokenFacts) => watch(on.session.verdicts.renew(token, { cause }));

/** The first token is accepted; the one that is returned is held, and not yet tried. */
function withKept(): TokenFacts {
  on.session.verdicts.accept(first);
  return on.set();
}

beforeEach(() => useVirtualTime());
afterEach(() => on.session.end());

describe('a 40', () => {
  test('for an older static token suspends nothing', async () => {
    make({ source: { kind: 'none' } });
    const second = on.set();
    const renewal = renew(first);
    await settle();
    expect(renewal.state).toBe('resolved');
    expect(on.session.state).toMatchObject({ status: 'active', generation: second.generation });
    expect(second.rejectedByServerAt).toBeUndefined();
  });

  test('for a static token suspends at once, and is the cause that callers see', async () => {
    make({ source: { kind: 'none' } });
    const renewal = renew(first);
    await settle();
    expect(renewal.error).toMatchObject({ code: 'token_expired', cause });
    expect(on.told('auth.suspended')).toEqual([{ reason: 'token_expired', error: renewal.error }]);
    expect(on.session.state.status).toBe('suspended');
  });

  describe('that is the last one for its caller', () => {
    const last = (token: TokenFacts) => on.session.verdicts.refuseForGood(token, cause);

    test('blames a provider that has to mint a new token', () => {
      make();
      expect(last(first)).toMatchObject({ code: 'provider_returns_expired', cause });
      expect(on.session.state.status).toBe('acquiring');
    });

    test('ends a static token', () => {
      make({ source: { kind: 'none' } });
      const error = last(first);
      expect(error).toMatchObject({ code: 'token_expired', cause });
      expect(on.told('auth.suspended')).toEqual([{ reason: 'token_expired', error }]);
    });

    test('ends nothing where another static token is held by now', () => {
      make({ source: { kind: 'none' } });
      const second = on.set();
      expect(last(first)).toMatchObject({
        code: 'token_expired',
        message: 'The server refused the token, and nothing can renew it',
      });
      expect(on.held).toBe(second);
      expect(on.session.state.status).toBe('active');
    });

    test('goes back to the static token that the server accepted', () => {
      make({ source: { kind: 'none' } });
      expect(last(withKept())).toMatchObject({ code: 'token_expired' });
      expect(on.held).toBe(first);
      expect(on.told('auth.suspended')).toEqual([]);
    });

    test('tells of a guest that it is the guest who has ended', () => {
      make({ user: { id: 'martin', type: 'guest' }, guestExpiry: 'suspend' });
      on.set();
      expect(last(first)).toMatchObject({
        code: 'token_expired',
        message: "The guest's token has ended, and is not renewed now",
      });
      expect(last(on.held)).toMatchObject({ code: 'token_expired' });
      expect(on.told('auth.suspended')).toMatchObject([{ reason: 'guest_expired' }]);
    });
  });

  test('is told once, however many requests hear it', async () => {
    make();
    const told = () => on.session.describe().transitions.filter(({ what }) => /refused/.test(what));
    renew(first);
    expect(told().map(({ what }) => what)).toEqual(['the server refused generation 1']);
    renew(first);
    expect(told()).toHaveLength(1);
    expect(on.session.describe().counters).toMatchObject({ providerCalls: 1 });
    await on.give(freshToken('martin', 3600));
  });

  test.each<[string, number, number]>([
    ['within 10 s of its arrival says nothing against the issuer', 9_999, 0],
    ['later counts the token as unusable', 10_000, 1],
  ])('for a token never accepted that comes %s', async (_name, afterMs, unusable) => {
    make();
    await advance(afterMs);
    on.session.verdicts.refuse(first, cause);
    expect(on.session.describe().counters).toMatchObject({ unusableInARow: unusable });
  });

  test('for a token never accepted whose end has passed counts it as unusable, however soon it comes', async () => {
    make({ token: freshToken('martin', 5) });
    await advance(5_000);
    on.session.verdicts.refuse(first, cause);
    expect(on.session.describe().counters).toMatchObject({ unusableInARow: 1 });
  });

  // case 214
  test('that comes early three times in a row keeps the next attempt away, accepted tokens included, each time longer', async () => {
    make({ environment: { ...defaultEnvironment, random: () => 1 } });
    const waits: (number | undefined)[] = [];
    for (let n = 0; n < 5; n += 1) {
      const token = on.set();
      on.session.verdicts.accept(token);
      on.session.verdicts.refuse(token, cause);
      const { blocked, counters, now } = on.session.describe();
      waits.push(blocked && blocked.until.wallMs - now.wallMs);
      expect([blocked?.by, counters.unusableInARow]).toEqual([n < 2 ? undefined : 'early_refusal', 0]);
    }
    expect(waits).toEqual([undefined, undefined, 2_000, 4_000, 8_000]);
  });

  test.each<[string, () => Promise<void>]>([
    [
      'is refused',
      async () => {
        const token = on.set();
        await advance(10_000);
        on.session.verdicts.refuse(token, cause);
      },
    ],
    [
      'is replaced',
      async () => {
        on.set();
        await advance(10_000);
        on.set();
      },
    ],
  ])('is the first of its row after a token that outlives 10 s and then %s', async (_name, outlive) => {
    make();
    for (let n = 0; n < 2; n += 1) on.session.verdicts.refuse(on.set(), cause);
    await outlive();
    for (let n = 0; n < 2; n += 1) on.session.verdicts.refuse(on.set(), cause);
    expect(on.session.describe().blocked).toBeUndefined();
    on.session.verdicts.refuse(on.set(), cause);
    expect(on.session.describe().blocked?.by).toBe('early_refusal');
  });

  test('that comes early says nothing new about a token whose time has not passed: a success in between ends no row', async () => {
    make();
    for (let n = 0; n < 3; n += 1) {
      const token = on.set();
      on.session.verdicts.accept(token);
      await advance(3_000);
      on.session.verdicts.refuse(token, cause);
    }
    expect(on.session.describe().blocked?.by).toBe('early_refusal');
  });

  test('counts no token as unusable that the server had accepted', async () => {
    make();
    on.session.verdicts.accept(first);
    on.session.verdicts.refuse(first, cause);
    expect(on.session.describe().counters).toMatchObject({ unusableInARow: 0 });
  });

  test('for a token that the app handed in once more meanwhile is about the one held', () => {
    make();
    const again = on.set(first.value);
    expect(on.session.verdicts.refuse(first, cause)).toBe(again);
    expect(on.session.state.status).toBe('acquiring');
  });

  test('whose caller has left asks nobody, and the token counts as refused all the same', async () => {
    make();
    const signal = AbortSignal.abort(new Error('left'));
    const renewal = watch(on.session.verdicts.renew(first, { cause, signal }));
    await settle();
    expect(renewal.error?.message).toBe('left');
    expect(on.asks).toHaveLength(0);
    expect(on.session.state.status).toBe('acquiring');
  });
});

describe('a renewal whose attempt fails', () => {
  test('ends with that failure where there is no other token', async () => {
    make();
    const renewal = renew(first);
    await on.fail();
    expect(renewal.error).toMatchObject({ code: 'provider_failed' });
  });

  test('is content with the accepted token that another request has gone back to meanwhile', async () => {
    make();
    const second = withKept();
    const renewal = renew(second);
    expect(on.session.verdicts.rollBackAfterRejection(second, cause)).toBe(true);
    await on.fail();
    expect(renewal.state).toBe('resolved');
    expect(on.session.token).toBe(first.value);
  });

  test('goes back to the accepted token itself', async () => {
    make();
    const renewal = renew(withKept());
    await on.fail();
    expect(renewal.state).toBe('resolved');
    expect(on.session.token).toBe(first.value);
  });

  /** An attempt that began before the refusal brings a second token; the one after it is still running. */
  async function withSecond() {
    make();
    watch(on.session.refresh());
    await advance(10);
    const renewal = renew(first);
    const second = freshToken('martin', 3600);
    await on.give(second);
    expect([renewal.state, on.session.token]).toEqual(['pending', second]);
    expect(on.reasons).toEqual(['manual', 'rejected']);
    return renewal;
  }

  test('is content with a newer token that an earlier attempt brought', async () => {
    const renewal = await withSecond();
    await on.fail();
    expect(renewal.state).toBe('resolved');
  });

  test('is not content with it once the server has refused it, too', async () => {
    const renewal = await withSecond();
    on.session.verdicts.refuse(on.held, cause);
    await on.fail();
    expect(renewal.error).toMatchObject({ code: 'provider_failed' });
  });

  test('ends with the end of the session, whatever token there is', async () => {
    const renewal = await withSecond();
    on.session.end();
    await settle();
    expect(renewal.error).toMatchObject({ code: 'session_ended' });
  });

  test('ends with a suspension that came meanwhile, whatever token there is', async () => {
    make();
    const renewal = renew(withKept());
    await on.give(freshToken('mara', 3600));
    expect(renewal.error).toMatchObject({ code: 'wrong_user' });
    expect(on.session.state).toMatchObject({ status: 'suspended', reason: 'wrong_user' });
  });
});

describe('a token refused for what it is', () => {
  test('gives way to the one accepted before; the failure closes the door and is told', () => {
    make();
    const second = withKept();
    expect(on.session.verdicts.rollBackAfterRejection(second, cause)).toBe(true);
    expect(on.session.token).toBe(first.value);
    expect(on.session.describe()).toMatchObject({
      blocked: { by: 'provider' },
      counters: { failures: 1, unusableInARow: 1 },
    });
    expect(on.told('token.refresh_failed')).toHaveLength(1);
  });

  // case 203: hocuspocus #944
  test.each([
    ['never accepted', false],
    ['that the server had accepted', true],
  ])(
    'with nothing to give way to, %s, is not used again: the next one is asked for after the back-off',
    async (_name, isAccepted) => {
      make();
      if (isAccepted) on.session.verdicts.accept(first);
      expect(on.session.verdicts.rollBackAfterRejection(first, cause)).toBe(false);
      expect(on.session.state).toMatchObject({
        status: 'acquiring',
        lastError: { code: 'api_error', message: 'what the server said' },
        retryAt: Date.now() + 1_000,
      });
      expect(on.session.describe()).toMatchObject({
        blocked: { by: 'refusal', error: cause },
        counters: { failures: 0, unusableInARow: 1 },
      });
      expect(on.told('token.refresh_failed')).toEqual([]);
      const caller = watch(on.session.acquire());
      await advance(999);
      expect(on.asks).toHaveLength(0);
      await advance(1);
      await on.give(freshToken('martin', 3600));
      expect([caller.state, on.reasons]).toEqual(['resolved', ['rejected']]);
    },
  );

  test('counts once, however many requests hear it', () => {
    make();
    for (let n = 0; n < 3; n += 1) on.session.verdicts.rollBackAfterRejection(first, cause);
    expect(on.session.describe()).toMatchObject({
      blocked: { by: 'refusal' },
      counters: { unusableInARow: 1, failuresInARow: 1 },
    });
  });

  test('stays in use where only the app can bring another, and nothing is said against it', () => {
    make({ source: { kind: 'none' } });
    expect(on.session.verdicts.rollBackAfterRejection(first, cause)).toBe(false);
    expect(on.session.state).toMatchObject({ status: 'active', generation: 1 });
    expect(on.session.state).not.toHaveProperty('lastError');
    expect(on.session.describe().counters).toMatchObject({ unusableInARow: 0 });
  });

  test('suspends a guest, who may be banned', () => {
    make({ user: { id: 'martin', type: 'guest' } });
    expect(on.session.verdicts.rollBackAfterRejection(first, cause)).toBe(false);
    expect(on.told('auth.suspended')).toEqual([{ reason: 'guest_refused', error: cause }]);
    on.session.begin();
    expect(on.session.state.status).toBe('acquiring');
    watch(on.session.acquire());
    expect([on.session.state.status, on.held.value, on.asks.length]).toEqual(['active', first.value, 0]);
  });

  test('by its very string again is answered with that refusal, and counts once more', async () => {
    make();
    await advance(3_000);
    on.session.verdicts.rollBackAfterRejection(first, cause);
    const caller = watch(on.session.acquire());
    await advance(1_000);
    await on.give(first.value);
    expect(caller.error).toBe(cause);
    expect(on.session.describe()).toMatchObject({
      blocked: { by: 'refusal' },
      counters: { unusableInARow: 2 },
    });
    expect(on.told('token.refresh_failed')).toMatchObject([{ error: cause }]);
  });

  test('and replaced since is replayed with its successor', () => {
    make();
    const second = on.set();
    expect(on.session.verdicts.rollBackAfterRejection(first, cause)).toBe(true);
    expect(on.session.held).toBe(second);
    expect(on.session.describe().counters).toMatchObject({ unusableInARow: 0 });
  });

  test('and replaced since is nothing to go back to when its successor is refused, too', async () => {
    make();
    const second = withKept();
    on.session.verdicts.rollBackAfterRejection(first, cause);
    expect(on.session.verdicts.rollBackAfterRejection(second, cause)).toBe(false);
    expect([on.held, on.session.state.status]).toEqual([second, 'acquiring']);
  });

  test('and replaced since stays the one to go back to where the server only said that it is too early', () => {
    make();
    const second = withKept();
    on.session.verdicts.earlyTokenDelayMs(first);
    expect(on.session.verdicts.rollBackAfterRejection(second, cause)).toBe(true);
    expect(on.held).toBe(first);
  });

  test('and only then replaced by the app is nothing to go back to either', () => {
    make({ source: { kind: 'none' } });
    on.session.verdicts.accept(first);
    on.session.verdicts.rollBackAfterRejection(first, cause);
    const second = on.set();
    expect(on.session.verdicts.rollBackAfterRejection(second, cause)).toBe(false);
    expect(on.held).toBe(second);
  });

  test('and taken again by the server before the app replaces it is one to go back to', () => {
    make({ source: { kind: 'none' } });
    on.session.verdicts.accept(first);
    on.session.verdicts.rollBackAfterRejection(first, cause);
    on.session.verdicts.accept(first);
    expect(on.session.verdicts.rollBackAfterRejection(on.set(), cause)).toBe(true);
    expect(on.held).toBe(first);
  });

  test('is known again after the one that was gone back to was refused, too', async () => {
    make();
    const second = withKept();
    on.session.verdicts.rollBackAfterRejection(second, cause);
    on.session.verdicts.rollBackAfterRejection(first, cause);
    await advance(3_000);
    const caller = watch(on.session.acquire());
    await settle();
    await on.give(second.value);
    expect(caller.error).toMatchObject({ code: 'same_as_rejected' });
    expect(on.session.describe()).toMatchObject({
      blocked: { by: 'breaker' },
      counters: { unusableInARow: 3 },
    });
  });

  test('is the answer where its successor was refused, too', () => {
    make();
    on.session.verdicts.refuse(on.set(), cause);
    expect(on.session.verdicts.rollBackAfterRejection(first, cause)).toBe(false);
  });

  test('is not the answer where its successor was refused, too, and the one accepted before lives', async () => {
    make();
    const second = withKept();
    const third = on.set();
    on.session.verdicts.refuse(third, cause);
    const caller = watch(on.session.acquire());
    expect(on.session.verdicts.rollBackAfterRejection(second, cause)).toBe(true);
    await settle();
    await on.fail(new Error('no token'));
    expect(caller.value).toMatchObject({ token: first });
  });

  test('and replaced since is replayed with its successor, though it had been accepted', () => {
    make();
    const second = withKept();
    expect(on.session.verdicts.rollBackAfterRejection(first, cause)).toBe(true);
    expect(on.held).toBe(second);
  });

  test('is the answer where the session has ended since', () => {
    make();
    on.session.end();
    expect(on.session.verdicts.rollBackAfterRejection(first, cause)).toBe(false);
  });
});

describe('an acceptance', () => {
  test('ends the row of unusable tokens, and is told once', () => {
    make();
    on.session.verdicts.rollBackAfterRejection(first, cause);
    const second = on.set();
    on.session.verdicts.accept(second);
    on.session.verdicts.accept(second);
    const { counters, transitions, isAccepted } = on.session.describe();
    expect([counters.unusableInARow, isAccepted]).toEqual([0, true]);
    expect(transitions.filter(({ what }) => /accepted/.test(what)).map(({ what }) => what)).toEqual([
      'the server accepted generation 2',
    ]);
  });

  test('of a token that the app handed in once more meanwhile is of the one held', () => {
    make();
    const again = on.set(first.value);
    on.session.verdicts.accept(first);
    expect(again.acceptedAt).toBeDefined();
  });
});

describe("a consumer's refusal", () => {
  test('has the token replaced, and leaves it in use until then', async () => {
    make();
    const replacing = watch(on.session.verdicts.replaceFor(first));
    expect([on.reasons, on.session.state.status]).toEqual([['rejected'], 'active']);
    await on.give(freshToken('martin', 3600));
    expect(replacing.state).toBe('resolved');
  });

  test('of a token that nothing can replace changes nothing', async () => {
    make({ source: { kind: 'none' } });
    const replacing = watch(on.session.verdicts.replaceFor(first));
    await settle();
    expect([replacing.state, first.firstRejectedAt]).toEqual(['resolved', undefined]);
  });

  test('dates the need for another token from the first one on', async () => {
    make();
    const replacing = [watch(on.session.verdicts.replaceFor(first))];
    await advance(10);
    replacing.push(watch(on.session.verdicts.replaceFor(first)));
    await on.give(freshToken('martin', 3600));
    expect(replacing.map(({ state }) => state)).toEqual(['resolved', 'resolved']);
    expect(on.asks).toHaveLength(1);
  });

  test('after the end of the session is told so', async () => {
    make();
    on.session.end();
    await expect(on.session.verdicts.replaceFor(first)).rejects.toMatchObject({ code: 'session_ended' });
  });
});

describe('a token that is too early', () => {
  const T0 = Date.parse('2026-03-02T10:00:00Z') / 1000;

  test.each([
    ['its nbf', { nbf: T0 + 2 }, 2_250],
    ['its iat', { iat: T0 + 2 }, 2_250],
    ['the later of the two', { nbf: T0 + 1, iat: T0 + 3 }, 3_250],
    ['5 s at most', { nbf: T0 + 60 }, 5_000],
    ['1 s at least', { nbf: T0 }, 1_000],
    ['1 s where it says nothing', {}, 1_000],
  ])('is sent again after %s', (_name, claims, delayMs) => {
    make({ token: fakeToken({ user_id: 'martin', exp: T0 + 3600, ...claims }) });
    expect(on.session.verdicts.earlyTokenDelayMs(first)).toBe(delayMs);
  });

  test('is measured by the clock of the server', () => {
    make({ token: fakeToken({ user_id: 'martin', exp: T0 + 3600, nbf: T0 + 12 }) });
    on.session.learnFromFrame(new Date(Date.now() + 10_000).toISOString());
    expect(on.session.verdicts.earlyTokenDelayMs(first)).toBe(2_250);
  });
});
