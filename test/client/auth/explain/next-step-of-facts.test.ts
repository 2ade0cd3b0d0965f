import { describe, expect, test } from 'vitest';
import type { AuthState } from '../../../../src/client/auth/auth-state.js';
import { explain } from '../../../../src/client/auth/explain/explain.js';
import type { Facts } from '../../../../src/client/auth/explain/facts.js';
import { type NextStep, nextStep } from '../../../../src/client/auth/explain/next-step.js';
import type { BlockedBy } from '../../../../src/client/refresh/provider-back-off.js';

const NOW = Date.UTC(2026, 2, 2, 10);
const WINDOWS = { advisoryMs: 300_000, mandatoryMs: 30_000 };

interface Given extends Omit<Partial<Facts>, 'state'> {
  readonly state?: object;
}

/** A fresh token with 1,000 s left that is in use, and a provider that can bring the next one. */
function facts({ state, ...given }: Given = {}): Facts {
  return {
    now: { wallMs: NOW, monotonicMs: 5_000, offsetMs: 0 },
    state: {
      status: 'active',
      phase: 'fresh',
      refreshing: false,
      generation: 1,
      ...state,
    } as unknown as AuthState,
    user: { id: 'martin', type: 'authenticated' },
    remediation: undefined,
    attemptEndsAt: NOW + 10_000,
    canReplace: true,
    source: 'provider',
    refresh: 'auto',
    remainingMs: 1_000_000,
    windows: WINDOWS,
    isAccepted: false,
    isRefused: false,
    hasKept: false,
    blocked: undefined,
    floorMs: 0,
    isOnline: true,
    hasDemand: true,
    isOnRequestOnly: false,
    clock: { offsetMs: 0, evidence: undefined },
    counters: {
      attempts: 0,
      providerCalls: 0,
      failures: 0,
      replays: 0,
      failuresInARow: 0,
      unusableInARow: 0,
    },
    transitions: [],
    ...given,
  } as Facts;
}

const blockedFor = (delayMs: number, by: BlockedBy = 'provider') => ({
  until: { wallMs: NOW + delayMs, monotonicMs: 5_000 + delayMs },
  by,
  error: undefined,
});

const acquiring = { status: 'acquiring' } as const;
const signedOut = { status: 'signed_out' } as const;
const none = { remainingMs: undefined, windows: undefined };
const inPhase = (phase: 'advisory' | 'mandatory' | 'expired') => ({ phase });
const opensAt = NOW + 700_000;
const backsOff = 'the last attempt to get one failed, and the next one backs off';
const noDemand =
  'nobody has used the token since it came, and no joined call or open socket on a visible page needs it';
const offline = 'the runtime says that it is offline, and nothing is done ahead of time until it is back';
const tiedIo = 'this runtime ends what no request waits for, so nothing is done ahead of time';
const inUse = 'the token stays in use until the server refuses it';
const noToken = 'there is no token yet';
const refused = 'the server refused the token';

type Row = readonly [name: string, given: Given, expected: NextStep];

const WITHOUT_A_GOOD_TOKEN: readonly Row[] = [
  [
    'a user whom nothing can give one',
    { state: acquiring, source: 'none', ...none },
    { what: 'requests fail until auth.setToken()', why: `${noToken}, and there is no token provider` },
  ],
  [
    'a user whose only one was refused',
    { state: acquiring, source: 'none', isRefused: true },
    { what: 'requests fail until auth.setToken()', why: `${refused}, and there is no token provider` },
  ],
  [
    'an anonymous user who needs none',
    { state: { phase: undefined }, source: 'none', ...none },
    { what: 'requests go out without a token', why: 'the user is anonymous and has no call token' },
  ],
  [
    'a user with a provider',
    { state: acquiring, ...none },
    { what: 'the next request asks for a token', why: noToken },
  ],
  [
    'a guest',
    { state: acquiring, source: 'guest', isRefused: true },
    { what: 'the next request makes a new guest', why: refused },
  ],
  [
    'a user whose provider is being asked',
    { state: { ...acquiring, refreshing: true }, blocked: blockedFor(2_000), ...none },
    {
      what: 'requests wait for the running attempt, which ends',
      at: NOW + 10_000,
      timing: 'no later than',
      why: noToken,
    },
  ],
  [
    'a user whose provider is spared',
    { state: acquiring, blocked: blockedFor(2_000), ...none },
    {
      what: 'the next request asks for a token',
      at: NOW + 2_000,
      timing: 'not before',
      why: `${noToken}; ${backsOff}`,
    },
  ],
];

const LEFT_ALONE: readonly Row[] = [
  [
    'without an end',
    { remainingMs: Number.POSITIVE_INFINITY, source: 'none' },
    { what: inUse, why: 'it has no usable expiry' },
  ],
  [
    'of an app without a provider, until its end',
    { remainingMs: 1.4, source: 'none' },
    {
      what: `${inUse}; by the clock it ends`,
      at: NOW + 1,
      timing: 'at',
      why: 'there is no token provider to renew it',
    },
  ],
  [
    'of an app without a provider, after its end',
    { state: inPhase('expired'), remainingMs: 0, source: 'none' },
    { what: inUse, why: 'there is no token provider to renew it' },
  ],
  [
    'of a guest, until its end',
    { remainingMs: 1_000, source: 'guest' },
    {
      what: 'the guest keeps its token until it ends',
      at: NOW + 1_000,
      timing: 'at',
      why: 'a renewal makes a new guest',
    },
  ],
  [
    'of a guest who may become another',
    { state: inPhase('expired'), remainingMs: 0, source: 'guest' },
    { what: 'the next request makes a new guest', why: "the guest's token has ended" },
  ],
  [
    'of a guest who may not',
    { state: inPhase('expired'), remainingMs: -1, source: 'guest', canReplace: false },
    { what: `${inUse}, which then suspends the client`, why: 'this guest is not renewed' },
  ],
  [
    "of an app that renews 'on-demand'",
    { refresh: 'on-demand' },
    { what: inUse, why: "refresh is 'on-demand'" },
  ],
];

const RENEWED: readonly Row[] = [
  [
    'when its window opens',
    {},
    { what: 'the token is renewed', at: opensAt, timing: 'at', why: 'its advisory window opens then' },
  ],
  [
    'when its window opens, whatever keeps attempts away until then',
    { blocked: blockedFor(699_999), floorMs: 699_999 },
    { what: 'the token is renewed', at: opensAt, timing: 'at', why: 'its advisory window opens then' },
  ],
  [
    'no sooner than the provider may be asked',
    { blocked: blockedFor(800_000) },
    { what: 'the token is renewed', at: NOW + 800_000, timing: 'at', why: 'its advisory window opens then' },
  ],
  [
    'no sooner than attempts keep a distance for',
    { floorMs: 750_000.4 },
    { what: 'the token is renewed', at: NOW + 750_000, timing: 'at', why: 'its advisory window opens then' },
  ],
  [
    'not while the runtime is offline',
    { isOnline: false },
    { what: 'the token is renewed', at: opensAt, timing: 'not before', why: offline },
  ],
  [
    'by the next request where nobody uses it',
    { hasDemand: false },
    { what: 'the next request has the token renewed', at: opensAt, timing: 'not before', why: noDemand },
  ],
  [
    'by the next request where nothing may run ahead of time',
    { isOnRequestOnly: true },
    { what: 'the next request has the token renewed', at: opensAt, timing: 'not before', why: tiedIo },
  ],
  [
    'by an attempt that was asked for',
    { state: { refreshing: true } },
    {
      what: 'the running attempt brings a new token or fails (requests are served meanwhile)',
      at: NOW + 10_000,
      timing: 'no later than',
      why: 'a refresh was asked for',
    },
  ],
  [
    'by an attempt beside requests',
    { state: { ...inPhase('advisory'), refreshing: true }, blocked: blockedFor(2_000) },
    {
      what: 'the running attempt brings a new token or fails (requests are served meanwhile)',
      at: NOW + 10_000,
      timing: 'no later than',
      why: 'the token is in its advisory phase',
    },
  ],
  [
    'by an attempt that requests wait for',
    { state: { ...inPhase('mandatory'), refreshing: true } },
    {
      what: 'the running attempt brings a new token or fails (requests wait)',
      at: NOW + 10_000,
      timing: 'no later than',
      why: 'the token is in its mandatory phase',
    },
  ],
  [
    'after a back-off',
    { state: inPhase('mandatory'), blocked: blockedFor(2_000.4) },
    {
      what: 'requests are sent with the token held, and it is renewed',
      at: NOW + 2_000,
      timing: 'at',
      why: backsOff,
    },
  ],
  [
    'after a back-off, and not before the network is back',
    { state: inPhase('mandatory'), blocked: blockedFor(2_000), isOnline: false },
    {
      what: 'requests are sent with the token held, and it is renewed',
      at: NOW + 2_000,
      timing: 'not before',
      why: backsOff,
    },
  ],
  [
    'after a back-off, and not before it is used',
    { state: inPhase('mandatory'), blocked: blockedFor(2_000), hasDemand: false },
    {
      what: 'requests are sent with the token held, and it is renewed',
      at: NOW + 2_000,
      timing: 'not before',
      why: backsOff,
    },
  ],
  [
    'beside the next request, in its advisory window',
    { state: inPhase('advisory'), hasDemand: false },
    {
      what: 'the next request is served this token, and has it renewed',
      why: `the token is in its advisory phase; ${noDemand}`,
    },
  ],
  [
    'by the next request, in its mandatory window',
    { state: inPhase('mandatory'), isOnRequestOnly: true },
    {
      what: 'the next request waits for a new token, while this one lives',
      why: `the token is in its mandatory phase; ${tiedIo}`,
    },
  ],
  [
    'by the next request, after its end',
    { state: inPhase('expired'), hasDemand: false },
    {
      what: 'the next request waits for a new token, and is sent with the old one if none comes',
      why: `the token is in its expired phase; ${noDemand}`,
    },
  ],
  [
    'when the network is back, or by a request before',
    { state: inPhase('advisory'), isOnline: false },
    {
      what: 'the token is renewed when the network is back; a request is served this token, and has it renewed',
      why: offline,
    },
  ],
  [
    'at once, where nothing is in the way',
    { state: inPhase('advisory') },
    { what: 'the token is renewed', at: NOW, timing: 'at', why: 'the token is in its advisory phase' },
  ],
  [
    'a little later, where the last attempt began just now',
    { state: inPhase('advisory'), floorMs: 400.4 },
    {
      what: 'the token is renewed',
      at: NOW + 400,
      timing: 'at',
      why: 'the token is in its advisory phase, and attempts that nobody waits for keep a distance',
    },
  ],
];

describe('without a good token, explain() tells what becomes of requests of', () => {
  test.each(WITHOUT_A_GOOD_TOKEN)('%s', (_name, given, expected) => {
    expect(nextStep(facts(given))).toStrictEqual(expected);
  });
});

describe('explain() tells that a token is left alone:', () => {
  test.each(LEFT_ALONE)('that %s', (_name, given, expected) => {
    expect(nextStep(facts(given))).toStrictEqual(expected);
  });
});

describe('explain() tells that a token is renewed', () => {
  test.each(RENEWED)('%s', (_name, given, expected) => {
    expect(nextStep(facts(given))).toStrictEqual(expected);
  });
});

test.each<[BlockedBy, string]>([
  ['network', 'the last attempt to get one failed for the network, and the next one backs off'],
  ['provider', backsOff],
  ['retry_after', 'the token provider asked to wait'],
  ['refusal', 'the server refused the last token, and the next attempt backs off (circuit_open)'],
  [
    'early_refusal',
    'the server refused the last tokens soon after they came, and the next attempt backs off (circuit_open)',
  ],
  ['breaker', 'the last tokens were all of no use, and the provider is spared for a while (circuit_open)'],
])('explain() says why the provider is spared: %s', (by, why) => {
  expect(nextStep(facts({ state: inPhase('mandatory'), blocked: blockedFor(1_000, by) })).why).toBe(why);
});

describe('explain() names the ways out of', () => {
  const everyWay = 'auth.setToken(), auth.setTokenProvider(), auth.refresh() or connect()';

  test('a session that has ended', () => {
    expect(nextStep(facts({ state: signedOut }))).toStrictEqual({
      what: 'requests are refused until connect(), auth.refresh() or auth.setToken() starts a session',
      why: 'disconnect() ended the last one',
    });
  });

  test.each([
    ['unauthorized', false, everyWay, 'signed out'],
    ['wrong_user', true, everyWay, 'for another user'],
    ['token_expired', false, everyWay, 'no token provider to bring another'],
    ['guest_expired', true, everyWay, 'is not renewed while a call is joined'],
    ['guest_expired', false, 'auth.refresh() or auth.setToken()', 'is not renewed while a call is joined'],
    ['guest_refused', false, everyWay, 'may be banned'],
  ] as const)('a suspension: %s, where another token can come: %s', (reason, canReplace, ways, why) => {
    const {
      what,
      why: told,
      ...rest
    } = nextStep(facts({ state: { status: 'suspended', reason }, canReplace }));
    expect(what).toBe(`requests fail at once and nobody is asked, until the app calls ${ways}`);
    expect(told).toContain(why);
    expect(rest).toStrictEqual({});
  });
});

describe('the text of explain()', () => {
  const lines = (given: Given = {}) => explain(facts(given)).text.split('\n');
  const at = (afterMs: number) => new Date(NOW + afterMs).toISOString();
  const windows = `Windows: it is renewed ahead of time from ${at(700_000)}, requests wait for that from ${at(970_000)}.`;

  test('has the moment with its phase, the next step with its time, the token, its windows and the clock', () => {
    expect(lines().slice(1)).toEqual([
      `Now ${at(0)}: active (fresh).`,
      `Next: the token is renewed at ${at(700_000)}, because its advisory window opens then.`,
      'Token: generation 1, 16.7 min left, not yet accepted by the server.',
      windows,
      'Clock: nothing is known about the server, so the local clock counts.',
      'Counters: attempts 0, providerCalls 0, failures 0, replays 0, failuresInARow 0, unusableInARow 0.',
    ]);
  });

  test('says that an attempt runs, and names no phase without a token', () => {
    expect(lines({ state: { ...acquiring, refreshing: true, generation: undefined }, ...none })[1]).toBe(
      `Now ${at(0)}: acquiring, refreshing.`,
    );
    expect(lines({ state: { phase: undefined }, source: 'none', ...none })[1]).toBe(`Now ${at(0)}: active.`);
  });

  test('gives a step without a time none', () => {
    expect(lines({ refresh: 'on-demand' })[2]).toBe(`Next: ${inUse}, because refresh is 'on-demand'.`);
  });

  const hasWindows = (given: Given) => lines(given).some((line) => line.startsWith('Windows:'));

  test.each<[string, Given]>([
    ['that the app renews itself', { refresh: 'on-demand' }],
    ['of a guest', { source: 'guest' }],
    ['without a provider', { source: 'none' }],
    ['without an end', { remainingMs: Number.POSITIVE_INFINITY }],
    ['that was refused', { state: acquiring, isRefused: true }],
  ])('names windows only where they matter: not for a token %s', (_name, given) => {
    expect(hasWindows({})).toBe(true);
    expect(hasWindows(given)).toBe(false);
  });

  test.each<[string, Given, string]>([
    ['in use', { isAccepted: true }, '16.7 min left, accepted by the server'],
    [
      'with no end',
      { remainingMs: Number.POSITIVE_INFINITY },
      'no usable expiry, not yet accepted by the server',
    ],
    ['at its end', { remainingMs: 0 }, 'ended 0 s ago, not yet accepted by the server'],
    ['refused', { isRefused: true, isAccepted: true }, '16.7 min left, refused by the server'],
  ])('says what became of a token: %s', (_name, given, expected) => {
    expect(lines(given)[3]).toBe(`Token: generation 1, ${expected}.`);
  });

  test('has no line about a token where there is none, or none that may be sent', () => {
    const counters =
      'Counters: attempts 0, providerCalls 0, failures 0, replays 0, failuresInARow 0, unusableInARow 0.';
    const clock = 'Clock: nothing is known about the server, so the local clock counts.';
    for (const given of [none, { isRefused: true }]) {
      const bare = { ...facts({ ...given, source: 'none' }), state: { ...acquiring, refreshing: false } };
      expect(explain(bare).text.split('\n').slice(3)).toEqual([clock, counters]);
    }
  });

  test('tells the last error with what to change, and what happened when', () => {
    const error = { code: 'provider_failed', message: 'It is down' };
    const transitions = [{ at: NOW - 1_000, kind: 'failed', what: 'an attempt failed' }] as const;
    const told = lines({ state: { lastError: error }, remediation: 'Start it.', transitions });
    expect(told).toContain('Last error: provider_failed: It is down');
    expect(told).toContain('What to change: Start it.');
    expect(told.at(-1)).toBe(`  ${at(-1_000)} an attempt failed`);
    expect(lines().some((line) => /^(Last error|What to change)/.test(line))).toBe(false);
  });

  test.each([
    [0, 'agrees with'],
    [90_000, 'the local one is 90 s behind'],
    [-90_000, 'the local one is 90 s ahead of'],
  ])('tells how the clocks differ by %i ms', (offsetMs, expected) => {
    const told = lines({ clock: { offsetMs, evidence: 'frame' } });
    expect(told.find((line) => line.startsWith('Clock:'))).toMatch(
      new RegExp(`^Clock: ${expected} the server's, as the frames of its socket tell`),
    );
  });
});

test('explain() gives as data what it says: until when the provider is spared, and why', () => {
  expect(explain(facts({ blocked: blockedFor(2_000, 'network') })).blocked).toStrictEqual({
    until: NOW + 2_000,
    by: 'network',
  });
  expect(explain(facts())).not.toHaveProperty('blocked');
});
