import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { signToken } from '../../../src/server/sign.js';
import { Scene } from '../support/emulator.js';

// Who speaks, as the vendors' own suites have it; each test is named after its row of the wire reference.
const scene = new Scene();

const sign = (claims: object) => signToken({ ...claims }, scene.emulator.apiSecret);
const now = () => Math.floor(Date.now() / 1000);

describe('server token', () => {
  it.each<[string, () => object]>([
    ['says server: true', () => ({ server: true })],
    ['is an empty claim set', () => ({})],
    ['is empty but for iat', () => ({ iat: now() - 5 })],
    ['is empty but for iat, exp and nbf', () => ({ iat: now() - 5, exp: now() + 60, nbf: now() - 5 })],
  ])('one that %s acts as a server', async (_what, claims) => {
    const token = await sign(claims());
    expect((await scene.send('GET', '/api/v2/app', { token })).status).toBe(200);
    const data = { created_by_id: 'john' };
    const { status, body } = await scene.send('POST', '/api/v2/video/call/default/a', {
      token,
      body: { data },
    });
    expect([status, body.call.created_by.id]).toEqual([201, 'john']);
  });

  it.each<[string, object, string]>([
    ['sub alone', { sub: 'martin' }, 'jwt'],
    ['a jti beside the times', { jti: 'x', iat: 1 }, 'jwt'],
    ['an empty user_id', { user_id: '' }, 'jwt'],
    ['server: false', { server: false }, 'jwt'],
    ['an empty claim set, sent as anonymous', {}, 'anonymous'],
  ])('one with %s stays 401 / 5', async (_what, claims, authType) => {
    const answer = await scene.send('GET', '/video/edges', { token: await sign(claims), authType });
    expect([answer.status, answer.body.code]).toEqual([401, 5]);
  });

  it('one that is empty and expired is 401 / 40, and one signed with another secret 401 / 43', async () => {
    const expired = await scene.send('GET', '/api/v2/app', { token: await sign({ exp: now() - 1 }) });
    expect(expired.body.code).toBe(40);
    const foreign = await signToken({}, 'another secret of more than 32 bytes');
    expect((await scene.send('GET', '/api/v2/app', { token: foreign })).body.code).toBe(43);
  });

  it('one that is empty opens no socket', async () => {
    const socket = await scene.open();
    socket.send({ token: await sign({}), user_details: { id: 'mara' } });
    expect((await socket.next('connection.error')).error.code).toBe(5);
  });

  it('it is not revoked with the tokens of users, so that it can lift the revocation', async () => {
    const token = await sign({});
    const body = { revoke_tokens_issued_before: new Date().toISOString() };
    expect((await scene.send('PATCH', '/api/v2/app', { token, body })).status).toBe(200);
    expect((await scene.send('GET', '/api/v2/app', { token })).status).toBe(200);
  });
});

describe('server identity in chat', () => {
  const connect = async (id: string, token: string) => {
    const json = JSON.stringify({ user_id: id, user_details: { id, anon: true } });
    const socket = await scene.open(
      { authorization: token, 'stream-auth-type': 'anonymous', json },
      '/connect',
    );
    return socket.next('health.check').catch(() => undefined);
  };

  it('an anonymous user with a signed token for a UUID is accepted by the chat socket', async () => {
    const id = randomUUID();
    const frame = await connect(id, await sign({ user_id: id }));
    expect(frame?.me).toMatchObject({ id, role: 'anonymous' });
  });

  it('an anonymous user without a token is accepted too, unless the id is a user’s', async () => {
    const id = randomUUID();
    expect((await connect(id, ''))?.me.id).toBe(id);
    await scene.know('mara');
    const json = JSON.stringify({ user_id: 'mara', user_details: { id: 'mara', anon: true } });
    const socket = await scene.open({ authorization: '', 'stream-auth-type': 'anonymous', json }, '/connect');
    expect((await socket.next('error')).error.code).toBe(5);
  });

  it('a token for another id is refused', async () => {
    const id = randomUUID();
    const json = JSON.stringify({ user_id: id, user_details: { id, anon: true } });
    const token = await sign({ user_id: randomUUID() });
    const socket = await scene.open(
      { authorization: token, 'stream-auth-type': 'anonymous', json },
      '/connect',
    );
    expect((await socket.next('error')).error.code).toBe(5);
  });
});
