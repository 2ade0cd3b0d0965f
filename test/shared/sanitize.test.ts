import { describe, expect, test } from 'vitest';
import { safeCopy } from '../../src/shared/safe-copy.js';
import { maskTokens, sanitize, sanitizeLines } from '../../src/shared/sanitize.js';
import { fakeToken } from '../support/tokens.js';
import { VALUES } from '../support/unreadable.js';

const MEBIBYTE = 1024 * 1024;
const token = fakeToken({ user_id: 'martin', exp: 1 });
const base64 = (text: string) => Buffer.from(text).toString('base64url');
/** Headers as people and libraries write them. */
const HEADERS = [
  '{"alg":"HS256"}',
  '{ "alg": "HS256" }',
  '{\n  "alg": "HS256"\n}',
  '{\t"alg":"HS256"}',
  '{\r\n"alg":"HS256"}',
];

describe('a token in a text', () => {
  test.each(HEADERS.map((header) => [header, `${base64(header)}.${base64('{"user_id":"m"}')}.c2ln`]))(
    'is masked with all its parts: %j',
    (_header, value) => {
      expect(maskTokens(`a ${value} b`)).toBe('a <token> b');
      expect(maskTokens(`"${value}",`)).toBe('"<token>",');
      expect(sanitize(`Bearer ${value}`)).toBe('Bearer <token>');
    },
  );

  test.each(HEADERS)('is masked without its other parts, too: %j', (header) => {
    const head = base64(`${header}      `);
    expect(maskTokens(`a ${head} b`)).toBe('a <token> b');
    expect(maskTokens(`a ${head}.ey b`)).toBe('a <token> b');
  });

  test.each(['eyelash', 'e', 'ewok', 'framework', 'a homeworkassignmentsubmission', 'x.y.z', ''])(
    'is not what is none: %s',
    (text) => expect(maskTokens(text)).toBe(text),
  );

  test.each([0, 1, 50, 150, 195, 199, 200, 4_000, 4_094, 4_096])(
    'leaves no part standing where the text is cut, %i characters on',
    (offset) => {
      for (const header of HEADERS) {
        const value = `${base64(header)}.${base64(JSON.stringify({ user_id: 'martin', more: 'x'.repeat(300) }))}.c2lnbmF0dXJl`;
        const shown = sanitize(`${' '.repeat(offset)}${value}${' '.repeat(5_000)}`);
        expect(shown).not.toContain(value.slice(0, 20));
        expect(shown.length).toBeLessThanOrEqual(200);
      }
    },
  );
});

describe('text from outside', () => {
  test('has its control characters escaped', () => {
    expect(sanitize('a\u0000b\u001b[31m\nc\u2028d\u0085')).toBe(
      'a\\u0000b\\u001b[31m\\u000ac\\u2028d\\u0085',
    );
  });

  test('keeps its lines where it has some, and nothing else', () => {
    expect(sanitizeLines(`Error: ${token}\n    at x\u001b\r\n`)).toBe(
      'Error: <token>\n    at x\\u001b\\u000d\n',
    );
    expect(sanitizeLines('x'.repeat(9_999))).toHaveLength(4_096);
  });

  test('is shown up to 200 characters', () => {
    expect(sanitize('x'.repeat(200))).toBe('x'.repeat(200));
    expect(sanitize('x'.repeat(201))).toBe(`${'x'.repeat(199)}…`);
  });

  test.each(Object.entries(VALUES))('may be %s', (_name, make) => {
    expect(typeof sanitize(make())).toBe('string');
  });

  // case 209: a quadratic step would take hours, and the time limit of a test fails it
  test.each(['ewk/', 'eyJ.', 'eyA', 'ew0abcdefghijk.', '=', '.', '\u001e', '\ud83d', 'a'])(
    'of 8 MiB is dealt with: %j',
    (unit) => {
      const text = unit.repeat((8 * MEBIBYTE) / unit.length);
      expect(maskTokens(text).length).toBeLessThanOrEqual(text.length);
      expect(sanitize(text).length).toBeLessThanOrEqual(200);
      expect(JSON.stringify(safeCopy({ text, list: [text] })).length).toBeLessThan(100_000);
    },
  );
});
