import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  isAlive,
  lifeAtReceiptMs,
  type Now,
  phase,
  remainingMs,
  type TimeFacts,
  tokenPhase,
  windowsOf,
} from '../../../src/client/token/phase.js';
import {
  ADVISORY_MAX_MS,
  JITTER_SHARE,
  MANDATORY_MAX_MS,
  windowsFor,
} from '../../../src/client/token/refresh-windows.js';

const T0 = 1_772_445_600_000;
const HOUR = 3_600_000;

function token(facts: Partial<TimeFacts> = {}): TimeFacts {
  return {
    expiresAtMs: T0 + HOUR,
    issuedAtMs: T0,
    receivedAt: { wallMs: T0, monotonicMs: 0 },
    origin: 'provider',
    jitter: 0,
    ...facts,
  };
}

const at = (elapsedMs: number, { wallMs = T0 + elapsedMs, offsetMs = 0 }: Partial<Now> = {}): Now => ({
  wallMs,
  monotonicMs: elapsedMs,
  offsetMs,
});

describe('remaining life', () => {
  test('ends at the expiry by server time', () => {
    expect(remainingMs(token(), at(0, { offsetMs: 60_000 }))).toBe(HOUR - 60_000);
    expect(remainingMs(token(), at(0, { offsetMs: -60_000 }))).toBe(HOUR);
  });

  test('of a token fresh from the provider ends when its intended life is over, whatever the wall clock says', () => {
    expect(remainingMs(token(), at(HOUR - 1, { wallMs: T0 - HOUR }))).toBe(1);
    expect(remainingMs(token(), at(HOUR, { wallMs: T0 }))).toBe(0);
  });

  test('of a token handed in goes by the wall clock alone', () => {
    expect(remainingMs(token({ origin: 'app' }), at(HOUR, { wallMs: T0 }))).toBe(HOUR);
  });

  test('of a token without an iat goes by the wall clock alone', () => {
    expect(remainingMs(token({ issuedAtMs: undefined }), at(HOUR, { wallMs: T0 }))).toBe(HOUR);
  });

  test('is infinite without a usable expiry, and the phase is fresh', () => {
    const endless = token({ expiresAtMs: undefined });
    expect(remainingMs(endless, at(10 * HOUR))).toBe(Number.POSITIVE_INFINITY);
    expect(lifeAtReceiptMs(endless, at(0))).toBe(Number.POSITIVE_INFINITY);
    expect(tokenPhase(endless, at(100 * HOUR))).toBe('fresh');
  });
});

describe('a token', () => {
  test('is alive until its life is over', () => {
    expect([HOUR - 1, HOUR, HOUR + 1].map((elapsedMs) => isAlive(token(), at(elapsedMs)))).toEqual([
      true,
      false,
      false,
    ]);
  });

  test('is not alive once the server has refused it, whatever life is left', () => {
    expect(isAlive({ ...token(), rejectedByServerAt: at(0) }, at(1))).toBe(false);
  });
});

describe('life at receipt', () => {
  test('is what the server clock leaves, but no more than was intended', () => {
    expect(lifeAtReceiptMs(token(), at(HOUR / 2))).toBe(HOUR);
    expect(lifeAtReceiptMs(token(), at(0, { offsetMs: 1_000 }))).toBe(HOUR - 1_000);
    expect(lifeAtReceiptMs(token(), at(0, { offsetMs: -HOUR }))).toBe(HOUR);
    expect(lifeAtReceiptMs(token({ origin: 'app' }), at(0, { offsetMs: -HOUR }))).toBe(2 * HOUR);
  });
});

describe('windows', () => {
  test.each([
    ['a share of a life in between', 1_000_000, 200_000, 30_000],
    ['at least the minimum', 60_000, 15_000, 3_750],
    ['at most the maximum', 24 * HOUR, 600_000, 30_000],
    ['half of a short life', 12_000, 6_000, 1_500],
    ['nothing of no life', 0, 0, 0],
    ['nothing of a life that is over', -5_000, 0, 0],
    ['the mandatory share where it is the smallest', 240_000, 48_000, 12_000],
  ])('are %s', (_name, lifeMs, advisoryMs, mandatoryMs) => {
    expect(windowsFor(lifeMs)).toEqual({ advisoryMs, mandatoryMs });
  });

  test('keep to their bounds for every life', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e12, noNaN: true }), (lifeMs) => {
        const { advisoryMs, mandatoryMs } = windowsFor(lifeMs);
        expect(advisoryMs).toBeLessThanOrEqual(Math.min(ADVISORY_MAX_MS, lifeMs / 2));
        expect(mandatoryMs).toBeLessThanOrEqual(Math.min(MANDATORY_MAX_MS, advisoryMs / 4));
        expect(mandatoryMs).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  test('the jitter opens the advisory window later by up to its share, and leaves the mandatory one', () => {
    const plain = windowsOf(token({ jitter: 0 }), at(0));
    const late = windowsOf(token({ jitter: 1 }), at(0));
    expect(plain).toEqual(windowsFor(HOUR));
    expect(late.advisoryMs).toBe(plain.advisoryMs * (1 - JITTER_SHARE));
    expect(late.mandatoryMs).toBe(plain.mandatoryMs);
  });
});

describe('phases', () => {
  const { advisoryMs, mandatoryMs } = windowsFor(HOUR);

  test.each([
    ['fresh', 'before the advisory window', HOUR - advisoryMs - 1],
    ['advisory', 'when the advisory window opens', HOUR - advisoryMs],
    ['advisory', 'before the mandatory window', HOUR - mandatoryMs - 1],
    ['mandatory', 'when the mandatory window opens', HOUR - mandatoryMs],
    ['mandatory', 'up to the last millisecond', HOUR - 1],
    ['expired', 'at the expiry', HOUR],
    ['expired', 'after it', HOUR + 1],
  ])('%s %s', (expected, _when, elapsedMs) => {
    expect(tokenPhase(token(), at(elapsedMs))).toBe(expected);
  });

  test('the window opens later with jitter, never earlier', () => {
    const jittered = token({ jitter: 1 });
    expect(tokenPhase(jittered, at(HOUR - advisoryMs))).toBe('fresh');
    expect(tokenPhase(jittered, at(HOUR - advisoryMs * (1 - JITTER_SHARE)))).toBe('advisory');
  });

  test('of a session: suspended before all, acquiring without a token or with a refused one', () => {
    const rejectedByServerAt = { wallMs: T0, monotonicMs: 0 };
    expect(phase({ isSuspended: true, token: token() }, at(0))).toBe('suspended');
    expect(phase({ isSuspended: false, token: undefined }, at(0))).toBe('acquiring');
    expect(
      phase({ isSuspended: false, token: { ...token(), rejectedByServerAt: rejectedByServerAt } }, at(0)),
    ).toBe('acquiring');
    expect(phase({ isSuspended: false, token: token() }, at(0))).toBe('fresh');
  });

  test('only ever go forward while time does', () => {
    const order = ['fresh', 'advisory', 'mandatory', 'expired'];
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e7 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.array(fc.integer({ min: 0, max: 2e6 }), { minLength: 2 }),
        (lifeSeconds, jitter, steps) => {
          const facts = token({ expiresAtMs: T0 + lifeSeconds * 1000, jitter });
          let elapsed = 0;
          let last = 0;
          for (const step of steps) {
            elapsed += step;
            const now = order.indexOf(tokenPhase(facts, at(elapsed)));
            expect(now).toBeGreaterThanOrEqual(last);
            last = now;
          }
        },
      ),
    );
  });
});
