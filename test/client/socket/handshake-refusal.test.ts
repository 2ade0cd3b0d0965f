import { describe, expect, test } from 'vitest';
import { actionAfter, statusOf } from '../../../src/client/socket/handshake-refusal.js';

const refusal = (code: number, StatusCode: unknown, extra: object = {}) =>
  ({ code, message: '', StatusCode, ...extra }) as never;

const STATUSES = [400, 401, 403, 404, 408, 429, 499, 500, 503, undefined, '500'];
const ABOUT_TOKEN = [40, 41, 42, 43, 5];
const FINAL = [2, 17, 4];
// case 207: stream-video-js #2228
const PASSING = [-1, 0, 9, 16, 20, 23, 46, 60, 71, 99, 1000];

describe('a refusal of the handshake', () => {
  test.each([
    ['renewal of the token', 'renew_token', [40]],
    ['a wait for the same token', 'wait', [41, 42]],
    ['another token', 'replace_token', [43, 5]],
    ['an end', 'give_up', FINAL],
    ['a later try', 'back_off', PASSING],
  ])('asks for %s (%s) by its code, whatever its status among those of a client', (_name, action, codes) => {
    for (const code of codes) {
      for (const status of [400, 401, 403, 404, undefined, '500'])
        expect(actionAfter(refusal(code, status))).toBe(action);
    }
  });

  test('that is about the token is so at any status, also where the server says that repeating is of no use', () => {
    for (const code of ABOUT_TOKEN) {
      for (const status of STATUSES) {
        const action = actionAfter(refusal(code, undefined));
        expect(actionAfter(refusal(code, status))).toBe(action);
        expect(actionAfter(refusal(code, status, { unrecoverable: true }))).toBe(action);
      }
    }
  });

  test('by a server in trouble passes, whatever else its code would mean', () => {
    for (const code of [...FINAL, ...PASSING]) {
      for (const status of [408, 429, 500, 503, 599]) {
        expect(actionAfter(refusal(code, status))).toBe('back_off');
      }
    }
  });

  test('that is unrecoverable is the end, at any status; what only looks like it is not', () => {
    for (const code of [...FINAL, ...PASSING]) {
      for (const status of STATUSES) {
        expect(actionAfter(refusal(code, status, { unrecoverable: true }))).toBe('give_up');
      }
    }
    for (const unrecoverable of [false, 'true', 1, null, undefined]) {
      expect(actionAfter(refusal(23, 408, { unrecoverable }))).toBe('back_off');
    }
  });

  test('has the status that it names, else none', () => {
    expect([statusOf(refusal(4, 400)), statusOf(refusal(4, '400')), statusOf(refusal(4, undefined))]).toEqual(
      [400, 0, 0],
    );
  });
});
