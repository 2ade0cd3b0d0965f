import { describe, expect, it } from 'vitest';
import { startEmulator } from '../../../src/emulator/index.js';
import { Scene, snapshotOf } from '../support/emulator.js';

const scene = new Scene();

async function control(path: string, body?: unknown) {
  const response = await fetch(`${scene.emulator.url}/_emulator${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

// case 258
describe('what a late page is told', () => {
  it('sockets that ended, by whom, and each switch of a fault; open sockets are not among them', async () => {
    const gone = await scene.connect('mara');
    await scene.connect('theo');
    scene.emulator.faults.dropConnections(4000, { userId: 'mara' });
    await gone.closed();
    scene.emulator.faults.latency({ ms: 7 });
    scene.emulator.faults.latency({ ms: 0 });
    await expect.poll(() => snapshotOf(scene.emulator).ended.length).toBe(1);
    const { ended, clients, switches } = snapshotOf(scene.emulator);
    expect(ended).toMatchObject([{ client: { userId: 'mara' }, code: 4000, by: 'emulator' }]);
    expect(clients.map(({ userId }) => userId)).toEqual(['theo']);
    expect(switches.map(({ faults }) => faults.latencyMs).slice(-2)).toEqual([7, 0]);
    expect(switches.every(({ at }) => Math.abs(at - Date.now()) < 60_000)).toBe(true);
  });

  it('of a fresh emulator is nothing', () => {
    expect(snapshotOf(scene.emulator)).toMatchObject({ ended: [], switches: [] });
  });
});

describe('the inventory', () => {
  it('tells users and calls that were used last first, each with its state', async () => {
    scene.emulator.seed({
      users: [{ id: 'ann' }, { id: 'bob', deactivated: true }, { id: 'cyd', deleted: true }],
      calls: [
        { type: 'default', id: 'a', created_by_id: 'ann', members: [{ user_id: 'bob', role: 'host' }] },
        { type: 'livestream', id: 'b', created_by_id: 'ann' },
      ],
    });
    await scene.connect('ann');
    const { body } = await control('/inventory');
    const states = body.users.map(({ id, state }: Record<string, string>) => [id, state]);
    expect(states).toEqual([
      ['ann', 'connected'],
      ['cyd', 'deleted'],
      ['bob', 'deactivated'],
    ]);
    expect(body.calls).toMatchObject([
      { cid: 'livestream:b', state: 'backstage', members: [] },
      { cid: 'default:a', state: 'open', memberCount: 1, members: [{ userId: 'bob', role: 'host' }] },
    ]);
    expect([body.userCount, body.callCount]).toEqual([3, 2]);
  });
});

describe('an explained token', () => {
  const explain = async (token: string) => (await control('/explain', { token })).body;

  it('is accepted or refused as a request would be, and is neither used nor repeated', async () => {
    const other = await startEmulator();
    const foreign = await other.userToken('mara');
    await other.stop();
    const mint = (options?: object) => scene.emulator.userToken('mara', options);
    const cases: [string, string, number | undefined][] = [
      ['good', await mint(), undefined],
      ['expired', await mint({ expiresInSeconds: -10 }), 40],
      ['not valid yet', await mint({ claims: { nbf: 4_000_000_000 } }), 41],
      ['issued later', await mint({ claims: { iat: 4_000_000_000 } }), 42],
      ['foreign', foreign, 43],
      ['without a user', await mint({ claims: { user_id: '' } }), 5],
      ['none', 'hello', 5],
    ];
    for (const [what, token, code] of cases) {
      const explained = await explain(token);
      expect([what, explained.code, explained.isAccepted]).toEqual([what, code, code === undefined]);
      expect(JSON.stringify(explained)).not.toContain(token.split('.')[1] ?? token);
      const sent = await scene.send('GET', '/video/edges', { token });
      expect([what, sent.status === 200 ? undefined : sent.body.code]).toEqual([what, code]);
    }
  });

  it('creates nobody and is not remembered', async () => {
    const known = snapshotOf(scene.emulator).tokens.length;
    const [head, , tail] = (await scene.emulator.userToken('mara')).split('.');
    await explain(`${head}.${btoa('{"user_id":"new"}').replace(/=/g, '')}.${tail}`);
    expect(snapshotOf(scene.emulator).tokens.length).toBe(known + 1);
    expect(scene.emulator.snapshot().users).toEqual([]);
  });

  it('is refused once it was revoked, also one that was never seen', async () => {
    const token = await scene.emulator.userToken('mara');
    scene.emulator.faults.revoke('mara');
    expect(await explain(token)).toMatchObject({ code: 40, verdict: 'the token was revoked' });
    scene.emulator.faults.reset();
    expect(await explain(token)).toMatchObject({ isAccepted: true });
  });
});
