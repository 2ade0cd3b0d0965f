import { afterEach, describe, expect, it } from 'vitest';
import { TRACK_TYPE } from '../../../src/emulator/media/messages.js';
import { Scene, snapshotOf } from '../support/emulator.js';
import { credentialsOf, MediaClient } from './media-client.js';

const scene = new Scene();
const CALL = 'default:standup';
const { TRACK_TYPE_AUDIO: AUDIO, TRACK_TYPE_VIDEO: VIDEO } = TRACK_TYPE;
const clients: MediaClient[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.cut();
});

async function join(userId: string, sessionId?: string, cid = CALL): Promise<MediaClient> {
  const client = await MediaClient.join(scene, userId, cid, sessionId);
  clients.push(client);
  return client;
}

async function open(userId: string, sessionId: string): Promise<[MediaClient, string]> {
  const credentials = await credentialsOf(scene, userId, CALL);
  const client = await MediaClient.open(credentials, sessionId);
  clients.push(client);
  return [client, credentials.token];
}

/** The session of the call as the coordinator tells it. */
async function session(): Promise<Record<string, unknown>> {
  const { body } = await scene.as('mara', 'GET', '/call/default/standup');
  return body.call.session;
}

async function listed(): Promise<string[]> {
  const { participants } = (await session()) as { participants: { user: { id: string } }[] };
  return participants.map(({ user }) => user.id);
}

/** Publishes, and resolves once the other was told; nobody here answers the offer, so the call itself is left alone. */
async function publish(client: MediaClient, other: MediaClient, ...types: number[]): Promise<void> {
  const tracks = types.map((trackType, index) => ({ trackId: `t${index}`, trackType, mid: String(index) }));
  client.call('SetPublisher', { sessionId: client.sessionId, sdp: 'v=0\r\n', tracks }).catch(() => {});
  const told = () => other.events.filter(({ trackPublished }) => trackPublished !== undefined).length;
  while (told() < types.length) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('credentials', () => {
  it('name this emulator by the address that the client used, and no other host', async () => {
    const { server, ice_servers: ice } = await credentialsOf(scene, 'mara', CALL);
    expect(server).toEqual({
      edge_name: 'sfu-emulator-01',
      url: `${scene.emulator.url}/twirp`,
      ws_endpoint: `${scene.emulator.url.replace('http', 'ws')}/sfu`,
    });
    expect(ice).toEqual([]);
  });

  it('a client that leaves one server is sent to the other', async () => {
    const body = { location: 'FRA', create: true, migrating_from: 'sfu-emulator-01' };
    const answer = await scene.as('mara', 'POST', '/call/default/standup/join', body);
    expect(answer.body.credentials.server.edge_name).toBe('sfu-emulator-02');
  });

  it('a user token opens nothing here, a media token nothing at the coordinator', async () => {
    const [client] = await open('mara', 's');
    client.say({ joinRequest: { token: await scene.emulator.userToken('mara'), sessionId: 's' } });
    expect(await client.next('error')).toMatchObject({ error: { code: 401 }, reconnectStrategy: 1 });
    await client.closed();
    const { token } = await credentialsOf(scene, 'mara', CALL);
    const { body } = await scene.send('GET', '/video/call/default/standup', { token });
    expect(body.code).toBe(43);
  });

  it('a token dies with its exp, and one for a call that was deleted admits nobody', async () => {
    const [late, expired] = await open('mara', 's1');
    const [other, orphaned] = await open('mara', 's2');
    scene.emulator.faults.skewClock(7 * 3_600_000);
    late.say({ joinRequest: { token: expired, sessionId: 's1' } });
    expect((await late.next('error')).error?.code).toBe(401);
    scene.emulator.faults.skewClock(0);
    await scene.as('mara', 'POST', '/call/default/standup/delete');
    other.say({ joinRequest: { token: orphaned, sessionId: 's2' } });
    expect((await other.next('error')).error?.code).toBe(300);
  });

  it('a blocked user’s token admits no more', async () => {
    const [client, token] = await open('theo', 's');
    await scene.asServer('POST', '/video/call/default/standup/block', { user_id: 'theo' });
    client.say({ joinRequest: { token, sessionId: 's' } });
    expect((await client.next('error')).error?.code).toBe(403);
  });
});

describe('who is there', () => {
  it('whoever joins is told of all, and all of whoever joins; the coordinator lists both', async () => {
    const mara = await join('mara');
    const theo = await join('theo');
    const { callState, fastReconnectDeadlineSeconds, publishOptions } = await theo.next('joinResponse');
    expect(callState?.participants?.map(({ userId }) => userId)).toEqual(['mara', 'theo']);
    expect([callState?.participantCount?.total, fastReconnectDeadlineSeconds]).toEqual([2, 10]);
    expect(publishOptions?.map(({ trackType }) => trackType)).toEqual([1, 2, 3, 4]);
    expect((await mara.next('participantJoined')).participant).toMatchObject({
      userId: 'theo',
      sessionId: 'theo-1',
    });
    expect(await session()).toMatchObject({
      participants_count_by_role: { user: 2 },
      anonymous_participant_count: 0,
    });
    expect(await listed()).toEqual(['mara', 'theo']);
  });

  it('who leaves is gone at once, on both sides', async () => {
    const mara = await join('mara');
    const theo = await join('theo');
    theo.say({ leaveCallRequest: { sessionId: 'theo-1', reason: '' } });
    expect((await mara.next('participantLeft')).participant).toMatchObject({ userId: 'theo' });
    expect(await listed()).toEqual(['mara']);
  });

  it('a page that goes away has left; a line that breaks has not, for ten seconds', async () => {
    const mara = await join('mara');
    const [theo, ada] = [await join('theo'), await join('ada')];
    theo.end(1001);
    ada.cut();
    await mara.next('participantLeft');
    expect(await listed()).toEqual(['mara', 'ada']);
  });

  it('watchers get the events of the session', async () => {
    const socket = await scene.connect('mara');
    const { connectionId } = socket as unknown as { connectionId: string };
    await scene.as('mara', 'POST', '/call/default/standup', {}, { connection_id: connectionId });
    const theo = await join('theo');
    expect(await socket.next('call.session_participant_joined')).toMatchObject({
      participant: { user: { id: 'theo' }, user_session_id: 'theo-1', role: 'user' },
    });
    expect(await socket.next('call.session_participant_count_updated')).toMatchObject({
      participants_count_by_role: { user: 1 },
    });
    theo.say({ leaveCallRequest: { sessionId: 'theo-1' } });
    expect(await socket.next('call.session_participant_left')).toMatchObject({
      participant: { user: { id: 'theo' } },
      duration_seconds: 0,
      reason: 'left',
    });
  });

  it('an anonymous viewer is counted and not listed, by both', async () => {
    const mara = await join('mara');
    const token = await scene.emulator.callToken([CALL]);
    const { body } = await scene.send('POST', '/video/call/default/standup/join', {
      token,
      authType: 'anonymous',
      body: { location: 'FRA' },
    });
    const viewer = await MediaClient.open(body.credentials, 'viewer');
    clients.push(viewer);
    viewer.say({ joinRequest: { token: body.credentials.token, sessionId: 'viewer' } });
    const { callState } = await viewer.next('joinResponse');
    expect(callState?.participants?.map(({ userId }) => userId)).toEqual(['mara']);
    expect(callState?.participantCount).toEqual({ total: 2, anonymous: 1 });
    expect(await mara.settled()).not.toContain('participantJoined');
    expect(await session()).toMatchObject({
      anonymous_participant_count: 1,
      participants_count_by_role: { user: 1 },
    });
  });

  it('a call holds as many as its settings say', async () => {
    await scene.as('mara', 'POST', '/call/default/standup', {
      data: { settings_override: { limits: { max_participants: 1 } } },
    });
    await join('mara');
    const [theo, token] = await open('theo', 's');
    theo.say({ joinRequest: { token, sessionId: 's' } });
    expect((await theo.next('error')).error?.code).toBe(301);
  });
});

describe('coming back', () => {
  it('fast: the same session on another socket, and nobody is told', async () => {
    const mara = await join('mara');
    const theo = await join('theo');
    theo.cut();
    const [again, token] = await open('theo', 'theo-1');
    again.say({ joinRequest: { token, sessionId: 'theo-1', fastReconnect: true } });
    expect((await again.next('joinResponse')).reconnected).toBe(true);
    expect(await mara.settled()).not.toContain('participantLeft');
    expect(await listed()).toEqual(['mara', 'theo']);
  });

  it('rejoin: a new session takes the place of the one before', async () => {
    const mara = await join('mara');
    await join('theo');
    const [again, token] = await open('theo', 'theo-2');
    again.say({
      joinRequest: {
        token,
        sessionId: 'theo-2',
        reconnectDetails: { strategy: 3, previousSessionId: 'theo-1' },
      },
    });
    await again.next('joinResponse');
    expect((await mara.next('participantLeft')).participant?.sessionId).toBe('theo-1');
    expect(await listed()).toEqual(['mara', 'theo']);
  });

  it('migration: the old socket is told that it is complete, and its end ends nothing', async () => {
    const mara = await join('mara');
    const theo = await join('theo');
    const [moved, token] = await open('theo', 'theo-1');
    moved.say({ joinRequest: { token, sessionId: 'theo-1', reconnectDetails: { strategy: 4 } } });
    await theo.next('participantMigrationComplete');
    theo.end();
    await theo.closed();
    expect(await mara.settled()).not.toContain('participantLeft');
    expect(await listed()).toEqual(['mara', 'theo']);
  });

  it('nobody takes over the session of another user', async () => {
    await join('mara', 'shared');
    const [theo, token] = await open('theo', 'shared');
    theo.say({ joinRequest: { token, sessionId: 'shared' } });
    expect((await theo.next('error')).error?.code).toBe(403);
    expect(await listed()).toEqual(['mara']);
  });
});

describe('tracks', () => {
  it.each([false, true])(
    'published, muted and on again: the others are told (binary: %s)',
    async (isBinary) => {
      const mara = await join('mara');
      const theo = await join('theo');
      await publish(theo, mara, AUDIO, VIDEO);
      expect(await mara.next('trackPublished')).toEqual({ userId: 'theo', sessionId: 'theo-1', type: AUDIO });
      const mute = (muted: boolean) =>
        theo.call(
          'UpdateMuteStates',
          { sessionId: 'theo-1', muteStates: [{ trackType: VIDEO, muted }] },
          { isBinary },
        );
      expect((await mute(true)).status).toBe(200);
      expect(await mara.next('trackUnpublished')).toMatchObject({ type: VIDEO, cause: 1 });
      expect((await mute(false)).status).toBe(200);
      const names = await mara.settled();
      expect(names.filter((name) => name === 'trackPublished')).toHaveLength(3);
      expect(await theo.settled()).not.toContain('trackUnpublished');
    },
  );

  it('a moderator’s mute reaches its target, and only what was named', async () => {
    const mara = await join('mara');
    const theo = await join('theo');
    await publish(theo, mara, AUDIO, VIDEO);
    await scene.as('mara', 'POST', '/call/default/standup/mute_users', { user_ids: ['theo'], audio: true });
    expect(await theo.next('trackUnpublished')).toMatchObject({ userId: 'theo', type: AUDIO, cause: 3 });
    expect((await theo.settled()).filter((name) => name === 'trackUnpublished')).toHaveLength(1);
  });

  it('revoked permissions take tracks away and come with the new grants; the track is refused from then on', async () => {
    const mara = await join('mara');
    const theo = await join('theo');
    await publish(theo, mara, VIDEO);
    await scene.as('mara', 'POST', '/call/default/standup/user_permissions', {
      user_id: 'theo',
      revoke_permissions: ['send-video'],
    });
    expect(await theo.next('trackUnpublished')).toMatchObject({ type: VIDEO, cause: 2 });
    expect((await theo.next('callGrantsUpdated')).currentGrants).toEqual({
      canPublishAudio: true,
      canPublishVideo: false,
      canScreenshare: true,
    });
    const again = { sessionId: 'theo-1', sdp: 'v=0', tracks: [{ trackType: VIDEO }] };
    const { answer } = await theo.call('SetPublisher', again);
    expect(answer.error).toMatchObject({ code: 403, shouldRetry: false });
  });
});

describe('a pin for everyone', () => {
  const pin = (userId: string, sessionId: string, operation: 'pin' | 'unpin' = 'pin') =>
    scene.as('mara', 'POST', `/call/default/standup/${operation}`, {
      user_id: userId,
      session_id: sessionId,
    });
  const pinsOf = ({ events }: MediaClient) =>
    events.flatMap(({ pinsUpdated }) => (pinsUpdated === undefined ? [] : [pinsUpdated.pins ?? []]));
  const THEO = { userId: 'theo', sessionId: 'theo-1' };

  it('is told to all who are there, the newest first, and so is its end', async () => {
    const [mara, theo] = [await join('mara'), await join('theo')];
    await pin('theo', 'theo-1');
    await pin('mara', 'mara-1');
    await pin('theo', 'theo-1', 'unpin');
    await pin('mara', 'mara-1', 'unpin');
    const MARA = { userId: 'mara', sessionId: 'mara-1' };
    for (const client of [mara, theo]) {
      await client.settled();
      expect(pinsOf(client)).toEqual([[THEO], [MARA, THEO], [MARA], []]);
    }
  });

  it('is told to whoever joins later, and passes on to the next session of its user', async () => {
    const [mara, theo] = [await join('mara'), await join('theo')];
    await pin('theo', 'theo-1');
    expect((await (await join('ada')).next('joinResponse')).callState?.pins).toEqual([THEO]);
    const [rejoined, token] = await open('theo', 'theo-2');
    const reconnectDetails = { strategy: 3, previousSessionId: 'theo-1' };
    rejoined.say({ joinRequest: { token, sessionId: 'theo-2', reconnectDetails } });
    expect((await rejoined.next('joinResponse')).callState?.pins).toEqual([{ ...THEO, sessionId: 'theo-2' }]);
    theo.end();
    rejoined.say({ leaveCallRequest: { sessionId: 'theo-2' } });
    await rejoined.settled();
    await join('theo', 'theo-3');
    await join('theo', 'theo-4');
    await mara.settled();
    const told = mara.events.flatMap(({ participantJoined }) => participantJoined ?? []);
    expect(told.map(({ participant, isPinned }) => [participant?.sessionId, isPinned])).toEqual([
      ['theo-1', false],
      ['ada-1', false],
      ['theo-2', true],
      ['theo-3', true],
      ['theo-4', false],
    ]);
    await pin('theo', 'theo-3', 'unpin');
    await mara.settled();
    const next = ['theo-2', 'theo-3'].map((sessionId) => [{ ...THEO, sessionId }]);
    expect(pinsOf(mara)).toEqual([[THEO], ...next, []]);
  });

  it('of somebody who is not there pins nobody', async () => {
    const mara = await join('mara');
    await scene.know('theo');
    expect((await pin('theo', 'theo-1')).status).toBeLessThan(300);
    expect((await pin('mara', 'another')).status).toBeLessThan(300);
    await mara.settled();
    expect(pinsOf(mara)).toEqual([]);
  });

  it('needs the right to; without it nobody is pinned', async () => {
    const [mara] = [await join('mara'), await join('theo')];
    const body = { user_id: 'theo', session_id: 'theo-1' };
    expect((await scene.as('theo', 'POST', '/call/default/standup/pin', body)).status).toBe(403);
    await mara.settled();
    expect(pinsOf(mara)).toEqual([]);
  });
});

describe('the end', () => {
  const endings = [
    ['kick', { user_id: 'theo' }, 3],
    ['block', { user_id: 'theo' }, 3],
    ['mark_ended', undefined, 1],
  ] as const;
  it.each(endings)('%s ends the participation', async (operation, body, reason) => {
    await join('mara');
    const theo = await join('theo');
    await scene.as('mara', 'POST', `/call/default/standup/${operation}`, body);
    expect((await theo.next('callEnded')).reason).toBe(reason);
    await theo.closed();
    expect(await listed()).not.toContain('theo');
  });

  it('of a call is told to all before one of them goes, and nothing comes after it', async () => {
    const all = [await join('mara'), await join('theo'), await join('ada')];
    const [mara, theo] = all as [MediaClient, MediaClient, MediaClient];
    await publish(theo, mara, AUDIO);
    for (const client of all) client.events.length = 0;
    await scene.as('mara', 'POST', '/call/default/standup/mark_ended');
    for (const client of all) {
      await client.next('callEnded');
      const names = await client.settled();
      expect(names.filter((name) => name !== 'subscriberOffer')).toEqual([
        'callEnded',
        'healthCheckResponse',
      ]);
    }
  });

  it('of a user’s participation is told to both tabs before one of them goes', async () => {
    await join('mara');
    const tabs = [await join('theo'), await join('theo', 'theo-2')];
    for (const tab of tabs) tab.events.length = 0;
    await scene.as('mara', 'POST', '/call/default/standup/kick', { user_id: 'theo' });
    for (const tab of tabs) expect(await tab.settled()).toEqual(['callEnded', 'healthCheckResponse']);
  });

  it.each(endings)(
    '%s leaves the socket to the client, which would take its end for a failure',
    async (operation, body) => {
      await join('mara');
      const theo = await join('theo');
      await scene.as('mara', 'POST', `/call/default/standup/${operation}`, body);
      await theo.next('callEnded');
      expect(await theo.settled()).toContain('callEnded');
      expect(theo.closeCode).toBeUndefined();
      // What a client that has left says last is no error of its page.
      expect((await theo.call('SendStats', { sessionId: 'theo-1' })).answer).toEqual({});
      theo.end();
    },
  );

  it('a call that has ended lets nobody back in with the token of before, but who may join ended calls', async () => {
    await join('mara');
    const theo = await join('theo');
    const [late, token] = await open('theo', 'theo-1');
    const [host, hosts] = await open('mara', 'mara-2');
    await scene.as('mara', 'POST', '/call/default/standup/mark_ended');
    await theo.next('callEnded');
    late.say({ joinRequest: { token, sessionId: 'theo-1', reconnectDetails: { strategy: 2 } } });
    expect(await late.next('error')).toMatchObject({ error: { code: 403 }, reconnectStrategy: 1 });
    host.say({ joinRequest: { token: hosts, sessionId: 'mara-2' } });
    await host.next('joinResponse');
    expect(await listed()).toEqual(['mara']);
  });

  const ban = (userId: string) =>
    scene.asServer('POST', '/moderation/ban', { target_user_id: userId, banned_by_id: 'mara' });
  const deactivate = (userId: string) => scene.asServer('POST', '/users/deactivate', { user_ids: [userId] });
  const demote = (userId: string) =>
    scene.asServer('PATCH', '/users', { users: [{ id: userId, set: { role: 'barred' } }] });

  it.each([
    ['a ban', ban],
    ['a deactivation', deactivate],
  ])('%s takes its user out of all calls, and nobody else', async (_name, act) => {
    const mara = await join('mara');
    const both = [await join('theo'), await join('theo', 'theo-2', 'default:retro')];
    expect((await act('theo')).status).toBeLessThan(300);
    for (const client of both) {
      expect((await client.next('callEnded')).reason).toBe(3);
      await client.closed();
    }
    expect(await listed()).toEqual(['mara']);
    expect(mara.closeCode).toBeUndefined();
  });

  it('a role without the right to join takes its user out', async () => {
    await scene.asServer('POST', '/roles', { name: 'barred' });
    scene.emulator.faults.setGrants('barred', '*', []);
    await scene.know('theo');
    const theo = await join('theo');
    expect((await demote('theo')).status).toBeLessThan(300);
    expect((await theo.next('callEnded')).reason).toBe(3);
  });

  it('grants of a call type that change are looked at again', async () => {
    await join('mara');
    const theo = await join('theo');
    scene.emulator.faults.setGrants('user', 'default', ['join-call', 'read-call']);
    expect((await theo.next('callGrantsUpdated')).currentGrants).toEqual({
      canPublishAudio: false,
      canPublishVideo: false,
      canScreenshare: false,
    });
    expect(theo.closeCode).toBeUndefined();
  });

  it('a kick of somebody else ends nothing', async () => {
    await join('mara');
    const theo = await join('theo');
    await scene.know('ada');
    await scene.as('mara', 'POST', '/call/default/standup/kick', { user_id: 'ada' });
    expect(await theo.settled()).not.toContain('callEnded');
  });

  it('a livestream that stops takes its viewers out, not its host', async () => {
    await scene.as('mara', 'POST', '/call/livestream/show', { data: { members: [] } });
    await scene.as('mara', 'POST', '/call/livestream/show/go_live');
    const host = await join('mara', undefined, 'livestream:show');
    const viewer = await join('theo', undefined, 'livestream:show');
    await scene.as('mara', 'POST', '/call/livestream/show/stop_live');
    expect((await viewer.next('callEnded')).reason).toBe(2);
    expect(await host.settled()).not.toContain('callEnded');
  });
});

describe('calls over HTTP', () => {
  it('statistics, subscriptions and noise cancellation are taken', async () => {
    const mara = await join('mara');
    for (const name of [
      'SendStats',
      'SendMetrics',
      'UpdateSubscriptions',
      'StartNoiseCancellation',
    ] as const) {
      expect(await mara.call(name, { sessionId: 'mara-1' })).toEqual({ status: 200, answer: {} });
    }
  });

  it('without a media token nothing is answered, and for another user’s session neither', async () => {
    const mara = await join('mara');
    const theo = await join('theo');
    const token = await scene.emulator.userToken('mara');
    expect((await mara.call('SendStats', { sessionId: 'mara-1' }, { token })).status).toBe(401);
    const { answer } = await theo.call('SendStats', { sessionId: 'mara-1' });
    expect(answer.error).toMatchObject({ code: 200 });
  });

  it('a body that is none, and a method that does not exist, are told apart', async () => {
    const { url } = scene.emulator;
    const { token } = await credentialsOf(scene, 'mara', CALL);
    const post = async (method: string, body: string) => {
      const response = await fetch(`${url}/twirp/stream.video.sfu.signal.SignalServer/${method}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body,
      });
      return [response.status, ((await response.json()) as { code: string }).code];
    };
    expect(await post('SendStats', '{')).toEqual([400, 'malformed']);
    expect(await post('SendStats', '[]')).toEqual([400, 'malformed']);
    expect(await post('Nothing', '{}')).toEqual([404, 'bad_route']);
    expect(await post('toString', '{}')).toEqual([404, 'bad_route']);
  });
});

describe('frames', () => {
  it('text and bytes that are no message end the socket, a second join is ignored', async () => {
    const [text] = await open('mara', 's1');
    text.sayRaw('{}');
    expect(await text.closed()).toBe(1003);
    const [broken] = await open('mara', 's2');
    broken.sayRaw(new Uint8Array([0x0a, 0xff]));
    expect(await broken.closed()).toBe(1003);
    const mara = await join('mara');
    mara.say({ joinRequest: { token: 'x', sessionId: 'mara-1' } });
    expect(await mara.settled()).not.toContain('error');
  });
});

describe('faults', () => {
  it('dropMedia cuts the line of whom it names, and of all without a name', async () => {
    const [mara, theo] = [await join('mara'), await join('theo')];
    scene.emulator.faults.dropMedia('theo');
    expect(await theo.closed()).toBe(1006);
    expect(await mara.settled()).not.toContain('participantLeft');
    scene.emulator.faults.dropMedia();
    expect(await mara.closed()).toBe(1006);
  });

  it('askToReconnect says which way, to whom it names', async () => {
    const [mara, theo] = [await join('mara'), await join('theo')];
    const { faults } = scene.emulator;
    faults.askToReconnect('fast', { userId: 'theo' });
    expect(await theo.next('error')).toMatchObject({ error: { code: 500 }, reconnectStrategy: 2 });
    theo.events.length = 0;
    faults.askToReconnect('rejoin', { userId: 'theo' });
    expect(await theo.next('error')).toMatchObject({ reconnectStrategy: 3 });
    faults.askToReconnect('migrate', { userId: 'theo' });
    expect(await theo.next('goAway')).toEqual({ reason: 2 });
    const names = await mara.settled();
    expect([names.includes('error'), names.includes('goAway')]).toEqual([false, false]);
    expect(() => faults.askToReconnect('soon' as 'fast')).toThrow('strategy is not one of those that exist');
  });

  it('a full media server lets nobody in until it is told otherwise; who is there stays', async () => {
    const mara = await join('mara');
    scene.emulator.faults.fillMediaServer();
    const [theo, token] = await open('theo', 's');
    theo.say({ joinRequest: { token, sessionId: 's' } });
    expect(await theo.next('error')).toMatchObject({ error: { code: 700 }, reconnectStrategy: 3 });
    expect(await mara.settled()).not.toContain('callEnded');
    scene.emulator.faults.reset();
    await join('ada');
  });

  it('delayMedia takes durations only', async () => {
    expect(() => scene.emulator.faults.delayMedia(-1)).toThrow('ms is not a duration');
    scene.emulator.faults.delayMedia(20);
    const mara = await join('mara');
    expect((await mara.call('SendStats', { sessionId: 'mara-1' })).status).toBe(200);
  });

  it('over HTTP they do the same', async () => {
    const theo = await join('theo');
    const post = async (path: string, body: object) => {
      const response = await fetch(`${scene.emulator.url}/_emulator/faults/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return response.status;
    };
    expect(await post('ask_to_reconnect', { strategy: 'migrate', user_id: 'theo' })).toBe(200);
    await theo.next('goAway');
    expect(await post('ask_to_reconnect', { strategy: 'soon' })).toBe(400);
    expect(await post('delay_media', { ms: 0 })).toBe(200);
    expect(await post('fill_media_server', {})).toBe(200);
    const [late, token] = await open('mara', 's');
    late.say({ joinRequest: { token, sessionId: 's' } });
    expect((await late.next('error')).error?.code).toBe(700);
    expect(await post('drop_media', {})).toBe(200);
    await theo.closed();
  });
});

describe('the live feed', () => {
  it('tells who came, what is published, and who left', async () => {
    const told: string[] = [];
    const stop = scene.emulator.observe((message) => {
      if (message.type === 'snapshot') told.push(`${message.participants.length} there`);
      if (message.type !== 'participant') return;
      const { userId, tracks } = message.participant;
      told.push(`${userId} ${message.isThere ? tracks.join(' ') : 'left'}`);
    });
    const mara = await join('mara');
    const theo = await join('theo');
    await publish(theo, mara, AUDIO);
    theo.say({ leaveCallRequest: { sessionId: 'theo-1' } });
    await mara.next('participantLeft');
    stop();
    expect(told).toEqual(['0 there', 'mara ', 'theo ', 'theo audio', 'theo left']);
  });

  it('a page that opens later is told who left and why, when each track was on, and who reconnected', async () => {
    const mara = await join('mara');
    const theo = await join('theo');
    await publish(theo, mara, AUDIO, VIDEO);
    const muteStates = [{ trackType: VIDEO, muted: true }];
    await theo.call('UpdateMuteStates', { sessionId: 'theo-1', muteStates });
    const [again, token] = await open('theo', 'theo-1');
    again.say({ joinRequest: { token, sessionId: 'theo-1', reconnectDetails: { strategy: 4 } } });
    await again.next('joinResponse');
    const [rejoined, another] = await open('theo', 'theo-2');
    const reconnectDetails = { strategy: 3, previousSessionId: 'theo-1' };
    rejoined.say({ joinRequest: { token: another, sessionId: 'theo-2', reconnectDetails } });
    await rejoined.next('joinResponse');
    await mara.next('participantLeft');
    const { participants, left } = snapshotOf(scene.emulator);
    expect(left).toMatchObject([
      {
        userId: 'theo',
        sessionId: 'theo-1',
        leftBecause: 'joined again',
        reconnects: [{ strategy: 'migrate' }],
      },
    ]);
    const [{ joinedAt, leftAt, trackTimes } = expect.fail('nobody left')] = left;
    expect(trackTimes.map(({ kind }) => kind)).toEqual(['audio', 'video']);
    expect(trackTimes[0]?.until).toBe(leftAt);
    expect(trackTimes[1]?.until).toBeLessThanOrEqual(leftAt ?? 0);
    for (const { from, until = 0 } of trackTimes) {
      expect(from).toBeGreaterThanOrEqual(joinedAt);
      expect(until).toBeGreaterThanOrEqual(from);
    }
    expect(
      participants.map(({ sessionId, reconnects, leftAt }) => [sessionId, reconnects.length, leftAt]),
    ).toEqual([
      ['mara-1', 0, undefined],
      ['theo-2', 1, undefined],
    ]);
  });
});
