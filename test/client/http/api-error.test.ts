import { describe, expect, test } from 'vitest';
import {
  apiErrorOf,
  isWireError,
  readRateLimit,
  showsAcceptance,
} from '../../../src/client/http/api-error.js';
import { fakeToken } from '../../support/tokens.js';

describe("the coordinator's error object", () => {
  test.each([
    [{ code: 40, message: 'expired', StatusCode: 401 }],
    [{ code: 40, message: 'expired' }],
    [{ code: 40, StatusCode: 401 }],
    [{ code: 0, message: '' }],
  ])('is %j', (value) => {
    expect(isWireError(value)).toBe(true);
  });

  test.each([
    [null],
    [undefined],
    ['code 40'],
    [40],
    [{}],
    [[]],
    [{ message: 'expired', StatusCode: 401 }],
    [{ code: '40', message: 'expired', StatusCode: 401 }],
    [{ code: 40 }],
    [{ code: 40, message: 7, StatusCode: '401' }],
    [{ code: 40, message: 7, StatusCode: 401 }],
  ])('is not %j', (value) => {
    expect(isWireError(value)).toBe(false);
  });
});

describe('an ApiError', () => {
  const wire = { code: 4, message: 'bad', StatusCode: 400 };

  test('tells the status, both codes, the id of the request, and the message', () => {
    const error = apiErrorOf(wire, { status: 400, requestId: 'r' });
    expect(error).toMatchObject({ code: 'api_error', status: 400, apiCode: 4, requestId: 'r' });
    expect(error.message).toBe('The coordinator answered 400 / 4: bad');
    expect('details' in error).toBe(false);
  });

  test('of an answer without a message has one all the same', () => {
    const error = apiErrorOf({ code: 4, StatusCode: 400 } as never, { status: 400 });
    expect(error.message).toBe('The coordinator answered 400 / 4: ');
  });

  test.each([
    [5, /claims of the token/],
    [43, /Compare the secret/],
  ])('about a token that was signed as it should be has the advice of its code (%i)', (code, advice) => {
    const token = fakeToken({ user_id: 'martin' });
    expect(apiErrorOf({ ...wire, code }, { status: 401, token }).remediation).toMatch(advice);
  });

  test.each([
    [5, 401, /HS256/],
    [43, 401, /HS256/],
    [4, 400, /Look at the message/],
    [4, 429, /Send fewer requests/],
  ])(
    'about a token of another algorithm says so where it is about its making (%i / %i)',
    (code, status, advice) => {
      const [, claims, signature] = fakeToken({ user_id: 'martin' }).split('.');
      const header = Buffer.from(JSON.stringify({ alg: 'RS256' })).toString('base64url');
      const token = `${header}.${claims}.${signature}`;
      expect(apiErrorOf({ ...wire, code }, { status, token }).remediation).toMatch(advice);
    },
  );

  test('tells which fields were wrong, and whether trying again is of use', () => {
    const fields = { exception_fields: { id: 'is required' } };
    expect(apiErrorOf({ ...wire, ...fields }, { status: 400 }).details).toEqual(fields);
    expect(apiErrorOf({ ...wire, unrecoverable: true }, { status: 400 }).details).toEqual({
      unrecoverable: true,
    });
    expect(apiErrorOf({ ...wire, ...fields, unrecoverable: false }, { status: 400 }).details).toEqual({
      ...fields,
      unrecoverable: false,
    });
  });

  test('has details without tokens, and frozen', () => {
    const exception_fields = { token: fakeToken({ user_id: 'martin' }) };
    const { details } = apiErrorOf({ ...wire, exception_fields }, { status: 400 });
    expect(details).toEqual({ exception_fields: { token: '<token>' } });
    expect(Object.isFrozen(details)).toBe(true);
  });

  test.each([
    [500, -1, undefined, true],
    [503, -1, false, true],
    [500, -1, true, false],
    [499, 4, undefined, false],
    [429, 4, undefined, true],
    [429, 9, true, false],
    [400, 9, undefined, true],
    [401, 40, undefined, false],
  ])(
    'with status %i, code %i and unrecoverable %s: retryable is %s',
    (status, code, unrecoverable, retryable) => {
      const error = apiErrorOf(
        { code, message: '', ...(unrecoverable !== undefined && { unrecoverable }) },
        { status },
      );
      expect(error.retryable).toBe(retryable);
    },
  );
});

describe('an answer shows that the token was taken', () => {
  const answered = (code: number, status: number) => apiErrorOf({ code, message: '' }, { status });

  test.each([4, 16, 17, 46])('when it speaks of something else: code %i', (code) => {
    expect(showsAcceptance(answered(code, 400))).toBe(true);
  });

  test.each([2, 5, 9, 40, 41, 42, 43, 71, 99, -1])(
    'not when the token may be the reason: code %i',
    (code) => {
      expect(showsAcceptance(answered(code, 401))).toBe(false);
    },
  );

  test('when there is no error', () => {
    expect(showsAcceptance(undefined)).toBe(true);
  });
});

describe('the rate limit', () => {
  const read = (headers: Record<string, string>) => readRateLimit(new Headers(headers));

  test('is read from three headers, the reset in epoch milliseconds', () => {
    const limit = read({
      'x-ratelimit-limit': '60',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': '12',
    });
    expect(limit).toEqual({ limit: 60, remaining: 0, resetsAt: 12_000 });
    expect(Object.isFrozen(limit)).toBe(true);
  });

  test.each([
    [{ 'x-ratelimit-limit': '60' }, { limit: 60 }],
    [{ 'x-ratelimit-remaining': '1' }, { remaining: 1 }],
    [{ 'x-ratelimit-reset': '12' }, { resetsAt: 12_000 }],
  ])('is what there is: %j', (headers, limit) => {
    expect(read(headers)).toStrictEqual(limit);
  });

  test.each([
    [{}],
    [{ 'x-ratelimit-limit': '' }],
    [{ 'x-ratelimit-limit': 'x60' }],
    [{ 'x-ratelimit-limit': '60x' }],
  ])('is unknown with %j', (headers) => {
    expect(read(headers)).toBeUndefined();
  });
});
