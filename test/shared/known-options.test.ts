import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/shared/errors.js';
import { assertKnown } from '../../src/shared/known-options.js';

const KNOWN = {
  apiKey: true,
  baseUrl: true,
  fetch: true,
  expiresInSeconds: true,
  tokenProvider: true,
} as const;
const SYNONYMS = { ttl: 'expiresInSeconds', endpoint: 'baseUrl', elsewhere: 'unknown' };

function refusalOf(options: unknown): ConfigurationError | undefined {
  try {
    assertKnown('the door', options, KNOWN, SYNONYMS);
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error).toMatchObject({ code: 'invalid_option', message: expect.stringContaining('the door') });
    return error as ConfigurationError;
  }
}

class OfTheApp {
  [field: string]: unknown;

  constructor(fields: object) {
    Object.assign(this, fields);
  }
}

/** Each name by so many letters off, in every place: left out, doubled, replaced. */
function slipsOf(name: string): string[] {
  return [...name].flatMap((letter, at) => {
    const [before, after] = [name.slice(0, at), name.slice(at + 1)];
    return [before + after, before + letter + letter + after, `${before}q${after}`];
  });
}

describe('an option that nobody reads', () => {
  it.each(Object.keys(KNOWN).flatMap((name) => slipsOf(name).map((slip) => [slip, name])))(
    '%s is refused and named as %s',
    (slip, name) => {
      expect(refusalOf({ [slip]: 1 })?.remediation).toBe(`Write ${name}.`);
    },
  );

  it.each([
    ['baseURL', 'baseUrl'],
    ['base_url', 'baseUrl'],
    ['base-url', 'baseUrl'],
    ['APIKEY', 'apiKey'],
    ['tokenProvder', 'tokenProvider'],
    ['tokenPorvider', 'tokenProvider'],
    ['expiresIn', 'expiresInSeconds'],
    ['expires_in_seconds', 'expiresInSeconds'],
    ['url', 'baseUrl'],
    ['ttl', 'expiresInSeconds'],
    ['TTL', 'expiresInSeconds'],
    ['endpoint', 'baseUrl'],
    ['fetcher', 'fetch'],
  ])('%s is named as %s', (given, meant) => {
    const error = refusalOf({ apiKey: 'k', [given]: 1 });
    expect(error?.message).toContain(`"${given}"`);
    expect(error?.remediation).toBe(`Write ${meant}.`);
  });

  it.each(['videoConfig', 'elsewhere', 'x', 'constructor', '__proto__x', 'apiKeyring2'])(
    '%s, which is close to none, is refused with the list of those that are known',
    (given) => {
      const meant = given.startsWith('apiKey') ? 'Write apiKey.' : expect.stringContaining('apiKey, baseUrl');
      expect(refusalOf({ [given]: 1 })?.remediation).toEqual(meant);
    },
  );

  it('that holds the names of several is taken for the longest of them', () => {
    expect(refusalOf({ fetchTokenProviderUrl: 1 })?.remediation).toBe('Write tokenProvider.');
  });

  it('is taken for the only one there is, however far from it', () => {
    expect(() => assertKnown('a wait', { deadline: 1 }, { signal: true })).toThrow(
      expect.objectContaining({ remediation: 'Write signal.' }),
    );
  });

  it('is told of without the characters that would forge a log', () => {
    const error = refusalOf({ 'a\nb eyJhbGciOiJIUzI1NiJ9.eyJ1IjoxfQ.abc': 1 });
    expect(error?.message).not.toMatch(/\n|eyJ/);
  });

  it('costs linear time, however long its name', () => {
    const long = 'apikey'.repeat(200_000);
    expect(refusalOf({ [long]: 1 })?.message.length).toBeLessThan(300);
  });

  it.each([
    ['without a prototype', Object.assign(Object.create(null), { baseURL: 1 })],
    ['of another realm', runInNewContext('({ baseURL: 1 })')],
    ['frozen', Object.freeze({ baseURL: 1 })],
  ])('is refused on an object %s', (_, options) => {
    expect(refusalOf(options)?.remediation).toBe('Write baseUrl.');
  });
});

describe('what is not looked at', () => {
  it.each([
    ['every known option', { apiKey: 1, baseUrl: 1, fetch: 1, expiresInSeconds: 1, tokenProvider: 1 }],
    ['nothing', {}],
    ['a value that is undefined', { baseURL: undefined, x: undefined }],
    ['an inherited key', Object.create({ baseURL: 1 })],
    ['a key that is not enumerable', Object.defineProperty({}, 'baseURL', { value: 1 })],
    ['a symbol', { [Symbol('baseURL')]: 1 }],
    ['what is no object', 'baseURL'],
    ['null', null],
    ['undefined', undefined],
  ])('%s passes', (_, options) => {
    expect(refusalOf(options)).toBeUndefined();
  });
});

describe('on an instance of a class', () => {
  it.each([{ sessions: new Map() }, { videoConfig: {} }, { expires: 1 }, { key: 1 }])(
    'a field of its own passes: %j',
    (fields) => {
      expect(refusalOf(new OfTheApp(fields))).toBeUndefined();
    },
  );

  it.each([
    ['baseURL', 'baseUrl'],
    ['tokenProvder', 'tokenProvider'],
    ['ttl', 'expiresInSeconds'],
  ])('%s is refused, being close to %s', (given, meant) => {
    expect(refusalOf(new OfTheApp({ [given]: 1 }))?.remediation).toBe(`Write ${meant}.`);
  });

  it('a field close to an option passes where that option is there, too', () => {
    class WithGetter extends OfTheApp {
      get baseUrl() {
        return this._baseUrl;
      }
    }
    expect(refusalOf(new WithGetter({ _baseUrl: 1 }))).toBeUndefined();
    expect(refusalOf(new OfTheApp({ _baseUrl: 1 }))?.remediation).toBe('Write baseUrl.');
  });
});
