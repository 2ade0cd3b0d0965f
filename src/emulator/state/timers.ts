/** Every timer of one emulator, so that stopping it leaves none behind. */
export class Timers {
  readonly #pending = new Map<
    object,
    { timer: ReturnType<typeof setTimeout>; onStop?: (() => void) | undefined }
  >();
  #stopped = false;

  /** Runs the task later; returns the cancellation. */
  after(ms: number, task: () => void, onStop?: () => void): () => void {
    if (this.#stopped) {
      onStop?.();
      return () => {};
    }
    const key = {};
    const timer = globalThis.setTimeout(() => {
      this.#pending.delete(key);
      task();
    }, ms);
    this.#pending.set(key, { timer, onStop });
    return () => {
      globalThis.clearTimeout(timer);
      this.#pending.delete(key);
    };
  }

  /** Resolves after the time, or at once when the emulator stops. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(ms, resolve, resolve);
    });
  }

  stop(): void {
    this.#stopped = true;
    for (const { timer, onStop } of [...this.#pending.values()]) {
      globalThis.clearTimeout(timer);
      onStop?.();
    }
    this.#pending.clear();
  }
}
