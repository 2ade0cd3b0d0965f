import { type AbortSource, abortable, pause, throwIfAborted } from '../environment/abortable.js';
import type { Moment } from '../environment/clock.js';
import type { Now } from '../token/phase.js';
import type { TokenFacts } from '../token/token-facts.js';
import { type CallerStep, callerStep, type Need, type WaitResult } from './caller-step.js';
import type { RefreshAttempt } from './refresh-attempt.js';
import type { RefreshScheduler } from './refresh-scheduler.js';
import type { SingleFlight } from './single-flight.js';
import { suspendForGood } from './suspension.js';
import type { TokenReason } from './token-provider.js';
import type { TokenStore } from './token-store.js';

/** The right to send one request. */
export interface AcquiredToken {
  /** Undefined for an anonymous user without a call token. */
  readonly token: TokenFacts | undefined;
}

/** Lets something be listened to; returns the way to stop. */
type Subscribe = (listener: () => void) => () => void;

/** Callers who wait for a token: for the attempt that is theirs, or for the end of a back-off. */
export class Waiters {
  readonly #store: TokenStore;
  readonly #flight: SingleFlight;
  readonly #scheduler: RefreshScheduler;

  constructor(store: TokenStore, flight: SingleFlight, scheduler: RefreshScheduler) {
    this.#store = store;
    this.#flight = flight;
    this.#scheduler = scheduler;
  }

  /** Throws if the session ended, the caller aborted, or auth is suspended. */
  assertLive(signal?: AbortSource, epoch: AbortSource = this.#store.epoch): void {
    throwIfAborted(epoch);
    throwIfAborted(signal);
    if (this.#store.suspension) throw this.#store.suspension.error;
  }

  /** A token that is good to use now. Refreshes first when it must. */
  acquire(signal: AbortSource | undefined): Promise<AcquiredToken> {
    return this.#satisfy({ kind: 'usable' }, signal, (now) => this.#serve(now));
  }

  /** Waits for a token that was asked for at or after `since`; one further attempt is shared by all who need it. */
  renewSince(since: Moment, reason: TokenReason, signal: AbortSource | undefined): Promise<void> {
    const than = this.#store.held?.generation ?? 0;
    return this.#satisfy({ kind: 'newer', since, than, reason }, signal, () => {});
  }

  /** Waits until the need is met, and serves in that moment; throws what the caller gets instead. */
  async #satisfy<T>(need: Need, signal: AbortSource | undefined, serve: (now: Now) => T): Promise<T> {
    const store = this.#store;
    const { epoch } = store;
    const signals = [signal, epoch];
    let last: WaitResult | undefined;
    for (;;) {
      this.assertLive(signal, epoch);
      const now = store.observe();
      const step = callerStep(store, need, { attempt: this.#flight.current, last, now });
      switch (step.kind) {
        case 'serve':
          return serve(now);
        case 'fail':
          throw step.error;
        case 'suspend':
          throw suspendForGood(store, store.lastError);
        case 'wait_for_back_off':
          last = undefined;
          await this.#listen([(wake) => store.onChange(wake)], signals, step.delayMs);
          break;
        case 'wait_for_attempt': {
          const attempt = this.#flight.current ?? this.#flight.start(step.reason);
          last = await this.#join(attempt, step, need, signals);
        }
      }
    }
  }

  #serve(now: Now): AcquiredToken {
    const store = this.#store;
    const isBack = store.phase(now) === 'acquiring' && store.rollBack(now);
    const { held } = store;
    const isFirstUse = held !== undefined && held.usedAt === undefined;
    if (isFirstUse) held.usedAt = now;
    this.#scheduler.refreshIfDue(now);
    if (isBack || isFirstUse) store.changed();
    else store.noticeTime(now);
    return { token: held };
  }

  /** Waits for an attempt; undefined where the caller looks again as if it had just come. */
  async #join(
    attempt: RefreshAttempt,
    { untilOver, patienceMs }: CallerStep & { kind: 'wait_for_attempt' },
    need: Need,
    signals: (AbortSource | undefined)[],
  ): Promise<WaitResult | undefined> {
    const hasEnded = () => (untilOver ? attempt.isOver : attempt.outcome !== undefined);
    // A late answer of an earlier attempt may serve this caller, too.
    const sources: Subscribe[] = [(wake) => attempt.onProgress(() => hasEnded() && wake())];
    if (need.kind === 'usable') sources.push((wake) => this.#store.onChange(wake));
    const isPatient = patienceMs !== 0 && !hasEnded() && (await this.#listen(sources, signals, patienceMs));
    if (hasEnded()) return untilOver ? undefined : attempt.outcome;
    return isPatient ? undefined : { kind: 'out_of_patience' };
  }

  /** Waits for the first event, and no longer than `limitMs`; true for an event. Nothing stays behind at the sources. */
  async #listen(
    sources: readonly Subscribe[],
    signals: (AbortSource | undefined)[],
    limitMs: number | undefined,
  ): Promise<boolean> {
    let isWoken = false;
    let stops: (() => void)[] = [];
    const wake = new Promise<void>((resolve) => {
      stops = sources.map((subscribe) =>
        subscribe(() => {
          isWoken = true;
          resolve();
        }),
      );
    });
    try {
      if (limitMs === undefined) await abortable(wake, ...signals);
      else await pause(this.#store.environment.timers, limitMs, { wake, signals });
    } finally {
      for (const stop of stops) stop();
    }
    return isWoken;
  }
}
