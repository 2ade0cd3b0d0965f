import { describe, expect, test } from 'vitest';
import { safeCopy } from '../../src/shared/safe-copy.js';
import { VALUES } from '../support/unreadable.js';

describe('a copy of data from outside', () => {
  test('is equal to data of usual size, and frozen', () => {
    const data = { a: 1, b: ['x', { c: null }], d: true, __proto__: undefined };
    const copy = safeCopy(data) as typeof data;
    expect(copy).toEqual(data);
    expect([Object.isFrozen(copy), Object.isFrozen(copy.b), Object.isFrozen(copy.b[1])]).toEqual([
      true,
      true,
      true,
    ]);
  });

  // case 218
  test('is masked as data: what stands before a token does not spoil its form', () => {
    const data = JSON.parse('{"exception_fields":{"a":"\\u001eyJhbGci","b":"\\\\eyJ","eyJhbGciOi":"x"}}');
    expect(safeCopy(data)).toEqual({
      exception_fields: { a: '\u001eyJhbGci', b: '\\<token>', '<token>': 'x' },
    });
  });

  test('is bounded in depth, width and size', () => {
    const deep: unknown = JSON.parse(`${'['.repeat(20_000)}${']'.repeat(20_000)}`);
    expect(JSON.stringify(safeCopy(deep))).toBe('[[[[[[[["…"]]]]]]]]');
    expect(safeCopy(Array(1_000).fill(0))).toHaveLength(100);
    const field = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`k${index}`, index]));
    expect(Object.keys(safeCopy(field) as object)).toHaveLength(100);
    const wide = Array(100).fill(Array(100).fill(Array(100).fill({ a: 'x' })));
    expect(JSON.stringify(safeCopy(wide)).length).toBeLessThan(20_000);
  });

  test('of a circle ends', () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    expect(JSON.stringify(safeCopy(circle)).length).toBeLessThan(200);
  });

  test.each(Object.entries(VALUES))('is made of %s', (_name, make) => {
    expect(() => safeCopy({ value: make() })).not.toThrow();
  });
});
