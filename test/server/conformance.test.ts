import { createHmac } from 'node:crypto';
import { StreamClient } from '@stream-io/node-sdk';
import jwt from 'jsonwebtoken';
import { describe, expect, it } from 'vitest';
import { createCallToken, createUserToken, verifyToken } from '../../src/server/index.js';
import { signToken } from '../../src/server/sign.js';
import vectors from '../vectors/tokens.json' with { type: 'json' };
import { claimsOf, SECRET } from './support.js';

const official = new StreamClient('key', SECRET);

describe('tokens minted here', () => {
  it.each(['martin', 'zoë', '用户1', 'a>?~'])('verify under jsonwebtoken, for %s', async (userId) => {
    const token = await createUserToken({ apiSecret: SECRET, userId, claims: { note: 'é>?' } });
    expect(jwt.verify(token, SECRET, { algorithms: ['HS256'] })).toMatchObject({
      user_id: userId,
      note: 'é>?',
    });
    const callToken = await createCallToken({
      apiSecret: SECRET,
      userId,
      callCids: ['default:1'],
      role: 'host',
    });
    expect(jwt.verify(callToken, SECRET, { algorithms: ['HS256'] })).toMatchObject({
      user_id: userId,
      call_cids: ['default:1'],
      role: 'host',
    });
  });

  it('fail under jsonwebtoken with another secret', async () => {
    const token = await createUserToken({ apiSecret: SECRET, userId: 'martin' });
    expect(() => jwt.verify(token, `${SECRET}!`)).toThrow('invalid signature');
  });

  it('have the header, the claims and the times of the node SDK, exp at most two seconds later', async () => {
    const theirs = official.generateUserToken({ user_id: 'martin' });
    const ours = await createUserToken({ apiSecret: SECRET, userId: 'martin' });
    expect(ours.split('.')[0]).toBe(theirs.split('.')[0]);
    const [a, b] = [claimsOf(ours), claimsOf(theirs)];
    expect(Object.keys(a).sort()).toEqual(['exp', 'iat', 'jti', 'user_id']);
    expect(Number(a.iat) - Number(b.iat)).toBeLessThanOrEqual(1);
    expect(Number(a.exp) - Number(a.iat) - (Number(b.exp) - Number(b.iat))).toBeGreaterThanOrEqual(1);
    expect(Number(a.exp) - Number(a.iat) - (Number(b.exp) - Number(b.iat))).toBeLessThanOrEqual(2);
  });
});

describe('tokens of others', () => {
  it.each([
    ['generateUserToken', () => official.generateUserToken({ user_id: 'martin' })],
    ['generatePermanentUserToken', () => official.generatePermanentUserToken({ user_id: 'martin' })],
    ['createToken', () => official.createToken('martin')],
    ['jsonwebtoken', () => jwt.sign({ user_id: 'martin' }, SECRET, { expiresIn: 60, notBefore: 0 })],
  ])('of %s verify here', async (_, mint) => {
    await expect(verifyToken(mint(), { apiSecret: SECRET })).resolves.toMatchObject({ user_id: 'martin' });
  });

  it.each([
    [
      'generateCallToken',
      () => official.generateCallToken({ user_id: 'zoë', call_cids: ['default:1'], role: 'host' }),
    ],
    ['createCallToken', () => official.createCallToken({ user_id: 'zoë', role: 'host' }, ['default:1'])],
  ])('of %s verify here with their calls', async (_, mint) => {
    const claims = { user_id: 'zoë', call_cids: ['default:1'], role: 'host' };
    await expect(verifyToken(mint(), { apiSecret: SECRET })).resolves.toMatchObject(claims);
  });

  it('of another application do not', async () => {
    const token = new StreamClient('key', `${SECRET}!`).generateUserToken({ user_id: 'martin' });
    await expect(verifyToken(token, { apiSecret: SECRET })).rejects.toMatchObject({
      name: 'InvalidTokenError',
    });
  });
});

describe('the vectors', () => {
  const { secret } = vectors;

  it.each(vectors.vectors)('of $name are what is signed here', async ({ claims, payload, token }) => {
    await expect(signToken(claims, secret)).resolves.toBe(token);
    const now = (claims.iat + 1) * 1000;
    await expect(verifyToken(token, { apiSecret: secret, now })).resolves.toEqual(claims);
    expect(Buffer.from(token.split('.')[1] as string, 'base64').toString('ascii')).toBe(payload);
  });

  it.each(vectors.vectors)('of $name can be made by hand', ({ claims, payload, token }) => {
    expect(JSON.parse(payload)).toEqual(claims);
    const base64url = (text: string) => Buffer.from(text, 'ascii').toString('base64url');
    const signed = `${base64url(JSON.stringify(vectors.header))}.${base64url(payload)}`;
    const signature = createHmac('sha256', Buffer.from(secret, 'utf8')).update(signed).digest('base64url');
    expect(`${signed}.${signature}`).toBe(token);
    expect(base64url(payload)).not.toMatch(/[-_]/);
  });
});
