import { read, readText } from '../../shared/foreign-value.js';
import { MAX_FRAME_BYTES } from '../environment/size-limits.js';
import type { TimerHandle, Timers } from '../environment/timers.js';
import type { WebSocketConstructor, WebSocketLike } from '../environment/web-socket.js';

/** A frame of the coordinator, as far as it is known before its type is read. */
export type Frame = Readonly<Record<string, unknown>> & { readonly type: string };

/** How a socket ended. Who ended it is known from our own state, never from the code. */
export interface Ending {
  /** 0, 1005 and 1006 all mean that the network did. */
  readonly code: number;
  readonly reason: string;
  readonly cause?: unknown;
}

interface JsonSocketListener {
  /** Undefined for a frame that is not JSON text: a sign of life, and nothing else. */
  onFrame(frame: Frame | undefined): void;
  /** Called once, and not when we close. */
  onEnd(ending: Ending): void;
}

const OPEN = 1;
const CLOSED = 3;
const FRAME_TOO_LARGE = 4000;
/** A peer that has not answered the close frame by then is not waited for. */
const TERMINATE_AFTER_MS = 1_000;

function parseFrame(data: unknown): Frame | undefined {
  if (typeof data !== 'string') return undefined;
  try {
    const frame: unknown = JSON.parse(data);
    return typeof frame === 'object' && frame !== null && typeof (frame as Partial<Frame>).type === 'string'
      ? (frame as Frame)
      : undefined;
  } catch {
    return undefined;
  }
}

/** By hand, since older React Natives have no `TextEncoder`. */
function utf8Length(text: string): number {
  let bytes = 0;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    const isSurrogate = unit >= 0xd800 && unit <= 0xdfff;
    bytes += unit < 0x80 ? 1 : unit < 0x800 || isSurrogate ? 2 : 3;
  }
  return bytes;
}

function isTooLarge(data: unknown): boolean {
  if (typeof data !== 'string' || data.length * 3 <= MAX_FRAME_BYTES) return false;
  return data.length > MAX_FRAME_BYTES || utf8Length(data) > MAX_FRAME_BYTES;
}

/** One socket of any runtime, behaving the same in all of them. Nothing is lost while nobody listens. */
export class JsonSocket {
  readonly opened: Promise<void>;
  readonly #socket: WebSocketLike;
  readonly #timers: Timers;
  #listener: JsonSocketListener | undefined;
  #unheard: ((listener: JsonSocketListener) => void)[] = [];
  #errorTimer: TimerHandle | undefined;
  #terminateTimer: TimerHandle | undefined;
  #isOver = false;

  /** Throws what the platform's constructor throws. */
  constructor(WebSocket: WebSocketConstructor, url: string, timers: Timers) {
    this.#timers = timers;
    const socket = new WebSocket(url);
    this.#socket = socket;
    let open = () => {};
    this.opened = new Promise((resolve) => {
      open = resolve;
    });
    try {
      this.#on('open', () => open());
      this.#on('message', (event) => {
        const data = read(event, 'data');
        if (isTooLarge(data)) this.#end({ code: FRAME_TOO_LARGE, reason: 'a frame larger than 4 MiB' });
        else this.#tell((listener) => listener.onFrame(parseFrame(data)));
      });
      this.#on('close', (event) => {
        timers.clear(this.#terminateTimer);
        const code = read(event, 'code');
        this.#end({ code: typeof code === 'number' ? code : 0, reason: readText(event, 'reason') ?? '' });
      });
      // Stays for good: some runtimes raise an error after we have closed, and nobody else would catch it.
      this.#on('error', (event) => {
        // The close that mostly follows knows the code and the reason.
        const end = () =>
          this.#end({ code: 0, reason: '', cause: read(event, 'error') ?? read(event, 'message') });
        if (!this.#isOver) this.#errorTimer ??= timers.set(end, 0);
      });
    } catch (cause) {
      // One that cannot be listened to is not left open.
      this.close();
      throw cause;
    }
  }

  /** Whether the platform says that the socket is open. */
  get isOpen(): boolean {
    return !this.#isOver && this.#socket.readyState === OPEN;
  }

  /** Tells this listener what came since `pause`, and everything from now on. */
  listen(listener: JsonSocketListener): void {
    this.#listener = listener;
    for (const tell of this.#unheard.splice(0)) this.#tell(tell);
  }

  /** Keeps what comes until the next `listen`: in Node a second frame may come before any promise settles. */
  pause(): void {
    this.#listener = undefined;
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

  /** Closes for our own reasons, of a few ASCII words: a socket takes 123 bytes. `onEnd` is not called. */
  close(code = 1000, reason = ''): void {
    if (!this.#isOver) this.#close(code, reason);
  }

  #on(type: string, listener: (event: unknown) => void): void {
    this.#socket.addEventListener(type as never, listener as never);
  }

  #tell(tell: (listener: JsonSocketListener) => void): void {
    if (this.#isOver) return;
    if (this.#listener) tell(this.#listener);
    else this.#unheard.push(tell);
  }

  #end(ending: Ending): void {
    this.#tell((listener) => {
      if (ending.code === FRAME_TOO_LARGE) this.#close(FRAME_TOO_LARGE, ending.reason);
      else this.#close();
      listener.onEnd(ending);
    });
  }

  #close(code?: number, reason?: string): void {
    const socket = this.#socket;
    this.#isOver = true;
    this.#timers.clear(this.#errorTimer);
    try {
      socket.close(code, reason);
    } catch {
      // It is gone already.
    }
    if (!socket.terminate || socket.readyState === CLOSED) return;
    this.#terminateTimer = this.#timers.setInBackground(() => socket.terminate?.(), TERMINATE_AFTER_MS);
  }
}
