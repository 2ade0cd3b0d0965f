import type { EmulatedClock } from './clock.js';

const MINUTE_MS = 60_000;
// Shown while nothing is limited; nothing is refused then.
const SHOWN_LIMIT = 10_000;
const KEPT_WINDOWS = 10_000;

/** How `limitRates` limits. */
export interface RateLimitOptions {
  /** Requests of one user to one endpoint per window. */
  limit: number;
  /** Length of a window in milliseconds. @default 60000 */
  windowMs?: number | undefined;
}

/** How an endpoint stands for a caller. */
export interface RateLimit {
  readonly limit: number;
  readonly remaining: number;
  /** When the window ends, in epoch seconds. */
  readonly reset: number;
}

interface Window {
  endsAt: number;
  used: number;
}

/** Counts the requests per caller and endpoint. None is refused until a limit is set. */
export class RateLimits {
  readonly #clock: EmulatedClock;
  readonly #windows = new Map<string, Window>();
  #options: { limit: number; windowMs: number } | undefined;

  constructor(clock: EmulatedClock) {
    this.#clock = clock;
  }

  get options(): { readonly limit: number; readonly windowMs: number } | undefined {
    return this.#options;
  }

  /** Sets the limit; undefined lifts it. */
  set(options: RateLimitOptions | undefined): void {
    this.#windows.clear();
    this.#options =
      options === undefined ? undefined : { limit: options.limit, windowMs: options.windowMs ?? MINUTE_MS };
  }

  /** Counts one request; false when it is one too many. */
  admits(who: string, operation: string): boolean {
    const now = this.#clock.now();
    const key = JSON.stringify([who, operation]);
    let window = this.#windows.get(key);
    if (window === undefined || window.endsAt <= now) {
      if (this.#windows.size > KEPT_WINDOWS) this.#windows.clear();
      window = { endsAt: now + (this.#options?.windowMs ?? MINUTE_MS), used: 0 };
      this.#windows.set(key, window);
    }
    window.used += 1;
    return this.#options === undefined || window.used <= this.#options.limit;
  }

  shown(who: string, operation: string): RateLimit {
    const now = this.#clock.now();
    const limit = this.#options?.limit ?? SHOWN_LIMIT;
    const found = this.#windows.get(JSON.stringify([who, operation]));
    const window = found !== undefined && found.endsAt > now ? found : undefined;
    return {
      limit,
      remaining: Math.max(0, limit - (window?.used ?? 0)),
      reset: Math.ceil((window?.endsAt ?? now + MINUTE_MS) / 1000),
    };
  }

  /** The three headers that every answer carries. */
  headers(who: string, operation: string): Record<string, string> {
    const { limit, remaining, reset } = this.shown(who, operation);
    return {
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': String(remaining),
      'x-ratelimit-reset': String(reset),
    };
  }
}
