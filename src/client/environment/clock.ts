/** One look at both clocks. The wall clock may jump; the monotonic one may stand still while a machine sleeps. */
export interface Moment {
  /** Epoch milliseconds by the local wall clock. */
  readonly wallMs: number;
  /** Milliseconds since some fixed point; never goes back. */
  readonly monotonicMs: number;
}

/** Reads the platform's clocks, looked up at each use so that an app's fake timers drive them. */
export class Clock {
  now(): Moment {
    const wallMs = Date.now();
    return { wallMs, monotonicMs: typeof performance === 'undefined' ? wallMs : performance.now() };
  }
}

/** The moment `delayMs` after `moment`, in whole milliseconds: a timer cannot wait for a part of one. */
export function after(moment: Moment, delayMs: number): Moment {
  const wholeMs = Math.ceil(delayMs);
  return { wallMs: moment.wallMs + wholeMs, monotonicMs: moment.monotonicMs + wholeMs };
}

/** Milliseconds left until `deadline`, 0 once either clock has reached it: a frozen clock must not hold anyone. */
export function millisecondsUntil(deadline: Moment, now: Moment): number {
  return Math.max(
    0,
    Math.min(deadline.wallMs - now.wallMs, Math.ceil(deadline.monotonicMs - now.monotonicMs)),
  );
}

/**
 * Whether `moment` lies at or after `reference`; the same tick counts. The wall clock decides only where the
 * monotonic one stands still: somebody may set it back between the two.
 */
export function isAtOrAfter(moment: Moment, reference: Moment): boolean {
  const elapsedMs = moment.monotonicMs - reference.monotonicMs;
  return elapsedMs > 0 || (elapsedMs > -1 && moment.wallMs >= reference.wallMs);
}
