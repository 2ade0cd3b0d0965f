import { describe, expect, test } from 'vitest';
import type { Claim } from './claim.js';
import { EXPECTATIONS } from './expectations.js';
import { judgeCoverage, type PlayOptions, play, type Vector } from './runner.js';
import { STEPS } from './steps.js';

function vector(parts: Partial<Vector>): Vector {
  return {
    rule: 'a rule',
    covers: ['row'],
    given: { token: 'good' },
    steps: [{ request: 'a' }],
    expected: { sent: ['token 1'] },
    ...parts,
  };
}

const failing = (parts: Partial<Vector>, options?: PlayOptions) =>
  expect(play(vector(parts), options)).rejects;

describe('the runner refuses a vector', () => {
  test('but takes a good one', async () => {
    await expect(play(vector({}))).resolves.toBeUndefined();
  });

  test('whose expectation is not what happens', async () => {
    await failing({ expected: { sent: ['token 2'] } }).toThrow('expected.sent: expected ["token 2"]');
  });

  test('whose check on the way is not what happens', async () => {
    await failing({ steps: [{ check: { providerCalls: 1 } }, { request: 'a' }] }).toThrow(
      'check 0.providerCalls',
    );
  });

  test('that expects nothing', async () => {
    await failing({ expected: {} }).toThrow('expects nothing');
    await failing({ steps: [{ check: {} }] }).toThrow('expects nothing');
  });

  test('with an unknown part', async () => {
    await failing({ thus: 'what?' } as never).toThrow('unknown part "thus"');
  });

  test('with an unknown word in what is given', async () => {
    await failing({ given: { tokem: 'good' } }).toThrow('given: unknown word "tokem"');
    await failing({ given: { user: 'nobody' } }).toThrow('given.user: unknown word "nobody"');
    await failing({ given: { token: 'goof' } }).toThrow('token: unknown word "goof"');
    await failing({ given: { token: { last: '1h' } } }).toThrow('token: unknown word "last"');
  });

  test('with an unknown step', async () => {
    await failing({ steps: [{ reqest: 'a' }] }).toThrow('step 0: unknown step "reqest"');
    await failing({ steps: [{ toString: 'a' }] }).toThrow('unknown step "toString"');
  });

  test('with two words in one step, or none', async () => {
    await failing({ steps: [{ request: 'a', advance: '1s' }] }).toThrow('must be one word');
    await failing({ steps: [{}] }).toThrow('must be one word');
  });

  test('with an unknown detail of a step', async () => {
    await failing({ steps: [{ request: { as: 'a', metod: 'POST' } }] }).toThrow('unknown word "metod"');
    await failing({ steps: [{ server: { to: 'token 1', say: 40 } }] }).toThrow('unknown word "say"');
    await failing({ steps: [{ page: 'visible' }] }).toThrow('there is none in "given"');
  });

  test('with an unknown detail of a provider', async () => {
    const refused = (provider: unknown) => failing({ given: { provider }, expected: { sent: [] } });
    await refused({ give: 'good' }).toThrow('provider: unknown word "give"');
    await refused({ gives: 'goof' }).toThrow('token: unknown word "goof"');
    await refused({ rejects: 'a mood' }).toThrow('provider error: unknown word "a mood"');
    await refused({ after: '1s' }).toThrow('provider: does what?');
  });

  test('with an unknown answer of the server', async () => {
    const given = { token: 'good', server: { says: 'as a porxy' } };
    await failing({ given }).toThrow('server.says: unknown word "as a porxy"');
  });

  test('with an unknown expectation', async () => {
    await failing({ expected: { snet: ['token 1'] } }).toThrow('expected.snet: unknown expectation');
    await failing({ steps: [{ check: { snet: [] } }] }).toThrow('check 0.snet: unknown expectation');
    await failing({ expected: { state: { fase: 'fresh' } } }).toThrow('state.fase: unknown expectation');
    await failing({ expected: { calls: { a: { outcom: 'ok' } } } }).toThrow('a.outcom: unknown expectation');
    await failing({ expected: { toString: 1 } }).toThrow('unknown expectation');
  });

  test('that expects something of a caller who never called', async () => {
    await failing({ expected: { calls: { b: { outcome: 'ok' } } } }).toThrow('nobody called "b"');
  });

  test('that names two callers alike', async () => {
    await failing({ steps: [{ request: 'a' }, { request: 'a' }] }).toThrow('two callers "a"');
  });

  test('whose expectation is never checked', async () => {
    const expectations = { ...EXPECTATIONS, lazy: () => {} };
    await failing({ expected: { lazy: 1 } }, { expectations }).toThrow('expected.lazy: never checked');
    await failing({ expected: { lazy: { a: 1 } } }, { expectations }).toThrow(
      'expected.lazy.a: never checked',
    );
    const steps = [{ check: { lazy: 1 } }];
    await failing({ steps, expected: { events: [] } }, { expectations }).toThrow(
      'check 0.lazy: never checked',
    );
  });

  test('whose expectation is checked in part only', async () => {
    const expectations = {
      ...EXPECTATIONS,
      half: (claim: Claim) => claim.at('a').equals(1),
    };
    await failing({ expected: { half: { a: 1, b: 2 } } }, { expectations }).toThrow('half.b: never checked');
  });

  test('that expects something of nobody', async () => {
    await failing({ expected: { calls: {} } }).toThrow('calls: never checked');
  });

  test('that names a time by its number', async () => {
    await failing({ steps: [{ advance: '5s' }] }).toThrow('"5s" in "5s" needs a name');
    await failing({ steps: [{ advance: 5000 }] }).toThrow('no expression of time');
    await failing({ expected: { nextLook: '60s' } }).toThrow('needs a name');
  });

  test('with an unknown symbol, or a broken expression', async () => {
    await failing({ steps: [{ advance: 'flor' }] }).toThrow('"flor" in "flor" is no symbol');
    await failing({ steps: [{ advance: 'backof(1)' }] }).toThrow('no symbol');
    await failing({ steps: [{ advance: 'floor+' }] }).toThrow('ends too early');
    await failing({ steps: [{ advance: 'floor floor' }] }).toThrow('goes on after its end');
    await failing({ steps: [{ advance: '(floor' }] }).toThrow('lacks a parenthesis');
    await failing({ steps: [{ advance: 'floor?' }] }).toThrow('is no expression');
  });

  test('that goes back in time', async () => {
    await failing({ steps: [{ advanceTo: 'start-1s' }] }).toThrow('time does not go back');
  });

  test('that leaves something behind', async () => {
    const steps = {
      ...STEPS,
      litter: () => {
        setTimeout(() => {}, 1_000);
      },
    };
    await failing({ steps: [{ request: 'a' }, { litter: true }] }, { steps }).toThrow('1 timers');
  });

  test('in which a background timer sleeps for too long, or spins', async () => {
    const background = (delayMs: number) => () => {
      clearTimeout(setTimeout(() => {}, delayMs).unref());
    };
    const steps = { ...STEPS, sleepy: background(60_001), hectic: background(249) };
    await failing({ steps: [{ request: 'a' }, { sleepy: true }] }, { steps }).toThrow('a timer of 60001 ms');
    await failing({ steps: [{ request: 'a' }, { hectic: true }] }, { steps }).toThrow('a timer of 249 ms');
  });
});

describe('the coverage of the tables', () => {
  const rows = [
    { id: 'one', says: 'the first' },
    { id: 'two', says: 'the second' },
  ];

  test('is whole when each row has its vector', () => {
    expect(() =>
      judgeCoverage([vector({ covers: ['one'] }), vector({ covers: ['two', 'one'] })], rows),
    ).not.toThrow();
  });

  test('lacks an uncovered row', () => {
    expect(() => judgeCoverage([vector({ covers: ['one'] })], rows)).toThrow('uncovered rows: two');
  });

  test('does not know a row that was made up', () => {
    expect(() => judgeCoverage([vector({ covers: ['three'] })], rows)).toThrow('unknown row: three');
  });

  test('wants each vector to cover something', () => {
    expect(() => judgeCoverage([vector({ covers: [] })], rows)).toThrow('covers no row');
  });

  test('has no row twice', () => {
    expect(() => judgeCoverage([], [...rows, ...rows])).toThrow('row one is there twice');
  });
});
