import type { EmulatedClock } from './clock.js';

const MINUTE_MS = 60_000;
// Shown in the headers while nothing is limited.
const SHOWN_LIMIT = 10_000;

export interface RateLimitOptions {
  /** Requests of one user to one endpoint per window. */
  limit: number;
  /** Milliseconds; default a minute. */
  windowMs?: number | undefined;
}

interface Window {
  endsAt: number;
  used: number;
}

/** Requests per user and endpoint. Off until a limit is set. */
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
  admits(userId: string, operation: string): boolean {
    if (this.#options === undefined) return true;
    const now = this.#clock.now();
    const key = JSON.stringify([userId, operation]);
    let window = this.#windows.get(key);
    if (window === undefined || window.endsAt <= now) {
      if (this.#windows.size > SHOWN_LIMIT) this.#windows.clear();
      window = { endsAt: now + this.#options.windowMs, used: 0 };
      this.#windows.set(key, window);
    }
    window.used += 1;
    return window.used <= this.#options.limit;
  }

  /** The three headers that every answer carries; the reset is in epoch seconds. */
  headers(userId: string, operation: string): Record<string, string> {
    const limit = this.#options?.limit ?? SHOWN_LIMIT;
    const isLimited = this.#options !== undefined;
    const window = isLimited ? this.#windows.get(JSON.stringify([userId, operation])) : undefined;
    const resetsAt = window?.endsAt ?? this.#clock.now() + MINUTE_MS;
    return {
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': String(Math.max(0, limit - (window?.used ?? 1))),
      'x-ratelimit-reset': String(Math.ceil(resetsAt / 1000)),
    };
  }
}
