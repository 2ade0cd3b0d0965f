import { afterEach, describe, expect, test, vi } from 'vitest';
import { digestOf, REMEMBERED, RefusedTokens } from '../../../src/client/tabs/refused-tokens.js';
import { digest } from '../../support/fake-tabs.js';

const known = async (refused: RefusedTokens, token: string) =>
  refused.has(token, (await digestOf(token)) ?? '');

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('a refused token', () => {
  test('is known again, and no other', async () => {
    const refused = new RefusedTokens();
    await refused.add('a');
    expect([await known(refused, 'a'), await known(refused, 'b')]).toEqual([true, false]);
  });

  test('is known before its digest is there', async () => {
    const refused = new RefusedTokens();
    const added = refused.add('a');
    expect(refused.has('a', 'the digest of a')).toBe(true);
    expect(refused.has('b', 'the digest of b')).toBe(false);
    await added;
  });

  test(`is forgotten after ${REMEMBERED} others`, async () => {
    const refused = new RefusedTokens();
    for (let index = 0; index < REMEMBERED; index += 1) await refused.add(String(index));
    expect(await known(refused, '0')).toBe(true);
    await refused.add('one more');
    expect([await known(refused, '0'), await known(refused, '1')]).toEqual([false, true]);
  });

  test('that many requests report takes one place, at once or one after another', async () => {
    const refused = new RefusedTokens();
    await refused.add('first');
    await Promise.all(Array.from({ length: 20 }, () => refused.add('again')));
    for (let times = 0; times < 20; times += 1) await refused.add('again');
    expect([await known(refused, 'first'), await known(refused, 'again')]).toEqual([true, true]);
  });

  test('without a digest is no reason for an exception', async () => {
    vi.stubGlobal('crypto', { subtle: { digest: () => Promise.reject(new Error('not here')) } });
    await new RefusedTokens().add('a');
    expect(await digestOf('a')).toBeUndefined();
  });
});

test('the digest is SHA-256', async () => {
  const bytes = new Uint8Array(await digest('SHA-256', new TextEncoder().encode('abc')));
  expect(await digestOf('abc')).toBe(String.fromCharCode(...bytes));
});
