import { InvalidTokenError, TokenProviderError, UnauthorizedError } from 'stream-video-auth';

const explode = (): never => {
  throw new Error('do not look');
};

function revoked(target: object): object {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

/** Every operation throws, as it does for a window of another origin; only `then` is let through there. */
function foreignWindow(): object {
  const refuse = () => {
    throw new DOMException('Blocked a frame with origin "null"', 'SecurityError');
  };
  const get = (_target: object, field: PropertyKey) => (field === 'then' ? undefined : refuse());
  return new Proxy(
    {},
    {
      get,
      set: refuse,
      has: refuse,
      ownKeys: refuse,
      getPrototypeOf: refuse,
      getOwnPropertyDescriptor: refuse,
    },
  );
}

/** What may lie where a primitive is expected. */
export const VALUES: Readonly<Record<string, () => unknown>> = {
  'a revoked proxy': () => revoked({}),
  'a revoked proxy of a function': () => revoked(() => {}),
  'a revoked proxy of an array': () => revoked([]),
  'a window of another origin': foreignWindow,
  'an object without a prototype': () => Object.create(null),
  'a toString that is none': () => ({ toString: 1 }),
  'a toString that throws': () => ({ toString: explode }),
  'a conversion that throws': () => ({ [Symbol.toPrimitive]: explode }),
  'a conversion to an object': () => ({ toString: () => ({}), valueOf: () => ({}) }),
  'a date of no time': () => Object.assign(new Date(Number.NaN), { getTime: explode }),
  'a symbol': () => Symbol('x'),
  'a function': () => explode,
  'a bigint': () => 10n,
  null: () => null,
};

/** How a property may be unreadable: by what it holds, or from its first, second or third reading on. */
const GETTERS: Readonly<Record<string, (given: unknown) => () => unknown>> = {
  'throws when read': () => explode,
  'throws at its second reading': (given) => readable(given, 1),
  'throws at its third reading': (given) => readable(given, 2),
  'is text once, then an object': (given) => {
    let reads = 0;
    return () => (reads++ === 0 ? given : { toString: 1 });
  },
};

function readable(given: unknown, times: number): () => unknown {
  let reads = 0;
  return () => (reads++ < times ? given : explode());
}

const FIELDS = [
  'name',
  'message',
  'code',
  'cause',
  'retryAfter',
  'retryAfterMs',
  'stack',
  'then',
  'toString',
  'constructor',
  'remediation',
  'retryable',
  'retryAt',
] as const;

const init = { remediation: 'Be kind.' };
const BASES: Readonly<Record<string, () => object>> = {
  'an Error': () => new Error('503'),
  'a TypeError': () => new TypeError('fetch failed'),
  'a plain object': () => ({ message: '503' }),
  UnauthorizedError: () => new UnauthorizedError('503'),
  TokenProviderError: () => new TokenProviderError('provider_failed', '503', init),
  InvalidTokenError: () => new InvalidTokenError('not_a_jwt', '503', init),
};

/** 0 is what is thrown itself, 1 its cause, and so on; beyond 8 nothing is read. */
const DEPTHS = [0, 1, 8, 9] as const;

function under(depth: number, innermost: unknown): unknown {
  let value = innermost;
  for (let level = 0; level < depth; level += 1) {
    value = Object.assign(new Error(`level ${level}`), { cause: value });
  }
  return value;
}

export interface Unreadable {
  readonly name: string;
  readonly isOurs: boolean;
  make(): unknown;
}

function define(base: object, field: string, descriptor: PropertyDescriptor): object {
  return Object.defineProperty(base, field, { configurable: true, enumerable: true, ...descriptor });
}

/** One unreadable thing of each kind, at each place and depth. */
export function unreadables(): Unreadable[] {
  const all: Unreadable[] = [];
  for (const [name, make] of Object.entries(VALUES)) {
    for (const depth of DEPTHS) {
      all.push({ name: `${name}, ${depth} deep`, isOurs: false, make: () => under(depth, make()) });
    }
  }
  for (const [baseName, base] of Object.entries(BASES)) {
    const isOurs = !/^an? /.test(baseName);
    for (const field of FIELDS) {
      // Beyond the outermost, one base stands for all.
      for (const depth of baseName === 'an Error' ? DEPTHS : [0]) {
        const place = `of ${baseName}, ${depth} deep`;
        const given = field.startsWith('retryAfter') ? 1 : '503';
        for (const [how, getter] of Object.entries(GETTERS)) {
          const make = () => under(depth, define(base(), field, { get: getter(given) }));
          all.push({ name: `${field} ${place}, that ${how}`, isOurs, make });
        }
        for (const [what, value] of Object.entries(VALUES)) {
          const make = () => under(depth, define(base(), field, { value: value() }));
          all.push({ name: `${field} ${place}, that is ${what}`, isOurs, make });
        }
      }
    }
  }
  const circle: Error & { cause?: unknown } = new Error('round');
  circle.cause = circle;
  all.push({ name: 'a cause that leads in a circle', isOurs: false, make: () => circle });
  return all;
}
