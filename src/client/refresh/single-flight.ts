import { InvalidTokenError, StreamVideoError, UnauthorizedError } from '../../shared/errors.js';
import { lookAt } from '../../shared/foreign-value.js';
import { abort, pause } from '../environment/abortable.js';
import type { Moment } from '../environment/clock.js';
import { after, millisecondsUntil } from '../environment/clock.js';
import type { Environment } from '../environment/environment.js';
import { isNetworkError } from '../environment/network-error.js';
import type { Emit } from '../event-emitter.js';
import { FLOOR_MS, TWIN } from '../token/refresh-windows.js';
import { claimedTimeMs, type TokenFacts } from '../token/token-facts.js';
import { type CheckedToken, validateToken } from '../token/validate-token.js';
import { type Outcome, RefreshAttempt } from './refresh-attempt.js';
import { noProgressError, sameAsRejectedError } from './refresh-errors.js';
import type { TokenEvents } from './token-events.js';
import { askWithin, type NewGuest, type TokenReason } from './token-provider.js';
import type { Announcement, RecordedFailure, TokenStore } from './token-store.js';

/** Identity is at stake: a call token of somebody signed in counts, too. */
const FOR_ANOTHER_USER: readonly string[] = ['wrong_user', 'not_anonymous'];

interface SingleFlightOptions {
  readonly ledger: TokenStore;
  readonly environment: Environment;
  readonly providerLimitMs: number;
  readonly emit: Emit<TokenEvents>;
  readonly isOnline: () => boolean;
  /** Any fact may have changed. */
  changed(): void;
}

/** The single flight: at most one attempt at a time, and what becomes of its answer. */
export class SingleFlight {
  readonly #options: SingleFlightOptions;
  readonly #ledger: TokenStore;
  #sequence = 0;
  #applied = 0;
  #current: RefreshAttempt | undefined;
  #lastStartedAt: Moment | undefined;
  #isCallingProvider = false;

  constructor(options: SingleFlightOptions) {
    this.#options = options;
    this.#ledger = options.ledger;
  }

  /** The attempt whose provider call is running. */
  get current(): RefreshAttempt | undefined {
    return this.#current;
  }

  /** Whether somebody's token is on its way. */
  get isRunning(): boolean {
    return this.#current !== undefined && !this.#current.isDropped;
  }

  /** True during the synchronous part of the provider's call. */
  get isCallingProvider(): boolean {
    return this.#isCallingProvider;
  }

  /** Milliseconds until an attempt may start that nobody waits for. */
  floorMs(now: Moment): number {
    return this.#lastStartedAt ? millisecondsUntil(after(this.#lastStartedAt, FLOOR_MS), now) : 0;
  }

  /** Starts an attempt; there must be none. */
  start(reason: TokenReason): RefreshAttempt {
    const now = this.#ledger.look();
    this.#sequence += 1;
    const attempt = new RefreshAttempt(this.#sequence, reason, now);
    this.#current = attempt;
    this.#lastStartedAt = now;
    this.#ledger.history.count('attempts');
    void this.#run(attempt);
    this.#options.changed();
    return attempt;
  }

  /** A token was set by hand: what was begun earlier counts no more, and its waiters get that one. */
  overtake(): void {
    this.#sequence += 1;
    this.#applied = this.#sequence;
    this.#current?.drop();
  }

  /** The session ended: aborts the provider's call and drops whatever comes of it. */
  abort(reason: unknown): void {
    const attempt = this.#current;
    this.#current = undefined;
    this.#lastStartedAt = undefined;
    this.#applied = this.#sequence;
    if (!attempt) return;
    abort(attempt.controller, reason);
    attempt.settle({ isOk: false, error: reason });
  }

  #isCurrent(attempt: RefreshAttempt): boolean {
    return this.#current === attempt;
  }

  /** Whether an answer of this attempt would be newer than what was taken last, and of this session. */
  #counts(attempt: RefreshAttempt): boolean {
    return attempt.sequence > this.#applied;
  }

  async #run(attempt: RefreshAttempt): Promise<void> {
    let outcome: Outcome = { isOk: true };
    let announce: Announcement = () => {};
    try {
      let answer = await this.#ask(attempt);
      if (this.#isTwinOfRefused(attempt, answer)) {
        const { timers } = this.#options.environment;
        await pause(timers, TWIN.askAgainAfterMs, { signals: [attempt.controller.signal] });
        // A token set by hand meanwhile makes this one needless.
        if (this.#counts(attempt)) answer = await this.#ask(attempt);
      }
      if (this.#counts(attempt)) announce = this.#deliver(attempt, answer);
    } catch (thrown) {
      // Looked at once: what an app throws may tell another story the next time, or throw itself.
      const error = thrown instanceof StreamVideoError ? thrown : lookAt(thrown);
      if (attempt.source !== this.#ledger.source) {
        // A provider that was exchanged meanwhile does not speak for the one that took its place.
        outcome = 'again';
      } else if (this.#counts(attempt)) {
        const failure = this.#fail(attempt, error);
        outcome = { isOk: false, error: failure.error };
        announce = failure.announce;
      }
    }
    if (!this.#isCurrent(attempt)) return;
    this.#current = undefined;
    attempt.settle(outcome);
    announce();
    this.#options.changed();
  }

  #ask(attempt: RefreshAttempt): Promise<unknown> {
    const { environment, providerLimitMs } = this.#options;
    this.#ledger.history.count('providerCalls');
    return askWithin<unknown>(() => this.#call(attempt), {
      timers: environment.timers,
      limitMs: providerLimitMs,
      controller: attempt.controller,
      onLate: (answer) => this.#deliverLate(attempt, answer),
    });
  }

  #call(attempt: RefreshAttempt): unknown {
    const { reason, controller } = attempt;
    const { source, user } = this.#ledger;
    attempt.source = source;
    this.#isCallingProvider = true;
    try {
      if (source.kind === 'guest') return source.create(controller.signal);
      if (source.kind === 'none') return undefined;
      const { provider } = source;
      const { id, name } = user;
      return provider({
        user: { id, ...(name !== undefined && { name }) },
        reason,
        signal: controller.signal,
      });
    } finally {
      this.#isCallingProvider = false;
    }
  }

  /** Two tokens minted in one second can be the same string. */
  #isTwinOfRefused(attempt: RefreshAttempt, answer: unknown): boolean {
    const issuedAtMs =
      typeof answer === 'string' ? this.#justRefused(attempt, answer.trim())?.issuedAtMs : undefined;
    const { wallMs, offsetMs } = this.#ledger.look();
    return issuedAtMs !== undefined && wallMs + offsetMs - issuedAtMs < TWIN.youngerThanMs;
  }

  /** The refused token that this string is: by our server, or by that of the consumer for whom the attempt runs. */
  #justRefused({ reason }: RefreshAttempt, value: string): TokenFacts | undefined {
    const { held, holding } = this.#ledger;
    const rejected = reason === 'rejected' && held?.firstRejectedAt ? held : undefined;
    return [holding.lastRefused, rejected].find((token) => token?.value === value);
  }

  /** Checks and takes an answer; returns what is to be announced once the waiters have it. */
  #deliver(attempt: RefreshAttempt, answer: unknown): Announcement {
    const ledger = this.#ledger;
    const guest = ledger.source.kind === 'guest' ? (answer as NewGuest) : undefined;
    const checked = guest
      ? validateToken(guest.token, { kind: 'guest', userId: guest.user.id })
      : ledger.check(answer);
    if (this.#justRefused(attempt, checked.value)) throw sameAsRejectedError();
    const { held } = ledger;
    if (attempt.reason === 'expiring' && held && !held.rejectedByServerAt && !guest)
      this.#assertProgress(checked, held);
    this.#applied = attempt.sequence;
    // An answer that comes late does not undo what a later call was told.
    if (attempt.sequence === this.#sequence) {
      ledger.door.succeed();
      ledger.lastError = undefined;
    }
    // The very token that is held is no new generation.
    if (held && !held.rejectedByServerAt && held.value === checked.value) return () => {};
    const facts = ledger.adopt(checked, { isFromProvider: true, requestedAt: attempt.startedAt });
    const previous = ledger.user;
    if (guest) {
      ledger.user = guest.user;
      ledger.supplied = checked.value;
    }
    const durationMs = Math.round(facts.receivedAt.monotonicMs - attempt.startedAt.monotonicMs);
    return () => {
      this.announce(facts, attempt.reason, durationMs);
      if (guest && previous.id !== guest.user.id) {
        this.#options.emit('user.changed', { user: guest.user, previous });
      }
    };
  }

  announce({ generation, expiresAtMs }: TokenFacts, reason: TokenReason, durationMs: number): void {
    this.#options.emit('token.refreshed', {
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
    this.#options.changed();
  }

  #assertProgress({ value, claims }: CheckedToken, held: TokenFacts): void {
    const expiresAtMs = claimedTimeMs(claims.exp);
    const isLater =
      expiresAtMs === undefined || held.expiresAtMs === undefined || expiresAtMs > held.expiresAtMs;
    if (value !== held.value && isLater) return;
    const error = noProgressError();
    this.#ledger.warnOnce('no_progress', `${error.message}. ${error.remediation}`);
    throw error;
  }

  #fail(attempt: RefreshAttempt, error: unknown): RecordedFailure {
    const ledger = this.#ledger;
    if (error instanceof UnauthorizedError) return { error, announce: ledger.suspend('unauthorized', error) };
    if (error instanceof InvalidTokenError && FOR_ANOTHER_USER.includes(error.code)) {
      return { error, announce: ledger.suspend('wrong_user', error) };
    }
    const isTimeout = attempt.controller.signal.aborted;
    const isNetwork = isTimeout || !this.#options.isOnline() || isNetworkError(error);
    return ledger.recordFailure(ledger.look(), error, isNetwork ? 'network' : 'provider');
  }
}
