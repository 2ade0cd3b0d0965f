import { listen } from './page-events.js';

/** Tells when the runtime says that the network went or came back. */
export class Network {
  /** Listens until the returned function is called. */
  watch(listener: { offline(): void; online(): void }): () => void {
    const stopOffline = listen(globalThis, ['offline'], () => listener.offline());
    const stopOnline = listen(globalThis, ['online'], () => listener.online());
    return () => {
      stopOffline();
      stopOnline();
    };
  }
}
