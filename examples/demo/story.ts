import type { Fetch, WebSocketConstructor } from 'stream-video-auth';
import { WebSocket } from 'ws';

/** Tells a story on the terminal, each line with the time since its start, and keeps count. */
export class Story {
  readonly counts = { requests: 0, refused: 0, providerCalls: 0, sockets: 0 };
  readonly #startedAt = Date.now();

  /** Counts what goes over the wire. */
  readonly fetch: Fetch = async (input, init) => {
    this.counts.requests += 1;
    const response = await fetch(input, init);
    if (response.status === 401) this.counts.refused += 1;
    return response;
  };

  /** Counts the sockets that are opened. */
  get WebSocket(): WebSocketConstructor {
    const { counts } = this;
    return class extends WebSocket {
      constructor(url: string) {
        super(url);
        counts.sockets += 1;
      }
    } as unknown as WebSocketConstructor;
  }

  get elapsedMs(): number {
    return Date.now() - this.#startedAt;
  }

  chapter(title: string): void {
    console.log(`\n${title}`);
  }

  tell(line: string): void {
    console.log(`${(this.elapsedMs / 1000).toFixed(2).padStart(7)} s  ${line}`);
  }

  /** Goes on only if it is so: any surprise ends the story. */
  expect(isSo: boolean, what: string): void {
    if (!isSo) throw new Error(`surprise: it is not so that ${what}`);
  }

  summary(): void {
    console.log('\nSummary');
    console.table({
      'requests sent': this.counts.requests,
      'requests refused with 401': this.counts.refused,
      'calls of the token providers': this.counts.providerCalls,
      'sockets opened': this.counts.sockets,
    });
  }
}

export const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
