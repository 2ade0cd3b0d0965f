import { after, type Moment, millisecondsUntil } from '../environment/clock.js';

export const FIRST_BACK_OFF_MS = 2_000;
export const LONGEST_BACK_OFF_MS = 60_000;
/** From this early refusal in a row on the next token is waited for. */
export const EARLY_REFUSALS = 3;

/** `refusal`: the server refused the last token for what it is. `early_refusal`: it takes tokens for seconds only. */
export type BlockedBy = 'network' | 'provider' | 'retry_after' | 'refusal' | 'early_refusal' | 'breaker';

/** One fact: the provider is not asked before this time, for this cause. */
export interface Blocked {
  readonly until: Moment;
  readonly by: BlockedBy;
  readonly error: unknown;
}

/** What still holds at `now`; a wait ends with whichever clock gets there first. */
export function stillBlocked(blocked: Blocked | undefined, now: Moment): Blocked | undefined {
  return blocked && millisecondsUntil(blocked.until, now) > 0 ? blocked : undefined;
}

/** Of two waits the one that ends later; the first where both end together. */
export function laterOf(first: Blocked | undefined, second: Blocked | undefined): Blocked | undefined {
  if (!first || !second) return first ?? second;
  return second.until.monotonicMs > first.until.monotonicMs ? second : first;
}

const NONE: readonly Blocked[] = [];

/** Keeps attempts apart after failures: for the back-off, or for as long as the provider asked. */
export class ProviderBackOff {
  /** By cause: the end of one wait ends no other. */
  #blocked: readonly Blocked[] = NONE;
  #failures = 0;
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** Attempts that failed in a row. */
  get failures(): number {
    return this.#failures;
  }

  blockedAt(now: Moment): Blocked | undefined {
    let latest: Blocked | undefined;
    for (const blocked of this.#blocked) latest = laterOf(latest, stillBlocked(blocked, now));
    return latest;
  }

  /** An attempt failed: the next one waits for `retryAfterMs` where the provider asked for it, else backs off. */
  fail(
    now: Moment,
    { by, error, retryAfterMs }: { by: BlockedBy; error: unknown; retryAfterMs?: number | undefined },
  ): void {
    if (retryAfterMs === undefined) this.#block(now, { by, error }, this.#backOffMs(this.#failures));
    else this.#block(now, { by: 'retry_after', error }, retryAfterMs);
    this.#failures += 1;
  }

  /** The server refused tokens as soon as they came, `times` in a row: from the third on the next one is waited for. */
  noteEarlyRefusals(now: Moment, times: number, error: unknown): void {
    const earlier = times - EARLY_REFUSALS;
    if (earlier >= 0) this.#block(now, { by: 'early_refusal', error }, this.#backOffMs(earlier));
  }

  /** An attempt brought a token, or the app stepped in: what comes next backs off from the start. */
  reset(): void {
    this.#failures = 0;
    this.#blocked = NONE;
  }

  /** Ends a wait for this cause: the network came back, or the app asks for a token after a refusal. */
  endWaitFor(cause: BlockedBy): void {
    this.#blocked = this.#blocked.filter(({ by }) => by !== cause);
  }

  #backOffMs(earlier: number): number {
    return Math.min(LONGEST_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** earlier) * (0.5 + this.#random() / 2);
  }

  #block(now: Moment, why: Pick<Blocked, 'by' | 'error'>, delayMs: number): void {
    const others = this.#blocked.filter((former) => stillBlocked(former, now));
    this.#blocked = [...others, { until: after(now, delayMs), ...why }];
  }
}
