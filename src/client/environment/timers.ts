export type TimerHandle = ReturnType<typeof setTimeout>;

/** Beyond it a timer overflows and fires at once. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/** The platform's timers, looked up at each use and called without a receiver. */
export class Timers {
  set(callback: () => void, delayMs: number): TimerHandle {
    return setTimeout(callback, delayMs);
  }

  /** A timer that does not keep a Node, Bun or Deno process alive. */
  setInBackground(callback: () => void, delayMs: number): TimerHandle {
    const handle = this.set(callback, delayMs);
    // A number in browsers.
    (handle as { unref?: () => void } | undefined)?.unref?.();
    return handle;
  }

  clear(handle: TimerHandle | undefined): void {
    clearTimeout(handle);
  }
}
