import { describe, expect, it } from 'vitest';
import { AUTH_ORDER } from '../../../src/emulator/auth/auth-order.js';
import { signToken } from '../../../src/server/sign.js';
import { Scene } from '../support/emulator.js';

const scene = new Scene();
const seconds = () => Math.floor(Date.now() / 1000);

function segment(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function sign(claims: Record<string, unknown>, secret = scene.emulator.apiSecret): Promise<string> {
  return signToken(claims, secret);
}

async function refusal(options: Parameters<typeof scene.send>[2], path = '/video/edges', method = 'GET') {
  const { status, body } = await scene.send(method, path, options);
  return `${status} / ${body.code}`;
}

describe('the order of authentication', () => {
  it('has one check per row, in the order of the protocol', () => {
    expect(AUTH_ORDER.map(({ rule }) => rule)).toEqual([
      'the api key is known',
      'the auth type is one of two',
      'the token is there and well formed',
      'the signature is right',
      'exp is ahead',
      'nbf has come',
      'iat is not in the future',
      'the token is not revoked',
      'the identity fits',
      'the user is active',
      'the rate limit holds',
      'the connection is live and the user’s own',
    ]);
  });

  it('1: an unknown api key is 2, whatever else is wrong', async () => {
    expect(await refusal({ apiKey: 'nobody', authType: 'odd', token: 'x' })).toBe('401 / 2');
  });

  it('2: an auth type other than the two is 5, even with a token that is expired', async () => {
    const token = await scene.emulator.userToken('martin', { expiresInSeconds: -10 });
    expect(await refusal({ authType: 'bearer', token })).toBe('401 / 5');
  });

  it.each([
    ['no token', undefined],
    ['an empty token', ''],
    ['two segments', 'a.b'],
    ['a Bearer prefix', 'Bearer a.b.c'],
    [
      'a payload that is no JSON',
      `${segment({ alg: 'HS256' })}.${Buffer.from('nope').toString('base64url')}.x`,
    ],
    ['a payload that is a list', `${segment({ alg: 'HS256' })}.${segment([])}.x`],
    ['the algorithm none', `${segment({ alg: 'none' })}.${segment({ user_id: 'martin' })}.`],
    ['the algorithm HS512', `${segment({ alg: 'HS512' })}.${segment({ user_id: 'martin' })}.x`],
  ])('3: %s is 5', async (_what, token) => {
    expect(await refusal({ token })).toBe('401 / 5');
  });

  it.each(['exp', 'nbf', 'iat'])('3: a fractional %s is 5, and not a matter of time', async (claim) => {
    expect(await refusal({ token: await sign({ user_id: 'martin', [claim]: 1.5 }) })).toBe('401 / 5');
  });

  it('3: more than 100 call ids are 5, and 100 are none', async () => {
    const cids = Array.from({ length: 101 }, (_, index) => `default:${index}`);
    const tooMany = await scene.emulator.callToken(cids);
    expect(await refusal({ token: tooMany, authType: 'anonymous' })).toBe('401 / 5');
    const enough = await scene.emulator.callToken(cids.slice(1));
    expect((await scene.send('GET', '/video/edges', { token: enough, authType: 'anonymous' })).status).toBe(
      200,
    );
  });

  it('4: a signature by another secret is 43, even when the token is expired', async () => {
    const token = await sign({ user_id: 'martin', exp: 1 }, 'another secret of more than 32 bytes');
    expect(await refusal({ token })).toBe('401 / 43');
  });

  it('5: an expired token is 40, even when nbf and iat lie ahead', async () => {
    const later = seconds() + 60;
    expect(await refusal({ token: await sign({ user_id: 'martin', exp: 1, nbf: later, iat: later }) })).toBe(
      '401 / 40',
    );
  });

  it('5: a token is expired at its exp, not after it', async () => {
    const at = seconds() * 1000;
    scene.emulator.faults.freezeClock(at);
    expect(await refusal({ token: await sign({ user_id: 'martin', exp: at / 1000 }) })).toBe('401 / 40');
    const alive = await sign({ user_id: 'martin', exp: at / 1000 + 1 });
    expect((await scene.send('GET', '/video/edges', { token: alive })).status).toBe(200);
  });

  it('6: nbf ahead is 41, even when iat lies ahead too', async () => {
    const later = seconds() + 60;
    expect(await refusal({ token: await sign({ user_id: 'martin', nbf: later, iat: later }) })).toBe(
      '401 / 41',
    );
  });

  it('7: iat ahead is 42, even when the user is revoked', async () => {
    scene.emulator.faults.revoke();
    expect(await refusal({ token: await sign({ user_id: 'martin', iat: seconds() + 60 }) })).toBe('401 / 42');
  });

  it('8: a revoked token is 40, even for a user who was deleted', async () => {
    const token = await scene.emulator.userToken('martin');
    await scene.send('GET', '/video/edges', { token });
    await scene.asServer('POST', '/users/delete', { user_ids: ['martin'] });
    scene.emulator.faults.revoke('martin');
    expect(await refusal({ token })).toBe('401 / 40');
  });

  it('9: a server token works on the endpoints of servers, and as admin on those of clients', async () => {
    expect((await scene.asServer('GET', '/app')).status).toBe(200);
    const created = await scene.asServer('POST', '/video/call/default/a', {
      data: { created_by_id: 'martin' },
    });
    expect(created.status).toBe(201);
    expect(created.body.own_capabilities).toContain('end-call');
  });

  it('9: a user token is refused on the endpoints of servers', async () => {
    const token = await scene.emulator.userToken('martin');
    expect(await refusal({ token }, '/api/v2/app')).toBe('403 / 17');
  });

  it.each([
    ['no user_id', { sub: 'martin' }, 'jwt'],
    ['a user_id that is a number', { user_id: 42 }, 'jwt'],
    ['the anonymous id as jwt', { user_id: '!anon' }, 'jwt'],
    ['a user’s id as anonymous', { user_id: 'martin' }, 'anonymous'],
  ])('10: %s is 5, even when the rate limit is used up', async (_what, claims, authType) => {
    scene.emulator.faults.limitRates({ limit: 0 });
    expect(await refusal({ token: await sign(claims), authType })).toBe('401 / 5');
  });

  it.each(['delete', 'deactivate'])('11: after a %s the user is refused with 5', async (how) => {
    const token = await scene.emulator.userToken('martin');
    await scene.send('GET', '/video/edges', { token });
    await scene.asServer('POST', `/users/${how}`, { user_ids: ['martin'] });
    scene.emulator.faults.limitRates({ limit: 0 });
    expect(await refusal({ token })).toBe('401 / 5');
  });

  it('11: a reactivated user is served again', async () => {
    const token = await scene.emulator.userToken('martin');
    await scene.send('GET', '/video/edges', { token });
    await scene.asServer('POST', '/users/martin/deactivate');
    await scene.asServer('POST', '/users/martin/reactivate');
    expect((await scene.send('GET', '/video/edges', { token })).status).toBe(200);
  });

  it('12: above the rate limit is 429 / 9 with the headers, even when the connection is unknown', async () => {
    scene.emulator.faults.limitRates({ limit: 1 });
    const token = await scene.emulator.userToken('martin');
    expect((await scene.send('GET', '/video/edges', { token })).status).toBe(200);
    const { status, body, headers } = await scene.send('GET', '/video/edges', {
      token,
      query: { connection_id: 'x' },
    });
    expect([status, body.code]).toEqual([429, 9]);
    expect(headers.get('x-ratelimit-limit')).toBe('1');
    expect(headers.get('x-ratelimit-remaining')).toBe('0');
    expect(Number(headers.get('x-ratelimit-reset'))).toBeGreaterThan(seconds());
  });

  it('12: another user is not limited by the first', async () => {
    scene.emulator.faults.limitRates({ limit: 1 });
    await scene.as('martin', 'GET', '/edges');
    expect((await scene.as('mara', 'GET', '/edges')).status).toBe(200);
  });

  it('13: an unknown connection id is 400 / 46, even when the body is invalid', async () => {
    const token = await scene.emulator.userToken('martin');
    const options = { token, body: { limit: 'many' }, query: { connection_id: 'x' } };
    expect(await refusal(options, '/video/calls', 'POST')).toBe('400 / 46');
  });

  it('13: another user’s connection id is 46, one’s own is served', async () => {
    const socket = await scene.connect('mara');
    const query = { connection_id: socket.connectionId };
    expect((await scene.as('martin', 'GET', '/edges', undefined, query)).body.code).toBe(46);
    expect((await scene.as('mara', 'GET', '/edges', undefined, query)).status).toBe(200);
  });

  it('14: an invalid body is 400 / 4 with the fields, even when the call is missing', async () => {
    const { status, body } = await scene.as('martin', 'POST', '/call/default/none/reaction', { type: 1 });
    expect([status, body.code]).toEqual([400, 4]);
    expect(body.exception_fields).toEqual({ type: 'must be a string' });
  });

  it('15: a missing call is 404 / 16, even when the capability is missing too', async () => {
    const { status, body } = await scene.send('GET', '/video/call/default/none', { authType: 'anonymous' });
    expect([status, body.code]).toEqual([404, 16]);
  });

  it('16: a missing capability is 403 / 17 and unrecoverable', async () => {
    await scene.as('martin', 'POST', '/call/default/a');
    const { status, body } = await scene.send('GET', '/video/call/default/a', { authType: 'anonymous' });
    expect([status, body.code, body.unrecoverable]).toEqual([403, 17, true]);
  });

  it('creates an unknown user with the role user on success', async () => {
    await scene.as('new', 'GET', '/edges');
    const { body } = await scene.asServer('GET', '/users', undefined, {
      payload: JSON.stringify({ filter_conditions: { id: 'new' } }),
    });
    expect(body.users.map(({ id, role }: { id: string; role: string }) => [id, role])).toEqual([
      ['new', 'user'],
    ]);
  });
});

describe('without auth checks', () => {
  it('a development token with the padded alphabet works, and does not while they are on', async () => {
    const payload = Buffer.from(JSON.stringify({ user_id: 'm?>~' })).toString('base64');
    const token = `${Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64')}.${payload}.devtoken`;
    expect(await refusal({ token })).toMatch(/401/);
    scene.emulator.faults.disableAuthChecks();
    expect((await scene.send('GET', '/video/edges', { token })).status).toBe(200);
  });

  it('an unsigned token that was let in is refused once the checks are back', async () => {
    const token = `${segment({ alg: 'HS256' })}.${segment({ user_id: 'martin' })}.devtoken`;
    scene.emulator.faults.disableAuthChecks();
    expect((await scene.send('GET', '/video/edges', { token })).status).toBe(200);
    scene.emulator.faults.disableAuthChecks(false);
    expect(await refusal({ token })).toBe('401 / 43');
  });
});
