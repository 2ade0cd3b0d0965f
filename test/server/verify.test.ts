import { inspect } from 'node:util';
import jwt from 'jsonwebtoken';
import { describe, expect, it } from 'vitest';
import {
  ConfigurationError,
  createCallToken,
  createUserToken,
  InvalidTokenError,
  TokenExpiredError,
  verifyToken,
} from '../../src/server/index.js';
import { signToken } from '../../src/server/sign.js';
import { SECRET } from './support.js';

const NOW = 1_800_000_000_000;
const SECONDS = NOW / 1000;

function verify(token: unknown, now = NOW) {
  return verifyToken(token, { apiSecret: SECRET, now });
}

function signed(claims: Record<string, unknown>): Promise<string> {
  return signToken({ user_id: 'martin', ...claims }, SECRET);
}

describe('verifyToken', () => {
  it('gives back the claims of a user and of a call token, frozen', async () => {
    const user = await verifyToken(await createUserToken({ apiSecret: SECRET, userId: 'martin' }), {
      apiSecret: SECRET,
    });
    expect(user.user_id).toBe('martin');
    expect(Object.isFrozen(user)).toBe(true);
    const callToken = await createCallToken({ apiSecret: SECRET, callCids: ['default:1'] });
    await expect(verifyToken(callToken, { apiSecret: SECRET })).resolves.toMatchObject({
      user_id: '!anon',
      call_cids: ['default:1'],
    });
  });

  it('ignores white space around a token', async () => {
    await expect(verify(` ${await signed({})}\n`)).resolves.toMatchObject({ user_id: 'martin' });
  });

  it('refuses another secret', async () => {
    const foreign = await signToken({ user_id: 'martin' }, `${SECRET}!`);
    await expect(verify(foreign)).rejects.toBeInstanceOf(InvalidTokenError);
  });

  // case 252: a list of refused tokens would be passed by with another spelling
  it('takes one spelling of a signature only', async () => {
    const token = await signed({ jti: 'x' });
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const last = letters.indexOf(token.slice(-1));
    const [body, signature] = [
      token.slice(0, token.lastIndexOf('.') + 1),
      token.slice(token.lastIndexOf('.') + 1),
    ];
    const spellings = [
      ...[1, 2, 3].map((bits) => `${token.slice(0, -1)}${letters[last ^ bits]}`),
      `${token}=`,
      `${token}==`,
      `${token}A`,
      ...[' ', '\n', '\t', '\r'].map(
        (space) => `${body}${signature.slice(0, 9)}${space}${signature.slice(9)}`,
      ),
      `${body} ${signature}`,
      `${body}${Buffer.from(signature, 'base64url').toString('base64')}`,
    ];
    for (const spelling of spellings) {
      await expect(verify(spelling), spelling).rejects.toMatchObject({
        code: expect.stringMatching(/^wrong_signature$|^not_a_jwt$/),
      });
    }
    await expect(verify(token)).resolves.toMatchObject({ jti: 'x' });
  });

  it('takes every token that is minted here', async () => {
    for (let n = 0; n < 200; n += 1) await expect(verify(await signed({ n }))).resolves.toMatchObject({ n });
  });

  it('refuses claims that were changed after signing', async () => {
    const [header, , signature] = (await signed({})).split('.');
    const payload = Buffer.from(JSON.stringify({ user_id: 'admin' })).toString('base64url');
    await expect(verify(`${header}.${payload}.${signature}`)).rejects.toBeInstanceOf(InvalidTokenError);
  });

  it.each(['HS384', 'HS512', 'none'] as const)('refuses %s', async (algorithm) => {
    const token = jwt.sign({ user_id: 'martin' }, algorithm === 'none' ? '' : SECRET, { algorithm });
    await expect(verify(token)).rejects.toBeInstanceOf(InvalidTokenError);
  });

  it('accepts a token until its exp, and not from then on', async () => {
    const token = await signed({ exp: SECONDS });
    await expect(verify(token, NOW - 1)).resolves.toMatchObject({ exp: SECONDS });
    const expired = verify(token, NOW);
    await expect(expired).rejects.toBeInstanceOf(TokenExpiredError);
    await expect(expired).rejects.toMatchObject({ code: 'token_expired' });
  });

  it('judges by the clock when no time is given', async () => {
    const seconds = Math.floor(Date.now() / 1000);
    await expect(
      verifyToken(await signed({ exp: seconds + 60 }), { apiSecret: SECRET }),
    ).resolves.toBeDefined();
    const expired = verifyToken(await signed({ exp: seconds - 60 }), { apiSecret: SECRET });
    await expect(expired).rejects.toBeInstanceOf(TokenExpiredError);
  });

  it.each(['nbf', 'iat'])(
    'refuses a token whose %s lies ahead, and accepts it from then on',
    async (claim) => {
      const token = await signed({ [claim]: SECONDS });
      await expect(verify(token, NOW - 1)).rejects.toBeInstanceOf(InvalidTokenError);
      await expect(verify(token, NOW)).resolves.toMatchObject({ [claim]: SECONDS });
    },
  );

  it.each([1.5, '1', null])('refuses %j as exp', async (exp) => {
    await expect(verify(await signed({ exp }))).rejects.toBeInstanceOf(InvalidTokenError);
  });

  it.each([
    ['not_a_string', undefined],
    ['not_a_string', { token: 'x' }],
    ['empty', ' '],
    ['empty', 'null'],
    ['not_a_jwt', 'abc'],
    ['not_a_jwt', 'a.b'],
    ['not_a_jwt', 'a.b.c'],
    ['double_encoded', '"a.b.c"'],
    ['bearer_prefix', 'Bearer a.b.c'],
    ['too_large', 'a'.repeat(128 * 1024 + 1)],
  ])('answers %s to %j', async (code, token) => {
    await expect(verify(token)).rejects.toMatchObject({ name: 'InvalidTokenError', code });
  });

  it.each([
    ['missing_user_id', { user_id: undefined, server: true }],
    ['missing_user_id', { user_id: '' }],
    ['invalid_user_id', { user_id: 42 }],
    ['too_many_calls', { call_cids: Array.from({ length: 101 }, () => 'default:1') }],
    ['not_a_jwt', { call_cids: 'default:1' }],
    ['not_a_jwt', { call_cids: [1] }],
    ['not_a_jwt', { call_cids: ['default:1', 1] }],
    ['not_a_jwt', { role: 7 }],
  ])('answers %s to a signed token with %j', async (code, claims) => {
    await expect(verify(await signed(claims))).rejects.toMatchObject({ code });
  });

  it('refuses a time that is none', async () => {
    await expect(verify(await signed({}), Number.NaN)).rejects.toBeInstanceOf(ConfigurationError);
  });

  it('needs a secret of its own', async () => {
    const options = { apiSecret: undefined };
    await expect(verifyToken(await signed({}), options)).rejects.toBeInstanceOf(ConfigurationError);
  });

  it('quotes the token in no error', async () => {
    const token = await signToken({ user_id: 'martin' }, `${SECRET}!`);
    for (const bad of [token, `Bearer ${token}`, `"${token}"`, `${token}.x`]) {
      const error: unknown = await verify(bad).catch((reason: unknown) => reason);
      expect(inspect(error, { depth: 10 })).not.toContain('eyJ');
    }
  });
});
