import { describe, expect, it } from 'vitest';
import { type CallTokenOptions, ConfigurationError, createCallToken } from '../../src/server/index.js';
import { claimsOf, frozen, payloadOf, SECRET } from './support.js';

const MONTH = 30 * 24 * 3600;

function mint(options: Partial<Record<keyof CallTokenOptions, unknown>> = {}): Promise<string> {
  return createCallToken({ apiSecret: SECRET, callCids: ['livestream:1'], ...options } as CallTokenOptions);
}

function manyCalls(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `default:${index}`);
}

describe('a call token', () => {
  it('is for anonymous visitors unless it names a user', async () => {
    expect(claimsOf(await mint())).toMatchObject({ user_id: '!anon', call_cids: ['livestream:1'] });
    expect(claimsOf(await mint({ userId: 'martin' }))).toMatchObject({ user_id: 'martin' });
  });

  it('carries a role only when one is given', async () => {
    expect(claimsOf(await mint({ role: 'host' }))).toMatchObject({ role: 'host' });
    expect(claimsOf(await mint())).not.toHaveProperty('role');
  });

  it('lists up to 100 calls, and no more', async () => {
    expect(claimsOf(await mint({ callCids: manyCalls(100) })).call_cids).toHaveLength(100);
    await expect(mint({ callCids: manyCalls(101) })).rejects.toMatchObject({ code: 'invalid_option' });
  });

  it.each(['default:用户', 'default:a/b?c#d', 'audio_room:a b', 'default:a:b'])('opens %s', async (cid) => {
    const token = await mint({ callCids: [cid] });
    expect(claimsOf(token)).toMatchObject({ call_cids: [cid] });
    expect(payloadOf(token)).not.toMatch(/[-_]/);
  });

  it.each([
    ['no list', undefined],
    ['a string', 'default:1'],
    ['an empty list', []],
    ['an id without a type', ['1']],
    ['an empty type', [':1']],
    ['an empty id', ['default:']],
    ['white space', ['default: ']],
    ['a line feed', ['default:1\n']],
    ['a number', [1]],
    ['a good and a bad one', ['default:1', 'default']],
  ])('refuses %s as calls', async (_, callCids) => {
    const refused = mint({ callCids: callCids === undefined ? null : callCids });
    await expect(refused).rejects.toBeInstanceOf(ConfigurationError);
    await expect(refused).rejects.toMatchObject({ code: 'invalid_option' });
  });

  it.each([null, 0, -1, 1.5, Number.NaN, MONTH + 1])('refuses a lifetime of %s', async (expiresInSeconds) => {
    await expect(mint({ expiresInSeconds })).rejects.toMatchObject({ code: 'invalid_option' });
  });

  it('never goes without expiry, not even with allowLongLived', async () => {
    const endless = mint({ expiresInSeconds: null, allowLongLived: true });
    await expect(endless).rejects.toMatchObject({ code: 'invalid_option' });
    const long = claimsOf(await mint({ expiresInSeconds: MONTH + 1, allowLongLived: true }));
    expect(long.exp).toBeGreaterThan(Date.now() / 1000 + MONTH);
  });

  it.each(['', 42])('refuses the role %j', async (role) => {
    await expect(mint({ role })).rejects.toMatchObject({ code: 'invalid_option' });
  });

  it.each(['', 42])('refuses the user id %j', async (userId) => {
    await expect(mint({ userId })).rejects.toMatchObject({ code: 'invalid_user' });
  });

  it('refuses a missing and a weak secret', async () => {
    await expect(mint({ apiSecret: undefined })).rejects.toMatchObject({ code: 'invalid_option' });
    await expect(mint({ apiSecret: 'short' })).rejects.toMatchObject({ code: 'invalid_option' });
    await expect(mint({ apiSecret: 'short', allowWeakSecret: true })).resolves.toMatch(/^eyJ/);
  });

  it('leaves the list of the caller alone', async () => {
    await expect(mint(frozen({ callCids: ['default:1'] }))).resolves.toMatch(/^eyJ/);
  });
});
