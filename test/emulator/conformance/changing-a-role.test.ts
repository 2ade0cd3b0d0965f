import { StreamClient } from '@stream-io/node-sdk';
import { describe, it } from 'vitest';
import { StreamVideo } from '../../../src/client/index.js';
import type { Emulator } from '../../../src/emulator/index.js';
import { answers, countingProvider, handshakes, officialClient, until, withEmulator } from './support.js';

const STAGE = 'livestream:stage';
const seconds = () => Math.floor(Date.now() / 1000);

type OwnCall = ReturnType<StreamVideo['call']>;

function may(call: OwnCall, capability: string): boolean {
  return call.state.ownCapabilities.includes(capability);
}

/** A user of the app with both clients connected, each with a provider of its own. */
async function audience(emulator: Emulator) {
  const sdk = new StreamClient(emulator.apiKey, emulator.apiSecret, { basePath: emulator.url });
  await sdk.upsertUsers([{ id: 'host' }, { id: 'mara' }]);
  const stage = sdk.video.call('livestream', 'stage');
  await stage.getOrCreate({ data: { created_by_id: 'host' } });
  await stage.goLive();
  // What the app's server says of the user now; the first tokens were issued a minute ago.
  const rights = { role: 'call_member', call_cids: [STAGE], iat: seconds() - 60 };
  const provider = () =>
    countingProvider(() => sdk.generateCallToken({ user_id: 'mara', validity_in_seconds: 3600, ...rights }));
  const [ownProvider, officialProvider] = [provider(), provider()];
  const own = new StreamVideo({
    apiKey: emulator.apiKey,
    baseUrl: emulator.url,
    user: { id: 'mara' },
    tokenProvider: ownProvider,
    logger: 'silent',
  });
  await own.connect();
  const official = officialClient(emulator);
  await official.connectUser({ id: 'mara' }, officialProvider);
  const leave = async () => {
    await own.disconnect();
    await official.disconnectUser();
  };
  return { sdk, rights, own, official, ownProvider, officialProvider, leave };
}

describe('changing a role: all tokens of a user are revoked, and the next ones carry another', () => {
  it('both clients stay connected, ask once for a token, and hold the new role', ({ expect }) =>
    withEmulator(async (emulator) => {
      const { sdk, rights, own, official, ownProvider, officialProvider, leave } = await audience(emulator);
      const ownCall = own.call('livestream', 'stage');
      const officialCall = official.call('livestream', 'stage');
      await Promise.all([ownCall.get(), officialCall.get()]);
      expect(may(ownCall, 'send-video')).toBe(false);
      expect(officialCall.state.ownCapabilities).not.toContain('send-video');

      Object.assign(rights, { role: 'host', iat: seconds() - 1 });
      await sdk.updateUsersPartial({
        users: [{ id: 'mara', set: { revoke_tokens_issued_before: new Date(Date.now() - 30_000) } }],
      });
      await Promise.all([ownCall.get(), officialCall.get()]);

      expect(may(ownCall, 'send-video')).toBe(true);
      expect(officialCall.state.ownCapabilities).toContain('send-video');
      expect([ownProvider.calls, officialProvider.calls]).toEqual([2, 2]);
      expect(answers(emulator, 'GetCall').sort()).toEqual([200, 200, 200, 200, 40, 40]);
      expect(handshakes(emulator)).toEqual([101, 101]);
      expect(own.connectionState).toBe('connected');
      await leave();
    }));

  it('a token for other calls opens those, and the former no more than for anybody', ({ expect }) =>
    withEmulator(async (emulator) => {
      const { sdk, rights, own, leave } = await audience(emulator);
      const green = sdk.video.call('audio_room', 'green-room');
      await green.getOrCreate({ data: { created_by_id: 'host' } });
      const room = own.call('audio_room', 'green-room');
      await room.get();
      expect(may(room, 'join-backstage')).toBe(false);
      Object.assign(rights, { role: 'host', call_cids: ['audio_room:green-room'], iat: seconds() - 1 });
      await sdk.updateUsersPartial({
        users: [{ id: 'mara', set: { revoke_tokens_issued_before: new Date(Date.now() - 30_000) } }],
      });
      await room.get();
      expect(may(room, 'join-backstage')).toBe(true);
      const stage = own.call('livestream', 'stage');
      await stage.get();
      expect(may(stage, 'send-video')).toBe(false);
      await leave();
    }));

  it('an account role changes without a new token: both sockets hear of it, the next request holds it', ({
    expect,
  }) =>
    withEmulator(async (emulator) => {
      const { sdk, own, official, ownProvider, leave } = await audience(emulator);
      const roles: string[] = [];
      const note = (event: { user: { role?: string | undefined } }) =>
        void roles.push(String(event.user.role));
      own.on('user.updated', note);
      official.on('user.updated', note);
      await sdk.updateUsersPartial({ users: [{ id: 'mara', set: { role: 'admin' } }] });
      await until(() => roles.length === 2);
      expect(roles).toEqual(['admin', 'admin']);
      const call = own.call('livestream', 'stage');
      await call.get();
      expect([may(call, 'end-call'), ownProvider.calls]).toEqual([true, 1]);
      await leave();
    }));
});
