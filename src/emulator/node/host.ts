import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { getRequestListener } from '@hono/node-server';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { HEADERS_TOO_LARGE, MAX_HEADER_BYTES } from '../http/head-limit.js';
import type { HostBindings } from '../http/host.js';
import type { Opening, Peer, SocketEvents } from '../sockets/peer.js';
import { type NodeExchange, nodeBindings } from './bindings.js';

const MAX_FRAME_BYTES = 64 * 1024;

/** Node's own five seconds end just when official clients, which spread their retries over five, send again. */
const KEEP_ALIVE_MS = 65_000;

export interface NodeHostOptions {
  port: number;
  host: string;
  fetch: (request: Request, bindings: HostBindings) => Response | Promise<Response>;
  /** The session of a socket that may open, or the HTTP status that refuses it. */
  accept: (opening: Opening) => ((peer: Peer) => SocketEvents) | number;
}

/** The coordinator's server on Node: HTTP and WebSocket on one port. */
export class NodeHost {
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
  });
  readonly #lines = new Set<Duplex>();
  readonly #accept: NodeHostOptions['accept'];
  #closing: Promise<void> | undefined;

  private constructor({ fetch, accept }: NodeHostOptions) {
    this.#accept = accept;
    const listener = getRequestListener(
      (request, exchange) => fetch(request, nodeBindings(exchange as NodeExchange)),
      // A program that embeds the emulator keeps the Request and Response of the platform.
      { overrideGlobalObjects: false },
    );
    this.#server = createServer({ maxHeaderSize: MAX_HEADER_BYTES }, (incoming, outgoing) => {
      void listener(incoming, outgoing);
    });
    this.#server.keepAliveTimeout = KEEP_ALIVE_MS;
    this.#server.on('connection', (line) => this.#track(line));
    this.#server.on('upgrade', (incoming, line, head) => this.#upgrade(incoming, line, head));
    this.#server.on('clientError', (error: NodeJS.ErrnoException, line) => refuseRaw(error, line));
  }

  /** Listens; rejects with the system's error, `EADDRINUSE` for one. */
  static async listen(options: NodeHostOptions): Promise<NodeHost> {
    const host = new NodeHost(options);
    await new Promise<void>((resolve, reject) => {
      host.#server.once('error', reject);
      host.#server.listen(options.port, options.host, () => {
        host.#server.off('error', reject);
        resolve();
      });
    });
    return host;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Ends everything at once; the same promise for every call. */
  close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#sockets.close();
      for (const line of this.#lines) line.destroy();
    });
    return this.#closing;
  }

  #track(line: Duplex): void {
    this.#lines.add(line);
    line.on('close', () => this.#lines.delete(line));
    // A peer that vanishes is an everyday event.
    line.on('error', () => {});
  }

  #upgrade(incoming: IncomingMessage, line: Duplex, head: Buffer): void {
    const opening = openingOf(incoming);
    const accepted = opening === undefined ? 400 : this.#accept(opening);
    if (typeof accepted === 'number') {
      line.end(`HTTP/1.1 ${accepted} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    this.#sockets.handleUpgrade(incoming, line, head, (socket) => connect(socket, accepted));
  }
}

function openingOf(incoming: IncomingMessage): Opening | undefined {
  try {
    const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://emulator.invalid');
    const headers = new Headers();
    for (const [name, value] of Object.entries(incoming.headers)) {
      if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
    }
    return { path: pathname, query: searchParams, headers };
  } catch {
    return undefined;
  }
}

function connect(socket: WebSocket, begin: (peer: Peer) => SocketEvents): void {
  const session = begin({
    send: (data) => socket.send(data),
    close: (code, reason) => socket.close(code, reason),
    cut: () => socket.terminate(),
    bufferedBytes: () => socket.bufferedAmount,
  });
  socket.on('message', (data, isBinary) => session.receive(isBinary ? bytesOf(data) : String(data)));
  socket.on('ping', () => session.ping());
  socket.on('close', (code) => session.closed(code));
  // Oversized and malformed frames end here; the close event follows.
  socket.on('error', () => {});
}

function bytesOf(data: RawData): Uint8Array {
  if (Array.isArray(data)) return new Uint8Array(Buffer.concat(data));
  return new Uint8Array(data as Buffer);
}

function refuseRaw(error: NodeJS.ErrnoException, line: Duplex): void {
  if (!line.writable) {
    line.destroy();
    return;
  }
  const isTooLarge = error.code === 'HPE_HEADER_OVERFLOW';
  const body = isTooLarge ? HEADERS_TOO_LARGE : '';
  const status = isTooLarge ? '431 Request Header Fields Too Large' : '400 Bad Request';
  line.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
