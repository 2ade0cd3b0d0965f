import type { TokenProviderError } from '../../shared/errors.js';
import { abort, pause } from '../environment/abortable.js';
import { after, type Moment, millisecondsUntil } from '../environment/clock.js';
import type { TokenFacts } from '../token/token-facts.js';
import { validateToken } from '../token/validate-token.js';
import { cameDuring, isTwinOfRefused, justRefused, outlives, TWIN_WAIT_MS } from './answer-progress.js';
import { tellInTurn } from './epoch.js';
import { type Answer, askWithin } from './provider-time-limit.js';
import { recordAttemptFailure } from './record-failure.js';
import { type AttemptOptions, type Outcome, RefreshAttempt } from './refresh-attempt.js';
import {
  guestExpiredError,
  noProgressError,
  readThrown,
  reenteredError,
  sameAsRejectedError,
  supersededError,
} from './refresh-errors.js';
import { FLOOR_MS, isIdentityInUse } from './refresh-policy.js';
import type { Announcement } from './token-events.js';
import type { NewGuest, TokenReason, TokenSource } from './token-provider.js';
import type { TokenStore } from './token-store.js';

/** An attempt is dead once a provider call in it is older than its limit and this. */
const OVERDUE_MS = 1_000;

const NONE: readonly RefreshAttempt[] = [];

/**
 * The single flight: at most one attempt at a time, and what becomes of its answer. Only where I/O ends with the
 * request that began it several may overlap.
 */
export class SingleFlight {
  readonly #store: TokenStore;
  #sequence = 0;
  /** The sequence of the attempt whose answer was taken last. */
  #applied = 0;
  #running: readonly RefreshAttempt[] = NONE;
  #lastStartedAt: Moment | undefined;
  #startedInThisTick: Moment | undefined;
  #isCallingProvider = false;

  constructor(store: TokenStore) {
    this.#store = store;
  }

  /**
   * Throws during the synchronous part of the provider's call: what the provider asks of its own client would need
   * its own answer.
   */
  assertNotReentered(): void {
    if (this.#isCallingProvider) throw reenteredError();
  }

  /**
   * The moment for who asks now: that of an attempt which the same tick began, however long its provider has kept
   * the tick busy since.
   */
  get momentOfTick(): Moment {
    return this.#startedInThisTick ?? this.#store.observe();
  }

  /** Milliseconds until an attempt may start that nobody waits for. */
  floorMs(now: Moment): number {
    return this.#lastStartedAt ? millisecondsUntil(after(this.#lastStartedAt, FLOOR_MS), now) : 0;
  }

  /** Starts an attempt: it is the store's from now on. */
  start(options: AttemptOptions): RefreshAttempt {
    const now = this.#store.observe();
    this.#sequence += 1;
    const attempt = new RefreshAttempt(this.#sequence, now, options);
    this.#running = [...this.#running, attempt];
    this.#store.attempt = attempt;
    this.#lastStartedAt = now;
    this.#startedInThisTick = now;
    void Promise.resolve().then(() => {
      this.#startedInThisTick = undefined;
    });
    this.#store.history.count('attempts');
    void this.#run(attempt);
    this.#store.changed();
    return attempt;
  }

  /** A token was set by hand: what was begun earlier counts no more, and its waiters get that one. */
  overtake(): void {
    this.#sequence += 1;
    this.#applied = this.#sequence;
    for (const attempt of this.#running) attempt.drop();
  }

  /** The session ended: aborts the provider's call and drops whatever comes of it. */
  abort(reason: unknown): void {
    this.#stopAll({ kind: 'failed', error: reason }, reason);
    this.#lastStartedAt = undefined;
  }

  /** Another provider is asked from now on: what runs is aborted, its answer dropped, and its waiters look again. */
  supersede(): void {
    this.#stopAll({ kind: 'superseded' }, supersededError());
  }

  /** Ends an attempt that is overdue: its runtime has lost its timers, or discarded it. Its waiters look again. */
  abortOverdue(now: Moment): void {
    const { attempt, providerLimitMs } = this.#store;
    if (!attempt) return;
    const { wallMs, monotonicMs } = attempt.calledAt;
    // By both clocks: one of them may have been set.
    const ageMs = Math.min(now.wallMs - wallMs, now.monotonicMs - monotonicMs);
    if (ageMs < providerLimitMs + OVERDUE_MS) return;
    this.#store.history.add('overdue', 'an attempt was overdue');
    this.#stop(attempt, { kind: 'superseded' }, supersededError());
  }

  #stopAll(outcome: Outcome, reason: unknown): void {
    this.#applied = this.#sequence;
    for (const attempt of this.#running) this.#stop(attempt, outcome, reason);
  }

  #stop(attempt: RefreshAttempt, outcome: Outcome, reason: unknown): void {
    this.#end(attempt);
    try {
      abort(attempt.controller, reason);
    } catch {
      // A runtime may refuse to touch what another request has left.
    }
    attempt.settle(outcome);
  }

  #end(attempt: RefreshAttempt): void {
    this.#running = this.#running.filter((other) => other !== attempt);
    if (this.#store.attempt === attempt) this.#store.attempt = undefined;
  }

  /** Whether an answer of this attempt would be newer than what was taken last, and of this session. */
  #counts(attempt: RefreshAttempt): boolean {
    return attempt.sequence > this.#applied;
  }

  async #run(attempt: RefreshAttempt): Promise<void> {
    let outcome: Outcome = { kind: 'delivered' };
    let announce: Announcement = () => {};
    try {
      let { answer } = await this.#ask(attempt);
      if (isTwinOfRefused(this.#store, attempt, answer)) {
        const { timers } = this.#store.environment;
        await pause(timers, TWIN_WAIT_MS, [attempt.controller.signal]);
        // A token set by hand meanwhile makes this one needless.
        if (this.#counts(attempt)) ({ answer } = await this.#ask(attempt));
      }
      if (this.#counts(attempt)) announce = this.#deliver(attempt, answer);
    } catch (thrown) {
      if (this.#running.includes(attempt) && this.#counts(attempt)) {
        const failure = recordAttemptFailure(this.#store, attempt, readThrown(thrown));
        outcome = { kind: 'failed', error: failure.error };
        announce = failure.announce;
      }
    }
    this.#end(attempt);
    attempt.settle(outcome);
    announce();
    this.#store.changed();
  }

  #ask(attempt: RefreshAttempt): Promise<Answer<unknown>> {
    const store = this.#store;
    attempt.calledAt = store.now();
    store.history.count('providerCalls');
    return askWithin<unknown>(() => this.#call(store.source, attempt), {
      timers: store.environment.timers,
      limitMs: store.providerLimitMs,
      controller: attempt.controller,
      onLate: (answer) => this.#deliverLate(attempt, answer),
    });
  }

  #call(source: TokenSource, { reason, controller: { signal } }: RefreshAttempt): unknown {
    const { id, name } = this.#store.user;
    this.#isCallingProvider = true;
    try {
      if (source.kind === 'guest') return source.create(signal);
      if (source.kind === 'none') return undefined;
      return source.provider({ user: { id, ...(name !== undefined && { name }) }, reason, signal });
    } finally {
      this.#isCallingProvider = false;
    }
  }

  /** Checks and takes an answer; returns what is to be announced once the waiters have it. */
  #deliver(attempt: RefreshAttempt, answer: unknown): Announcement {
    const store = this.#store;
    const guest = store.source.kind === 'guest' ? (answer as NewGuest) : undefined;
    const checked = guest
      ? validateToken(guest.token, { kind: 'guest', userId: guest.user.id })
      : store.check(answer, 'provider');
    const refused = justRefused(store, attempt, checked.value);
    if (refused) {
      attempt.refused = refused;
      throw refused.refusal ?? sameAsRejectedError();
    }
    if (guest && !attempt.mayCutOff && isIdentityInUse(store.policy)) throw guestExpiredError();
    const { held } = store;
    const living = held && !held.rejectedByServerAt ? held : undefined;
    const isOutlived =
      attempt.reason === 'expiring' && living !== undefined && !guest && !outlives(checked, living);
    if (isOutlived && !cameDuring(attempt, living)) throw this.#noProgress();
    this.#applied = attempt.sequence;
    // An answer that comes late does not undo what a later call was told.
    if (attempt.sequence === this.#sequence) {
      store.backOff.reset();
      store.lastError = undefined;
    }
    // The very token that is held is no new generation; nor is one that another tab's outlives.
    if (isOutlived || living?.value === checked.value) return () => {};
    const facts = store.adopt(checked, { origin: 'provider', requestedAt: attempt.startedAt });
    const previous = store.user;
    if (guest) {
      store.user = guest.user;
      store.supply(checked.value);
      if (previous.id !== guest.user.id) store.hasConsumer = false;
    }
    const durationMs = Math.round(facts.receivedAt.monotonicMs - attempt.startedAt.monotonicMs);
    const tellUser = () => {
      if (guest && previous.id !== guest.user.id) store.emit('user.changed', { user: guest.user, previous });
    };
    return () =>
      tellInTurn(
        store,
        () => store.tellSkew(),
        () => this.announce(facts, attempt.reason, durationMs),
        tellUser,
      );
  }

  announce(
    { generation, expiresAtMs }: TokenFacts,
    reason: TokenReason | 'shared',
    durationMs: number,
  ): void {
    this.#store.emit('token.refreshed', {
      generation,
      ...(expiresAtMs !== undefined && { expiresAt: expiresAtMs }),
      reason,
      durationMs,
    });
  }

  /** What comes after the time limit still counts, if nothing newer was taken and the session is the same. */
  #deliverLate(attempt: RefreshAttempt, answer: unknown): void {
    if (!this.#counts(attempt)) return;
    try {
      this.#deliver(attempt, answer)();
    } catch {
      // Its attempt has failed already, by the time limit.
    }
    this.#store.changed();
  }

  #noProgress(): TokenProviderError {
    const error = noProgressError();
    this.#store.warnOnce('no_progress', `${error.message}. ${error.remediation}`);
    return error;
  }
}
