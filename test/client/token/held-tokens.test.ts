import { describe, expect, test } from 'vitest';
import { type Delivery, HeldTokens } from '../../../src/client/token/held-tokens.js';

const at = (ms: number) => ({ wallMs: ms, monotonicMs: ms });
const delivery = (value: string, userId = 'martin'): Delivery => ({
  value,
  userId,
  claims: {},
  expiresAtMs: undefined,
  issuedAtMs: undefined,
  receivedAt: at(0),
  requestedAt: at(0),
  isFromProvider: true,
  jitter: 0,
});
const always = () => true;

/** A holding whose first token is accepted and whose second is held. */
function withKept(userId?: string): HeldTokens {
  const holding = new HeldTokens();
  holding.adopt(delivery('first'));
  holding.accept(1, at(1));
  holding.adopt(delivery('second', userId));
  return holding;
}

describe('a holding', () => {
  test('numbers its tokens upwards, also after it was cleared', () => {
    const holding = withKept();
    expect(holding.held).toMatchObject({ value: 'second', generation: 2 });
    holding.clear();
    expect([holding.held, holding.hasKept, holding.lastRefused]).toEqual([undefined, false, undefined]);
    expect(holding.adopt(delivery('third')).generation).toBe(3);
  });

  test('keeps the accepted token behind the new one until that is accepted', () => {
    const holding = withKept();
    expect(holding.hasKept).toBe(true);
    expect(holding.accept(2, at(2))).toBe(true);
    expect(holding.hasKept).toBe(false);
    expect(holding.held?.acceptedAt).toEqual(at(2));
  });

  test('keeps no token that was not accepted, and none of another user', () => {
    const holding = new HeldTokens();
    holding.adopt(delivery('first'));
    holding.adopt(delivery('second'));
    expect(holding.hasKept).toBe(false);
    expect(withKept('guest-2').hasKept).toBe(false);
  });

  test('keeps no token that was refused', () => {
    const holding = new HeldTokens();
    holding.adopt(delivery('first'));
    holding.accept(1, at(1));
    holding.refuse(1, at(2));
    holding.adopt(delivery('second'));
    expect(holding.hasKept).toBe(false);
  });

  test('hears of an acceptance once, and only of what was not refused', () => {
    const holding = withKept();
    expect(holding.accept(7, at(2))).toBe(false);
    expect(holding.accept(2, at(2))).toBe(true);
    expect(holding.accept(2, at(3))).toBe(false);
    holding.refuse(2, at(4));
    expect(holding.held?.acceptedAt).toEqual(at(2));
    const other = new HeldTokens();
    expect(other.accept(1, at(0))).toBe(false);
    other.adopt(delivery('first'));
    other.refuse(1, at(1));
    expect(other.accept(1, at(2))).toBe(false);
  });

  test('remembers the first refusal, and which token was refused last', () => {
    const holding = withKept();
    expect(holding.refuse(1, at(2))).toBeUndefined();
    expect(holding.refuse(2, at(2))).toMatchObject({ rejectedByServerAt: at(2), firstRejectedAt: at(2) });
    expect(holding.refuse(2, at(9))).toMatchObject({ rejectedByServerAt: at(2) });
    expect(holding.lastRefused?.value).toBe('second');
  });

  test('goes back to the kept token, once', () => {
    const holding = withKept();
    expect(holding.rollBack(at(2), always)).toBe(true);
    expect(holding.held?.value).toBe('first');
    expect(holding.lastRefused?.value).toBe('second');
    expect(holding.rollBack(at(3), always)).toBe(false);
  });

  test('does not go back to a token that is dead', () => {
    const holding = withKept();
    expect(holding.rollBack(at(2), () => false)).toBe(false);
    expect(holding.held?.value).toBe('second');
  });

  test('takes a late acceptance of the token before: that one is kept behind the new one', () => {
    const holding = new HeldTokens();
    holding.adopt(delivery('first'));
    holding.adopt(delivery('second'));
    expect(holding.accept(1, at(2))).toBe(true);
    expect(holding.hasKept).toBe(true);
    expect(holding.accept(1, at(3))).toBe(false);
    holding.rollBack(at(4), always);
    expect(holding.held).toMatchObject({ value: 'first', acceptedAt: at(2) });
  });

  test('takes it also after the new one was refused', () => {
    const holding = new HeldTokens();
    holding.adopt(delivery('first'));
    holding.adopt(delivery('second'));
    holding.refuse(2, at(1));
    expect(holding.accept(1, at(2))).toBe(true);
    expect(holding.rollBack(at(3), always)).toBe(true);
  });

  test('does not take it of a token that was refused since, of an older one, or once the new one is accepted', () => {
    const refusedSince = new HeldTokens();
    refusedSince.adopt(delivery('first'));
    refusedSince.adopt(delivery('second'));
    refusedSince.refuse(1, at(1));
    const older = new HeldTokens();
    older.adopt(delivery('first'));
    older.adopt(delivery('second'));
    older.adopt(delivery('third'));
    const settled = new HeldTokens();
    settled.adopt(delivery('first'));
    settled.adopt(delivery('second'));
    settled.accept(2, at(1));
    for (const holding of [refusedSince, older, settled]) {
      expect(holding.accept(1, at(2))).toBe(false);
      expect(holding.hasKept).toBe(false);
    }
  });

  test('does not take it of a token that was refused before the new one came, or was of another user', () => {
    const refusedBefore = new HeldTokens();
    refusedBefore.adopt(delivery('first'));
    refusedBefore.refuse(1, at(1));
    refusedBefore.adopt(delivery('second'));
    const other = new HeldTokens();
    other.adopt(delivery('first'));
    other.adopt(delivery('second', 'guest-2'));
    for (const holding of [refusedBefore, other]) {
      expect(holding.accept(1, at(2))).toBe(false);
      expect(holding.hasKept).toBe(false);
    }
  });

  test('hears nothing new in a further acceptance of the kept token', () => {
    const holding = withKept();
    expect(holding.accept(1, at(9))).toBe(false);
    holding.rollBack(at(10), always);
    expect(holding.held?.acceptedAt).toEqual(at(1));
  });

  test('keeps the kept token behind further new ones, until they are of another user', () => {
    const holding = withKept();
    holding.adopt(delivery('third'));
    expect(holding.hasKept).toBe(true);
    holding.adopt(delivery('fourth', 'guest-2'));
    expect(holding.hasKept).toBe(false);
  });

  test('keeps no more what the server refuses', () => {
    const holding = withKept();
    expect(holding.refuse(1, at(2))).toBeUndefined();
    expect(holding.hasKept).toBe(false);
  });

  test('takes no word about a token while it has none', () => {
    const holding = withKept();
    holding.clear();
    expect(holding.refuse(2, at(3))).toBeUndefined();
    expect(holding.accept(2, at(3))).toBe(false);
    expect(holding.accept(1, at(3))).toBe(false);
    expect([holding.hasKept, holding.lastRefused]).toEqual([false, undefined]);
  });
});
