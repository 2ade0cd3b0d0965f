import type { LiveMessage } from '../../state/live.js';

const FIRST_WAIT_MS = 300;
const LONGEST_WAIT_MS = 5000;

export interface FeedListener {
  readonly message: (message: LiveMessage) => void;
  readonly changed: (isConnected: boolean) => void;
}

/** Listens to the emulator's live feed, and comes back when it was lost. */
export class LiveFeed {
  readonly #path: string;
  readonly #listener: FeedListener;
  #socket: WebSocket | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #waitMs = FIRST_WAIT_MS;

  constructor(path: string, listener: FeedListener) {
    this.#path = path;
    this.#listener = listener;
  }

  open(): void {
    if (this.#socket !== undefined) return;
    const url = new URL(this.#path, window.location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(url);
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
