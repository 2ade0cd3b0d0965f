import { StreamVideo, User } from 'stream-video-auth';
import { describe, expect, test } from 'vitest';
import { apiErrorOf } from '../../src/client/http/api-error.js';
import { prepareBody } from '../../src/client/http/body.js';
import { readPath, segment } from '../../src/client/http/path.js';
import {
  attemptError,
  blockedError,
  formerIdentityError,
  guestExpiredError,
  newTokenRefusedError,
  noProgressError,
  reenteredError,
  sameAsRejectedError,
  secondExpiryError,
  staticTokenError,
  supersededError,
} from '../../src/client/refresh/refresh-errors.js';
import {
  anonymousSocketError,
  connectTimeout,
  notConnectedError,
  noWebSocketError,
  rejectedError,
} from '../../src/client/socket/socket-errors.js';
import { type ExpectedIdentity, validateToken } from '../../src/client/token/validate-token.js';
import {
  ApiError,
  ConfigurationError,
  type StreamVideoError,
  TokenProviderError,
  UnauthorizedError,
} from '../../src/shared/errors.js';
import { fakeToken } from '../support/tokens.js';

/** An error as people read it. */
function told({ name, code, message, remediation, retryable }: StreamVideoError): string {
  return `${name} ${code}${retryable ? ' (retryable)' : ''}\n  ${message}\n  ${remediation}`;
}

function thrownBy(call: () => unknown): StreamVideoError {
  try {
    call();
  } catch (error) {
    return error as StreamVideoError;
  }
  throw new Error('nothing was thrown');
}

async function rejection(promise: Promise<unknown>): Promise<StreamVideoError> {
  return promise.then(
    () => {
      throw new Error('it resolved');
    },
    (error) => error,
  );
}

const martin: ExpectedIdentity = { kind: 'authenticated', userId: 'martin' };
const nobody: ExpectedIdentity = { kind: 'anonymous', userId: '!anon' };
const refused = new ApiError('The coordinator answered 401 / 43', {
  status: 401,
  apiCode: 43,
  remediation: 'Compare the secret.',
});
const until = { wallMs: 1_000, monotonicMs: 0 };
const plain = new Error('503');
const timeout = new TokenProviderError('provider_timeout', 'took too long', { remediation: 'Be quick.' });

describe('what people read', () => {
  test('about a token that fails its checks', async () => {
    const bad: [unknown, ExpectedIdentity?][] = [
      [{}],
      [undefined],
      [null],
      [[]],
      [''],
      ['null'],
      [`x${'y'.repeat(128 * 1024)}`],
      ['Bearer abc'],
      ['"abc"'],
      ['<html>'],
      ['abc'],
      [fakeToken({})],
      [fakeToken({ user_id: 7 })],
      [fakeToken({ user_id: 'mara' })],
      [fakeToken({ user_id: 'mara' }), nobody],
      [fakeToken({ user_id: '!anon' }), nobody],
      [fakeToken({ user_id: '!anon', exp: 4e9, call_cids: Array(101).fill('a:b') }), nobody],
    ];
    const texts = bad.map(([token, identity = martin]) =>
      told(thrownBy(() => validateToken(token, identity))),
    );
    await expect(texts.join('\n')).toMatchFileSnapshot('__snapshots__/check-errors.txt');
  });

  test('about a provider, and about a token that has ended', async () => {
    const errors = [
      attemptError(plain, 1),
      attemptError(undefined, 1),
      attemptError('no', 1),
      attemptError({ message: 'odd' }, 1),
      attemptError(timeout, 1),
      attemptError(new ConfigurationError('invalid_option', 'm', { remediation: 'Change it.' }), 1),
      attemptError(sameAsRejectedError(), 1),
      blockedError({ by: 'provider', error: plain, until }),
      blockedError({ by: 'network', error: timeout, until }),
      blockedError({ by: 'retry_after', error: plain, until }),
      blockedError({ by: 'breaker', error: sameAsRejectedError(), until }),
      blockedError({ by: 'breaker', error: timeout, until }),
      blockedError({ by: 'refusal', error: refused, until }),
      blockedError({ by: 'early_refusal', error: refused, until }),
      formerIdentityError(),
      supersededError(),
      reenteredError(),
      noProgressError(),
      newTokenRefusedError(plain),
      sameAsRejectedError(),
      staticTokenError(),
      guestExpiredError(),
      new UnauthorizedError(),
    ];
    await expect(errors.map(told).join('\n')).toMatchFileSnapshot('__snapshots__/token-errors.txt');
  });

  test('about each code of the coordinator', async () => {
    const codes = [2, 4, 5, 9, 16, 17, 40, 41, 42, 43, 71, 99];
    const errors = codes.map((code) => apiErrorOf({ code, message: `m${code}` }, { status: 401 }));
    // case 229: stream-chat-flutter #1731
    const foreign = `${btoa('{"alg":"RS256"}').replace(/=/g, '')}.e30.x`;
    for (const code of [5, 43, 40]) {
      errors.push(apiErrorOf({ code, message: `m${code}` }, { status: 401, token: foreign }));
    }
    errors.push(apiErrorOf({ code: 99, message: 'a limit' }, { status: 429 }));
    await expect(errors.map(told).join('\n')).toMatchFileSnapshot('__snapshots__/api-errors.txt');
  });

  test('about a request that cannot be sent', async () => {
    const client = new StreamVideo({ apiKey: 'key', user: User.anonymous, logger: 'silent' });
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    const refused = [
      ...[7, '//x', '/a/../b', '/video/edges', '/video'].map((path) => thrownBy(() => readPath(path))),
      ...['..', '\ud800'].map((id) => thrownBy(() => segment(id))),
      ...(await Promise.all([() => {}, circle].map((body) => rejection(prepareBody(body))))),
    ];
    const requests: [string, object?][] = [
      ['GET IT'],
      ['GET', { body: {} }],
      ['HEAD', { body: {} }],
      ['GET', { headers: { a: 1 } }],
      ['GET', { headers: { 'x-a': 'Ж' } }],
      ['GET', { headers: { Authorization: 'x' } }],
    ];
    for (const [method, options] of requests) {
      refused.push(await rejection(client.request(method, '/edges', options)));
    }
    await expect(refused.map(told).join('\n')).toMatchFileSnapshot('__snapshots__/request-errors.txt');
  });

  test('about an answer that is none', async () => {
    const errors: StreamVideoError[] = [];
    const answers: (() => Promise<Response>)[] = [
      async () => new Response('<html>', { status: 200 }),
      async () => new Response('<html>', { status: 500 }),
      async () => new Response('<html>', { status: 502 }),
      async () => new Response(null, { status: 302, headers: { location: 'https://x.example/a#b' } }),
      async () => new Response(null, { status: 302 }),
      () => Promise.reject(new TypeError('fetch failed')),
      () => Promise.reject(new TypeError('Illegal invocation')),
      () => Promise.reject(),
    ];
    for (const fetch of answers) {
      const client = new StreamVideo({ apiKey: 'key', user: User.anonymous, fetch, logger: 'silent' });
      errors.push(await rejection(client.request('POST', '/devices')));
    }
    const fetch = () => new Promise<Response>(() => {});
    const timeouts = { requestMs: 1 };
    const slow = new StreamVideo({ apiKey: 'key', user: User.anonymous, fetch, timeouts, logger: 'silent' });
    errors.push(await rejection(slow.request('GET', '/edges')));
    await expect(errors.map(told).join('\n')).toMatchFileSnapshot('__snapshots__/answer-errors.txt');
  });

  test('about the socket', async () => {
    const refusal = new ApiError('refused', { status: 401, apiCode: 43, remediation: 'Compare secrets.' });
    const ending = { code: 1006, reason: 'gone' };
    const errors = [
      rejectedError(refusal),
      secondExpiryError(refusal),
      connectTimeout(15, {}),
      connectTimeout(15, { ending }),
      connectTimeout(15, { ending: { code: 0, reason: '' } }),
      connectTimeout(15, { ending, error: refusal }),
      connectTimeout(15, { error: timeout }),
      connectTimeout(15, { error: plain }),
      noWebSocketError(),
      notConnectedError(),
      anonymousSocketError(),
    ];
    await expect(errors.map(told).join('\n')).toMatchFileSnapshot('__snapshots__/socket-errors.txt');
  });
});

describe('the cause', () => {
  test("of a failed attempt is the app's own error", () => {
    expect(attemptError(plain, 1).cause).toBe(plain);
    expect(
      attemptError(new TokenProviderError('provider_failed', 'm', { remediation: 'r', cause: plain }), 1)
        .cause,
    ).toBe(plain);
    expect(attemptError(plain, 1)).toMatchObject({ retryAt: 1 });
    expect(attemptError(sameAsRejectedError(), 2)).toMatchObject({ retryAt: 2, code: 'same_as_rejected' });
  });

  test("of a wait is the app's own error, too", () => {
    expect(blockedError({ by: 'provider', error: plain, until })).toMatchObject({
      cause: plain,
      retryAt: 1_000,
    });
    expect(blockedError({ by: 'network', error: timeout, until })).toMatchObject({
      cause: timeout,
      code: 'provider_timeout',
    });
    const wrapped = new TokenProviderError('provider_failed', 'm', { remediation: 'r', cause: plain });
    expect(blockedError({ by: 'provider', error: wrapped, until }).cause).toBe(plain);
  });

  test('of a connect() that ran out of time is what stood in the way', () => {
    const socketError = new Error('ECONNREFUSED');
    expect(connectTimeout(15, { error: plain }).cause).toBe(plain);
    expect(connectTimeout(15, { error: timeout }).cause).toBe(timeout);
    expect(connectTimeout(15, { ending: { code: 0, reason: '', cause: socketError } }).cause).toBe(
      socketError,
    );
    expect(connectTimeout(15, { ending: { code: 1006, reason: 'gone' } })).toMatchObject({
      closeCode: 1006,
      closeReason: 'gone',
    });
    expect(connectTimeout(15, {})).not.toHaveProperty('closeReason');
  });
});
