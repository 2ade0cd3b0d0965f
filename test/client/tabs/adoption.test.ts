import { describe, expect, test } from 'vitest';
import { isShareable, isWorthAdopting } from '../../../src/client/tabs/adoption.js';
import type { TokenFacts } from '../../../src/client/token/token-facts.js';

const NOW = { wallMs: 1_000_000_000_000, monotonicMs: 0, offsetMs: 0 };
const SECOND = NOW.wallMs / 1000;

/** A token that is held here, and ends so many seconds from now. */
function held(seconds: number | undefined, facts: Partial<TokenFacts> = {}): TokenFacts {
  const exp = seconds === undefined ? undefined : SECOND + seconds;
  return {
    value: 'a.b.c',
    claims: { user_id: 'martin', ...(exp !== undefined && { exp }) },
    userId: 'martin',
    generation: 1,
    expiresAtMs: exp && exp * 1000,
    issuedAtMs: undefined,
    receivedAt: NOW,
    requestedAt: NOW,
    origin: 'provider',
    jitter: 0,
    ...facts,
  };
}

const lasting = (seconds: number) => ({ user_id: 'martin', exp: SECOND + seconds });

describe('a token of another tab is worth adopting', () => {
  test.each<[string, ReturnType<typeof lasting>, TokenFacts | undefined]>([
    ['where none is held', lasting(1), undefined],
    ['where it lives longer', lasting(61), held(60)],
    [
      'where the held one was refused, however long that would live',
      lasting(1),
      held(60, { rejectedByServerAt: NOW }),
    ],
    ['where the held one has ended', lasting(1), held(-5)],
  ])('%s', (_name, claims, own) => {
    expect(isWorthAdopting(claims, own, NOW)).toBe(true);
  });

  test('where it has no end and the held one has', () => {
    expect(isWorthAdopting({ user_id: 'martin' }, held(60), NOW)).toBe(true);
  });

  test.each<[string, Record<string, unknown>, TokenFacts | undefined]>([
    ['that ends in the same second', lasting(60), held(60)],
    ['that ends sooner', lasting(59), held(60)],
    ['that has ended, though none is held', lasting(0), undefined],
    ['that has ended, though the held one has, too', lasting(-1), held(-5)],
    ['where the held one has no end', lasting(60), held(undefined)],
    ['without an end where the held one has none', { user_id: 'martin' }, held(undefined)],
    ['whose end makes no sense', { user_id: 'martin', exp: 1e308 }, held(60)],
    ['whose end is text', { user_id: 'martin', exp: '99999999999' }, held(60)],
    ['whose end is null, though none is held', { user_id: 'martin', exp: null }, undefined],
    ['that lists calls', { ...lasting(61), call_cids: ['default:a'] }, held(60)],
    ['that lists no calls, but says so', { ...lasting(61), call_cids: [] }, undefined],
    [
      'where the held one lists calls',
      lasting(61),
      held(60, { claims: { user_id: 'martin', call_cids: ['default:a'] } }),
    ],
  ])('but not one %s', (_name, claims, own) => {
    expect(isWorthAdopting(claims, own, NOW)).toBe(false);
  });

  test('by the clock of the server, not by ours', () => {
    const ahead = { ...NOW, offsetMs: -10_000 };
    expect(isWorthAdopting(lasting(-5), undefined, ahead)).toBe(true);
    expect(isWorthAdopting(lasting(5), undefined, { ...NOW, offsetMs: 10_000 })).toBe(false);
  });
});

test('a token is offered unless it lists calls', () => {
  expect(isShareable({ user_id: 'martin' })).toBe(true);
  expect(isShareable({ user_id: 'martin', call_cids: [] })).toBe(false);
});
