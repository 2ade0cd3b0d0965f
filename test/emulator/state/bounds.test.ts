import { describe, expect, it } from 'vitest';
import { createCoordinator } from '../../../src/emulator/options.js';
import { MAX_CALLS } from '../../../src/emulator/state/calls.js';
import type { Connection } from '../../../src/emulator/state/connections.js';
import { redact, redactText } from '../../../src/emulator/state/journal-redaction.js';
import { liveToken } from '../../../src/emulator/state/live-view.js';
import { REMEMBERED_TOKENS } from '../../../src/emulator/state/token-registry.js';
import { MAX_USERS } from '../../../src/emulator/state/users.js';

function connectionOf(userId: string): Connection {
  const nothing = () => {};
  return {
    id: userId,
    userId,
    product: 'video',
    timeForm: 'text',
    watched: new Set(),
    describe: () => ({ connectionId: userId, userId, product: 'video', connectedAt: 0 }),
    send: nothing,
    fail: nothing,
    review: nothing,
    drop: nothing,
  };
}

function callType(coordinator: ReturnType<typeof createCoordinator>) {
  const type = coordinator.callTypes.find('default');
  if (type === undefined) throw new Error('the call type default is built in');
  return type;
}

describe('users', () => {
  it('those that were not seen for longest are forgotten beyond the limit', () => {
    const { users } = createCoordinator();
    const first = users.create('first');
    for (let index = 1; index < MAX_USERS; index += 1) users.create(`user-${index}`);
    users.use(first);
    users.create('one more');
    expect([users.size, users.has('user-1'), users.has('first')]).toEqual([MAX_USERS, false, true]);
  });

  it.each(['connected', 'deactivated', 'banned', 'deleted', 'revoked'])('one who is %s is kept', (how) => {
    const coordinator = createCoordinator();
    const { users, connections } = coordinator;
    const user = users.create('kept');
    const now = user.createdAt;
    if (how === 'connected') connections.add(connectionOf('kept'));
    if (how === 'deactivated') user.deactivatedAt = now;
    if (how === 'banned')
      user.ban = { byId: undefined, reason: undefined, createdAt: now, expires: undefined };
    if (how === 'deleted') user.deletedAt = now;
    if (how === 'revoked') user.revokeTokensIssuedBefore = now;
    for (let index = 0; index < MAX_USERS + 100; index += 1) users.create(`user-${index}`);
    expect(users.find('kept')).toBe(user);
    expect(users.size).toBeLessThanOrEqual(MAX_USERS + 1);
  });
});

describe('calls', () => {
  it('those that were not used for longest are forgotten beyond the limit, watched ones never', () => {
    const coordinator = createCoordinator();
    const { calls, connections } = coordinator;
    const type = callType(coordinator);
    const watched = calls.create(type, 'watched', 'mara');
    connections.add(connectionOf('mara'));
    connections.watch('mara', watched.cid);
    const used = calls.create(type, 'used', 'mara');
    for (let index = 2; index < MAX_CALLS; index += 1) calls.create(type, `call-${index}`, 'mara');
    calls.use(used);
    for (let index = 0; index < 10; index += 1) calls.create(type, `more-${index}`, 'mara');
    expect(calls.size).toBe(MAX_CALLS);
    expect(['watched', 'used', 'call-2'].map((id) => calls.find(`default:${id}`)?.id)).toEqual([
      'watched',
      'used',
      undefined,
    ]);
  });

  it('a session that follows another keeps the last ones only', () => {
    const coordinator = createCoordinator();
    const call = coordinator.calls.create(callType(coordinator), 'a', 'mara');
    for (let round = 0; round < 20; round += 1) {
      coordinator.calls.openSession(call).endedAt = call.createdAt;
    }
    expect(call.pastSessions).toHaveLength(5);
  });
});

describe('tokens', () => {
  it('the oldest are forgotten beyond the limit', () => {
    const { tokens } = createCoordinator();
    for (let index = 0; index <= REMEMBERED_TOKENS; index += 1) {
      tokens.remember(`token-${index}`, 'mara', { user_id: 'mara' }, true);
    }
    expect(tokens.find('token-0')).toBeUndefined();
    expect(tokens.latest(REMEMBERED_TOKENS * 2)).toHaveLength(REMEMBERED_TOKENS);
  });

  // case 257
  it.each([
    ['had expired before a revocation stays expired', -10, undefined],
    ['was alive at a revocation is shown as revoked', 10, 'revoked'],
  ] as const)('one that %s', (_what, seconds, ended) => {
    const { tokens, clock } = createCoordinator();
    const exp = Math.floor(clock.now() / 1000) + seconds;
    const known = tokens.remember('a.b.c', 'mara', { user_id: 'mara', iat: exp - 60, exp }, true);
    tokens.end('revoked');
    expect(liveToken(known)).toMatchObject({ expiresAt: exp * 1000 });
    expect(liveToken(known).ended).toBe(ended);
    // The refusal holds all the same: the clock may be set back.
    expect(known.ended).toBe('revoked');
  });
});

describe('the journal', () => {
  const LONG = 'x'.repeat(60_000);

  it('cuts each text, and all texts of one value together', () => {
    expect(redactText(LONG)).toHaveLength(2_000);
    const wide = Object.fromEntries(Array.from({ length: 90 }, (_, index) => [`key-${index}`, LONG]));
    const deep = { a: { b: { c: { d: wide } } }, list: Array.from({ length: 90 }, () => wide) };
    for (const value of [wide, deep, [deep, deep]]) {
      expect(JSON.stringify(redact(value)).length).toBeLessThan(20_000);
    }
  });

  it('keeps what is small as it is', () => {
    const value = { a: [1, true, null, 'text'], b: { c: '' } };
    expect(redact(value)).toEqual(value);
  });
});

describe('rate limits', () => {
  it('count within a window only', () => {
    const { limits, clock } = createCoordinator();
    clock.freeze(0);
    limits.admits('mara', 'GetCall');
    expect(limits.shown('mara', 'GetCall').remaining).toBe(9_999);
    clock.freeze(60_000);
    expect(limits.shown('mara', 'GetCall').remaining).toBe(10_000);
  });
});
