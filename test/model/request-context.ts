import { AsyncLocalStorage } from 'node:async_hooks';

/** One incoming request of a Worker: what it began ends with it. */
export interface RequestContext {
  isOver: boolean;
}

/** Ties timers, and with them all I/O of the model, to the request in which they were begun. */
export class RequestContexts {
  readonly #storage = new AsyncLocalStorage<RequestContext>();
  readonly #setTimeout = globalThis.setTimeout;

  /** What is begun inside never goes on once the context is over. */
  run<T>(context: RequestContext, begin: () => T): T {
    return this.#storage.run(context, begin);
  }

  /** A callback that does nothing once the context is over in which it was made. */
  tie<T extends unknown[]>(callback: (...args: T) => void): (...args: T) => void {
    const context = this.#storage.getStore();
    return (...args) => {
      if (!context?.isOver) callback(...args);
    };
  }

  install(): void {
    const original = this.#setTimeout;
    const tied = (callback: () => void, delayMs?: number) => original(this.tie(callback), delayMs);
    Object.defineProperty(globalThis, 'setTimeout', { value: tied, configurable: true, writable: true });
  }

  uninstall(): void {
    // Else every promise that is made from now on is told to this storage too, and to those of all worlds before.
    this.#storage.disable();
    const value = this.#setTimeout;
    Object.defineProperty(globalThis, 'setTimeout', { value, configurable: true, writable: true });
  }
}
