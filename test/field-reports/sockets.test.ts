import type { Socket } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { type WebSocket, WebSocket as WebSocketOfWs } from 'ws';
import { type FakeSocket, fakeWebSockets } from '../support/fake-coordinator.js';
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

// case 94: ws #1835; reconnecting-websocket #183; megalodon #115; deno #7604; bun #36272, #31406, #42011; htmx #3904;
// vueuse #1057; open-rpc/client-js #346; gentle_rpc #4; alpaca-ts #75
describe('over the wire', () => {
  const field = new Loopback();

  const clientOf = (server: { url: string }, options: Record<string, unknown> = {}) =>
    field.client({
      baseUrl: server.url,
      tokenProvider: freshProvider(),
      timeouts: { connectMs: 400 },
      ...options,
    });

  const welcome = (socket: WebSocket) => socket.once('message', () => socket.send(connectionOk()));

  it.each<[string, string]>([
    ['401', 'HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n'],
    ['302', 'HTTP/1.1 302 Found\r\nlocation: https://elsewhere.example/\r\ncontent-length: 0\r\n\r\n'],
    ['403 with a page', 'HTTP/1.1 403 Forbidden\r\ncontent-type: text/html\r\n\r\n<html>no'],
    ['200', 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'],
    ['nothing', ''],
    ['noise', 'hello there\r\n\r\n'],
  ])('an upgrade answered with %s is a failure of the network, told once', async (_name, reply) => {
    withSmallJitter();
    const server = await ScriptedServer.start();
    server.onUpgrade = (_request, socket) => {
      socket.end(reply);
      return true;
    };
    const client = clientOf(server);
    const error = await rejection(client.connect());
    expect(error).toMatchObject({ name: 'ConnectionError', code: 'connect_timeout', closeCode: 1006 });
    expect(server.upgrades.length).toBeGreaterThan(1);
    expect(client.connectionState).toBe('disconnected');
  });

  it('a port where nobody listens is a failure of the network, told once', async () => {
    const server = await ScriptedServer.start();
    const { url } = server;
    await server.stop();
    const error = await rejection(clientOf({ url }).connect());
    expect(error).toMatchObject({ code: 'connect_timeout', closeCode: 1006 });
  });

  it('disconnect() while the peer accepts and says nothing resolves at once, and nothing is thrown later', async () => {
    const server = await ScriptedServer.start();
    const held: Socket[] = [];
    server.onUpgrade = (_request, socket) => {
      held.push(socket as Socket);
      return true;
    };
    const client = clientOf(server, { timeouts: {} });
    const fate = watch(client.connect());
    await vi.waitFor(() => expect(held).toHaveLength(1));
    await client.disconnect();
    await vi.waitFor(() => expect(fate.isSettled).toBe(true));
    expect(fate.error).toMatchObject({ code: 'session_ended' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    for (const socket of held) socket.destroy();
  });

  it('a caller who gives up while the peer says nothing leaves no socket', async () => {
    const server = await ScriptedServer.start();
    const held: Socket[] = [];
    server.onUpgrade = (_request, socket) => {
      held.push(socket as Socket);
      return true;
    };
    const controller = new AbortController();
    const client = clientOf(server, { timeouts: {} });
    const fate = watch(client.connect({ signal: controller.signal }));
    await vi.waitFor(() => expect(held).toHaveLength(1));
    controller.abort(new Error('enough'));
    await vi.waitFor(() => expect(fate.isSettled).toBe(true));
    await vi.waitFor(() => expect(held[0]?.readableEnded || held[0]?.destroyed).toBe(true));
    expect(client.connectionState).toBe('disconnected');
    for (const socket of held) socket.destroy();
  });

  it.each<[string, (socket: WebSocket) => void]>([
    ['resets the line', (socket) => (socket as unknown as { _socket: Socket })._socket.resetAndDestroy()],
    ['ends the line', (socket) => socket.terminate()],
    ['closes without a code', (socket) => socket.close()],
    ['closes with 1001', (socket) => socket.close(1001)],
    [
      'breaks the protocol',
      (socket) => (socket as unknown as { _socket: Socket })._socket.write(Buffer.from([0xff, 0xff, 0, 0])),
    ],
  ])('a peer that %s after connection.ok finds the client back, once', async (_name, end) => {
    vi.spyOn(Math, 'random').mockReturnValue(0);
    const server = await ScriptedServer.start();
    const open: WebSocket[] = [];
    server.onSocket = (socket) => {
      open.push(socket);
      welcome(socket);
    };
    const client = clientOf(server);
    const states: string[] = [];
    client.on('connection.changed', ({ state }) => states.push(state));
    await client.connect();
    const isBack = new Promise<void>((resolve) => {
      client.on('connection.changed', ({ state }) => state === 'connected' && resolve());
    });
    end(open[0] as WebSocket);
    await isBack;
    await new Promise((resolve) => setTimeout(resolve, 30));
    vi.restoreAllMocks();
    expect(states).toEqual(['connecting', 'connected', 'reconnecting', 'connected']);
    expect(server.upgrades).toHaveLength(2);
  });

  it('what the client closes with fits every runtime: 1000 or 4000 to 4999, and at most 123 bytes', async () => {
    const server = await ScriptedServer.start();
    const ends: { code: number; reason: Buffer }[] = [];
    const open: WebSocket[] = [];
    server.onSocket = (socket) => {
      open.push(socket);
      welcome(socket);
      socket.on('close', (code, reason) => ends.push({ code, reason }));
    };
    const client = clientOf(server, { timeouts: {} });
    await client.connect();
    const isBack = entered(client, 'connected');
    const error = { code: 40, StatusCode: 401, message: 'é'.repeat(300) };
    open[0]?.send(JSON.stringify({ type: 'connection.error', connection_id: 'x', error }));
    await isBack;
    await client.disconnect();
    await vi.waitFor(() => expect(ends).toHaveLength(2));
    for (const { code, reason } of ends) {
      expect(code === 1000 || (code >= 4000 && code <= 4999)).toBe(true);
      expect(reason.length).toBeLessThanOrEqual(123);
    }
  });

  it('a binary or undecodable frame is ignored, with a line for those who debug', async () => {
    const server = await ScriptedServer.start();
    const open: WebSocket[] = [];
    server.onSocket = (socket) => {
      open.push(socket);
      welcome(socket);
    };
    const debug = vi.fn();
    const quiet = () => {};
    const provider = freshProvider();
    const logger = { debug, info: quiet, warn: quiet, error: quiet };
    const client = clientOf(server, { logger, tokenProvider: provider });
    await client.connect();
    debug.mockClear();
    const heard = vi.fn();
    client.on('all', heard);
    const refusal = { type: 'connection.error', error: { code: 40, StatusCode: 401, message: 'x' } };
    const strange = [
      Buffer.from(JSON.stringify(refusal)),
      'not JSON',
      '"text"',
      '[1]',
      'null',
      '{"no":"type"}',
      '',
    ];
    for (const frame of strange) open[0]?.send(frame);
    const last = new Promise((resolve) => client.on('call.created', resolve));
    open[0]?.send(JSON.stringify({ type: 'call.created', call_cid: 'a:b' }));
    await last;
    expect(client.connectionState).toBe('connected');
    expect(provider).toHaveBeenCalledTimes(1);
    expect(heard).toHaveBeenCalledTimes(1);
    expect(debug.mock.calls.length).toBeGreaterThanOrEqual(1);
    expect(server.upgrades).toHaveLength(1);
  });

  // cases 210, 213, 218: what a frame may hold
  const error = (fields: object) =>
    JSON.stringify({ type: 'connection.error', connection_id: 'x', error: fields });
  const deep = (levels: number) => `{"type":"custom","a":${'['.repeat(levels)}${']'.repeat(levels)}}`;

  it.each<[string, string | Buffer]>([
    ['20,000 levels', deep(20_000)],
    ['4 MiB less a little', JSON.stringify({ type: 'custom', a: 'x'.repeat(4 * 1024 * 1024 - 100) })],
    ['a type that is a prototype', '{"type":"__proto__","__proto__":{"a":1}}'],
    ['a type that is a method of all objects', '{"type":"hasOwnProperty"}'],
    [
      'fields that are methods of all objects',
      '{"type":"custom","toString":1,"valueOf":1,"call_cid":{"toString":1}}',
    ],
    ['a time that is none', '{"type":"health.check","created_at":{"toString":1}}'],
    ['U+001E before half a token', '{"type":"custom","a":"\\u001eyJ"}'],
    ['one megabyte of eyJ', JSON.stringify({ type: 'custom', a: 'eyJ'.repeat(350_000) })],
  ])('a frame of %s disturbs neither the connection nor the process', async (_name, frame) => {
    const server = await ScriptedServer.start();
    const open: WebSocket[] = [];
    server.onSocket = (socket) => {
      open.push(socket);
      // Before the handshake is done, and after it.
      socket.send(frame);
      socket.once('message', () => {
        socket.send(frame);
        socket.send(connectionOk());
      });
    };
    const client = clientOf(server, { timeouts: {}, logger: 'silent' });
    await client.connect();
    const last = new Promise((resolve) => client.on('call.created', resolve));
    open[0]?.send(frame);
    open[0]?.send(JSON.stringify({ type: 'call.created', call_cid: 'a:b' }));
    await last;
    expect([client.connectionState, server.upgrades.length]).toEqual(['connected', 1]);
  });

  it.each<[string, Record<string, unknown>]>([
    ['its own WebSocket', {}],
    ['one of the app', { WebSocket: WebSocketOfWs }],
  ])(
    'a frame of more than 4 MiB ends the socket of a client with %s, which backs off and comes back',
    async (_name, options) => {
      withSmallJitter();
      const server = await ScriptedServer.start();
      const open: WebSocket[] = [];
      server.onSocket = (socket) => {
        open.push(socket);
        welcome(socket);
      };
      const heard = vi.fn();
      const client = clientOf(server, { timeouts: {}, ...options });
      client.on('custom', heard);
      await client.connect();
      const isBack = new Promise<void>((resolve) => {
        client.on('connection.changed', ({ state }) => state === 'connected' && resolve());
      });
      const closed = new Promise<number>((resolve) => open[0]?.once('close', resolve));
      open[0]?.send(JSON.stringify({ type: 'custom', a: 'x'.repeat(5 * 1024 * 1024) }));
      expect([1009, 4000]).toContain(await closed);
      await isBack;
      expect([heard.mock.calls.length, server.upgrades.length]).toEqual([0, 2]);
    },
  );

  it.each<[string, string]>([
    ['an object as its message', error({ code: 40, StatusCode: 401, message: { toString: 1 } })],
    ['no code', error({ message: 'x' })],
    ['nothing', JSON.stringify({ type: 'connection.error' })],
    ['null', JSON.stringify({ type: 'connection.error', error: null })],
    ['text', JSON.stringify({ type: 'connection.error', error: 'no' })],
    ['a code that is text', error({ code: '40', message: 'x' })],
    ['fields of 256 KB', error({ code: 40, message: 'x', exception_fields: { a: 'ewk/'.repeat(65_536) } })],
    ['fields that hold half a token', error({ code: 40, message: 'x', exception_fields: { a: '\u001eyJ' } })],
    [
      'fields of 20,000 levels',
      `{"type":"connection.error","error":{"code":40,"message":"x","exception_fields":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`,
    ],
  ])(
    'a connection.error with %s is a typed error before and after our frame, and no exception',
    async (_name, frame) => {
      withSmallJitter();
      for (const when of ['before', 'after']) {
        const server = await ScriptedServer.start();
        server.onSocket = (socket) => {
          if (when === 'before') socket.send(frame);
          else socket.once('message', () => socket.send(frame));
        };
        const client = clientOf(server);
        const failed = await rejection(client.connect());
        expect(['connect_timeout', 'provider_returns_expired']).toContain(failed.code);
        expect(client.connectionState).toBe('disconnected');
      }
    },
  );
});

describe('in virtual time', () => {
  inVirtualTime();

  async function connected(options: Record<string, unknown> = {}) {
    const scene = virtualScene({ tokenProvider: freshProvider(), ...options });
    await scene.client.connect();
    return scene;
  }

  it.each<[string, (socket: FakeSocket) => void]>([
    ['only an error', (socket) => socket.fail()],
    ['only a close without a code', (socket) => socket.end(undefined)],
    ['a close with 0', (socket) => socket.end(0)],
    ['a close with 1005', (socket) => socket.end(1005)],
    [
      'an error, then a close',
      (socket) => {
        socket.fail();
        socket.end(1006);
      },
    ],
    [
      'both, twice',
      (socket) => {
        socket.fail();
        socket.end(1006);
        socket.fail();
        socket.end(1006);
      },
    ],
    [
      'a close, and an error a second later',
      (socket) => {
        socket.end(1006);
        setTimeout(() => socket.fail(), 1_000);
      },
    ],
  ])('a socket that ends with %s is replaced, once', async (_name, end) => {
    const { client, sockets, events } = await connected();
    end(sockets[0] as FakeSocket);
    await advance(5_000);
    expect(client.connectionState).toBe('connected');
    expect(sockets).toHaveLength(2);
    expect(events.filter(({ state }) => state === 'reconnecting')).toHaveLength(1);
  });

  it.each<[string, (socket: FakeSocket) => void]>([
    ['only an error', (socket) => socket.fail()],
    ['only a close without a code', (socket) => socket.end(undefined)],
    [
      'both, twice',
      (socket) => {
        socket.fail();
        socket.fail();
        socket.end(1006);
        socket.end(1006);
      },
    ],
  ])('a handshake that ends with %s is one failed try', async (_name, end) => {
    const { client, sockets } = virtualScene({ tokenProvider: freshProvider() }, { welcome: false });
    const fate = watch(client.connect());
    await settle();
    end(sockets[0] as FakeSocket);
    await advance(1_000);
    expect(sockets).toHaveLength(2);
    sockets[1]?.ok();
    await settle();
    expect(fate).toMatchObject({ isSettled: true, value: { id: 'martin' } });
  });

  /** A class whose `close()` tells its listeners of an error and of the end before it returns. */
  function closingLoudly() {
    const { sockets, WebSocket: Quiet } = fakeWebSockets((socket) => queueMicrotask(() => socket.open()));
    const original = Quiet.prototype.close;
    Quiet.prototype.close = function close(this: FakeSocket, code?: number, reason?: string) {
      if (this.readyState === 3) return;
      original.call(this, code, reason);
      this.fail('closed');
      this.end(code ?? 1005);
    };
    return { sockets, WebSocket: Quiet };
  }

  it('a socket that speaks from inside close() ends once, and brings nothing back', async () => {
    const { sockets, WebSocket: Loud } = closingLoudly();
    const { client, events } = virtualScene({ tokenProvider: freshProvider(), WebSocket: Loud });
    const connecting = client.connect();
    await settle();
    sockets[0]?.ok();
    await connecting;
    await client.disconnect();
    await advance(60_000);
    expect(sockets).toHaveLength(1);
    expect(client.connectionState).toBe('disconnected');
    expect(events.map(({ state }) => state).filter(Boolean)).toEqual([
      'connecting',
      'connected',
      'disconnected',
    ]);
  });

  it('a socket that speaks from inside close() during a handshake or a reconnect counts once', async () => {
    const { sockets, WebSocket: Loud } = closingLoudly();
    const { client, events } = virtualScene({ tokenProvider: freshProvider(), WebSocket: Loud });
    const aborted = new AbortController();
    const fate = watch(client.connect({ signal: aborted.signal }));
    await settle();
    aborted.abort(new Error('enough'));
    await settle();
    expect(fate.error).toMatchObject({ message: 'enough' });
    const connecting = client.connect();
    await settle();
    sockets[1]?.ok();
    await connecting;
    sockets[1]?.refuse(40);
    await advance(500);
    sockets[2]?.ok();
    await settle();
    expect(sockets).toHaveLength(3);
    expect(client.connectionState).toBe('connected');
    expect(events.filter(({ state }) => state === 'reconnecting')).toHaveLength(1);
  });

  it.each<[string, (socket: FakeSocket) => void]>([
    [
      'throws at close()',
      (socket) => {
        socket.close = () => {
          throw new Error('InvalidAccessError');
        };
      },
    ],
    ['throws nothing but says nothing either', () => {}],
  ])('a socket that %s does not keep the session from ending', async (_name, spoil) => {
    const { client, sockets } = await connected();
    spoil(sockets[0] as FakeSocket);
    await client.disconnect();
    expect(client.connectionState).toBe('disconnected');
    await advance(60_000);
    expect(sockets).toHaveLength(1);
  });

  it('a socket that throws at send() is a failure like others', async () => {
    const { client, sockets } = await connected();
    (sockets[0] as FakeSocket).send = () => {
      throw new Error('not open');
    };
    await advance(40_000);
    expect(client.connectionState).toBe('connected');
    expect(sockets).toHaveLength(2);
  });

  it('a class that throws at construction fails connect() at its limit, with the cause', async () => {
    const cause = new SyntaxError('insecure');
    class Refusing {
      constructor() {
        throw cause;
      }
    }
    const { client } = virtualScene({ tokenProvider: freshProvider(), WebSocket: Refusing });
    const fate = watch(client.connect());
    await advance(15_000);
    expect(fate).toMatchObject({ isSettled: true, error: { code: 'connect_timeout', cause } });
  });

  it('a binary frame keeps a socket alive', async () => {
    const { client, sockets, events } = virtualScene({ tokenProvider: freshProvider() }, { welcome: false });
    const connecting = client.connect();
    await settle();
    sockets[0]?.ok();
    await connecting;
    for (let step = 0; step < 10; step += 1) {
      await advance(30_000);
      sockets[0]?.receive(step % 2 ? 'noise' : 7);
    }
    expect(client.connectionState).toBe('connected');
    expect(events.filter(({ state }) => state === 'reconnecting')).toEqual([]);
  });

  it('frames of a socket that was given up say nothing any more', async () => {
    const { client, sockets } = await connected();
    const heard = vi.fn();
    sockets[0]?.end(1006);
    await advance(1_000);
    client.on('all', heard);
    client.on('connection.changed', heard);
    sockets[0]?.refuse(40);
    sockets[0]?.receive({ type: 'call.created', call_cid: 'a:b' });
    sockets[0]?.end(1000);
    await advance(1_000);
    expect(heard).not.toHaveBeenCalled();
    expect(client.connectionState).toBe('connected');
  });

  it('a socket that never opens is given up after 15 s, and its late opening goes nowhere', async () => {
    const { client, sockets } = virtualScene(
      { tokenProvider: freshProvider(), timeouts: { connectMs: 60_000 } },
      { opens: false },
    );
    const fate = watch(client.connect());
    await advance(15_500);
    expect(sockets).toHaveLength(2);
    sockets[0]?.open();
    await settle();
    expect(sockets[0]?.sent).toEqual([]);
    expect(sockets[0]?.closedWith).toBeDefined();
    await client.disconnect();
    await settle();
    expect(fate.error).toMatchObject({ code: 'session_ended' });
  });

  it('a connection.error that is no error of the coordinator reconnects, and asks nobody', async () => {
    const provider = freshProvider();
    const { client, sockets } = await connected({ tokenProvider: provider });
    sockets[0]?.receive({ type: 'connection.error', error: 'boom' });
    await advance(1_000);
    expect(client.connectionState).toBe('connected');
    expect(provider).toHaveBeenCalledTimes(1);
  });
});
