import { describe, expect, test } from 'vitest';
import { actionAfter, statusOf } from '../../../src/client/socket/handshake-refusal.js';

const refusal = (code: number, StatusCode: unknown) => ({ code, message: '', StatusCode }) as never;

describe('a refusal of the handshake', () => {
  test.each([
    ['renewal of the token', 'renew_token', [40]],
    ['a wait for the same token', 'wait', [41, 42]],
    ['another token, where one is kept', 'roll_back', [43, 5, 2]],
    ['a later try', 'back_off', [71, 9]],
    ['an end', 'give_up', [4, 17, 99]],
  ])('asks for %s (%s) by its code alone', (_name, action, codes) => {
    for (const code of codes) {
      for (const status of [400, 401, undefined]) expect(actionAfter(refusal(code, status))).toBe(action);
    }
  });

  test.each([
    [4, 429],
    [4, 500],
    [4, 503],
    [-1, 400],
    [-1, undefined],
  ])(
    'with code %i and status %s is tried again later: the server, not the token, is the reason',
    (code, status) => {
      expect(actionAfter(refusal(code, status))).toBe('back_off');
    },
  );

  test.each([
    [0, 499],
    [4, '500'],
  ])('with code %i and status %j is not', (code, status) => {
    expect(actionAfter(refusal(code, status))).toBe('give_up');
  });

  test('has the status that it names, else none', () => {
    expect([statusOf(refusal(4, 400)), statusOf(refusal(4, '400')), statusOf(refusal(4, undefined))]).toEqual(
      [400, 0, 0],
    );
  });
});
