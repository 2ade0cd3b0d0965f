import type { StreamVideo } from 'stream-video-auth';
import type { CreateStreamVideoOptions } from 'stream-video-auth/react';
import { vi } from 'vitest';
import { answer, FakeCoordinator, type FakeSocket, fakeWebSockets } from '../../support/fake-coordinator.js';
import { freshToken } from '../../support/tokens.js';

const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());

type Greet = (socket: FakeSocket, userId: string) => void;

let connections = 0;

export const acceptHandshake: Greet = (socket, userId) => {
  connections += 1;
  socket.ok(userId, `connection-${connections}`);
};

/** Refuses for a reason that goes away by itself: `connect()` fails at its limit. */
export const refuseHandshake: Greet = (socket) => socket.refuse(-1, 500);

/** A coordinator in virtual time: it makes guests and takes each handshake, unless told otherwise. */
export class World {
  readonly coordinator = new FakeCoordinator();
  readonly sockets: FakeSocket[];
  /** What happened, in order: sockets and provider calls. */
  readonly log: string[] = [];
  /** Asked for tokens. */
  readonly provider = vi.fn(({ user }: { user: { id: string } }) => freshToken(user.id, 3600));
  /** What a socket is told after its token. */
  greet: Greet = acceptHandshake;
  readonly #WebSocket;

  constructor() {
    this.coordinator.respond = ({ url, body }) => {
      if (!url.pathname.endsWith('/guest')) return answer();
      const { id } = JSON.parse(String(body)).user;
      return answer({ user: { id: `guest-${id}` }, access_token: freshToken(`guest-${id}`, 3600) });
    };
    const { sockets, WebSocket } = fakeWebSockets((socket) => this.#serve(socket));
    this.sockets = sockets;
    this.#WebSocket = WebSocket;
  }

  #serve(socket: FakeSocket): void {
    const { send, close } = socket;
    this.log.push('socket opened');
    socket.close = (...args) => {
      this.log.push('socket closed');
      close.apply(socket, args);
    };
    socket.send = (data) => {
      send.call(socket, data);
      const [{ token } = {}, ...pings] = socket.sent;
      queueMicrotask(() => {
        if (socket.readyState !== 1) return;
        if (pings.length > 0) socket.receive({ type: 'health.check', created_at: new Date().toISOString() });
        else this.greet(socket, claimsOf(String(token)).user_id);
      });
    };
    queueMicrotask(() => socket.readyState === 0 && socket.open());
  }

  /** Options of a signed-in user, made anew at each call as an app does that writes them inline. */
  options(more: Record<string, unknown> = {}): CreateStreamVideoOptions {
    return {
      apiKey: 'key',
      baseUrl: 'https://coordinator.test',
      user: { id: 'martin' },
      tokenProvider: (context) => this.provider(context),
      fetch: this.coordinator.fetch,
      WebSocket: this.#WebSocket,
      logger: 'silent',
      ...more,
    } as CreateStreamVideoOptions;
  }

  get liveSockets(): number {
    return this.sockets.filter(({ readyState }) => readyState === 1).length;
  }

  get guestsMade(): number {
    return this.coordinator.requests.filter(({ url }) => url.pathname.endsWith('/guest')).length;
  }
}

/** Whether this client was ended by somebody. */
export function isEnded(client: StreamVideo): boolean {
  return client.auth.state.status === 'signed_out';
}
