import { TIMER_MAX_MS, TIMER_MIN_MS } from '../../src/client/refresh/refresh-scheduler.js';
import { DEAD_AFTER_MS, PING_EVERY_MS } from '../../src/client/socket/heartbeat.js';
import { VectorError } from './claim.js';

interface Scheduled {
  readonly delayMs: number;
  readonly dueAt: number;
  isBackground: boolean;
  isOver: boolean;
}

const HEARTBEAT: readonly number[] = [PING_EVERY_MS, DEAD_AFTER_MS];
/** Beyond it a platform's timer overflows and fires at once. */
const OVERFLOW_MS = 2 ** 31 - 1;

/** Writes down every delay that is scheduled in virtual time. What is `unref`ed is a background timer. */
export class WatchedTimers {
  readonly #scheduled: Scheduled[] = [];
  readonly #former = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };

  constructor() {
    const { setTimeout, clearTimeout } = this.#former;
    const entries = new Map<unknown, Scheduled>();
    const watched = (callback: () => void, delayMs = 0) => {
      const entry = { delayMs, dueAt: performance.now() + delayMs, isBackground: false, isOver: false };
      this.#scheduled.push(entry);
      const handle = setTimeout(() => {
        entry.isOver = true;
        callback();
      }, delayMs);
      const unref = handle.unref.bind(handle);
      handle.unref = () => {
        entry.isBackground = true;
        return unref();
      };
      entries.set(handle, entry);
      return handle;
    };
    globalThis.setTimeout = watched as typeof setTimeout;
    globalThis.clearTimeout = ((handle) => {
      const entry = entries.get(handle);
      if (entry) entry.isOver = true;
      clearTimeout(handle);
    }) as typeof clearTimeout;
  }

  /** Puts the timers of before back: virtual time takes only its own away. */
  stop(): void {
    Object.assign(globalThis, this.#former);
  }

  /** Milliseconds until the client looks again by itself; undefined when it does not. */
  get nextLookMs(): number | undefined {
    const isLook = ({ delayMs, isBackground, isOver }: Scheduled) =>
      isBackground && !isOver && !HEARTBEAT.includes(delayMs);
    const entry = this.#scheduled.findLast(isLook);
    return entry && Math.round(entry.dueAt - performance.now());
  }

  /** No timer spins, sleeps for long, or overflows. */
  assertSane(): void {
    for (const { delayMs, isBackground } of this.#scheduled) {
      const isSane = isBackground
        ? delayMs >= TIMER_MIN_MS && delayMs <= TIMER_MAX_MS
        : delayMs >= 0 && delayMs < OVERFLOW_MS;
      if (!isSane) throw new VectorError(`a timer of ${delayMs} ms`);
    }
  }
}
