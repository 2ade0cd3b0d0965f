import type { TimerHandle, Timers } from '../environment/timers.js';
import type { WebSocketConstructor, WebSocketLike } from '../environment/web-socket.js';

/** How a socket ended. Who ended it is known from our own state, never from the code. */
export interface Ending {
  /** 0, 1005 and 1006 all mean that the network did. */
  readonly code: number;
  readonly reason: string;
  readonly cause?: unknown;
}

interface JsonSocketListener {
  /** Undefined for a frame that is not JSON text: a sign of life, and nothing else. */
  onFrame(frame: Readonly<Record<string, unknown>> | undefined): void;
  /** Called once, and not when we close. */
  onEnd(ending: Ending): void;
}

/** What the events of all platforms have in common, each where it belongs. */
interface PlatformEvent {
  readonly data?: unknown;
  readonly code?: number;
  readonly reason?: string;
  readonly error?: unknown;
  readonly message?: unknown;
}

const OPEN = 1;
const MAX_REASON_BYTES = 123;

function parseFrame(data: unknown): Record<string, unknown> | undefined {
  if (typeof data !== 'string') return undefined;
  try {
    const frame: unknown = JSON.parse(data);
    return typeof frame === 'object' &&
      frame !== null &&
      typeof (frame as { type?: unknown }).type === 'string'
      ? (frame as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** One socket of any runtime, behaving the same in all of them. */
export class JsonSocket {
  readonly opened: Promise<void>;
  readonly #socket: WebSocketLike;
  readonly #listener: JsonSocketListener;
  readonly #timers: Timers;
  #errorTimer: TimerHandle | undefined;
  #isOver = false;
  #held: (() => void)[] | undefined;

  /** Throws what the platform's constructor throws. */
  constructor(WebSocket: WebSocketConstructor, url: string, timers: Timers, listener: JsonSocketListener) {
    this.#listener = listener;
    this.#timers = timers;
    const socket = new WebSocket(url);
    this.#socket = socket;
    this.opened = new Promise((resolve) => this.#listen('open', () => resolve()));
    this.#listen('message', ({ data }) => {
      this.#tell(() => listener.onFrame(parseFrame(data)));
    });
    this.#listen('close', ({ code, reason }) => {
      this.#end({ code: code ?? 0, reason: String(reason ?? '') });
    });
    // Stays for good: some runtimes raise an error after we have closed, and nobody else would catch it.
    this.#listen('error', ({ error, message }) => {
      // The close that mostly follows knows the code and the reason.
      const end = () => this.#end({ code: 0, reason: '', cause: error ?? message });
      if (!this.#isOver) this.#errorTimer ??= timers.set(end, 0);
    });
  }

  /** Whether the platform says that the socket is open. */
  get isOpen(): boolean {
    return !this.#isOver && this.#socket.readyState === OPEN;
  }

  /** Keeps what comes from now on until `release`: in Node a second frame may come before any promise settles. */
  hold(): void {
    this.#held = [];
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const tell of held) this.#tell(tell);
  }

  send(frame: unknown): void {
    if (!this.isOpen) return;
    try {
      this.#socket.send(JSON.stringify(frame));
    } catch (cause) {
      // From a timer it would end the process.
      this.#end({ code: 0, reason: '', cause });
    }
  }

  /** Closes for our own reasons: `onEnd` is not called. */
  close(code = 1000, reason = ''): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#timers.clear(this.#errorTimer);
    try {
      this.#socket.close(code, reason.slice(0, MAX_REASON_BYTES));
    } catch {
      // It is gone already.
    }
  }

  #listen(type: string, listener: (event: PlatformEvent) => void): void {
    this.#socket.addEventListener(type as never, listener as never);
  }

  #tell(tell: () => void): void {
    if (this.#isOver) return;
    if (this.#held) this.#held.push(tell);
    else tell();
  }

  #end(ending: Ending): void {
    this.#tell(() => this.#endNow(ending));
  }

  #endNow(ending: Ending): void {
    this.#isOver = true;
    this.#timers.clear(this.#errorTimer);
    try {
      this.#socket.close();
    } catch {
      // It is gone already.
    }
    this.#listener.onEnd(ending);
  }
}
