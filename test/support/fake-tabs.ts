import { createHash, webcrypto } from 'node:crypto';
import { vi } from 'vitest';

/** Platform channels in the test's hands: what is posted reaches the others in a microtask, never the poster. */
export class FakeTabs {
  readonly posted: { name: string; message: unknown }[] = [];
  readonly #open = new Set<{ name: string; onmessage: ((event: unknown) => void) | null }>();

  /** Puts them, and a digest that needs no thread, in the place of the platform's. */
  constructor() {
    const { posted } = this;
    const open = this.#open;
    class FakeChannel {
      onmessage: ((event: unknown) => void) | null = null;

      constructor(readonly name: string) {
        open.add(this);
      }

      postMessage(message: unknown): void {
        if (!open.has(this)) throw new Error('the channel is closed');
        posted.push({ name: this.name, message });
        for (const other of open) if (other !== this && other.name === this.name) deliver(other, message);
      }

      close(): void {
        open.delete(this);
      }
    }
    const deliver = (to: FakeChannel | { onmessage: ((event: unknown) => void) | null }, data: unknown) =>
      void Promise.resolve().then(() => to.onmessage?.({ data }));
    vi.stubGlobal('BroadcastChannel', FakeChannel);
    vi.stubGlobal('crypto', { randomUUID: () => webcrypto.randomUUID(), subtle: { digest } });
  }

  /** How many channels are open. */
  get size(): number {
    return this.#open.size;
  }

  /** A message that nobody of ours has sent, to every open channel. */
  forge(data: unknown): void {
    for (const { onmessage } of this.#open) onmessage?.({ data });
  }
}

export async function digest(_algorithm: string, bytes: Uint8Array): Promise<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(bytes).digest()).buffer;
}
