import type { Peer, SocketEvents } from '../sockets/peer.js';
import type { Coordinator } from '../state/coordinator.js';
import { type Admitted, admit, MediaRefusal } from './admission.js';
import { ERROR_CODE } from './messages.js';
import { Room } from './room.js';
import { SignalSocket } from './signal-socket.js';
import type { MediaTransport } from './transport.js';

/**
 * A stand-in of a media server: it signals like one, and lets two browsers send their media to each other. No media
 * passes through it.
 */
export class MediaServer {
  readonly coordinator: Coordinator;
  readonly #makeTransport: () => MediaTransport;
  readonly #rooms = new Map<string, Room>();

  constructor(coordinator: Coordinator, makeTransport: () => MediaTransport) {
    this.coordinator = coordinator;
    this.#makeTransport = makeTransport;
  }

  openSocket(peer: Peer): SocketEvents {
    return new SignalSocket(this, peer);
  }

  /** Waits as long as the media server was told to be slow. */
  async whenSlow(): Promise<void> {
    const { mediaLatencyMs } = this.coordinator.planned;
    if (mediaLatencyMs > 0) await this.coordinator.timers.sleep(mediaLatencyMs);
  }

  /** Who a token admits, and where; throws a `MediaRefusal`. */
  async admit(token: string | undefined): Promise<{ room: Room; admitted: Admitted }> {
    const admitted = await admit(token, this.coordinator);
    if (this.coordinator.planned.isMediaFull) {
      throw new MediaRefusal(ERROR_CODE.full, 'the media server is full');
    }
    return { room: this.#roomOf(admitted), admitted };
  }

  /** The room of somebody who has joined before. */
  async enter(token: string | undefined): Promise<{ room: Room; admitted: Admitted }> {
    const admitted = await admit(token, this.coordinator);
    return { room: this.#roomOf(admitted), admitted };
  }

  #roomOf({ call }: Admitted): Room {
    const known = this.#rooms.get(call.cid);
    // A call that was deleted and made again is another one.
    if (known?.call === call) return known;
    const room: Room = new Room(call, {
      coordinator: this.coordinator,
      transport: this.#makeTransport(),
      onEmpty: () => {
        if (this.#rooms.get(call.cid) === room) this.#rooms.delete(call.cid);
      },
    });
    this.#rooms.set(call.cid, room);
    return room;
  }
}
