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
  origin: 'provider',
  jitter: 0,
});
const hasKept = ({ kept }: HeldTokens) => kept !== undefined;

/** Tokens whose first token is accepted and whose second is held. */
function withKept(userId?: string): HeldTokens {
  const tokens = new HeldTokens();
  tokens.adopt(delivery('first'));
  tokens.accept(1, at(1));
  tokens.adopt(delivery('second', userId));
  return tokens;
}

describe('the tokens held', () => {
  test('numbers its tokens upwards, also after it was cleared', () => {
    const tokens = withKept();
    expect(tokens.held).toMatchObject({ value: 'second', generation: 2 });
    tokens.clear();
    expect([tokens.held, hasKept(tokens), tokens.lastRefused]).toEqual([undefined, false, undefined]);
    expect(tokens.adopt(delivery('third')).generation).toBe(3);
  });

  test('keeps the accepted token behind the new one until that is accepted', () => {
    const tokens = withKept();
    expect(hasKept(tokens)).toBe(true);
    expect(tokens.accept(2, at(2))).toBe(true);
    expect(hasKept(tokens)).toBe(false);
    expect(tokens.held?.acceptedAt).toEqual(at(2));
  });

  test('keeps no token that was not accepted, and none of another user', () => {
    const tokens = new HeldTokens();
    tokens.adopt(delivery('first'));
    tokens.adopt(delivery('second'));
    expect(hasKept(tokens)).toBe(false);
    expect(hasKept(withKept('guest-2'))).toBe(false);
  });

  test('keeps no token that was refused', () => {
    const tokens = new HeldTokens();
    tokens.adopt(delivery('first'));
    tokens.accept(1, at(1));
    tokens.refuse(1, at(2));
    tokens.adopt(delivery('second'));
    expect(hasKept(tokens)).toBe(false);
  });

  test('hears of an acceptance once, and only of what was not refused', () => {
    const tokens = withKept();
    expect(tokens.accept(7, at(2))).toBe(false);
    expect(tokens.accept(2, at(2))).toBe(true);
    expect(tokens.accept(2, at(3))).toBe(false);
    tokens.refuse(2, at(4));
    expect(tokens.held?.acceptedAt).toEqual(at(2));
    const other = new HeldTokens();
    expect(other.accept(1, at(0))).toBe(false);
    other.adopt(delivery('first'));
    other.refuse(1, at(1));
    expect(other.accept(1, at(2))).toBe(false);
  });

  test('remembers the first refusal, and which token was refused last', () => {
    const tokens = withKept();
    expect(tokens.refuse(1, at(2))).toBeUndefined();
    expect(tokens.refuse(2, at(2))).toMatchObject({ rejectedByServerAt: at(2), firstRejectedAt: at(2) });
    expect(tokens.refuse(2, at(9))).toMatchObject({ rejectedByServerAt: at(2) });
    expect(tokens.lastRefused?.value).toBe('second');
  });

  test('goes back to the kept token, once', () => {
    const tokens = withKept();
    expect(tokens.rollBack(at(2))).toBe(true);
    expect(tokens.held?.value).toBe('first');
    expect(tokens.lastRefused?.value).toBe('second');
    expect(tokens.rollBack(at(3))).toBe(false);
  });

  test('takes a late acceptance of the token before: that one is kept behind the new one', () => {
    const tokens = new HeldTokens();
    tokens.adopt(delivery('first'));
    tokens.adopt(delivery('second'));
    expect(tokens.accept(1, at(2))).toBe(true);
    expect(hasKept(tokens)).toBe(true);
    expect(tokens.accept(1, at(3))).toBe(false);
    tokens.rollBack(at(4));
    expect(tokens.held).toMatchObject({ value: 'first', acceptedAt: at(2) });
  });

  test('takes it also after the new one was refused', () => {
    const tokens = new HeldTokens();
    tokens.adopt(delivery('first'));
    tokens.adopt(delivery('second'));
    tokens.refuse(2, at(1));
    expect(tokens.accept(1, at(2))).toBe(true);
    expect(tokens.rollBack(at(3))).toBe(true);
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
    for (const tokens of [refusedSince, older, settled]) {
      expect(tokens.accept(1, at(2))).toBe(false);
      expect(hasKept(tokens)).toBe(false);
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
    for (const tokens of [refusedBefore, other]) {
      expect(tokens.accept(1, at(2))).toBe(false);
      expect(hasKept(tokens)).toBe(false);
    }
  });

  test('hears nothing new in a further acceptance of the kept token', () => {
    const tokens = withKept();
    expect(tokens.accept(1, at(9))).toBe(false);
    tokens.rollBack(at(10));
    expect(tokens.held?.acceptedAt).toEqual(at(1));
  });

  test('keeps the kept token behind further new ones, until they are of another user', () => {
    const tokens = withKept();
    tokens.adopt(delivery('third'));
    expect(hasKept(tokens)).toBe(true);
    tokens.adopt(delivery('fourth', 'guest-2'));
    expect(hasKept(tokens)).toBe(false);
  });

  test('keeps no more what the server refuses', () => {
    const tokens = withKept();
    expect(tokens.refuse(1, at(2))).toBeUndefined();
    expect(hasKept(tokens)).toBe(false);
  });

  test('takes no word about a token while it has none', () => {
    const tokens = withKept();
    tokens.clear();
    expect(tokens.refuse(2, at(3))).toBeUndefined();
    expect(tokens.accept(2, at(3))).toBe(false);
    expect(tokens.accept(1, at(3))).toBe(false);
    expect([hasKept(tokens), tokens.lastRefused]).toEqual([false, undefined]);
  });
});
