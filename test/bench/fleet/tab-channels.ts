import { createHash } from 'node:crypto';
import type { VirtualTime } from './virtual-time.js';

/** From one tab to the others. */
const CHANNEL_MS = 2;

/** Puts channels between tabs in the place of the platform's, and a digest that needs no thread; returns the way back. */
export function useFleetTabs(time: VirtualTime): () => void {
  const open = new Map<string, Set<FleetChannel>>();
  class FleetChannel {
    onmessage: ((event: unknown) => void) | null = null;
    readonly #peers: Set<FleetChannel>;

    constructor(name: string) {
      this.#peers = open.get(name) ?? new Set();
      open.set(name, this.#peers);
      this.#peers.add(this);
    }

    postMessage(data: unknown): void {
      for (const peer of this.#peers) {
        if (peer !== this) time.after(CHANNEL_MS, () => peer.onmessage?.({ data }));
      }
    }

    close(): void {
      this.#peers.delete(this);
    }
  }
  const digest = async (_algorithm: string, bytes: Uint8Array) =>
    new Uint8Array(createHash('sha256').update(bytes).digest()).buffer;
  const restores = [put('BroadcastChannel', FleetChannel), put('crypto', { subtle: { digest } })];
  return () => {
    for (const restore of restores) restore();
  };
}

function put(name: string, value: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(globalThis, name);
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  return () => {
    if (before) Object.defineProperty(globalThis, name, before);
    else Reflect.deleteProperty(globalThis, name);
  };
}
