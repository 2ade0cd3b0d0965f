export type TimerHandle = ReturnType<typeof setTimeout>;

/** The platform's timers, looked up at each use and called without a receiver. */
export class Timers {
  set(callback: () => void, delayMs: number): TimerHandle {
    return setTimeout(callback, delayMs);
  }

  /** A timer that does not keep a Node, Bun or Deno process alive. */
  setInBackground(callback: () => void, delayMs: number): TimerHandle {
    const handle: unknown = setTimeout(callback, delayMs);
    if (typeof handle === 'object' && handle !== null && 'unref' in handle) {
      (handle as { unref(): void }).unref();
    }
    return handle as TimerHandle;
  }

  clear(handle: TimerHandle | undefined): void {
    clearTimeout(handle);
  }
}
