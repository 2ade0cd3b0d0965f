import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type TestSession, tokenSession } from '../../support/token-session.js';
import { freshToken } from '../../support/tokens.js';
import { advance, settle, useVirtualTime } from '../../support/virtual.js';
import { watch } from '../../support/watch.js';

/** What can be wrong with a value that is looked at. */
const UNREADABLE: Readonly<Record<string, () => unknown>> = {
  'a revoked proxy': () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
  'a revoked proxy of a function': () => {
    const { proxy, revoke } = Proxy.revocable(() => {}, {});
    revoke();
    return proxy;
  },
  // As a window of another origin does.
  'a proxy that refuses every look': () => {
    const refuse = () => {
      throw new Error('not for you');
    };
    return new Proxy({}, { get: refuse, has: refuse, getPrototypeOf: refuse, ownKeys: refuse });
  },
  'an object without a primitive': () => Object.create(null),
  'an object whose primitive throws': () => ({
    [Symbol.toPrimitive]() {
      throw new Error('no primitive');
    },
  }),
  'a symbol': () => Symbol('odd'),
  'a bigint': () => 10n ** 30n,
  'a promise that never settles': () => new Promise(() => {}),
};

const FIELDS = [
  'name',
  'message',
  'code',
  'cause',
  'retryAfter',
  'retryAfterMs',
  'stack',
  'toString',
  'then',
];

/** An error with something unreadable in this field: as its value, behind a getter that throws, or from the second look on. */
function errorsWith(field: string, value: unknown): [string, unknown][] {
  const make = (descriptor: PropertyDescriptor) =>
    Object.defineProperty(new Error('x'), field, { configurable: true, ...descriptor });
  let looks = 0;
  return [
    [`${field} is it`, make({ value })],
    [
      `${field} throws it`,
      make({
        get() {
          throw value;
        },
      }),
    ],
    [
      `${field} throws it at the second look`,
      make({
        get() {
          looks += 1;
          if (looks > 1) throw value;
          return undefined;
        },
      }),
    ],
  ];
}

function nested(value: unknown, depth: number): unknown {
  let error = value;
  for (let level = 0; level < depth; level += 1) {
    error = Object.defineProperty(new Error(`level ${level}`), 'cause', { value: error });
  }
  return error;
}

const DEPTHS = [1, 2, 7, 8, 9, 40];

function thrownValues(): [string, unknown][] {
  return Object.entries(UNREADABLE).flatMap(([kind, make]) => [
    [kind, make()] as [string, unknown],
    ...FIELDS.flatMap((field) =>
      errorsWith(field, make()).map(([where, error]): [string, unknown] => [`${kind}: ${where}`, error]),
    ),
    ...DEPTHS.map((depth): [string, unknown] => [`${kind}, ${depth} causes deep`, nested(make(), depth)]),
  ]);
}

let on: TestSession;
beforeEach(() => useVirtualTime());
afterEach(() => on.session.end());

// case 201
describe('whatever a provider throws, its attempt settles, and the next one follows after the back-off', () => {
  const ways: Readonly<Record<string, (value: unknown) => unknown>> = {
    throws: (value) => {
      throw value;
    },
    'rejects with': (value) => Promise.reject(value),
    'answers with a thenable that throws': (value) => ({
      // biome-ignore lint/suspicious/noThenProperty: that is what is tried
      then() {
        throw value;
      },
    }),
    'answers with a thenable that rejects with': (value) => ({
      // biome-ignore lint/suspicious/noThenProperty: that is what is tried
      then: (_resolve: unknown, reject: (reason: unknown) => void) => reject(value),
    }),
  };

  test.each(Object.keys(ways))('where it %s it', async (way) => {
    const act = ways[way] as (value: unknown) => unknown;
    let next: () => unknown = () => freshToken('martin', 3600);
    let calls = 0;
    const provider = (() => {
      calls += 1;
      return next();
    }) as never;
    on = tokenSession({ source: { kind: 'provider', provider } });
    const values = thrownValues();
    expect(values.length).toBeGreaterThan(200);
    for (const [name, value] of values) {
      next = () => act(value);
      const before = calls;
      const waiting = [watch(on.session.refresh()), watch(on.session.refresh())];
      await settle();
      expect([name, ...waiting.map(({ state, error }) => [state, error?.code])]).toEqual([
        name,
        ['rejected', 'provider_failed'],
        ['rejected', 'provider_failed'],
      ]);
      expect([name, calls - before, on.session.state.refreshing]).toEqual([name, 1, false]);
      expect(on.session.state.retryAt, name).toBeGreaterThan(Date.now());
      next = () => freshToken('martin', 3600);
      await advance(300_000);
      await expect(on.session.refresh(), name).resolves.toBeTypeOf('string');
    }
  });
});

describe('whatever a provider answers with that is no token', () => {
  test.each(Object.keys(UNREADABLE).filter((kind) => !kind.startsWith('a promise')))(
    '%s is told as such, and its attempt settles',
    async (kind) => {
      const provider = (() => UNREADABLE[kind]?.()) as never;
      on = tokenSession({ source: { kind: 'provider', provider } });
      const waiting = watch(on.session.acquire());
      await settle();
      expect(waiting.error?.code).toMatch(/^(not_a_string|provider_failed)$/);
      expect(on.session.state.refreshing).toBe(false);
    },
  );
});
