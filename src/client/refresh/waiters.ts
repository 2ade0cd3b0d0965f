import { type AbortSource, abortable, pause, throwIfAborted } from '../environment/abortable.js';
import { isAtOrAfter, type Moment, millisecondsUntil } from '../environment/clock.js';
import type { Timers } from '../environment/timers.js';
import { type Now, type Phase, remainingMs, windowsOf } from '../token/phase.js';
import { DOOR_PATIENCE_MS } from '../token/refresh-windows.js';
import type { TokenFacts } from '../token/token-facts.js';
import type { Closure } from './provider-back-off.js';
import type { Outcome, RefreshAttempt } from './refresh-attempt.js';
import { closedError } from './refresh-errors.js';
import type { SingleFlight } from './single-flight.js';
import type { TokenReason } from './token-provider.js';
import type { TokenStore } from './token-store.js';

/** The right to send one request. */
export interface AcquiredToken {
  /** Undefined for an anonymous user without a call token. */
  readonly token: TokenFacts | undefined;
}

interface WaitersOptions {
  readonly ledger: TokenStore;
  readonly flight: SingleFlight;
  readonly timers: Timers;
  /** Ends every wait with the session. */
  ending(): AbortSource;
  /** Ends a wait at the door early. */
  change(): Promise<void>;
  /** Whether a caller in this phase has to wait for the provider; throws where only the app can help. */
  mustAsk(current: Phase, now: Now): boolean;
  /** A token was handed out. */
  served(now: Now): void;
}

/** Where callers wait for a token: at the door, or for the attempt that is theirs. */
export class Waiters {
  readonly #options: WaitersOptions;
  readonly #ledger: TokenStore;
  readonly #flight: SingleFlight;

  constructor(options: WaitersOptions) {
    this.#options = options;
    this.#ledger = options.ledger;
    this.#flight = options.flight;
  }

  /** Throws what a caller gets who need not wait any more: the session is over, he has left, or it is suspended. */
  assertLive(signal?: AbortSource, ending = this.#options.ending()): void {
    throwIfAborted(ending);
    throwIfAborted(signal);
    if (this.#ledger.suspension) throw this.#ledger.suspension.error;
  }

  /** A token that is good to use now. Refreshes first when it must. */
  async acquire(signal: AbortSource | undefined): Promise<AcquiredToken> {
    const ending = this.#options.ending();
    for (;;) {
      this.assertLive(signal, ending);
      const now = this.#ledger.look();
      const current = this.#ledger.phase(now);
      if (!this.#options.mustAsk(current, now)) return this.#serve(now);
      const closure = this.#flight.current ? undefined : this.#ledger.door.closedAt(now);
      if (closure) {
        if (current !== 'acquiring' || this.#ledger.rollBack(now)) return this.#serve(now);
        await this.#waitAtDoor(closure, now, signal);
        continue;
      }
      const attempt = this.#flight.current ?? this.#flight.start(this.#reasonIn(current));
      const patienceMs = current === 'mandatory' ? this.#mandatoryPatienceMs(now) : undefined;
      if (patienceMs === 0) return this.#serve(now);
      const isEnough = !attempt.isDropped && this.#answersRefusal(attempt);
      // An answer of an earlier attempt may still come, and serve him.
      const wake = this.#options.change();
      const outcome = await this.#join(attempt, { signal, patienceMs, untilEnded: !isEnough, wake });
      if (outcome === 'again' || (!isEnough && outcome)) continue;
      this.assertLive(signal, ending);
      const later = this.#ledger.look();
      const hasToken = this.#ledger.phase(later) !== 'acquiring' || this.#ledger.rollBack(later);
      if (hasToken) return this.#serve(later);
      if (outcome && !outcome.isOk) throw outcome.error;
    }
  }

  #serve(now: Now): AcquiredToken {
    const { held } = this.#ledger;
    if (held) held.usedAt ??= now;
    this.#options.served(now);
    return { token: held };
  }

  #reasonIn(current: Phase): TokenReason {
    if (current !== 'acquiring') return 'expiring';
    return this.#ledger.held ? 'rejected' : 'initial';
  }

  /** Whether this attempt is no older than the refusal of the held token, if there was one. */
  #answersRefusal(attempt: RefreshAttempt): boolean {
    const refusedAt = this.#ledger.held?.rejectedByServerAt;
    return !refusedAt || isAtOrAfter(attempt.startedAt, refusedAt);
  }

  #mandatoryPatienceMs(now: Now): number {
    const held = this.#ledger.held as TokenFacts;
    return Math.max(0, remainingMs(held, now) - windowsOf(held, now).mandatoryMs / 2);
  }

  async #waitAtDoor(closure: Closure, now: Moment, signal: AbortSource | undefined): Promise<void> {
    const delayMs = millisecondsUntil(closure.until, now);
    if (delayMs > DOOR_PATIENCE_MS) throw closedError(closure);
    const { timers } = this.#options;
    await pause(timers, delayMs, { wake: this.#options.change(), signals: [signal, this.#options.ending()] });
  }

  /** Waits for an attempt, and returns what came of it, unless `wake` is first; undefined when the patience is. */
  async #join(
    attempt: RefreshAttempt,
    {
      signal,
      patienceMs,
      untilEnded,
      wake,
    }: {
      signal: AbortSource | undefined;
      patienceMs?: number | undefined;
      untilEnded: boolean;
      wake?: Promise<void>;
    },
  ): Promise<Outcome | undefined> {
    let outcome: Outcome | undefined;
    const awaited = untilEnded ? attempt.ended.then(() => ({ isOk: true }) as const) : attempt.outcome;
    const woken = wake ? [wake.then(() => 'again' as const)] : [];
    const arrival = Promise.race([awaited, ...woken]).then((arrived) => {
      outcome = arrived;
    });
    const signals = [signal, this.#options.ending()];
    if (patienceMs === undefined) await abortable(arrival, ...signals);
    else await pause(this.#options.timers, patienceMs, { wake: arrival, signals });
    return outcome;
  }

  /** Waits for a token that was asked for at or after `since`; one further attempt is shared by all who need it. */
  async renewSince(since: Moment, reason: TokenReason, signal: AbortSource | undefined): Promise<void> {
    const ending = this.#options.ending();
    const known = this.#ledger.held?.generation ?? 0;
    for (;;) {
      this.assertLive(signal, ending);
      const { held } = this.#ledger;
      const isNewer = held && held.generation > known && !held.rejectedByServerAt;
      if (isNewer && isAtOrAfter(held.requestedAt, since)) return;
      const now = this.#ledger.look();
      const closure = this.#flight.current ? undefined : this.#ledger.door.closedAt(now);
      if (closure) {
        await this.#waitAtDoor(closure, now, signal);
        continue;
      }
      const attempt = this.#flight.current ?? this.#flight.start(reason);
      const isOurs = !attempt.isDropped && isAtOrAfter(attempt.startedAt, since);
      const outcome = await this.#join(attempt, { signal, untilEnded: !isOurs });
      if (!isOurs || !outcome || outcome === 'again') continue;
      if (outcome.isOk) return;
      this.assertLive(signal, ending);
      throw outcome.error;
    }
  }
}
