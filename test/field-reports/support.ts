import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StreamVideo, type StreamVideoOptions } from 'stream-video-auth';
import { type Emulator, startEmulator } from 'stream-video-auth/emulator';
import { afterEach, beforeEach, vi } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { FakeCoordinator, type FakeSocket, fakeWebSockets } from '../support/fake-coordinator.js';
import { LOCAL_EVENTS } from '../support/local-events.js';
import { freshToken } from '../support/tokens.js';
import { useVirtualTime } from '../support/virtual.js';

/** Loose, since tests pass what the types forbid. */
type Options = Record<string, unknown>;

/** A coordinator on loopback and clients of it, made for each test and gone after it. */
export class Loopback {
  #emulator: Emulator | undefined;
  #clients: StreamVideo[] = [];

  constructor() {
    beforeEach(async () => {
      this.#emulator = await startEmulator();
    });
    afterEach(async () => {
      for (const client of this.#clients.splice(0)) await client.disconnect();
      await this.#emulator?.stop();
      await end();
    });
  }

  get server(): Emulator {
    return this.#emulator as Emulator;
  }

  /** A client of user `martin`, unless the options say otherwise. */
  client(options: Options): StreamVideo {
    const client = new StreamVideo(this.options(options) as unknown as StreamVideoOptions);
    this.#clients.push(client);
    return client;
  }

  async create(options: Options): Promise<StreamVideo> {
    const client = await StreamVideo.create(this.options(options) as never);
    this.#clients.push(client);
    return client;
  }

  options(options: Options): Options {
    return {
      apiKey: this.server.apiKey,
      baseUrl: this.server.url,
      user: { id: 'martin' },
      logger: 'silent',
      ...options,
    };
  }

  /** A provider that mints, and counts its calls. */
  provider(userId = 'martin', expiresInSeconds = 3600) {
    return vi.fn(() => this.server.userToken(userId, { expiresInSeconds }));
  }

  /** The requests over HTTP that came below `path`. */
  requests(path = '/video') {
    return this.server.requests.filter((request) => request.kind === 'http' && request.path.startsWith(path));
  }

  get handshakes() {
    return this.server.requests.filter(({ kind }) => kind === 'socket');
  }
}

export interface VirtualScene {
  readonly client: StreamVideo;
  readonly coordinator: FakeCoordinator;
  readonly sockets: FakeSocket[];
  /** The calls of the events named, in order. */
  readonly events: { type: string; [field: string]: unknown }[];
}

let stops: (() => unknown)[] = [];

/** Has this done after the test, before it is looked at what is left. */
export function afterwards(stop: () => unknown): void {
  stops.push(stop);
}

/** Virtual time for each test of a file; clients made by `virtualScene` are disconnected in it. */
export function inVirtualTime(): void {
  beforeEach(() => useVirtualTime());
  endAfterwards();
}

export function endAfterwards(): void {
  afterEach(end);
}

async function end(): Promise<void> {
  const ending = stops.reverse();
  stops = [];
  for (const stop of ending) await stop();
  await rejectionsAreTold();
}

/** An unhandled rejection is told only after the microtasks: of this test, and not of the next one. */
function rejectionsAreTold(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A client whose coordinator is in the test's hands; its sockets open and are welcomed by themselves. */
export function virtualScene(
  options: Options,
  {
    welcome = true,
    opens = true,
    serverNow = () => Date.now(),
  }: { welcome?: boolean; opens?: boolean; serverNow?: () => number } = {},
): VirtualScene {
  const coordinator = new FakeCoordinator();
  const { sockets, WebSocket: TestWebSocket } = fakeWebSockets((socket) => {
    if (!opens) return;
    queueMicrotask(() => socket.readyState === 0 && socket.open());
    const send = socket.send.bind(socket);
    let isIntroduced = false;
    socket.send = (data) => {
      send(data);
      if (!welcome) return;
      if (isIntroduced) {
        const pong = { type: 'health.check', created_at: new Date(serverNow()).toISOString() };
        return queueMicrotask(() => socket.readyState === 1 && socket.receive(pong));
      }
      isIntroduced = true;
      const ok = {
        type: 'connection.ok',
        connection_id: `connection-${sockets.length}`,
        created_at: new Date(serverNow()).toISOString(),
        me: { id: 'martin' },
      };
      queueMicrotask(() => socket.readyState === 1 && socket.receive(ok));
    };
  });
  const client = new StreamVideo({
    apiKey: 'key',
    user: { id: 'martin' },
    logger: 'silent',
    fetch: coordinator.fetch,
    WebSocket: TestWebSocket,
    ...options,
  } as unknown as StreamVideoOptions);
  afterwards(() => client.disconnect());
  return { client, coordinator, sockets, events: eventsOf(client) };
}

/** Small jitter in this test, so that pauses are short and alike. */
export function withSmallJitter(): void {
  const random = vi.spyOn(Math, 'random').mockReturnValue(0.1);
  afterwards(() => random.mockRestore());
}

/** A page around the client, whose events the test fires. */
export function stubPage() {
  const page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  const window = new EventTarget();
  vi.stubGlobal('document', page);
  vi.stubGlobal('addEventListener', window.addEventListener.bind(window));
  vi.stubGlobal('removeEventListener', window.removeEventListener.bind(window));
  afterwards(() => vi.unstubAllGlobals());
  return {
    /** An event of the window, or of the document where it is one of those. */
    fire(name: string): void {
      const isPageEvent = name === 'visibilitychange' || name === 'resume';
      (isPageEvent ? page : window).dispatchEvent(new Event(name));
    },
    show(visibilityState: 'visible' | 'hidden'): void {
      page.visibilityState = visibilityState;
      page.dispatchEvent(new Event('visibilitychange'));
    },
  };
}

/** Collects the client's own events, as they come. */
export function eventsOf(client: StreamVideo): { type: string; [field: string]: unknown }[] {
  const events: { type: string; [field: string]: unknown }[] = [];
  for (const name of LOCAL_EVENTS) client.on(name, (event) => events.push({ ...event }));
  return events;
}

/** A provider of fresh tokens that counts its calls. */
export function freshProvider(lifeSeconds = 3600, userId = 'martin') {
  return vi.fn((_context?: unknown): string | Promise<string> => freshToken(userId, lifeSeconds));
}

/** An error as tests read it: by any field. */
export type Told = Error & Record<string, unknown>;

/** The error that a promise is rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<Told> {
  return promise.then(
    () => {
      throw new Error('resolved, where a rejection was expected');
    },
    (error) => error,
  );
}

/** What became of a promise so far, without waiting for it. */
export function watch<T>(promise: Promise<T>): { value?: T; error?: unknown; isSettled: boolean } {
  const fate: { value?: T; error?: unknown; isSettled: boolean } = { isSettled: false };
  promise.then(
    (value) => Object.assign(fate, { value, isSettled: true }),
    (error) => Object.assign(fate, { error, isSettled: true }),
  );
  return fate;
}

/** A promise that is settled from outside. */
export function deferred<T = string>() {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((resolveIt, rejectIt) => {
    resolve = resolveIt;
    reject = rejectIt;
  });
  return { promise, resolve, reject };
}

/** Resolves at the next time that the client enters this connection state. */
export function entered(client: StreamVideo, state: string): Promise<void> {
  return new Promise((resolve) => {
    const stop = client.on('connection.changed', (event) => {
      if (event.state !== state) return;
      stop();
      resolve();
    });
  });
}

export interface Arrived {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

type Reply = (request: Arrived, response: ServerResponse, index: number) => void;

/** A server on loopback that answers as the test says: for what no coordinator would do. */
export class ScriptedServer {
  readonly arrived: Arrived[] = [];
  readonly upgrades: string[] = [];
  reply: Reply = (_request, response) => json(response, 200, { duration: '1ms' });
  /** What becomes of a socket, once open. */
  onSocket: (socket: WebSocket) => void = () => {};
  /** Decides about an upgrade; true when it took care of it. */
  onUpgrade: (request: IncomingMessage, socket: import('node:stream').Duplex) => boolean = () => false;
  readonly #sockets = new WebSocketServer({ noServer: true });
  readonly #http = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const arrived = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks),
    };
    this.arrived.push(arrived);
    this.reply(arrived, response, this.arrived.length - 1);
  });

  static async start(): Promise<ScriptedServer> {
    const server = new ScriptedServer();
    server.#http.on('upgrade', (request, socket, head) => {
      server.upgrades.push(request.url ?? '');
      socket.on('error', () => {});
      if (server.onUpgrade(request, socket)) return;
      server.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
        webSocket.on('error', () => {});
        server.onSocket(webSocket);
      });
    });
    await new Promise<void>((resolve) => server.#http.listen(0, '127.0.0.1', resolve));
    afterwards(() => server.stop());
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#http.close(resolve));
  }
}

export function json(
  response: ServerResponse,
  status: number,
  data: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(data));
}

/** A refusal in the coordinator's words. */
export function refuse(response: ServerResponse, code: number, status = 401): void {
  json(response, status, {
    StatusCode: status,
    code,
    message: `failed with error: "${code}"`,
    duration: '1ms',
    more_info: '',
    details: [],
  });
}

/** The welcome of a coordinator, for scripted sockets. */
export function connectionOk(userId = 'martin', connectionId = 'connection-1'): string {
  return JSON.stringify({
    type: 'connection.ok',
    connection_id: connectionId,
    created_at: new Date().toISOString(),
    me: { id: userId },
  });
}
