import { FrameRate } from '../sockets/frame-rate.js';
import type { Peer, SocketEvents } from '../sockets/peer.js';
import type { Coordinator } from '../state/coordinator.js';
import { type Admitted, MediaRefusal } from './admission.js';
import type { MediaSession, SignalLine } from './media-session.js';
import {
  DISCONNECT,
  ERROR_CODE,
  type JoinRequest,
  REJOIN,
  SFU_EVENT,
  SFU_REQUEST,
  type SfuEvent,
} from './messages.js';
import type { Room } from './room.js';
import { decode, encode, Malformed } from './wire-format.js';

const JOIN_LIMIT_MS = 10_000;
const MAX_BUFFERED_BYTES = 4 * 1024 * 1024;
/** The client has left, or its page is gone: it can't come back with what it had. */
const GONE_FOR_GOOD = new Set([1000, 1001]);
const UNSUPPORTED_DATA = 1003;
const POLICY = 1008;

/** Where a socket's client asks to be let in. */
interface Reception {
  readonly coordinator: Coordinator;
  whenSlow(): Promise<void>;
  admit(token: string | undefined): Promise<{ room: Room; admitted: Admitted }>;
}

/** One socket of a client: a join, pings, a leave. A client that reconnects opens another. */
export class SignalSocket implements SocketEvents, SignalLine {
  readonly #server: Reception;
  readonly #peer: Peer;
  readonly #frames = new FrameRate();
  readonly #cancelJoinLimit: () => void;
  #joined: { readonly room: Room; readonly session: MediaSession } | undefined;
  #hasAsked = false;
  #isClosed = false;

  constructor(server: Reception, peer: Peer) {
    this.#server = server;
    this.#peer = peer;
    const { lines, timers } = server.coordinator;
    lines.add(this);
    this.#cancelJoinLimit = timers.after(JOIN_LIMIT_MS, () => this.close('no join request came in time'));
  }

  receive(data: string | Uint8Array): void {
    if (this.#isClosed) return;
    if (typeof data === 'string') this.#end(UNSUPPORTED_DATA, 'frames are binary');
    else if (this.#frames.isExceeded()) this.close('too many frames');
    else this.#read(data);
  }

  ping(): void {}

  closed(code: number): void {
    this.#finish();
    const { room, session } = this.#joined ?? {};
    this.#joined = undefined;
    if (room !== undefined && session !== undefined) {
      room.lost(session, this, { isForGood: GONE_FOR_GOOD.has(code) });
    }
  }

  send(event: SfuEvent): void {
    if (this.#isClosed) return;
    if (this.#peer.bufferedBytes() > MAX_BUFFERED_BYTES) this.cut();
    else this.#peer.send(encode(SFU_EVENT, event));
  }

  close(reason: string): void {
    this.#end(POLICY, reason);
  }

  cut(): void {
    if (this.#isClosed) return;
    this.#finish();
    this.#peer.cut();
  }

  #read(bytes: Uint8Array): void {
    try {
      const { joinRequest, healthCheckRequest, leaveCallRequest } = decode(SFU_REQUEST, bytes);
      if (joinRequest !== undefined) void this.#join(joinRequest);
      if (healthCheckRequest !== undefined) this.#answerHealthCheck();
      if (leaveCallRequest !== undefined) this.#leave(leaveCallRequest.sessionId);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      this.#end(UNSUPPORTED_DATA, error.message);
    }
  }

  async #join(request: JoinRequest): Promise<void> {
    if (this.#hasAsked) return;
    this.#hasAsked = true;
    this.#cancelJoinLimit();
    try {
      await this.#server.whenSlow();
      const { room, admitted } = await this.#server.admit(request.token);
      if (this.#isClosed) return;
      this.#joined = { room, session: room.join(request, admitted, this) };
    } catch (error) {
      this.#refuse(error);
    }
  }

  #answerHealthCheck(): void {
    if (this.#joined === undefined) return;
    this.send({ healthCheckResponse: { participantCount: this.#joined.room.count() } });
  }

  #leave(sessionId: string | undefined): void {
    const { room, session } = this.#joined ?? {};
    if (room !== undefined && session?.sessionId === sessionId && session !== undefined) {
      room.remove(session, 'left');
    }
  }

  #refuse(error: unknown): void {
    if (!(error instanceof MediaRefusal)) this.#server.coordinator.surprised(error);
    const { code, message } =
      error instanceof MediaRefusal ? error : { code: ERROR_CODE.internal, message: 'internal error' };
    const isFull = code === ERROR_CODE.full || code === ERROR_CODE.participantLimit;
    this.send({
      error: {
        error: { code, message, shouldRetry: isFull },
        reconnectStrategy: isFull ? REJOIN : DISCONNECT,
      },
    });
    this.close(message);
  }

  #end(code: number, reason: string): void {
    if (this.#isClosed) return;
    this.#finish();
    this.#peer.close(code, reason.slice(0, 100));
  }

  #finish(): void {
    this.#isClosed = true;
    this.#cancelJoinLimit();
    this.#server.coordinator.lines.delete(this);
  }
}
