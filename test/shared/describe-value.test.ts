import { describe, expect, test } from 'vitest';
import { describeThrown, describeType } from '../../src/shared/describe-value.js';
import { fakeToken } from '../support/tokens.js';
import { VALUES } from '../support/unreadable.js';

describe('a value is told by its kind', () => {
  test.each([
    [null, 'null'],
    [undefined, 'undefined'],
    ['', 'an empty string'],
    [[1], 'an array'],
    [{ secret: 1 }, 'a value of type object'],
    ['a secret', 'a value of type string'],
  ])('and never by what it holds: %j', (value, told) => expect(describeType(value)).toBe(told));
});

describe('something thrown is told by', () => {
  test('its message, made safe', () => {
    const token = fakeToken({ user_id: 'martin', exp: 1 });
    expect(describeThrown(new Error(`no: ${token}\n`))).toBe('no: <token>\\u000a');
  });

  test('its kind, where it says nothing', () => {
    expect(describeThrown('a secret')).toBe('it threw a value of type string');
    expect(describeThrown({ message: 1 })).toBe('it threw a value of type object');
    expect(describeThrown(undefined)).toBe('it gave no reason');
  });
});

describe('what cannot be read is told as well', () => {
  test.each(Object.entries(VALUES))('%s', (_name, make) => {
    expect(typeof describeType(make())).toBe('string');
    expect(typeof describeThrown(make())).toBe('string');
  });
});
