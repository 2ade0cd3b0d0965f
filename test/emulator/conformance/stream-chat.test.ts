import { StreamChat } from 'stream-chat';
import { describe, it } from 'vitest';
import type { Emulator } from '../../../src/emulator/index.js';
import { answers, countingProvider, handshakes, until, withEmulator } from './support.js';

function chatClient(emulator: Emulator): StreamChat {
  return new StreamChat(emulator.apiKey, {
    baseURL: emulator.url,
    allowServerSideConnect: true,
    logger: () => {},
  });
}

describe.concurrent('stream-chat', () => {
  it('connects with the token in the URL, and is known by its details', ({ expect }) =>
    withEmulator(async (emulator) => {
      const client = chatClient(emulator);
      const connection = await client.connectUser(
        { id: 'mara', name: 'Mara' },
        await emulator.userToken('mara'),
      );
      expect(connection).toMatchObject({ type: 'health.check', me: { id: 'mara', name: 'Mara', mutes: [] } });
      expect(JSON.stringify(emulator.requests)).not.toContain('eyJ');
      expect(emulator.requests[0]?.query.authorization).toBe('<redacted>');
      await client.disconnectUser();
    }));

  it('an expired token at the handshake is replaced by the provider’s next one', ({ expect }) =>
    withEmulator(async (emulator) => {
      const provider = countingProvider((call) =>
        emulator.userToken('mara', { expiresInSeconds: call === 1 ? -5 : 60 }),
      );
      const client = chatClient(emulator);
      await client.connectUser({ id: 'mara' }, provider);
      await until(() => handshakes(emulator).includes(101));
      expect(handshakes(emulator).slice(0, 1)).toEqual([40]);
      expect(provider.calls).toBeGreaterThanOrEqual(2);
      await client.disconnectUser();
    }));

  it('a token that expires in the session is refreshed at the next request', ({ expect }) =>
    withEmulator(async (emulator) => {
      const provider = countingProvider(() => emulator.userToken('mara'));
      const client = chatClient(emulator);
      await client.connectUser({ id: 'mara' }, provider);
      emulator.faults.expireTokens('mara');
      await client.getDevices();
      expect(answers(emulator, 'ListDevices')).toEqual([40, 200]);
      expect(provider.calls).toBe(2);
      await client.disconnectUser();
    }));

  it('the very token that Video accepted works for Chat, and its revocation ends both', ({ expect }) =>
    withEmulator(async (emulator) => {
      const token = await emulator.userToken('mara');
      const client = chatClient(emulator);
      await client.connectUser({ id: 'mara' }, token);
      const video = () =>
        fetch(`${emulator.url}/video/edges?api_key=${emulator.apiKey}`, {
          headers: { authorization: token, 'stream-auth-type': 'jwt' },
        });
      expect((await video()).status).toBe(200);
      emulator.faults.revoke('mara');
      expect((await video()).status).toBe(401);
      await expect(client.getDevices()).rejects.toMatchObject({ code: 40 });
      await client.disconnectUser();
    }));

  it('with a secret it connects an anonymous user, by a signed token for a UUID', ({ expect }) =>
    withEmulator(async (emulator) => {
      const options = { baseURL: emulator.url, allowServerSideConnect: true, logger: () => {} };
      const client = new StreamChat(emulator.apiKey, emulator.apiSecret, options);
      await client.connectAnonymousUser();
      expect(handshakes(emulator)).toEqual([101]);
      const [handshake] = emulator.requests;
      expect([handshake?.authType, handshake?.claims?.user_id]).toEqual(['anonymous', client.userID]);
      await client.disconnectUser();
    }));

  it('a guest and an anonymous user connect', ({ expect }) =>
    withEmulator(async (emulator) => {
      const guest = chatClient(emulator);
      await guest.setGuestUser({ id: 'visitor' });
      expect(guest.userID).toMatch(/^guest-.+-visitor$/);
      const anonymous = chatClient(emulator);
      await anonymous.connectAnonymousUser();
      expect(handshakes(emulator)).toEqual([101, 101]);
      await Promise.all([guest.disconnectUser(), anonymous.disconnectUser()]);
    }));

  it('a dropped socket comes back', ({ expect }) =>
    withEmulator(async (emulator) => {
      const client = chatClient(emulator);
      await client.connectUser({ id: 'mara' }, await emulator.userToken('mara'));
      emulator.faults.dropConnections();
      await until(() => handshakes(emulator).length === 2 && handshakes(emulator)[1] !== undefined);
      expect(handshakes(emulator)).toEqual([101, 101]);
      await client.disconnectUser();
    }));
});
