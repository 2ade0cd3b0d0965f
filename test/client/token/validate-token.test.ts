import { describe, expect, test } from 'vitest';
import { type ExpectedIdentity, validateToken } from '../../../src/client/token/validate-token.js';
import { InvalidTokenError } from '../../../src/shared/errors.js';
import { fakeToken } from '../../support/tokens.js';

const martin: ExpectedIdentity = { kind: 'authenticated', userId: 'martin' };
const nobody: ExpectedIdentity = { kind: 'anonymous', userId: '!anon' };
const good = fakeToken({ user_id: 'martin', exp: 4_000_000_000 });
const [head, payload, signature] = good.split('.') as [string, string, string];

function refusalOf(candidate: unknown, identity = martin): InvalidTokenError {
  try {
    validateToken(candidate, identity);
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidTokenError);
    return error as InvalidTokenError;
  }
  throw new Error('it was taken');
}

describe('a token', () => {
  test('that is in order is taken, with the white space around it gone', () => {
    expect(validateToken(` ${good}\n`, martin)).toMatchObject({ value: good, userId: 'martin' });
  });

  test.each([
    ['undefined', undefined, 'not_a_string'],
    ['null', null, 'not_a_string'],
    ['an object with a token', { token: good }, 'not_a_string'],
    ['a function', () => good, 'not_a_string'],
    ['a number', 42, 'not_a_string'],
    ['nothing', '', 'empty'],
    ['white space', ' \n\t', 'empty'],
    ['the word null', 'null', 'empty'],
    ['the word undefined', 'undefined', 'empty'],
    ['Bearer before it', `Bearer ${good}`, 'bearer_prefix'],
    ['bearer in small letters', `bearer ${good}`, 'bearer_prefix'],
    ['quotation marks', `"${good}"`, 'double_encoded'],
    ['single quotation marks', `'${good}'`, 'double_encoded'],
    ['a word', 'abc', 'not_a_jwt'],
    ['words, one of which is bearer', 'the bearer of it', 'not_a_jwt'],
    ['a quotation after a word', 'token="abc"', 'not_a_jwt'],
    ['a quotation before a word', '"abc" is it', 'not_a_jwt'],
    ['two parts', `${head}.${payload}`, 'not_a_jwt'],
    ['four parts', `${good}.x`, 'not_a_jwt'],
    ['a page', '<!DOCTYPE html><title>Sign in</title>', 'not_a_jwt'],
    ['a line break inside', `${head}.${payload}.\n${signature}`, 'not_a_jwt'],
    ['a payload that is no object', fakeToken([] as never), 'not_a_jwt'],
    ['no user_id', fakeToken({ sub: 'martin' }), 'missing_user_id'],
    ['an empty user_id', fakeToken({ user_id: '' }), 'missing_user_id'],
    ['a numeric user_id', fakeToken({ user_id: 42 }), 'invalid_user_id'],
    ['a null user_id', fakeToken({ user_id: null }), 'invalid_user_id'],
    ["another's user_id", fakeToken({ user_id: 'mara' }), 'wrong_user'],
    ['a user_id of another case', fakeToken({ user_id: 'Martin' }), 'wrong_user'],
  ])('that is %s is refused with its own code', (_name, candidate, code) => {
    expect(refusalOf(candidate).code).toBe(code);
  });

  test('is limited to 128 KiB', () => {
    const padded = (size: number) => `${good}${'x'.repeat(size - good.length)}`;
    expect(validateToken(padded(128 * 1024), martin).userId).toBe('martin');
    expect(refusalOf(padded(128 * 1024 + 1)).code).toBe('too_large');
  });

  test.each(['', 'null', `Bearer ${good}`, `"${good}"`, fakeToken({ user_id: 'mara' })])(
    'that is refused is quoted nowhere, and a sentence says what to change',
    (candidate) => {
      const error = refusalOf(candidate);
      expect(JSON.stringify(error)).not.toContain('eyJ');
      expect(error.remediation).toMatch(/^[A-Z].*\.$/);
      expect(error.message.length).toBeGreaterThan(10);
    },
  );

  test('keeps the id of its user as Unicode', () => {
    const identity: ExpectedIdentity = { kind: 'authenticated', userId: '用户1' };
    expect(validateToken(fakeToken({ user_id: '用户1' }), identity).userId).toBe('用户1');
    expect(refusalOf(fakeToken({ user_id: '用户2' }), identity).message).toContain('用户2');
  });

  test('of a guest that the token itself brings is taken whoever it is for', () => {
    expect(validateToken(good, { kind: 'guest', userId: undefined }).userId).toBe('martin');
  });

  test('with a __proto__ claim is an ordinary token', () => {
    const claims = JSON.parse('{"user_id":"martin","__proto__":{"admin":true}}');
    expect(validateToken(fakeToken(claims), martin).userId).toBe('martin');
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
    expect(refusalOf(fakeToken(JSON.parse('{"__proto__":{"user_id":"martin"}}'))).code).toBe(
      'missing_user_id',
    );
  });
});

describe('a call token', () => {
  const cids = (count: number) => Array.from({ length: count }, (_, n) => `livestream:${n}`);
  const exp = 4_000_000_000;

  test('for !anon, with an expiry and at most 100 calls is taken', () => {
    const token = fakeToken({ user_id: '!anon', exp, call_cids: cids(100) });
    expect(validateToken(token, nobody).userId).toBe('!anon');
    expect(validateToken(fakeToken({ user_id: '!anon', exp }), nobody).userId).toBe('!anon');
  });

  test.each([
    ["somebody's", { user_id: 'martin', exp, call_cids: cids(1) }, 'not_anonymous'],
    ['endless', { user_id: '!anon', call_cids: cids(1) }, 'missing_expiry'],
    ['without a usable expiry', { user_id: '!anon', exp: 'soon' }, 'missing_expiry'],
    ['for 101 calls', { user_id: '!anon', exp, call_cids: cids(101) }, 'too_many_calls'],
  ])('that is %s is refused', (_name, claims, code) => {
    expect(refusalOf(fakeToken(claims), nobody).code).toBe(code);
  });
});
