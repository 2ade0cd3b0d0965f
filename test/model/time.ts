import { vi } from 'vitest';
import { RequestContexts } from './request-context.js';

/** Lets everything settle that can, without moving the time: real immediates run after all promises. */
export function drain(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** So many timers may go off in one millisecond; beyond it somebody spins. */
const LONGEST_STANDSTILL = 500;

/** Moves virtual time on, one timer after the other, and calls `look` after each. */
export async function pass(milliseconds: number, look: () => void = () => {}): Promise<void> {
  let isOver = false;
  setTimeout(() => {
    isOver = true;
  }, milliseconds);
  await drain();
  let sinceMs = performance.now();
  for (let standstill = 0; !isOver; standstill += 1) {
    vi.advanceTimersToNextTimer();
    await drain();
    look();
    if (performance.now() > sinceMs) standstill = 0;
    else if (standstill > LONGEST_STANDSTILL) throw new Error('timers go off and on, and no time passes');
    sinceMs = performance.now();
  }
}

/**
 * The world's own time and timers. The wall clock of the client's machine may be set wrong; this one is right.
 * Timers made here are counted, so that those of the client can be told apart.
 */
export class WorldClock {
  readonly #startMs = Date.now();
  readonly requests = new RequestContexts();
  readonly #setTimeout = globalThis.setTimeout;
  readonly #pending = new Set<ReturnType<typeof setTimeout>>();
  #sleptMs = 0;
  /** How often somebody has set the wall clock, or the machine slept. */
  jumps = 0;

  get nowMs(): number {
    return this.#startMs + performance.now() + this.#sleptMs;
  }

  /** Milliseconds by the clock that no one can set; it stands still while the machine sleeps. */
  get monotonicMs(): number {
    return performance.now();
  }

  /** Timers that the client has set, and nobody else. */
  get clientTimers(): number {
    return vi.getTimerCount() - this.#pending.size;
  }

  later(delayMs: number, callback: () => void): () => void {
    const tied = this.requests.tie(callback);
    const handle = this.#setTimeout(() => {
      this.#pending.delete(handle);
      tied();
    }, delayMs);
    this.#pending.add(handle);
    return () => {
      clearTimeout(handle);
      this.#pending.delete(handle);
    };
  }

  wait(delayMs: number, signal?: AbortSignal | null): Promise<void> {
    return new Promise((resolve, reject) => {
      const cancel = this.later(delayMs, resolve);
      const onAbort = () => {
        cancel();
        reject(signal?.reason);
      };
      if (signal?.aborted) onAbort();
      else signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Somebody sets the wall clock of the client's machine. */
  jump(milliseconds: number): void {
    this.jumps += 1;
    vi.setSystemTime(Date.now() + milliseconds);
  }

  /** The machine sleeps: the world goes on, its timers and its monotonic clock do not. */
  sleep(milliseconds: number): void {
    this.#sleptMs += milliseconds;
    this.jump(milliseconds);
  }
}
