import { type AbortSource, abortable, pause } from '../environment/abortable.js';
import { after, type Moment, millisecondsUntil } from '../environment/clock.js';
import type { Now } from '../token/phase.js';
import type { TokenFacts } from '../token/token-facts.js';
import { type CallerMemory, callerStep, type Need, type WaitResult } from './caller-step.js';
import type { RefreshAttempt } from './refresh-attempt.js';
import type { RefreshScheduler } from './refresh-scheduler.js';
import type { SingleFlight } from './single-flight.js';
import { endOfToken, suspendForGood } from './suspension.js';
import type { TokenReason } from './token-provider.js';
import type { TokenStore } from './token-store.js';

/** Where a wait may end only in the request that waits, this often it is looked whether it has ended. */
export const POLL_MS = 50;

/** The right to send one request. */
export interface AcquiredToken {
  /** Undefined for an anonymous user without a call token. */
  readonly token: TokenFacts | undefined;
}

interface RenewOptions {
  readonly reason: TokenReason;
  /** Whether a guest may become another although a joined call or a consumer relies on it. */
  readonly mayCutOff?: boolean;
  readonly signal?: AbortSource | undefined;
}

interface JoinOptions {
  readonly untilOver: boolean;
  readonly limitMs?: number | undefined;
  /** Whether the caller started the attempt. */
  readonly isOwn: boolean;
}

const USABLE: Need = { kind: 'usable' };

type Signals = (AbortSource | undefined)[];

interface Source {
  /** Lets it be listened to; returns the way to stop. */
  subscribe(listener: () => void): () => void;
  /** Whether what happens there belongs to the caller's own request. */
  readonly isOwn: boolean;
}

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

  /** A token that is good to use now. Refreshes first when it must. */
  async acquire(signal?: AbortSource): Promise<AcquiredToken> {
    return this.acquireAtOnce(signal) ?? this.acquireInTime(signal);
  }

  /** The same where nothing has to be waited for, as with a fresh token; undefined elsewhere. */
  acquireAtOnce(signal?: AbortSource): AcquiredToken | undefined {
    const store = this.#store;
    this.#flight.assertNotReentered();
    store.assertLive(signal);
    store.adoptSupplied();
    this.#scheduler.start();
    const { held } = store;
    if (held?.usedAt === undefined || store.attempt) return undefined;
    const now = store.observe();
    if (store.phase(now) !== 'fresh') return undefined;
    // A fresh token that was used before changes nothing but what time does.
    store.noticeTime(now, 'fresh');
    return { token: held };
  }

  /** For those whom `acquireAtOnce` has just let through without a token: they may have to wait. */
  acquireInTime(signal?: AbortSource): Promise<AcquiredToken> {
    return this.#satisfy(USABLE, signal, (now) => this.#serve(now));
  }

  /** Waits until there is such a token, and leaves its use to a request that follows: what ended on arrival is sent once. */
  async prepare(signal?: AbortSource): Promise<void> {
    if (!this.acquireAtOnce(signal)) await this.#satisfy(USABLE, signal, () => {});
  }

  /** Waits for a token that was asked for at or after `since`; one further attempt is shared by all who need it. */
  renewSince(since: Moment, { reason, mayCutOff, signal }: RenewOptions): Promise<void> {
    const than = this.#store.held?.generation ?? 0;
    return this.#satisfy({ kind: 'newer', since, than, reason, mayCutOff }, signal, () => {});
  }

  /** Waits until the need is met, and serves in that moment; throws what the caller gets instead. */
  async #satisfy<T>(need: Need, signal: AbortSource | undefined, serve: (now: Now) => T): Promise<T> {
    const store = this.#store;
    const flight = this.#flight;
    const { epoch } = store;
    const signals = [signal, epoch];
    let memory: CallerMemory = { joinsInVain: 0 };
    for (;;) {
      store.assertLive(signal, epoch);
      const now = store.observe();
      flight.abortOverdue(now);
      const step = callerStep(store, { need, memory, floorMs: flight.floorMs(now), now });
      switch (step.kind) {
        case 'serve':
          return serve(now);
        case 'fail':
          throw step.error;
        case 'give_up':
          throw store.hasToken(now)
            ? endOfToken(store, store.lastError)
            : suspendForGood(store, store.lastError);
        case 'wait_for_back_off': {
          const { delayMs: limitMs } = step;
          await this.#listen([this.#anyChange], signals, { limitMs });
          memory = { joinsInVain: memory.joinsInVain };
          break;
        }
        case 'start_attempt': {
          const own = flight.start({ reason: step.reason, mayCutOff: need.mayCutOff });
          const last = await this.#join(own, need, signals, { ...step, untilOver: false, isOwn: true });
          memory = { ...memory, own, last };
          break;
        }
        case 'wait_for_attempt': {
          const { attempt } = step;
          const isOwn = attempt === memory.own;
          const joined = memory.joined?.attempt === attempt ? memory.joined : { attempt, at: now };
          const last = await this.#join(attempt, need, signals, { ...step, isOwn });
          const isInVain = last?.kind === 'out_of_patience' && step.afterLimit === 'move_on';
          memory = {
            own: memory.own,
            joined,
            joinsInVain: memory.joinsInVain + (isInVain ? 1 : 0),
            last: isInVain ? undefined : last,
          };
        }
      }
    }
  }

  #serve(now: Now): AcquiredToken {
    const store = this.#store;
    if (store.phase(now) === 'acquiring') store.rollBack(now);
    const { held } = store;
    const isFirstUse = held !== undefined && held.usedAt === undefined;
    if (isFirstUse) held.usedAt = now;
    this.#scheduler.refreshIfDue(now);
    if (isFirstUse) store.changed();
    else store.noticeTime(now);
    return { token: held };
  }

  /** Waits for an attempt; undefined where the caller looks again as if it had just come. */
  async #join(
    attempt: RefreshAttempt,
    need: Need,
    signals: Signals,
    { untilOver, ...options }: JoinOptions,
  ): Promise<WaitResult | undefined> {
    const hasEnded = () => (untilOver ? attempt.isOver : attempt.outcome !== undefined);
    const sources: Source[] = [
      { subscribe: (wake) => attempt.onProgress(() => hasEnded() && wake()), isOwn: options.isOwn },
    ];
    // A late answer of an earlier attempt may serve this caller, too.
    if (need.kind === 'usable') sources.push(this.#anyChange);
    const isInTime = hasEnded() || (await this.#listen(sources, signals, options));
    if (hasEnded()) return untilOver ? undefined : attempt.outcome;
    return isInTime ? undefined : { kind: 'out_of_patience' };
  }

  /** Waits for the first event, and no longer than the limit; true for an event in time. Nothing stays behind at the sources. */
  async #listen(
    sources: readonly Source[],
    signals: Signals,
    { limitMs = Number.POSITIVE_INFINITY }: { limitMs?: number | undefined },
  ): Promise<boolean> {
    const { clock, timers, tiesIoToRequests } = this.#store.environment;
    const isTied = tiesIoToRequests();
    let isWoken = false;
    let stops!: (() => void)[];
    const wake = new Promise<void>((resolve) => {
      stops = sources.map(({ subscribe, isOwn }) =>
        subscribe(() => {
          isWoken = true;
          // What another request ended would go on in that one, and this one would never be answered.
          if (isOwn || !isTied) resolve();
        }),
      );
    });
    const end = after(clock.now(), limitMs);
    let leftMs = limitMs;
    try {
      while (!isWoken && leftMs > 0) {
        const delayMs = isTied ? Math.min(POLL_MS, leftMs) : leftMs;
        if (delayMs === Number.POSITIVE_INFINITY) await abortable(wake, ...signals);
        else await pause(timers, delayMs, signals, wake);
        leftMs = isTied ? millisecondsUntil(end, clock.now()) : 0;
      }
    } finally {
      for (const stop of stops) stop();
    }
    // There the limit counts, though another caller who has reached it, too, may just have begun an attempt.
    return isTied ? leftMs > 0 : isWoken;
  }

  /** Any fact that may matter to a caller who waits. */
  get #anyChange(): Source {
    return { subscribe: (wake) => this.#store.onChange(wake), isOwn: false };
  }
}
