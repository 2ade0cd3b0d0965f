import { StreamClient } from '@stream-io/node-sdk';
import { type StreamVideoClient as Latest, StreamVideoClient } from '@stream-io/video-client';
import { StreamChat } from 'stream-chat';
import { StreamVideoClient as Early } from 'stream-video-client-1-30';
import { describe, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Emulator } from '../../../src/emulator/index.js';
import { answers, countingProvider, handshakes, until, withEmulator } from './support.js';

const CLIENTS = [
  ['the newest @stream-io/video-client', StreamVideoClient],
  // Its types differ in details that no row here uses.
  ['@stream-io/video-client 1.30', Early as unknown as typeof StreamVideoClient],
] as const;

function clientOf(Client: typeof StreamVideoClient, { apiKey, url }: Emulator): Latest {
  return new Client({
    apiKey,
    options: {
      baseURL: `${url}/video`,
      WebSocketImpl: WebSocket as unknown as typeof globalThis.WebSocket,
      allowServerSideConnect: true,
      clientEventsReportingEnabled: false,
      locationHintUrl: `${url}/hint`,
      maxConnectUserRetries: 1,
      logOptions: { default: { level: 'error', sink: () => {} } },
      logLevel: 'error',
      logger: () => {},
    } as NonNullable<ConstructorParameters<typeof StreamVideoClient>[0]['options']>,
  });
}

function serverSdk({ apiKey, apiSecret, url }: Emulator): StreamClient {
  return new StreamClient(apiKey, apiSecret, { basePath: url });
}

// A row for each kind of what vendors' suites expect.
describe.concurrent.each(CLIENTS)('%s: kinds', (_name, Client) => {
  // On a busy machine the early client now and then connects again before it has asked: the race is its own.
  it('a provider is asked again for a refused handshake and a refused request', { retry: 2 }, ({ expect }) =>
    withEmulator(async (emulator) => {
      emulator.faults.rejectNext(40);
      const provider = countingProvider(() => emulator.userToken('mara'));
      const client = clientOf(Client, emulator);
      await client.connectUser({ id: 'mara' }, provider);
      emulator.faults.expireTokens('mara');
      await client.getDevices();
      expect([handshakes(emulator), answers(emulator, 'ListDevices')]).toEqual([
        [40, 101],
        [40, 200],
      ]);
      expect(provider.calls).toBe(3);
      await client.disconnectUser();
    }),
  );

  it('unknown calls and call types are 404 / 16 with the wording that SDKs match', ({ expect }) =>
    withEmulator(async (emulator) => {
      const client = clientOf(Client, emulator);
      await client.connectUser({ id: 'mara' }, await emulator.userToken('mara'));
      await expect(client.call('default', 'none').get()).rejects.toThrow(
        /Can't find call with id default:none/,
      );
      await expect(client.call('livestraem', 'x').getOrCreate()).rejects.toMatchObject({ code: 16 });
      await client.disconnectUser();
    }));

  it('a seeded call is found, with members, roles and settings', ({ expect }) =>
    withEmulator(async (emulator) => {
      emulator.seed({
        calls: [
          {
            type: 'livestream',
            id: 'show',
            created_by_id: 'theo',
            members: [{ user_id: 'mara', role: 'host' }],
            settings_override: { audio: { mic_default_on: true } },
            custom: { topic: 'x' },
          },
        ],
      });
      const client = clientOf(Client, emulator);
      await client.connectUser({ id: 'mara' }, await emulator.userToken('mara'));
      const call = client.call('livestream', 'show');
      await call.get();
      expect(call.state.custom).toEqual({ topic: 'x' });
      expect(call.state.settings?.audio.mic_default_on).toBe(true);
      expect(call.state.ownCapabilities).toContain('join-backstage');
      await client.disconnectUser();
    }));

  it('a ring goes to members only, and a rejection is kept in the session', ({ expect }) =>
    withEmulator(async (emulator) => {
      emulator.seed({ users: ['mara', 'theo', 'eve'].map((id) => ({ id })) });
      const [mara, theo, eve] = await Promise.all(
        ['mara', 'theo', 'eve'].map(async (id) => {
          const client = clientOf(Client, emulator);
          await client.connectUser({ id }, await emulator.userToken(id));
          return client;
        }),
      );
      const rung: string[] = [];
      eve?.on('call.ring', () => void rung.push('eve'));
      theo?.on('call.ring', () => void rung.push('theo'));
      const call = mara?.call('default', 'a');
      await call?.getOrCreate({ ring: true, data: { members: [{ user_id: 'mara' }, { user_id: 'theo' }] } });
      await until(() => rung.length > 0);
      const sdk = serverSdk(emulator);
      await theo?.call('default', 'a').reject('busy');
      const { call: kept } = await sdk.video.call('default', 'a').get();
      expect(rung).toEqual(['theo']);
      // The caller's own client may give up by then, since nobody is left to answer.
      expect(kept.session?.rejected_by).toHaveProperty('theo');
      expect(kept.session?.rejected_by).not.toHaveProperty('eve');
      await Promise.all([mara, theo, eve].map((client) => client?.disconnectUser()));
    }));
});

describe.concurrent('@stream-io/node-sdk: kinds', () => {
  it('call types, with grants that then hold', ({ expect }) =>
    withEmulator(async (emulator) => {
      const sdk = serverSdk(emulator);
      await sdk.video.createCallType({ name: 'webinar', grants: { user: ['read-call'] } });
      await sdk.upsertUsers([{ id: 'mara' }]);
      await sdk.video.call('webinar', 'w').getOrCreate({ data: { created_by_id: 'mara' } });
      const client = clientOf(StreamVideoClient, emulator);
      await client.connectUser({ id: 'theo' }, await emulator.userToken('theo'));
      const call = client.call('webinar', 'w');
      await call.get();
      expect(call.state.ownCapabilities).toEqual(['read-call']);
      await sdk.video.deleteCallType({ name: 'webinar' });
      await expect(sdk.video.getCallType({ name: 'webinar' })).rejects.toThrow(/webinar/);
      await client.disconnectUser();
    }));

  it('members are updated, and queried page by page', ({ expect }) =>
    withEmulator(async (emulator) => {
      const sdk = serverSdk(emulator);
      emulator.seed({ users: ['a', 'b', 'c'].map((id) => ({ id })) });
      const call = sdk.video.call('default', 'm');
      await call.getOrCreate({ data: { created_by_id: 'a' } });
      await call.updateCallMembers({ update_members: [{ user_id: 'b', role: 'host' }, { user_id: 'c' }] });
      const first = await call.queryMembers({ limit: 1 });
      expect(first.members).toHaveLength(1);
      const rest = await call.queryMembers({
        limit: 1,
        ...(first.next === undefined ? {} : { next: first.next }),
      });
      const ids = [...first.members, ...rest.members].map(({ user_id: id }) => id);
      expect(ids.sort()).toEqual(['b', 'c']);
      await call.updateCallMembers({ remove_members: ['c'] });
      const { members: left } = await call.queryMembers();
      expect(left.map(({ user_id: id }) => id)).toEqual(['b']);
    }));

  it('block lists are made, changed and deleted', ({ expect }) =>
    withEmulator(async (emulator) => {
      const sdk = serverSdk(emulator);
      await sdk.createBlockList({ name: 'rude', words: ['drat'] });
      await sdk.updateBlockList({ name: 'rude', words: ['drat', 'blast'] });
      const { blocklists } = await sdk.listBlockLists();
      expect(blocklists.find(({ name }) => name === 'rude')?.words).toEqual(['drat', 'blast']);
      await sdk.deleteBlockList({ name: 'rude' });
      await expect(sdk.getBlockList({ name: 'rude' })).rejects.toThrow();
    }));
});

describe.concurrent('stream-chat: kinds', () => {
  it('a server without users upserts and queries them, seeded ones too', ({ expect }) =>
    withEmulator(async (emulator) => {
      emulator.seed({ users: [{ id: 'theo', name: 'Theo' }] });
      const server = new StreamChat(emulator.apiKey, emulator.apiSecret, { baseURL: emulator.url });
      await server.upsertUsers([{ id: 'mara' }]);
      const { users } = await server.queryUsers({ id: { $in: ['mara', 'theo'] } });
      expect(users.map(({ id }) => id).sort()).toEqual(['mara', 'theo']);
    }));
});
