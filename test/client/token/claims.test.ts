import fc from 'fast-check';
import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { decodeClaims } from '../../../src/client/token/claims.js';

const HEADER = Buffer.from('{"alg":"HS256"}').toString('base64url');
const tokenOf = (payload: string | Uint8Array) =>
  `${HEADER}.${Buffer.from(payload as Uint8Array).toString('base64url')}.c2ln`;
const tokenFor = (claims: unknown) => tokenOf(JSON.stringify(claims));

// case 79: node-jsonwebtoken #329; auth0/lock #324; auth-js #528; cloudflare-worker-jwt #58; jjwt #452; wso2 #10655
describe('what jose reads, we read', () => {
  it.each<[string, Record<string, unknown>]>([
    ['an id in Latin-1', { user_id: 'zoë' }],
    ['an id in Chinese', { user_id: '用户1' }],
    ['an id beyond the basic plane', { user_id: '👩‍👩‍👧 𝒛' }],
    ['an id with combining marks, as they are', { user_id: 'zoe\u0308' }],
    ['claims whose base64url holds - and _', { user_id: 'plain', name: 'Zoë?>~', x: '>>>???' }],
    ['control characters', { user_id: 'a\u0000\u001f\u007f\u2028' }],
    ['half a character, escaped', { user_id: 'a\ud800b' }],
    ['unknown claims', { user_id: 'a', 'https://example.com/roles': [{ a: [null] }], call_cids: ['x:1'] }],
    ['numbers at their edges', { exp: 1e308, iat: -0, nbf: 0.1, big: Number.MAX_SAFE_INTEGER }],
    ['nothing', {}],
  ])('%s', (_name, claims) => {
    const token = tokenFor(claims);
    expect(decodeClaims(token)).toEqual(decodeJwt(token));
    expect(decodeClaims(token)).toEqual(JSON.parse(JSON.stringify(claims)));
  });

  it('in any JSON object', () => {
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(fc.dictionary(text, fc.jsonValue({ stringUnit: 'binary', maxDepth: 3 })), (claims) => {
        const token = tokenFor(claims);
        expect(JSON.stringify(decodeClaims(token))).toBe(JSON.stringify(decodeJwt(token)));
      }),
      { numRuns: 100 },
    );
  });

  it('with any id that JSON can write, half characters included', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 }), (units) => {
        const user_id = String.fromCharCode(...units);
        expect(decodeClaims(tokenFor({ user_id }))?.user_id).toBe(user_id);
      }),
      { numRuns: 200 },
    );
  });
});

describe('base64 in its dialects', () => {
  const claims = { user_id: 'plain', name: 'Zoë?>~', x: '>>>???' };
  const bytes = Buffer.from(JSON.stringify(claims));

  it.each([
    ['url-safe, without padding', bytes.toString('base64url')],
    ['url-safe, padded', bytes.toString('base64').replace(/\+/g, '-').replace(/\//g, '_')],
    ['the classic alphabet, padded', bytes.toString('base64')],
    ['the classic alphabet, without padding', bytes.toString('base64').replace(/=/g, '')],
  ])('%s', (_name, segment) => {
    expect(decodeClaims(`${HEADER}.${segment}.c2ln`)).toEqual(claims);
  });

  it('of JSON written over several lines', () => {
    expect(decodeClaims(tokenOf(JSON.stringify(claims, null, '\t')))).toEqual(claims);
  });

  it('each length of padding', () => {
    for (const user_id of ['', 'a', 'ab', 'abc', 'abcd']) {
      expect(decodeClaims(tokenFor({ user_id }))).toEqual({ user_id });
    }
  });
});

// case 81: feathers authentication-client #33; livekit 830b5eec
describe('what is no token of claims is told as such, by undefined', () => {
  it.each<[string, string]>([
    ['an array', tokenFor(['martin'])],
    ['null', tokenFor(null)],
    ['a number', tokenFor(1)],
    ['a string', tokenFor('martin')],
    ['true', tokenFor(true)],
    ['no JSON', tokenOf('hello')],
    ['half a JSON object', tokenOf('{"user_id":"mar')],
    ['two JSON objects', tokenOf('{}{}')],
    ['an empty payload', `${HEADER}..c2ln`],
    ['one segment', 'abc'],
    ['two segments', `${HEADER}.e30`],
    ['four segments', `${HEADER}.e30.c2ln.x`],
    ['an empty string', ''],
    ['a segment with a line break', `${HEADER}.e3\n0.c2ln`],
    ['a segment with padding in its middle', `${HEADER}.e3=0.c2ln`],
    ['a segment with a stray sign at its end', `${HEADER}.e30g!.c2ln`],
    ['a segment with percent signs', `${HEADER}.%65%33.c2ln`],
    ['a segment with non-ASCII letters', `${HEADER}.e3é.c2ln`],
  ])('%s', (_name, token) => {
    expect(decodeClaims(token)).toBeUndefined();
  });

  it.each<[string, number[]]>([
    ['a lone continuation byte', [0x80]],
    ['a cut sequence', [0xe7, 0x94]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['an encoded half character', [0xed, 0xa0, 0x80]],
    ['a byte that no UTF-8 has', [0xff]],
    ['a code point beyond the last', [0xf4, 0x90, 0x80, 0x80]],
  ])('malformed UTF-8: %s', (_name, bytes) => {
    const payload = Buffer.concat([Buffer.from('{"user_id":"'), Buffer.from(bytes), Buffer.from('"}')]);
    // A lenient reader would put a replacement character into the identity.
    expect(decodeClaims(tokenOf(payload))).toBeUndefined();
  });

  it('any text at all: never a throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.string(), (one, two) => {
        for (const token of [one, `${one}.${two}.x`, `${two}.${one}.`, tokenOf(one)]) {
          const claims = decodeClaims(token);
          expect(claims === undefined || (typeof claims === 'object' && !Array.isArray(claims))).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('a payload that means harm', () => {
  it('pollutes no prototype, and passes nothing off as its own claim', () => {
    const claims = decodeClaims(
      tokenOf('{"__proto__":{"polluted":true,"user_id":"admin"},"constructor":{"x":1}}'),
    );
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(claims?.user_id).toBeUndefined();
    expect(claims?.polluted).toBeUndefined();
    expect(Object.getPrototypeOf(claims)).toBe(Object.prototype);
  });

  it('of a megabyte is read, without a deep stack', () => {
    const claims = { user_id: 'martin', filler: 'é?>'.repeat(250_000) };
    expect(decodeClaims(tokenFor(claims))).toEqual(claims);
  });

  it('nested ten thousand deep is read', () => {
    const depth = 10_000;
    const payload = `{"user_id":"martin","x":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    expect(decodeClaims(tokenOf(payload))?.user_id).toBe('martin');
  });

  it('with a claim twice counts the last one, as jose does', () => {
    const token = tokenOf('{"user_id":"a","user_id":"b"}');
    expect(decodeClaims(token)).toEqual(decodeJwt(token));
  });
});
