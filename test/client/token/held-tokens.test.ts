import { describe, expect, test } from 'vitest';
import { type Delivery, HeldTokens } from '../../../src/client/token/held-tokens.js';
import type { TokenFacts } from '../../../src/client/token/token-facts.js';

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
/** A token as a request knows it that was sent with it: the same string. */
const known = (value: string, generation = 1): TokenFacts => ({ ...delivery(value), generation });
const hasKept = ({ kept }: HeldTokens) => kept !== undefined;

/** Tokens whose first token is accepted and whose second is held. */
function withKept(userId?: string): HeldTokens {
  const tokens = new HeldTokens();
  tokens.adopt(delivery('first'));
  tokens.accept(known('first'), at(1));
  tokens.adopt(delivery('second', userId));
  return tokens;
}

describe('the tokens held', () => {
  test('numbers its tokens upwards, also after it was cleared', () => {
    const tokens = withKept();
    expect(tokens.held).toMatchObject({ value: 'second', generation: 2 });
    tokens.clear();
    expect([tokens.held, hasKept(tokens), tokens.refused('first')]).toEqual([undefined, false, undefined]);
    expect(tokens.adopt(delivery('third')).generation).toBe(3);
  });

  test('keeps the accepted token behind the new one until that is accepted', () => {
    const tokens = withKept();
    expect(hasKept(tokens)).toBe(true);
    expect(tokens.accept(known('second'), at(2))).toBe(true);
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
    tokens.accept(known('first'), at(1));
    tokens.refuse(known('first'), at(2));
    tokens.adopt(delivery('second'));
    expect(hasKept(tokens)).toBe(false);
  });

  test('hears of an acceptance once, and only of what was not refused', () => {
    const tokens = withKept();
    expect(tokens.accept(known('other'), at(2))).toBe(false);
    expect(tokens.accept(known('second'), at(2))).toBe(true);
    expect(tokens.accept(known('second'), at(3))).toBe(false);
    tokens.refuse(known('second'), at(4));
    expect(tokens.held?.acceptedAt).toEqual(at(2));
    const other = new HeldTokens();
    expect(other.accept(known('first'), at(0))).toBe(false);
    other.adopt(delivery('first'));
    other.refuse(known('first'), at(1));
    expect(other.accept(known('first'), at(2))).toBe(false);
  });

  test('hears of no acceptance of the held token once it was refused, however many were refused since', () => {
    const tokens = withKept();
    tokens.refuse(known('second'), at(2));
    for (let n = 0; n < 8; n += 1) tokens.refuse(known(`refused-${n}`), at(3));
    expect(tokens.refused('second')).toBeUndefined();
    expect(tokens.accept(known('second'), at(4))).toBe(false);
    expect(tokens.held).not.toHaveProperty('acceptedAt');
  });

  test('remembers the first refusal, and which tokens were refused', () => {
    const tokens = withKept();
    expect(tokens.refuse(known('first'), at(2))).toBeUndefined();
    expect(tokens.refuse(known('second'), at(2))).toMatchObject({
      rejectedByServerAt: at(2),
      firstRejectedAt: at(2),
    });
    expect(tokens.refuse(known('second'), at(9))).toMatchObject({ rejectedByServerAt: at(2) });
    expect(['first', 'second', 'third'].map((value) => tokens.refused(value)?.value)).toEqual([
      ...['first', 'second'],
      undefined,
    ]);
  });

  test('knows the last eight refused tokens, each once, and none before them', () => {
    const tokens = withKept();
    const values = Array.from({ length: 9 }, (_, n) => `refused-${n}`);
    for (const value of [...values, ...values.slice(1)]) tokens.refuse(known(value), at(2));
    expect(values.filter((value) => tokens.refused(value))).toEqual(values.slice(1));
  });

  test('goes back to the kept token, once', () => {
    const tokens = withKept();
    expect(tokens.rollBack(at(2))).toBe(true);
    expect(tokens.held?.value).toBe('first');
    expect(tokens.refused('second')).toMatchObject({ value: 'second' });
    expect(tokens.rollBack(at(3))).toBe(false);
  });

  test('takes a late acceptance of the token before: that one is kept behind the new one', () => {
    const tokens = new HeldTokens();
    tokens.adopt(delivery('first'));
    tokens.adopt(delivery('second'));
    expect(tokens.accept(known('first'), at(2))).toBe(true);
    expect(hasKept(tokens)).toBe(true);
    expect(tokens.accept(known('first'), at(3))).toBe(false);
    tokens.rollBack(at(4));
    expect(tokens.held).toMatchObject({ value: 'first', acceptedAt: at(2) });
  });

  test('takes it also after the new one was refused', () => {
    const tokens = new HeldTokens();
    tokens.adopt(delivery('first'));
    tokens.adopt(delivery('second'));
    tokens.refuse(known('second'), at(1));
    expect(tokens.accept(known('first'), at(2))).toBe(true);
    expect(tokens.rollBack(at(3))).toBe(true);
  });

  test('takes it also after a further one came, which the server has not taken either', () => {
    const tokens = new HeldTokens();
    const first = tokens.adopt(delivery('first'));
    tokens.adopt(delivery('second'));
    tokens.adopt(delivery('third'));
    expect(tokens.accept(first, at(2))).toBe(true);
    expect(tokens.kept).toBe(first);
  });

  test('does not take it of a token that was refused since, of one older than the kept one, or once the new one is accepted', () => {
    const refusedSince = new HeldTokens();
    refusedSince.adopt(delivery('first'));
    refusedSince.adopt(delivery('second'));
    refusedSince.refuse(known('first'), at(1));
    const older = new HeldTokens();
    older.adopt(delivery('first'));
    const second = older.adopt(delivery('second'));
    older.adopt(delivery('third'));
    older.accept(second, at(1));
    expect(older.accept(known('first'), at(2))).toBe(false);
    expect(older.kept).toBe(second);
    const settled = new HeldTokens();
    settled.adopt(delivery('first'));
    settled.adopt(delivery('second'));
    settled.accept(known('second'), at(1));
    for (const tokens of [refusedSince, settled]) {
      expect(tokens.accept(known('first'), at(2))).toBe(false);
      expect(hasKept(tokens)).toBe(false);
    }
  });

  test('does not take it of a token that was refused before the new one came, or was of another user', () => {
    const refusedBefore = new HeldTokens();
    refusedBefore.adopt(delivery('first'));
    refusedBefore.refuse(known('first'), at(1));
    refusedBefore.adopt(delivery('second'));
    const other = new HeldTokens();
    other.adopt(delivery('first'));
    other.adopt(delivery('second', 'guest-2'));
    for (const tokens of [refusedBefore, other]) {
      expect(tokens.accept(known('first'), at(2))).toBe(false);
      expect(hasKept(tokens)).toBe(false);
    }
  });

  test('hears nothing new in a further acceptance of the kept token', () => {
    const tokens = withKept();
    expect(tokens.accept(known('first'), at(9))).toBe(false);
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
    expect(tokens.refuse(known('first'), at(2))).toBeUndefined();
    expect(hasKept(tokens)).toBe(false);
    expect(tokens.rollBack(at(3))).toBe(false);
  });

  test('keeps no more what the server refuses, though it was handed in once more meanwhile', () => {
    const tokens = new HeldTokens();
    tokens.adopt(delivery('first'));
    const sentWith = { ...(tokens.held as TokenFacts) };
    tokens.accept(known('first'), at(1));
    tokens.adopt(delivery('first'));
    tokens.adopt(delivery('second'));
    tokens.refuse(sentWith, at(2));
    expect(hasKept(tokens)).toBe(false);
  });

  test('keeps what it has where another token is refused', () => {
    const tokens = withKept();
    tokens.refuse(known('other'), at(2));
    expect(hasKept(tokens)).toBe(true);
  });

  test('takes no word about a token while it has none', () => {
    const tokens = withKept();
    tokens.clear();
    expect(tokens.refuse(known('second'), at(3))).toBeUndefined();
    expect(tokens.accept(known('second'), at(3))).toBe(false);
    expect(tokens.accept(known('first'), at(3))).toBe(false);
    expect(hasKept(tokens)).toBe(false);
  });

  test('takes the accepted string once more for what it was, with nothing behind it', () => {
    const tokens = new HeldTokens();
    tokens.adopt(delivery('first'));
    tokens.accept(known('first'), at(1));
    expect(tokens.adopt(delivery('first')).acceptedAt).toEqual(at(1));
    expect(hasKept(tokens)).toBe(false);
  });

  test('takes the kept string once more for what it was, with nothing behind it', () => {
    const tokens = withKept();
    expect(tokens.adopt(delivery('first')).acceptedAt).toEqual(at(1));
    expect(hasKept(tokens)).toBe(false);
  });

  test('takes a string once more that was not accepted, and keeps the accepted one behind it', () => {
    const tokens = withKept();
    expect(tokens.adopt(delivery('second')).acceptedAt).toBeUndefined();
    expect(tokens.kept?.value).toBe('first');
  });

  test('takes no string for accepted that was refused since', () => {
    const tokens = new HeldTokens();
    tokens.adopt(delivery('first'));
    tokens.accept(known('first'), at(1));
    tokens.refuse(known('first'), at(2));
    expect(tokens.adopt(delivery('first')).acceptedAt).toBeUndefined();
  });

  test('hears of the one that is held where a string came twice', () => {
    const tokens = new HeldTokens();
    tokens.adopt(delivery('first'));
    tokens.adopt(delivery('first'));
    expect(tokens.accept(known('first'), at(1))).toBe(true);
    expect(tokens.held?.acceptedAt).toEqual(at(1));
    expect(hasKept(tokens)).toBe(false);
  });

  test('forgets no refused token for another one that is refused again and again', () => {
    const tokens = withKept();
    tokens.refuse(known('other'), at(1));
    for (let time = 2; time < 20; time += 1) tokens.refuse(known('again'), at(time));
    expect(tokens.refused('other')?.rejectedByServerAt).toEqual(at(1));
  });
});
