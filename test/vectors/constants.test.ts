import { describe, expect, test } from 'vitest';
import { windowsFor } from '../../src/client/token/refresh-windows.js';
import { lookUpSymbol } from './symbols.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const scope = (luck: number) => ({ luck, now: 0, token: undefined, marks: new Map<string, number>() });
const constant = (name: string) => lookUpSymbol(name, undefined, scope(0));

describe('the constants behind the symbols', () => {
  test.each([
    ['jitterShare', 0.25],
    ['providerLimit', 10 * SECOND],
    ['requestLimit', 10 * SECOND],
    ['connectLimit', 15 * SECOND],
    ['retryAfterMin', SECOND],
    ['retryAfterMax', 5 * MINUTE],
    ['floor', 5 * SECOND],
    ['patience', 2.5 * SECOND],
    ['timerMin', 250],
    ['timerMax', MINUTE],
    ['earlyMargin', 250],
    ['earlyMin', SECOND],
    ['earlyMax', 5 * SECOND],
    ['twinAge', 2 * SECOND],
    ['twinWait', SECOND],
    ['straggler', 6 * SECOND],
    ['handBack', 15 * SECOND],
    ['joinLimit', 2 * SECOND],
    ['poll', 50],
    ['tolerance', 5 * SECOND],
    ['clockJump', 2 * SECOND],
    ['notableSkew', MINUTE],
    ['uptime', 5 * SECOND],
    ['ping', 25 * SECOND],
    ['dead', 35 * SECOND],
    ['handshakeLimit', 15 * SECOND],
  ])('%s is %d', (name, value) => {
    expect(constant(name)).toBe(value);
  });

  test.each([
    ['backOff', [2, 4, 8, 16, 32, 60, 60].map((seconds) => seconds * SECOND)],
    ['breaker', [30, 60, 120, 240, 300, 300, 300].map((seconds) => seconds * SECOND)],
    ['socketBackOff', [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 25_000, 25_000]],
  ])('%s doubles up to its cap', (name, values) => {
    expect(values.map((_, failures) => lookUpSymbol(name, failures, scope(1)))).toEqual(values);
  });

  test('chance halves the back-off at most, and the whole of the back-off of a socket', () => {
    expect(lookUpSymbol('backOff', 0, scope(0))).toBe(SECOND);
    expect(lookUpSymbol('socketBackOff', 3, scope(0))).toBe(0);
  });

  test.each([
    ['1 s', SECOND, 500, 125],
    ['10 s', 10 * SECOND, 5 * SECOND, 1_250],
    ['30 s', 30 * SECOND, 15 * SECOND, 3_750],
    ['1 min', MINUTE, 15 * SECOND, 3_750],
    ['2 min', 2 * MINUTE, 24 * SECOND, 6 * SECOND],
    ['10 min', 10 * MINUTE, 2 * MINUTE, 30 * SECOND],
    ['1 h', HOUR, 10 * MINUTE, 30 * SECOND],
    ['10 y', 10 * 365 * 24 * HOUR, 10 * MINUTE, 30 * SECOND],
    ['none at all', -HOUR, 0, 0],
  ])('for a life of %s the windows are', (_life, lifeMs, advisoryMs, mandatoryMs) => {
    expect(windowsFor(lifeMs)).toEqual({ advisoryMs, mandatoryMs });
  });
});
