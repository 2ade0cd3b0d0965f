import { createHmac } from 'node:crypto';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createUserToken, verifyToken } from '../../src/server/index.js';
import { parseToken, serializeClaims, signToken, verifySignature } from '../../src/server/sign.js';
import { SECRET } from './support.js';

afterEach(() => void vi.unstubAllGlobals());

describe('signing', () => {
  it('works where TextEncoder answers with the bytes of another realm', async () => {
    const OtherBytes = runInNewContext('Uint8Array') as Uint8ArrayConstructor;
    const { TextEncoder: Encoder } = globalThis;
    class OtherEncoder {
      encode(text: string) {
        return new OtherBytes(new Encoder().encode(text));
      }
    }
    vi.stubGlobal('TextEncoder', OtherEncoder);
    expect(new TextEncoder().encode('a') instanceof Uint8Array).toBe(false);
    const token = await createUserToken({ apiSecret: SECRET, userId: 'zoë' });
    await expect(verifyToken(token, { apiSecret: SECRET })).resolves.toMatchObject({ user_id: 'zoë' });
  });

  it('takes the UTF-8 bytes of the secret as key', async () => {
    const token = await signToken({ user_id: 'martin' }, 'ключ');
    const [header, payload, signature] = token.split('.');
    const expected = createHmac('sha256', Buffer.from('ключ', 'utf8')).update(`${header}.${payload}`);
    expect(signature).toBe(expected.digest('base64url'));
  });

  it('writes only ASCII without > ? ~ and DEL', () => {
    expect(serializeClaims({ a: '>?~\u007fé\ud83d' })).toBe(
      '{"a":"\\u003e\\u003f\\u007e\\u007f\\u00e9\\ud83d"}',
    );
  });
});

describe('reading', () => {
  it('parses what it signed, unverified', async () => {
    const token = await signToken({ user_id: 'zoë' }, SECRET);
    expect(parseToken(token)).toEqual({ header: { alg: 'HS256', typ: 'JWT' }, claims: { user_id: 'zoë' } });
  });

  it.each(['', 'abc', 'a.b', 'a.b.c', 'e30.W10.x', 'W10.e30.x', 'e30.e30.x.y'])(
    'parses nothing from %j',
    (text) => {
      expect(parseToken(text)).toBeUndefined();
    },
  );

  it('tells its own signature from others', async () => {
    const token = await signToken({ user_id: 'martin' }, SECRET);
    await expect(verifySignature(token, SECRET)).resolves.toBe(true);
    await expect(verifySignature(token, `${SECRET}!`)).resolves.toBe(false);
    await expect(verifySignature(`${token}x`, SECRET)).resolves.toBe(false);
    await expect(verifySignature('abc', SECRET)).resolves.toBe(false);
    await expect(verifySignature(token, '')).resolves.toBe(false);
  });
});
