import { StreamVideo, User } from 'stream-video-auth';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type Emulator, startEmulator } from '../../../src/emulator/index.js';
import { createCallToken } from '../../../src/server/index.js';
import { until } from '../../emulator/conformance/support.js';

let emulator: Emulator;
let clients: StreamVideo[];

/** A connected client of this user. */
async function connected(userId: string): Promise<StreamVideo> {
  const client = new StreamVideo({
    apiKey: emulator.apiKey,
    baseUrl: emulator.url,
    locationHintUrl: `${emulator.url}/hint`,
    user: { id: userId },
    tokenProvider: () => emulator.userToken(userId),
    WebSocket: WebSocket as never,
    logger: 'silent',
  });
  clients.push(client);
  await client.connect();
  return client;
}

const members = [{ user_id: 'martin' }, { user_id: 'mara' }];

beforeEach(async () => {
  emulator = await startEmulator();
  clients = [];
});

afterEach(async () => {
  await Promise.all(clients.map((client) => client.disconnect()));
  await emulator.stop();
});

describe('over the real wire', () => {
  test('a ring reaches the callee, and the answer the caller', async () => {
    const [martin, mara] = await Promise.all([connected('martin'), connected('mara')]);
    const call = martin.call('default', 'standup');
    const told: unknown[] = [];
    call.on('call.ring_ended', ({ outcome, user_id }) => told.push([outcome, user_id]));
    await call.getOrCreate({ members }, { ring: true, watch: true });
    await until(() => mara.call('default', 'standup').state.ringing);
    await mara.call('default', 'standup').accept();
    await until(() => told.length > 0);
    expect(told).toEqual([['accepted', 'mara']]);
    expect([call.state.ringing, mara.call('default', 'standup').state.ringing]).toEqual([false, false]);
  });

  test('a caller who leaves takes the ring back', async () => {
    const [martin, mara] = await Promise.all([connected('martin'), connected('mara')]);
    const call = martin.call('default', 'standup');
    await call.join({ create: true, ring: true, data: { members } });
    await until(() => mara.call('default', 'standup').state.ringing);
    await call.leave();
    await until(() => !mara.call('default', 'standup').state.ringing);
    expect(call.state).toMatchObject({ joined: false, watched: false, ringing: false });
  });

  test('what is watched follows its events, also after the connection was lost', async () => {
    const [martin, mara] = await Promise.all([connected('martin'), connected('mara')]);
    const [hosted, watched] = [martin.call('default', 'standup'), mara.call('default', 'standup')];
    await hosted.getOrCreate({ members });
    await watched.get({ watch: true });
    await hosted.update({ custom: { topic: 'roadmap' } });
    await until(() => watched.state.call?.custom.topic === 'roadmap');
    // Told rather than looked at: the connection may be back between two looks.
    const states: string[] = [];
    mara.on('connection.changed', ({ state }) => states.push(state));
    emulator.faults.dropConnections();
    await until(() => states.includes('connected'));
    expect(states[0]).toBe('reconnecting');
    expect(watched.state.watched).toBe(true);
    await hosted.update({ custom: { topic: 'budget' } });
    await until(() => watched.state.call?.custom.topic === 'budget');
  });

  test('a join says where the user is, and ends with the call', async () => {
    const martin = await connected('martin');
    const call = martin.call('default', 'standup');
    const { credentials } = await call.join({ create: true });
    expect(credentials.server.url).toMatch(/^http/);
    expect(call.state).toMatchObject({ joined: true, watched: true });
    await call.end();
    await until(() => !call.state.joined);
    expect(call.state.call?.ended_at).toBeDefined();
  });

  test('sixty calls are found page by page, and none twice', async () => {
    const martin = await connected('martin');
    const ids = Array.from({ length: 60 }, (_, index) => `c${index}`);
    await Promise.all(ids.map((id) => martin.call('default', id).getOrCreate()));
    const found: string[] = [];
    for await (const { id } of martin.queryCalls.all({
      filter: { type: 'default' },
      sort: [{ field: 'id', direction: 1 }],
      limit: 25,
    })) {
      found.push(id);
    }
    expect([...found].sort()).toEqual([...ids].sort());
  });

  test('an anonymous viewer with a call token hears that the host has to go live', async () => {
    const martin = await connected('martin');
    await martin.call('livestream', 'show').getOrCreate();
    const { apiSecret, apiKey, url: baseUrl } = emulator;
    const token = await createCallToken({ apiSecret, callCids: ['livestream:show'] });
    const viewer = new StreamVideo({ apiKey, baseUrl, user: User.anonymous, token, logger: 'silent' });
    clients.push(viewer);
    const error = await viewer
      .call('livestream', 'show')
      .join()
      .catch((caught) => caught);
    expect(error).toMatchObject({ code: 'missing_permission' });
    expect(error.remediation).toMatch(/goLive/);
    await martin.call('livestream', 'show').goLive();
    await expect(viewer.call('livestream', 'show').join()).resolves.toBeDefined();
  });
});
