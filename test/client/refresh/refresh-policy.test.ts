import { describe, expect, test } from 'vitest';
import {
  canReplace,
  FLOOR_MS,
  mayRenewIn,
  mustWait,
  type PolicyFacts,
} from '../../../src/client/refresh/refresh-policy.js';
import type { TokenSource } from '../../../src/client/refresh/token-provider.js';
import type { Phase } from '../../../src/client/token/phase.js';
import type { TokenFacts } from '../../../src/client/token/token-facts.js';

const provider: TokenSource = { kind: 'provider', provider: () => 'token' };
const guest: TokenSource = { kind: 'guest', create: () => Promise.reject(new Error('unused')) };
const none: TokenSource = { kind: 'none' };

const policy = (source: TokenSource, facts: Partial<PolicyFacts> = {}): PolicyFacts => ({
  source,
  refresh: 'auto',
  guestExpiry: 'renew',
  hasJoinedCall: false,
  hasConsumer: false,
  ...facts,
});

describe('a refused token', () => {
  const inCall = { hasJoinedCall: true };
  const suspending = { guestExpiry: 'suspend' } as const;

  test.each([
    ['of a provider has a successor', provider, {}, true],
    ['of a provider has one while a call is joined, too', provider, inCall, true],
    ["of a provider has one whatever is said about guests'", provider, suspending, true],
    ['of a guest has one', guest, {}, true],
    ['of a guest has none while a call is joined', guest, inCall, false],
    ['of a guest whose token a consumer was handed has none', guest, { hasConsumer: true }, false],
    ['of a provider has one though a consumer was handed the token', provider, { hasConsumer: true }, true],
    ['of a guest that is to be suspended has none', guest, suspending, false],
    ['that nothing can renew has none', none, {}, false],
  ])('%s', (_name, source, facts, expected) => {
    expect(canReplace(policy(source, facts))).toBe(expected);
  });
});

describe('ahead of a refusal', () => {
  test.each([
    ['a provider is asked in each window', provider, {}, ['advisory', 'mandatory', 'expired']],
    ['a provider is not asked on demand', provider, { refresh: 'on-demand' }, []],
    ['a guest is made anew once the token has ended', guest, {}, ['expired']],
    ['no guest is made while a call is joined', guest, { hasJoinedCall: true }, []],
    ['no guest is made while a consumer lives on its token', guest, { hasConsumer: true }, []],
    ['nobody is asked where there is nobody', none, {}, []],
  ] as const)('%s', (_name, source, facts, expected) => {
    const phases = (['advisory', 'mandatory', 'expired'] as const).filter((current) =>
      mayRenewIn(current, policy(source, facts)),
    );
    expect(phases).toEqual(expected);
  });
});

test('for a token that still lives a caller waits in the mandatory window alone, and not on demand', () => {
  const [facts, now] = [{} as TokenFacts, { wallMs: 0, monotonicMs: 0, offsetMs: 0 }];
  const waits = (current: Phase, more: Partial<PolicyFacts> = {}) =>
    mustWait(current, facts, now, policy(provider, more));
  expect([waits('advisory'), waits('mandatory')]).toEqual([false, true]);
  expect(waits('mandatory', { refresh: 'on-demand' })).toBe(false);
});

describe('for an expired token', () => {
  const T0 = 1_772_445_600_000;
  const LATER_MS = FLOOR_MS;
  const now = { wallMs: T0 + LATER_MS, monotonicMs: LATER_MS, offsetMs: 0 };
  const at = (ms: number) => ({ wallMs: T0 + ms, monotonicMs: ms });
  const facts: TokenFacts = {
    value: 'token',
    claims: {},
    userId: 'martin',
    generation: 1,
    expiresAtMs: T0 + 1,
    issuedAtMs: undefined,
    receivedAt: at(0),
    requestedAt: at(0),
    origin: 'provider',
    jitter: 0,
  };
  const waits = (more: Partial<TokenFacts> = {}) =>
    mustWait('expired', { ...facts, ...more }, now, policy(provider));

  test('a caller waits', () => {
    expect(waits()).toBe(true);
    expect(waits({ usedAt: at(0), acceptedAt: at(0) })).toBe(true);
  });

  test('nobody waits on demand: only the server ends it', () => {
    expect(mustWait('expired', facts, now, policy(provider, { refresh: 'on-demand' }))).toBe(false);
  });

  test('that has just been delivered nobody waits, once', () => {
    expect(waits({ receivedAt: at(1) })).toBe(false);
    expect(waits({ receivedAt: at(1), usedAt: at(1) })).toBe(true);
    expect(waits({ receivedAt: at(1), origin: 'app' })).toBe(true);
  });

  test('that had ended on arrival by our clock nobody waits once the server has accepted it', () => {
    for (const expiresAtMs of [T0, T0 - 1]) {
      expect(waits({ expiresAtMs, usedAt: at(0), acceptedAt: at(0) })).toBe(false);
      expect(waits({ expiresAtMs, usedAt: at(0) })).toBe(true);
    }
  });
});
