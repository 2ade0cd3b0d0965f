import { describe, expect, it } from 'vitest';
import { fakeToken } from '../support/tokens.js';
import { Loopback, rejection } from './support.js';

describe('over the wire', () => {
  const field = new Loopback();

  // case 79: node-jsonwebtoken #329; auth0/lock #324; auth-js #528; cloudflare-worker-jwt #58; jjwt #452; wso2 #10655
  it.each<[string, string, Record<string, unknown>]>([
    ['zoë', 'zoë', {}],
    ['用户1', '用户1', {}],
    ['an emoji', '👩‍👩‍👧', {}],
    ['right-to-left text', 'مارتن', {}],
    ['a plain id beside claims with - and _ in their base64url', 'plain', { name: 'Zoë?>~', x: '>>>???' }],
    ['an id with a line break', 'a\nb', {}],
    ['an id with a quotation mark', 'a"b', {}],
  ])('a user whose id is %s signs in, connects and asks', async (_name, id, claims) => {
    const tokenProvider = () => field.server.userToken(id, { claims });
    const client = field.client({ user: { id }, tokenProvider });
    await expect(client.connect()).resolves.toMatchObject({ id });
    await client.request('GET', '/edges');
    expect(client.auth.state).toMatchObject({ status: 'active', userId: id });
    expect(field.handshakes[0]?.claims).toMatchObject({ user_id: id, ...claims });
  });

  it.each([
    ['another letter', 'zoë', 'zoe'],
    ['another case', 'Martin', 'martin'],
    ['the same letter composed otherwise', 'zo\u00eb', 'zoe\u0308'],
    ['white space around it', 'martin', 'martin '],
  ])('an id with %s is another user', async (_name, id, inToken) => {
    const client = field.client({ user: { id }, tokenProvider: () => field.server.userToken(inToken) });
    expect(await rejection(client.connect())).toMatchObject({
      name: 'InvalidTokenError',
      code: 'wrong_user',
    });
    expect(client.auth.state).toMatchObject({ status: 'suspended', reason: 'wrong_user' });
    expect(field.handshakes).toEqual([]);
  });

  // case 81: feathers authentication-client #33; livekit 830b5eec
  it.each<[string, unknown, string]>([
    ['an opaque string', 'opaque-development-token', 'not_a_jwt'],
    ['a payload that is a list', fakeToken(['martin'] as never), 'not_a_jwt'],
    ['a payload that is null', fakeToken(null as never), 'not_a_jwt'],
    ['a payload of a megabyte', fakeToken({ user_id: 'martin', x: 'y'.repeat(1_000_000) }), 'too_large'],
    [
      'a user that only the prototype names',
      fakeToken(JSON.parse('{"__proto__":{"user_id":"martin"}}')),
      'missing_user_id',
    ],
  ])('%s in place of a token is a typed error in our words', async (_name, token, code) => {
    const client = field.client({ tokenProvider: () => token as string });
    const error = await rejection(client.auth.getToken());
    expect(error).toMatchObject({ name: 'InvalidTokenError', code });
    expect(error.message).not.toMatch(/JSON\.parse|Unexpected|SyntaxError/);
    expect(({} as { user_id?: unknown }).user_id).toBeUndefined();
  });

  it('claims that nobody knows are let be', async () => {
    const claims = {
      unknown: { deep: [1, { x: null }] },
      __proto: 1,
      aud: ['a', 'b'],
      exp2: 'x',
    };
    const client = field.client({ tokenProvider: () => field.server.userToken('martin', { claims }) });
    await client.request('GET', '/edges');
    expect(client.auth.state.status).toBe('active');
  });

  it('a payload nested a thousand deep stops nobody', async () => {
    let deep: unknown = 1;
    for (let level = 0; level < 1_000; level += 1) deep = [deep];
    const client = field.client({
      tokenProvider: () => field.server.userToken('martin', { claims: { deep } }),
    });
    await client.connect();
    expect(client.auth.explain().text).toContain('martin');
  });
});
