import type { LiveMessage } from '../../live.js';

const FIRST_WAIT_MS = 300;
const LONGEST_WAIT_MS = 5000;

export interface FeedListener {
  readonly message: (message: LiveMessage) => void;
  readonly changed: (isConnected: boolean) => void;
}

/** Listens to the emulator's live feed, and comes back when it was lost. */
export class LiveFeed {
  readonly #url: string;
  readonly #listener: FeedListener;
  #socket: WebSocket | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #waitMs = FIRST_WAIT_MS;

  constructor(url: string, listener: FeedListener) {
    this.#url = url;
    this.#listener = listener;
  }

  open(): void {
    if (this.#socket !== undefined) return;
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    socket.addEventListener('open', () => {
      this.#waitMs = FIRST_WAIT_MS;
      this.#listener.changed(true);
    });
    socket.addEventListener('message', ({ data }) => {
      if (socket === this.#socket) this.#listener.message(JSON.parse(String(data)) as LiveMessage);
    });
    socket.addEventListener('close', () => {
      if (socket === this.#socket) this.#comeBack();
    });
  }

  close(): void {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
  }

  #comeBack(): void {
    this.#socket = undefined;
    this.#listener.changed(false);
    this.#timer = setTimeout(() => this.open(), this.#waitMs);
    this.#waitMs = Math.min(2 * this.#waitMs, LONGEST_WAIT_MS);
  }
}
