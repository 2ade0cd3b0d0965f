import type { WebSocketConstructor } from '../../../src/client/environment/web-socket.js';
import { Rates } from './rates.js';
import type { VirtualTime } from './virtual-time.js';

interface CoordinatorOptions {
  readonly time: VirtualTime;
  /** From one side to the other and back. */
  readonly roundTripMs: number;
  readonly binMs?: number;
}

type Listener = (event: unknown) => void;

const TOKEN_REVOKED = { code: 40, StatusCode: 401, message: 'token is revoked' };

/** The coordinator's sockets, as all clients of the fleet see them: it counts handshakes, and can drop them all. */
export class FleetCoordinator {
  readonly WebSocket: WebSocketConstructor;
  /** Each try to open a socket, when it was made. */
  readonly tried: Rates;
  /** Each welcome, when the client heard it. */
  readonly welcomed: Rates;
  /** Whether a socket that arrives now is let in. */
  isOpen: () => boolean = () => true;
  readonly #time: VirtualTime;
  readonly #halfTripMs: number;
  readonly #live = new Set<FleetSocket>();

  constructor({ time, roundTripMs, binMs = 100 }: CoordinatorOptions) {
    this.#time = time;
    this.#halfTripMs = roundTripMs / 2;
    this.tried = new Rates(binMs);
    this.welcomed = new Rates(binMs);
    const coordinator = this;
    // The client makes its sockets by `new`, and hands over nothing but the address.
    this.WebSocket = class extends FleetSocket {
      constructor() {
        super(coordinator.#sent);
        coordinator.#arrive(this);
      }
    };
  }

  /** Sockets that are open and authenticated. */
  get live(): number {
    return this.#live.size;
  }

  /** All sockets end as with a restart: one after the other, over so long. */
  dropAll(overMs: number): void {
    this.#endAll(overMs, (socket) => socket.end());
  }

  /** All tokens are revoked, and every socket is told so and closed: one after the other, over so long. */
  revokeAll(overMs: number): void {
    const at = new Date(this.#time.wallMs).toISOString();
    this.#endAll(overMs, (socket) => {
      socket.receive({ type: 'connection.error', created_at: at, error: TOKEN_REVOKED });
      socket.end();
    });
  }

  #endAll(overMs: number, end: (socket: FleetSocket) => void): void {
    const sockets = [...this.#live];
    this.#live.clear();
    sockets.forEach((socket, index) => {
      this.#time.after((index / sockets.length) * overMs, () => end(socket));
    });
  }

  #arrive(socket: FleetSocket): void {
    this.tried.add(this.#time.nowMs);
    this.#time.after(this.#halfTripMs, () => {
      const isLetIn = this.isOpen();
      this.#time.after(this.#halfTripMs, () => (isLetIn ? socket.open() : socket.end()));
    });
  }

  readonly #sent = (socket: FleetSocket, frame: { user_details?: object; products?: unknown }): void => {
    if (!frame.user_details) {
      // A ping: any answer is a sign of life.
      this.#time.after(2 * this.#halfTripMs, () => socket.receive({ type: 'health.check' }));
      return;
    }
    this.#time.after(2 * this.#halfTripMs, () => {
      if (socket.readyState !== OPEN) return;
      this.#live.add(socket);
      this.welcomed.add(this.#time.nowMs);
      const created_at = new Date(this.#time.wallMs).toISOString();
      socket.receive({ type: 'connection.ok', connection_id: 'c', created_at, me: frame.user_details });
    });
  };
}

const OPEN = 1;
const CLOSED = 3;

/** One socket without a network. */
class FleetSocket {
  readyState = 0;
  readonly #listeners: Record<string, Listener> = {};
  readonly #sent: (socket: FleetSocket, frame: object) => void;

  constructor(sent: (socket: FleetSocket, frame: object) => void) {
    this.#sent = sent;
  }

  addEventListener(type: string, listener: Listener): void {
    this.#listeners[type] = listener;
  }

  send(data: string): void {
    this.#sent(this, JSON.parse(data));
  }

  close(): void {
    this.readyState = CLOSED;
  }

  open(): void {
    if (this.readyState === CLOSED) return;
    this.readyState = OPEN;
    this.#listeners.open?.({});
  }

  receive(frame: object): void {
    if (this.readyState === OPEN) this.#listeners.message?.({ data: JSON.stringify(frame) });
  }

  end(): void {
    if (this.readyState === CLOSED) return;
    this.readyState = CLOSED;
    this.#listeners.close?.({ code: 1006, reason: '' });
  }
}
