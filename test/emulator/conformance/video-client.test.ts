import type { StreamVideoClient } from '@stream-io/video-client';
import { describe, it } from 'vitest';
import type { Emulator } from '../../../src/emulator/index.js';
import { answers, countingProvider, handshakes, officialClient, until, withEmulator } from './support.js';

async function connected(emulator: Emulator, userId: string): Promise<StreamVideoClient> {
  const client = officialClient(emulator);
  await client.connectUser({ id: userId, name: userId }, await emulator.userToken(userId));
  return client;
}

// The package's own back-offs take seconds, so these run side by side.
describe.concurrent('@stream-io/video-client: the acceptance table', () => {
  it('a valid token: one socket, connected, the own user in its state', ({ expect }) =>
    withEmulator(async (emulator) => {
      const client = await connected(emulator, 'mara');
      expect(handshakes(emulator)).toEqual([101]);
      expect(client.state.connectedUser).toMatchObject({ id: 'mara', name: 'mara', role: 'user' });
      await client.disconnectUser();
    }));

  it('the first handshake refused with 40: the provider is asked again, then connected', ({ expect }) =>
    withEmulator(async (emulator) => {
      emulator.faults.rejectNext(40);
      const provider = countingProvider(() => emulator.userToken('mara'));
      const client = officialClient(emulator);
      await client.connectUser({ id: 'mara' }, provider);
      expect(handshakes(emulator)).toEqual([40, 101]);
      expect(provider.calls).toBe(2);
      await client.disconnectUser();
    }));

  it('one request refused with 40: one provider call, the same request repeated', ({ expect }) =>
    withEmulator(async (emulator) => {
      const provider = countingProvider(() => emulator.userToken('mara'));
      const client = officialClient(emulator);
      await client.connectUser({ id: 'mara' }, provider);
      emulator.faults.expireTokens('mara');
      await client.getDevices();
      expect(answers(emulator, 'ListDevices')).toEqual([40, 200]);
      expect(provider.calls).toBe(2);
      await client.disconnectUser();
    }));

  it('refused with 40 for ever: it repeats for ever', ({ expect }) =>
    withEmulator(async (emulator) => {
      const provider = countingProvider(() => emulator.userToken('mara'));
      const client = officialClient(emulator);
      await client.connectUser({ id: 'mara' }, provider);
      emulator.faults.failNext(1_000, { code: 40, path: '/devices' });
      // Nothing ends the repetition but the end of the server.
      client.getDevices().catch(() => {});
      await until(() => answers(emulator, 'ListDevices').length >= 3);
      expect(new Set(answers(emulator, 'ListDevices'))).toEqual(new Set([40]));
      await client.disconnectUser();
    }));

  it('refused with 40 and a static token: rejected at once with the code', ({ expect }) =>
    withEmulator(async (emulator) => {
      const client = await connected(emulator, 'mara');
      emulator.faults.revoke('mara');
      await expect(client.getDevices()).rejects.toMatchObject({ code: 40 });
      expect(answers(emulator, 'ListDevices')).toEqual([40]);
      await client.disconnectUser();
    }));

  it('five parallel requests refused with 40: five provider calls', ({ expect }) =>
    withEmulator(async (emulator) => {
      const provider = countingProvider(() => emulator.userToken('mara'));
      const client = officialClient(emulator);
      await client.connectUser({ id: 'mara' }, provider);
      emulator.faults.failNext(5, { code: 40, path: '/devices' });
      await Promise.all(Array.from({ length: 5 }, () => client.getDevices()));
      expect(provider.calls).toBe(1 + 5);
      await client.disconnectUser();
    }));

  it('error 40 and 4401 in mid-session: two further handshakes, the old token, then a new one', ({
    expect,
  }) =>
    withEmulator(async (emulator) => {
      const provider = countingProvider(() => emulator.userToken('mara'));
      const client = officialClient(emulator);
      await client.connectUser({ id: 'mara' }, provider);
      emulator.faults.cutSocketsAtExpiry();
      emulator.faults.expireTokens('mara');
      await until(() => handshakes(emulator).length === 3);
      await until(() => handshakes(emulator)[2] !== undefined);
      expect(handshakes(emulator)).toEqual([101, 40, 101]);
      expect(provider.calls).toBe(2);
      await client.disconnectUser();
    }));

  it('a close with 1000 in mid-session goes unnoticed, one with 4000 leads to a reconnect', ({ expect }) =>
    withEmulator(async (emulator) => {
      const [silent, noisy] = [await connected(emulator, 'mara'), await connected(emulator, 'theo')];
      emulator.faults.dropConnections(1000, { userId: 'mara' });
      emulator.faults.dropConnections(4000, { userId: 'theo' });
      const by = (id: string) =>
        emulator.requests.filter(({ kind, userId }) => kind === 'socket' && userId === id);
      await until(() => by('theo').length === 2);
      expect(by('mara')).toHaveLength(1);
      await Promise.all([silent.disconnectUser(), noisy.disconnectUser()]);
    }));

  it('a guest: created, then a socket as the returned id', ({ expect }) =>
    withEmulator(async (emulator) => {
      const client = officialClient(emulator);
      await client.connectUser({ id: 'visitor', type: 'guest' });
      const id = client.state.connectedUser?.id;
      expect(id).toMatch(/^guest-.+-visitor$/);
      const seen = emulator.requests.map(({ operation, userId }) => [operation, userId]);
      expect(seen).toEqual([
        ['CreateGuest', '!anon'],
        ['Connect', id],
      ]);
      expect(emulator.requests[0]?.headers).not.toHaveProperty('authorization');
      await client.disconnectUser();
    }));

  it('403 / 17 on join is unrecoverable: a single attempt', ({ expect }) =>
    withEmulator(async (emulator) => {
      const client = await connected(emulator, 'mara');
      emulator.faults.setGrants('user', 'default', ['read-call', 'create-call']);
      const call = client.call('default', 'a');
      await call.getOrCreate();
      await expect(call.join()).rejects.toMatchObject({ code: 17 });
      expect(answers(emulator, 'JoinCall')).toEqual([17]);
      await client.disconnectUser();
    }));
});

describe.concurrent('@stream-io/video-client: users', () => {
  it('an anonymous viewer with a call token gets that call, no other, and opens no socket', ({ expect }) =>
    withEmulator(async (emulator) => {
      const mara = await connected(emulator, 'mara');
      await Promise.all(['a', 'b'].map((id) => mara.call('default', id).getOrCreate()));
      const viewer = officialClient(emulator);
      await viewer.connectUser({ type: 'anonymous' }, await emulator.callToken(['default:a']));
      await viewer.call('default', 'a').get();
      await expect(viewer.call('default', 'b').get()).rejects.toMatchObject({ code: 17 });
      expect(handshakes(emulator)).toEqual([101]);
      await Promise.all([mara.disconnectUser(), viewer.disconnectUser()]);
    }));

  it('a token of another secret is rejected, and says why', ({ expect }) =>
    withEmulator(async (emulator) => {
      const token = (await emulator.userToken('mara')).replace(/.{6}$/, 'AAAAAA');
      await expect(officialClient(emulator).connectUser({ id: 'mara' }, token)).rejects.toThrow(/"code":43/);
    }));

  it('a user id beyond ASCII survives its token decoder', ({ expect }) =>
    withEmulator(async (emulator) => {
      const client = await connected(emulator, 'zoë?>~用户');
      expect(client.state.connectedUser?.id).toBe('zoë?>~用户');
      await client.disconnectUser();
    }));
});

describe.concurrent('@stream-io/video-client: calls and events', () => {
  it('get, getOrCreate, the coordinator’s half of join, queryCalls, devices, goLive', ({ expect }) =>
    withEmulator(async (emulator) => {
      const client = await connected(emulator, 'mara');
      const call = client.call('livestream', 'show');
      await expect(call.get()).rejects.toMatchObject({ code: 16 });
      const { created } = await call.getOrCreate({
        data: { custom: { topic: 'x' }, starts_at: new Date().toISOString() },
      });
      expect([created, call.state.backstage, call.state.custom]).toEqual([true, true, { topic: 'x' }]);
      expect((await call.doJoinRequest({})).credentials.token).toBeTypeOf('string');
      expect(emulator.requests.at(-1)?.body).toMatchObject({ location: 'FRA', e2ee: false });
      await call.goLive();
      await until(() => !call.state.backstage);
      const { calls } = await client.queryCalls({
        filter_conditions: { cid: { $in: ['livestream:show'] } },
        sort: [{ field: 'starts_at', direction: -1 }],
        watch: true,
      });
      expect(calls.map(({ cid }) => cid)).toEqual(['livestream:show']);
      await client.addDevice('d1', 'firebase');
      expect((await client.getDevices()).devices.map(({ id }) => id)).toEqual(['d1']);
      await client.removeDevice('d1');
      expect((await client.getDevices()).devices).toEqual([]);
      await client.disconnectUser();
    }));

  it('call.created, call.updated, custom and user.updated arrive', ({ expect }) =>
    withEmulator(async (emulator) => {
      const [mara, theo] = [await connected(emulator, 'mara'), await connected(emulator, 'theo')];
      const heard: string[] = [];
      theo.on('all', ({ type }) => heard.push(type));
      const call = mara.call('default', 'a');
      await call.getOrCreate({ data: { members: [{ user_id: 'mara' }, { user_id: 'theo' }] } });
      await until(() => heard.includes('call.created'));
      const same = theo.call('default', 'a');
      await same.get();
      const wave = new Promise((resolve) => same.on('custom', ({ custom }) => resolve(custom)));
      await call.update({ custom: { topic: 'y' } });
      await call.sendCustomEvent({ type: 'wave' });
      expect(await wave).toEqual({ type: 'wave' });
      expect(same.state.custom).toEqual({ topic: 'y' });
      const again = officialClient(emulator);
      await again.connectUser({ id: 'mara', name: 'Mara Quill' }, await emulator.userToken('mara'));
      await until(() => heard.includes('user.updated'));
      await Promise.all([mara, theo, again].map((client) => client.disconnectUser()));
    }));

  it('a ring reaches the callee, whose answer reaches the caller', ({ expect }) =>
    withEmulator(async (emulator) => {
      const [mara, theo, eve] = [
        await connected(emulator, 'mara'),
        await connected(emulator, 'theo'),
        await connected(emulator, 'eve'),
      ];
      const call = mara.call('default', 'a');
      const members = ['mara', 'theo', 'eve'].map((id) => ({ user_id: id }));
      await call.getOrCreate({ ring: true, data: { members } });
      await until(
        () =>
          theo.state.calls.some(({ ringing }) => ringing) && eve.state.calls.some(({ ringing }) => ringing),
      );
      await theo.state.calls[0]?.accept();
      await eve.state.calls[0]?.reject('decline');
      await until(() => call.state.session?.rejected_by.eve !== undefined);
      expect(Object.keys(call.state.session?.accepted_by ?? {})).toEqual(['theo']);
      await Promise.all([mara, theo, eve].map((client) => client.disconnectUser()));
    }));

  it('watched calls are watched again after a reconnect', ({ expect }) =>
    withEmulator(async (emulator) => {
      const client = await connected(emulator, 'mara');
      const call = client.call('default', 'a');
      await call.getOrCreate();
      emulator.faults.dropConnections(4000);
      await until(() => answers(emulator, 'QueryCalls')[0] === 201);
      const heard = new Promise((resolve) => call.on('custom', ({ custom }) => resolve(custom)));
      await call.sendCustomEvent({ back: true });
      expect(await heard).toEqual({ back: true });
      await client.disconnectUser();
    }));
});
