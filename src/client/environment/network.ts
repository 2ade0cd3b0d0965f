import { listen } from './listen.js';

/** Tells when the runtime says that the network went or came back. */
export class Network {
  /** Listens until the returned function is called. */
  watch({ offline, online }: { offline: () => void; online: () => void }): () => void {
    return listen(globalThis, { offline, online });
  }
}
