import { WebSocket } from 'ws';
import { checkEvent } from './shapes.js';

// biome-ignore lint/suspicious/noExplicitAny: tests read wire objects by their names
type Frame = any;

/** A socket that keeps what it gets, for tests that ask later. */
export class TestSocket {
  readonly #socket: WebSocket;
  readonly #frames: Frame[] = [];
  #waiting: (() => void)[] = [];
  #end: { code: number; reason: string } | undefined;
  readonly opened: Promise<void>;

  constructor(url: string, headers: Record<string, string> = {}) {
    this.#socket = new WebSocket(url, { headers });
    this.opened = new Promise((resolve, reject) => {
      this.#socket.once('open', resolve);
      this.#socket.once('error', reject);
    });
    this.#socket.on('error', () => {});
    this.#socket.on('message', (data) => {
      const frame: Frame = JSON.parse(String(data));
      checkEvent(frame, new URL(url).pathname.startsWith('/api/v2') ? 'nanoseconds' : 'text');
      this.#frames.push(frame);
      this.#wake();
    });
    this.#socket.on('close', (code, reason) => {
      this.#end = { code, reason: String(reason) };
      this.#wake();
    });
  }

  get connectionId(): string {
    return this.#frames.find(({ connection_id: id }) => id !== undefined)?.connection_id;
  }

  get frames(): readonly Frame[] {
    return this.#frames;
  }

  /** The types of what came, health checks left out. */
  get types(): string[] {
    return this.#frames.map(({ type }) => type).filter((type) => type !== 'health.check');
  }

  send(frame: unknown): void {
    const isRaw = typeof frame === 'string' || frame instanceof Uint8Array;
    this.#socket.send(isRaw ? frame : JSON.stringify(frame));
  }

  ping(): void {
    this.#socket.ping();
  }

  /** The first frame of this type that has come or comes; it is taken. */
  async next(type: string): Promise<Frame> {
    for (;;) {
      const index = this.#frames.findIndex((frame) => (frame.type ?? 'error') === type && !frame.taken);
      if (index >= 0) {
        const frame = this.#frames[index];
        Object.defineProperty(frame, 'taken', { value: true });
        return frame;
      }
      if (this.#end !== undefined)
        throw new Error(`closed with ${this.#end.code} before ${type}; got ${this.types}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** How the socket ended, once it has. */
  async closed(): Promise<{ code: number; reason: string }> {
    while (this.#end === undefined) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.#end;
  }

  /** Resolves once everything that was sent to this socket before now has come. */
  async settled(): Promise<void> {
    this.send([{ type: 'health.check', client_id: 'settled' }]);
    await this.next('health.check');
  }

  end(): void {
    this.#socket.terminate();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
