import { MAX_CALL_CIDS, MAX_TOKEN_LENGTH } from '../../src/shared/token-format.js';
import { fakeToken } from '../support/tokens.js';
import { fieldsOf, oneOf } from './words.js';

export interface Issued {
  /** `token 1` is the first one of a vector. */
  readonly name: string;
  readonly value: string;
  readonly expiresAtMs: number;
  readonly receivedAtMs: number;
}

interface IssuerOptions {
  readonly userId: () => string;
  /** What a token lasts that says nothing else, in milliseconds. */
  readonly lastsMs: number;
  /** The issuer's clock minus the local one, in milliseconds. */
  readonly offsetMs: () => number;
  readonly held: () => string | undefined;
  readonly lastRefused: () => string | undefined;
  duration(text: unknown): number;
}

const UNUSABLE_EXP: Readonly<Record<string, (seconds: number) => unknown>> = {
  missing: () => undefined,
  null: () => null,
  'a string': String,
  'in milliseconds': (seconds) => seconds * 1000,
  'not a number': () => ({}),
  negative: (seconds) => -seconds,
  'with a fraction': (seconds) => seconds + 0.5,
};

/** The app's own server, which mints tokens; also hands out what is none. */
export class Issuer {
  readonly issued: Issued[] = [];
  readonly #options: IssuerOptions;

  constructor(options: IssuerOptions) {
    this.#options = options;
  }

  nameOf(value: string | null | undefined): string {
    if (value === null || value === undefined) return 'no token';
    return this.issued.find((token) => token.value === value)?.name ?? 'a stranger';
  }

  find(value: string | undefined): Issued | undefined {
    return this.issued.find((token) => token.value === value);
  }

  /** A token of this description, or something that is none. */
  make(description: unknown = 'good'): unknown {
    if (typeof description !== 'string') return this.#mint(description);
    const { held, lastRefused } = this.#options;
    return oneOf<() => unknown>(
      {
        good: () => this.#mint({}),
        'the same again': held,
        'the refused one': lastRefused,
        'a number': () => 42,
        nothing: () => undefined,
        null: () => null,
        'an object': () => ({ token: this.#mint({}) }),
        'an empty string': () => '',
        'the word null': () => 'null',
        'the word undefined': () => 'undefined',
        'in quotation marks': () => JSON.stringify(this.#mint({})),
        'with Bearer': () => `Bearer ${this.#mint({})}`,
        'a web page': () => '<!doctype html><title>Sign in</title>',
        'two parts': () => this.#mint({}).split('.').slice(0, 2).join('.'),
        'a payload that is a list': () => fakeToken([] as never),
        'too large': () => 'x'.repeat(MAX_TOKEN_LENGTH + 1),
        'just small enough': () => `${this.#mint({})}`.padEnd(MAX_TOKEN_LENGTH, 'x'),
        'in white space': () => `\n ${this.#mint({})}\r\n`,
        'for nobody': () => this.#mint({ for: '' }),
        'for a number': () => this.#mint({ for: 42 }),
        'for somebody else': () => this.#mint({ for: 'somebody else' }),
      },
      description,
      'token',
    )();
  }

  #mint(description: unknown): string {
    const keys = ['lasts', 'age', 'iat', 'nbf', 'exp', 'for', 'calls'];
    const { lasts, age, iat: issue, nbf, exp, for: whom, calls } = fieldsOf(description, keys, 'token');
    const { userId, lastsMs, offsetMs, duration } = this.#options;
    const seconds = (value: unknown, fallbackMs: number) =>
      Math.round((value === undefined ? fallbackMs : duration(value)) / 1000);
    const user = whom ?? userId();
    const iat = Math.floor((Date.now() + offsetMs()) / 1000) - seconds(age, 0);
    const expiry = iat + seconds(lasts, lastsMs);
    const name = `token ${this.issued.length + 1}`;
    const count = calls === 'too many' ? MAX_CALL_CIDS + 1 : 1;
    const value = fakeToken({
      user_id: user,
      ...(issue !== 'missing' && { iat }),
      exp: exp === undefined ? expiry : oneOf(UNUSABLE_EXP, exp, 'token.exp')(expiry),
      ...(nbf !== undefined && { nbf: iat + seconds(nbf, 0) }),
      ...(user === '!anon' && calls !== 'none' && { call_cids: Array(count).fill('livestream:1') }),
      jti: name,
    });
    this.issued.push({ name, value, expiresAtMs: expiry * 1000, receivedAtMs: Date.now() });
    return value;
  }
}
