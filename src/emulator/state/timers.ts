interface Pending {
  readonly timer: ReturnType<typeof setTimeout>;
  readonly onStop: (() => void) | undefined;
}

/** Every timer of one emulator, so that stopping it leaves none behind. */
export class Timers {
  readonly #pending = new Set<Pending>();
  #stopped = false;

  /** Runs the task later; returns the cancellation. */
  after(ms: number, task: () => void, onStop?: () => void): () => void {
    const started = this.#start(ms, task, onStop);
    if (started === undefined) return () => {};
    return () => {
      globalThis.clearTimeout(started.timer);
      this.#pending.delete(started);
    };
  }

  /** As `after`, for what does not keep a process alive that has nothing else to do. */
  inBackground(ms: number, task: () => void): void {
    const timer = this.#start(ms, task)?.timer;
    // A number in browsers, where nothing is kept alive.
    if (typeof timer === 'object') timer.unref();
  }

  /** Resolves after the time, or at once when the emulator stops. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(ms, resolve, resolve);
    });
  }

  stop(): void {
    this.#stopped = true;
    for (const { timer, onStop } of [...this.#pending]) {
      globalThis.clearTimeout(timer);
      onStop?.();
    }
    this.#pending.clear();
  }

  #start(ms: number, task: () => void, onStop?: () => void): Pending | undefined {
    if (this.#stopped) {
      onStop?.();
      return undefined;
    }
    const timer = globalThis.setTimeout(() => {
      this.#pending.delete(pending);
      task();
    }, ms);
    const pending = { timer, onStop };
    this.#pending.add(pending);
    return pending;
  }
}
