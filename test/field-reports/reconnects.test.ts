import { describe, expect, it, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { decodeClaims } from '../../src/client/token/claims.js';
import type { FakeSocket } from '../support/fake-coordinator.js';
import { advance, settle } from '../support/virtual.js';
import {
  connectionOk,
  entered,
  freshProvider,
  inVirtualTime,
  Loopback,
  rejection,
  ScriptedServer,
  virtualScene,
  watch,
  withSmallJitter,
} from './support.js';

/** No waiting between handshakes. */
function withoutBackOff<T>(work: () => Promise<T>): Promise<T> {
  vi.spyOn(Math, 'random').mockReturnValue(0);
  return work().finally(() => vi.restoreAllMocks());
}

describe('over the wire', () => {
  const field = new Loopback();

  // case 68: stream-chat-swift #421, #429; centrifuge-js #202
  it.each([
    ['and left open', false],
    ['and closed', true],
  ])('a 40 on a healthy socket, %s, is answered with a new token on a new socket', async (_name, close) => {
    const provider = field.provider();
    const client = field.client({ tokenProvider: provider });
    await client.connect();
    const old = client.connectionId;
    const left = entered(client, 'reconnecting');
    const isBack = entered(client, 'connected');
    field.server.faults.expireTokens();
    field.server.faults.pushConnectionError(40, { close });
    await left;
    expect(client.connectionId).toBeUndefined();
    await isBack;
    expect(client.connectionId).not.toBe(old);
    expect(provider).toHaveBeenCalledTimes(2);
    expect(field.handshakes.map(({ status, apiCode }) => apiCode ?? status)).toEqual([101, 101]);
    expect(field.handshakes[0]?.tokenId).not.toBe(field.handshakes[1]?.tokenId);
  });

  // case 70: stream-chat-android #5816; pusher-js #752
  it('ten drops of the network ask the provider for nothing', async () => {
    const provider = field.provider();
    const client = field.client({ tokenProvider: provider });
    await client.connect();
    await withoutBackOff(async () => {
      for (let drop = 0; drop < 10; drop += 1) {
        const isBack = entered(client, 'connected');
        field.server.faults.dropConnections();
        await isBack;
      }
    });
    expect(provider).toHaveBeenCalledTimes(1);
    expect(field.handshakes.filter(({ status }) => status === 101)).toHaveLength(11);
  });

  // case 72: found by reading and running; stream-chat-swift #1920
  it.each([undefined, 1000, 1001, 1006, 1011, 1012, 3000, 4000, 4001, 4401, 4999])(
    'a server that closes with %s after connection.ok finds the client back',
    async (code) => {
      const client = field.client({ tokenProvider: field.provider() });
      await client.connect();
      const states: string[] = [];
      client.on('connection.changed', ({ state }) => states.push(state));
      await withoutBackOff(async () => {
        const isBack = entered(client, 'connected');
        field.server.faults.dropConnections(code);
        await isBack;
      });
      expect(states).toEqual(['reconnecting', 'connected']);
      await client.request('GET', '/edges');
    },
  );

  it('the client that closes stays closed', async () => {
    const client = field.client({ tokenProvider: field.provider() });
    await client.connect();
    await client.disconnect();
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(client.connectionState).toBe('disconnected');
    expect(field.handshakes).toHaveLength(1);
  });

  // case 73: stream-video-js #2307, #2225; stream-chat-react-native #1777
  it.each<[string, (socket: WebSocket) => void, object]>([
    ['1000 before connection.ok', (socket) => socket.close(1000), { closeCode: 1000 }],
    [
      'a code and a reason',
      (socket) => socket.close(4002, 'maintenance until noon'),
      { closeCode: 4002, closeReason: 'maintenance until noon' },
    ],
    ['a cut line', (socket) => socket.terminate(), { closeCode: 1006 }],
  ])('a handshake that ends with %s until the limit says so at last', async (_name, end, fields) => {
    withSmallJitter();
    const server = await ScriptedServer.start();
    server.onSocket = (socket) => socket.on('message', () => end(socket));
    const client = field.client({
      baseUrl: server.url,
      tokenProvider: freshProvider(),
      timeouts: { connectMs: 400 },
    });
    const error = await rejection(client.connect());
    expect(error).toMatchObject({ name: 'ConnectionError', code: 'connect_timeout', ...fields });
    if ('closeReason' in fields) expect(error.message).toContain(fields.closeReason);
    expect(JSON.parse(JSON.stringify(error))).toMatchObject(fields);
    expect(server.upgrades.length).toBeGreaterThan(1);
    expect(client.connectionState).toBe('disconnected');
  });

  it.each([43, 5, 2])('a handshake refused with %i says so at once', async (code) => {
    const client = field.client({ tokenProvider: field.provider() });
    field.server.faults.rejectNext(code, 5);
    const error = await rejection(client.connect());
    expect(error).toMatchObject({ code: 'handshake_rejected', apiCode: code });
    expect(error.remediation).toMatch(/\w/);
    expect(field.handshakes).toHaveLength(1);
  });

  it('too many sockets are waited for, and named at last', async () => {
    withSmallJitter();
    const client = field.client({ tokenProvider: field.provider(), timeouts: { connectMs: 400 } });
    field.server.faults.rejectNext(71, 100);
    const error = await rejection(client.connect());
    expect(error).toMatchObject({ code: 'connect_timeout', apiCode: 71 });
    expect(error.remediation).toMatch(/sockets/);
    expect(field.handshakes.length).toBeGreaterThan(1);
    expect(field.handshakes.length).toBeLessThan(30);
  });

  it('too many sockets that become fewer let it in', async () => {
    const client = field.client({ tokenProvider: field.provider() });
    field.server.faults.rejectNext(71, 2);
    await withoutBackOff(() => client.connect());
    expect(client.connectionState).toBe('connected');
  });

  // case 72, the half-open kind, and 1011 right after the welcome
  it('a socket that is cut right after connection.ok makes no storm', async () => {
    const server = await ScriptedServer.start();
    server.onSocket = (socket) =>
      socket.on('message', () => {
        socket.send(connectionOk());
        setTimeout(() => socket.close(1011), 1);
      });
    const client = field.client({ baseUrl: server.url, tokenProvider: freshProvider() });
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
    await client.connect();
    await new Promise((resolve) => setTimeout(resolve, 600));
    vi.restoreAllMocks();
    // 125 + 250 + 500 ms of pauses: the counter is reset only after five seconds of uptime.
    expect(server.upgrades.length).toBeLessThanOrEqual(4);
    await client.disconnect();
  });
});

describe('in virtual time', () => {
  inVirtualTime();

  // case 71: auth0-socketio-jwt #98, #108; twilio-video.js #471, #583; livekit #2804; client-sdk-js #131
  it('an idle socket keeps its token fresh, so that a drop costs one handshake', async () => {
    const provider = freshProvider(10);
    const { client, sockets } = virtualScene({ tokenProvider: provider });
    await client.connect();
    await advance(300_000);
    const first = sockets[0]?.sent.find(({ token }) => token)?.token;
    expect(client.connectionState).toBe('connected');
    sockets[0]?.end(1006);
    await advance(1_000);
    expect(client.connectionState).toBe('connected');
    expect(sockets).toHaveLength(2);
    const token = sockets[1]?.sent[0]?.token as string;
    expect(token).not.toBe(first);
    expect((decodeClaims(token)?.exp as number) * 1000).toBeGreaterThan(Date.now());
  });

  it('a refreshed token does not disturb an open socket', async () => {
    const { client, sockets } = virtualScene({ tokenProvider: freshProvider(60) });
    await client.connect();
    await client.auth.refresh();
    await advance(600_000);
    expect(sockets).toHaveLength(1);
  });

  // case 72, the watchdog
  it('a socket that falls silent is given up after 35 s, again and again', async () => {
    const { client, sockets, events } = virtualScene({ tokenProvider: freshProvider() }, { welcome: false });
    const connecting = client.connect();
    await settle();
    sockets[0]?.ok();
    await connecting;
    for (let round = 0; round < 3; round += 1) {
      await advance(34_900);
      expect(client.connectionState).toBe('connected');
      await advance(200);
      expect(client.connectionState).toBe('reconnecting');
      await advance(300);
      sockets.at(-1)?.ok('martin', `connection-${round}`);
      await settle();
      expect(client.connectionState).toBe('connected');
    }
    expect(events.filter(({ state }) => state === 'reconnecting')).toHaveLength(3);
  });

  it('no state says connected while the socket is gone', async () => {
    const { client, sockets } = virtualScene({ tokenProvider: freshProvider() });
    const claims: boolean[] = [];
    client.on('connection.changed', ({ state }) => {
      const isLive = sockets.some(({ readyState }) => readyState === 1);
      claims.push(state !== 'connected' || isLive);
      claims.push((client.connectionId !== undefined) === (state === 'connected'));
    });
    await client.connect();
    for (const end of ['end', 'fail', 'end'] as const) {
      if (end === 'end') sockets.at(-1)?.end(1000);
      else sockets.at(-1)?.fail();
      await advance(30_000);
    }
    expect(claims.length).toBeGreaterThan(8);
    expect(claims.every(Boolean)).toBe(true);
  });

  it('the next handshake after a 40 carries the new token, also when a close follows at once', async () => {
    const { client, sockets } = virtualScene({ tokenProvider: freshProvider() });
    await client.connect();
    const old = client.token;
    sockets[0]?.refuse(40);
    sockets[0]?.end(4401);
    await advance(1_000);
    expect(client.connectionState).toBe('connected');
    expect(sockets).toHaveLength(2);
    expect(sockets[1]?.sent[0]).toMatchObject({ token: client.token });
    expect(client.token).not.toBe(old);
  });

  it('a second 40 in a row during a reconnect backs off, and the client comes back', async () => {
    const provider = freshProvider();
    const { client, sockets } = virtualScene({ tokenProvider: provider }, { welcome: false });
    const connecting = client.connect();
    await settle();
    sockets[0]?.ok();
    await connecting;
    sockets[0]?.refuse(40);
    await advance(10);
    sockets[1]?.refuse(40);
    await advance(60_000);
    expect(client.connectionState).toBe('reconnecting');
    expect(provider.mock.calls.length).toBeLessThanOrEqual(4);
    sockets.at(-1)?.ok();
    await settle();
    expect(client.connectionState).toBe('connected');
  });

  it.each([
    [43, 2],
    [5, 2],
    [2, 1],
    [17, 1],
    [4, 1],
  ])(
    'a reconnect refused with %i and nothing to go back to ends disconnected after %i such refusals',
    async (code, refusals) => {
      const provider = freshProvider();
      const { client, sockets, events } = virtualScene({ tokenProvider: provider }, { welcome: false });
      const connecting = client.connect();
      await settle();
      sockets[0]?.ok();
      await connecting;
      sockets[0]?.end(1006);
      await advance(1_000);
      for (let refusal = 1; refusal <= refusals; refusal += 1) {
        expect(client.connectionState).toBe('reconnecting');
        sockets[refusal]?.refuse(code);
        await advance(3_000);
      }
      await advance(60_000);
      expect(client.connectionState).toBe('disconnected');
      expect(events.at(-1)).toMatchObject({ state: 'disconnected', error: { code: 'handshake_rejected' } });
      // Refused for what it is, the token is asked for once more; every handshake has another one then.
      expect(sockets).toHaveLength(1 + refusals);
      expect(provider).toHaveBeenCalledTimes(refusals);
      const tokens = sockets.slice(1).map(({ sent }) => sent[0]?.token);
      expect(new Set(tokens).size).toBe(refusals);
    },
  );

  it('time offline does not count towards the limit of connect()', async () => {
    const target = new EventTarget();
    vi.stubGlobal('addEventListener', target.addEventListener.bind(target));
    vi.stubGlobal('removeEventListener', target.removeEventListener.bind(target));
    const { client, sockets } = virtualScene({ tokenProvider: freshProvider() }, { opens: false });
    const fate = watch(client.connect());
    await advance(5_000);
    target.dispatchEvent(new Event('offline'));
    sockets[0]?.end(1006);
    await advance(60_000);
    expect(fate.isSettled).toBe(false);
    target.dispatchEvent(new Event('online'));
    await advance(9_000);
    expect(fate.isSettled).toBe(false);
    await advance(1_500);
    expect(fate.error).toMatchObject({ code: 'connect_timeout' });
    await client.disconnect();
    vi.unstubAllGlobals();
  });

  // case 68, and lifecycle section 6: Node's sockets bring several frames of one packet within one tick
  it('what comes in the same tick as connection.ok is heard', async () => {
    const { client, sockets } = virtualScene({ tokenProvider: freshProvider() }, { welcome: false });
    const ringing = vi.fn();
    client.on('call.ring', ringing);
    const fate = watch(client.connect());
    await settle();
    sockets[0]?.ok();
    sockets[0]?.receive({ type: 'call.ring', call_cid: 'default:1' });
    await settle();
    expect(fate.isSettled).toBe(true);
    expect(ringing).toHaveBeenCalledTimes(1);
  });

  it.each<[string, (socket: FakeSocket) => void, number]>([
    ['a 40', (socket) => socket.refuse(40), 2],
    [
      'a 40 and its close',
      (socket) => {
        socket.refuse(40);
        socket.end(4401);
      },
      2,
    ],
    ['a close', (socket) => socket.end(1011), 1],
  ])('%s in the same tick as connection.ok reconnects', async (_name, follow, providerCalls) => {
    withSmallJitter();
    const provider = freshProvider();
    const { client, sockets } = virtualScene({ tokenProvider: provider }, { welcome: false });
    const fate = watch(client.connect());
    await settle();
    sockets[0]?.ok();
    follow(sockets[0] as FakeSocket);
    await advance(300);
    expect(fate.isSettled).toBe(true);
    expect(client.connectionState).toBe('reconnecting');
    expect(sockets).toHaveLength(2);
    expect(provider).toHaveBeenCalledTimes(providerCalls);
    expect(sockets[1]?.sent[0]?.token).toBe(client.token);
  });
});
