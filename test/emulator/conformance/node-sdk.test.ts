import { StreamClient } from '@stream-io/node-sdk';
import { describe, it } from 'vitest';
import type { Emulator } from '../../../src/emulator/index.js';
import { answers, officialClient, withEmulator } from './support.js';

function serverSdk({ apiKey, apiSecret, url }: Emulator): StreamClient {
  return new StreamClient(apiKey, apiSecret, { basePath: url });
}

function edges(emulator: Emulator, token: string): Promise<Response> {
  const headers = { authorization: token, 'stream-auth-type': 'jwt' };
  return fetch(`${emulator.url}/video/edges?api_key=${emulator.apiKey}`, { headers });
}

describe.concurrent('@stream-io/node-sdk', () => {
  it('its user tokens are accepted, its permanent ones too', ({ expect }) =>
    withEmulator(async (emulator) => {
      const sdk = serverSdk(emulator);
      expect((await edges(emulator, sdk.generateUserToken({ user_id: 'mara' }))).status).toBe(200);
      expect((await edges(emulator, sdk.generatePermanentUserToken({ user_id: 'mara' }))).status).toBe(200);
      const client = officialClient(emulator);
      await client.connectUser(
        { id: 'mara' },
        sdk.generateUserToken({ user_id: 'mara', validity_in_seconds: 60 }),
      );
      await client.disconnectUser();
    }));

  it('its call tokens open the calls for an anonymous viewer', ({ expect }) =>
    withEmulator(async (emulator) => {
      const sdk = serverSdk(emulator);
      await sdk.video.call('default', 'a').getOrCreate({ data: { created_by_id: 'mara' } });
      const viewer = officialClient(emulator);
      await viewer.connectUser(
        { type: 'anonymous' },
        sdk.generateCallToken({ user_id: '!anon', call_cids: ['default:a'], validity_in_seconds: 60 }),
      );
      expect((await viewer.call('default', 'a').get()).own_capabilities).toContain('read-call');
      await viewer.disconnectUser();
    }));

  it('upsertUsers and queryUsers, with times that it reads as dates', ({ expect }) =>
    withEmulator(async (emulator) => {
      const sdk = serverSdk(emulator);
      const { users } = await sdk.upsertUsers([
        { id: 'mara', name: 'Mara', role: 'admin', custom: { desk: 'north' } },
      ]);
      expect(users.mara).toMatchObject({
        name: 'Mara',
        role: 'admin',
        custom: { desk: 'north' },
        banned: false,
      });
      expect(Math.abs(Number(users.mara?.created_at) - Date.now())).toBeLessThan(60_000);
      const found = await sdk.queryUsers({
        payload: { filter_conditions: { id: { $in: ['mara', 'theo'] } } },
      });
      expect(found.users.map(({ id }) => id)).toEqual(['mara']);
    }));

  it('getOrCreate needs created_by_id, and then lists and reads the call', ({ expect }) =>
    withEmulator(async (emulator) => {
      const sdk = serverSdk(emulator);
      const call = sdk.video.call('default', 'a');
      await expect(call.getOrCreate()).rejects.toMatchObject({ code: 4 });
      await sdk.upsertUsers([{ id: 'theo' }]);
      const created = await call.getOrCreate({
        data: { created_by_id: 'mara', members: [{ user_id: 'theo' }] },
      });
      expect([created.created, created.call.created_by.id]).toEqual([true, 'mara']);
      const { calls } = await sdk.video.queryCalls({
        filter_conditions: {
          created_at: { $lte: new Date(Date.now() + 60_000) },
          created_by_user_id: 'mara',
        },
      });
      expect(calls.map(({ call: { cid } }) => cid)).toEqual(['default:a']);
      expect(Math.abs(Number(calls[0]?.call.created_at) - Date.now())).toBeLessThan(60_000);
      expect((await call.get()).members.map(({ user_id: id }) => id)).toEqual(['theo']);
      const { members } = await call.queryMembers();
      expect(members).toHaveLength(1);
    }));

  it('updateUsersPartial revokes one user’s earlier tokens, and null lifts it', ({ expect }) =>
    withEmulator(async (emulator) => {
      const sdk = serverSdk(emulator);
      await sdk.upsertUsers([{ id: 'mara' }, { id: 'theo' }]);
      const iat = Math.floor(Date.now() / 1000) - 60;
      const [mara, theo] = ['mara', 'theo'].map((id) => sdk.generateUserToken({ user_id: id, iat }));
      const revoke = (date: Date | null) =>
        sdk.updateUsersPartial({ users: [{ id: 'mara', set: { revoke_tokens_issued_before: date } }] });
      const { users } = await revoke(new Date());
      expect(users.mara?.revoke_tokens_issued_before).toBeInstanceOf(Date);
      const refused = await edges(emulator, mara ?? '');
      expect([refused.status, (await refused.json()).code]).toEqual([401, 40]);
      expect((await edges(emulator, theo ?? '')).status).toBe(200);
      const later = sdk.generateUserToken({ user_id: 'mara', iat: Math.floor(Date.now() / 1000) });
      expect((await edges(emulator, later)).status).toBe(200);
      await revoke(null);
      expect((await edges(emulator, mara ?? '')).status).toBe(200);
    }));

  it('updateApp revokes everybody’s, those without iat too, but never the server’s own', ({ expect }) =>
    withEmulator(async (emulator) => {
      const sdk = serverSdk(emulator);
      const withoutIat = sdk.generateUserToken({
        user_id: 'theo',
        iat: 0,
        exp: Math.floor(Date.now() / 1000) + 60,
      });
      expect((await edges(emulator, withoutIat)).status).toBe(200);
      await sdk.updateApp({ revoke_tokens_issued_before: new Date(Date.now() - 30_000) });
      expect((await (await edges(emulator, withoutIat)).json()).code).toBe(40);
      expect((await edges(emulator, sdk.generateUserToken({ user_id: 'mara' }))).status).toBe(200);
      await sdk.updateApp({ revoke_tokens_issued_before: null as unknown as Date });
      expect((await edges(emulator, withoutIat)).status).toBe(200);
      expect(answers(emulator, 'UpdateApp')).toEqual([200, 200]);
    }));

  it('guests, devices, deactivation and rate limits', ({ expect }) =>
    withEmulator(async (emulator) => {
      const sdk = serverSdk(emulator);
      const guest = await sdk.createGuest({ user: { id: 'visitor' } });
      expect(guest.user.id).toContain('visitor');
      expect((await edges(emulator, guest.access_token)).status).toBe(200);
      await sdk.createDevice({ id: 'd1', push_provider: 'apn', user_id: guest.user.id });
      expect((await sdk.listDevices({ user_id: guest.user.id })).devices).toHaveLength(1);
      await sdk.deactivateUser({ user_id: guest.user.id });
      expect((await (await edges(emulator, guest.access_token)).json()).code).toBe(5);
      const { metadata } = await sdk.getApp();
      expect(metadata.rateLimit?.rateLimit).toBeGreaterThan(0);
    }));
});
