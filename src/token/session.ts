import { isAtOrAfter, type Moment, millisecondsUntil } from '../environment/clock.js';
import type { Environment } from '../environment/environment.js';
import { abortable, pause, throwIfAborted } from '../environment/waiting.js';
import {
  type AnyStreamVideoError,
  ConfigurationError,
  InvalidTokenError,
  SessionEndedError,
  UnauthorizedError,
} from '../errors.js';
import type { Emit } from '../events.js';
import type { Logger } from '../logger.js';
import type { KnownUser } from '../user.js';
import { Attempt, type Outcome } from './attempt.js';
import { type CheckedToken, checkToken } from './check.js';
import { type Closure, Door } from './door.js';
import { claimedTimeMs, type TokenFacts } from './facts.js';
import {
  attemptError,
  closedError,
  guestExpiredError,
  newTokenRefusedError,
  noProgressError,
  reenteredError,
  sameAsRejectedError,
  staticTokenError,
} from './failures.js';
import { History } from './history.js';
import { Holding } from './holding.js';
import { Lookout } from './lookout.js';
import { isNetworkFailure } from './network-failure.js';
import { lifeAtReceiptMs, type Now, type Phase, phase, remainingMs, windowsOf } from './phase.js';
import { askWithin, type NewGuest, type TokenReason, type TokenSource } from './provider.js';
import { retryAfterMs } from './retry-after.js';
import { NOTABLE_SKEW_MS, ServerClock } from './server-clock.js';
import { type AuthState, Snapshot, type SuspensionReason } from './state.js';
import { clamp, DOOR_PATIENCE_MS, EARLY_TOKEN, FLOOR_MS, TWIN } from './windows.js';

/** The right to send one request: the token to send, and the session that it belongs to. */
export interface Pass {
  /** Undefined for an anonymous user without a call token. */
  readonly token: TokenFacts | undefined;
  /** Aborts with `SessionEndedError` when the session ends. */
  readonly signal: AbortSignal;
}

export interface TokenSessionOptions {
  readonly user: KnownUser;
  readonly token?: string | undefined;
  readonly source: TokenSource;
  readonly refresh: 'auto' | 'on-demand';
  readonly guestExpiry: 'renew' | 'suspend';
  readonly providerLimitMs: number;
  readonly environment: Environment;
  readonly logger: Logger;
  readonly emit: Emit;
  /** Whether something beyond single requests wants a good token: an open socket on a visible page, a joined call. */
  hasDemand(): boolean;
  hasJoinedCall(): boolean;
}

interface Suspension {
  readonly reason: SuspensionReason;
  readonly error: AnyStreamVideoError;
}

interface WaitOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * The token's life: owns the one attempt at a time, and everything else asks it. It stores facts and derives
 * phases; a session is an epoch, and whatever ends after its epoch is dropped.
 */
export class TokenSession {
  readonly #options: TokenSessionOptions;
  readonly #environment: Environment;
  readonly #holding = new Holding();
  readonly #door: Door;
  readonly #serverClock = new ServerClock();
  readonly #lookout: Lookout;
  readonly #history: History;
  readonly #snapshot = new Snapshot<AuthState>();
  readonly #listeners = new Set<() => void>();
  #source: TokenSource;
  #user: KnownUser;
  #supplied: string | undefined;
  #isLive = true;
  #isDisposed = false;
  #epoch = new AbortController();
  #sequence = 0;
  #applied = 0;
  #attempt: Attempt | undefined;
  #lastAttemptAt: Moment | undefined;
  #lastError: AnyStreamVideoError | undefined;
  #suspension: Suspension | undefined;
  #isCallingProvider = false;
  #announcedExpiring: TokenFacts | undefined;
  #announcedSkew = false;
  #warned = new Set<'no_progress' | 'no_expiry'>();
  #wakeSleepers: () => void = () => {};
  #change: Promise<void> = Promise.resolve();

  constructor(options: TokenSessionOptions) {
    this.#options = options;
    this.#environment = options.environment;
    this.#source = options.source;
    this.#user = options.user;
    this.#door = new Door(() => this.#environment.random());
    this.#lookout = new Lookout(this.#environment, {
      look: () => this.wake(),
      online: () => {
        this.#door.openForNetwork();
        this.wake();
      },
    });
    this.#history = new History(this.#environment.clock);
    this.#renewChange();
    if (options.token !== undefined) {
      const checked = this.#check(options.token);
      this.#supplied = checked.value;
      this.#adopt(checked, { isFromProvider: false, requestedAt: this.#look() });
    }
  }

  get user(): KnownUser {
    return this.#user;
  }

  get source(): TokenSource {
    return this.#source;
  }

  /** The token in use, or the one that the caller supplied for the next session. */
  get token(): string | undefined {
    return this.#holding.held?.value ?? this.#supplied;
  }

  get held(): TokenFacts | undefined {
    return this.#holding.held;
  }

  /** Server time minus local time. */
  get offsetMs(): number {
    return this.#serverClock.offsetMs;
  }

  get isOnline(): boolean {
    return this.#lookout.isOnline;
  }

  get isLive(): boolean {
    return this.#isLive;
  }

  /** Settles at the next change of any fact. */
  get change(): Promise<void> {
    return this.#change;
  }

  // ---- sessions

  /** Starts a session where none is live, and lifts a suspension: the app asked for it. */
  begin(): void {
    if (this.#isDisposed) throw new SessionEndedError('This client was disposed of');
    if (!this.#isLive) {
      this.#isLive = true;
      this.#epoch = new AbortController();
      this.#history.add('a session began');
    }
    this.#resume();
    this.#lookout.start();
    this.#changed();
  }

  /** Aborts with `SessionEndedError` when the present session ends. */
  get signal(): AbortSignal {
    return this.#epoch.signal;
  }

  /** Ends the session at once and synchronously: whoever waits is rejected, what the provider gave is forgotten. */
  end({ forGood = false } = {}): void {
    if (forGood) {
      this.#isDisposed = true;
      this.#supplied = undefined;
    }
    if (this.#isLive || forGood) {
      const reason = new SessionEndedError();
      this.#isLive = false;
      this.#epoch.abort(reason);
      this.#attempt?.controller.abort(reason);
      this.#attempt?.settle({ isOk: false, error: reason });
      this.#attempt = undefined;
      this.#lastAttemptAt = undefined;
      this.#lastError = undefined;
      this.#suspension = undefined;
      this.#holding.clear();
      this.#door.reset();
      this.#lookout.stop();
      this.#history.add('the session ended');
      this.#changed();
    }
  }

  // ---- what callers ask for

  /** A token that is good to use now. Refreshes first when it must. */
  async acquire({ signal }: WaitOptions = {}): Promise<Pass> {
    this.#assertOpen();
    this.#ensureSupplied();
    this.#lookout.start();
    for (;;) {
      this.#assertLive();
      throwIfAborted(signal);
      const now = this.#look();
      const current = this.#phase(now);
      if (current === 'suspended') throw (this.#suspension as Suspension).error;
      if (!this.#mustAsk(current, now)) return this.#serve(now);
      const closure = this.#door.closedAt(now);
      if (closure) {
        if (current !== 'acquiring' || this.#rollBack(now)) return this.#serve(now);
        await this.#waitAtDoor(closure, now, signal);
        continue;
      }
      const attempt = this.#attempt ?? this.#start(this.#reasonFor(current));
      const isEnough = !attempt.isDropped && this.#answers(attempt, current);
      const patienceMs = current === 'mandatory' ? this.#mandatoryPatienceMs(now) : undefined;
      if (patienceMs === 0) return this.#serve(now);
      const outcome = await this.#join(attempt, { signal, patienceMs, untilEnded: !isEnough });
      if (!isEnough && outcome) continue;
      if (this.#suspension) throw this.#suspension.error;
      const later = this.#look();
      if (this.#phase(later) !== 'acquiring' || this.#rollBack(later)) return this.#serve(later);
      if (outcome && !outcome.isOk) throw outcome.error;
    }
  }

  /** A token newer than this call, through the provider; lifts a suspension. */
  async refresh({ signal, reason = 'manual' }: WaitOptions & { reason?: TokenReason } = {}): Promise<string> {
    this.#assertOpen();
    if (this.#source.kind === 'none') {
      throw new ConfigurationError('missing_token_provider', 'There is nothing to refresh the token with', {
        remediation:
          'Pass a tokenProvider, call auth.setTokenProvider(), or hand in a token with auth.setToken().',
      });
    }
    throwIfAborted(signal);
    this.begin();
    this.#ensureSupplied();
    await this.#renewSince(this.#holding.held?.firstRejectedAt ?? this.#look(), reason, signal);
    return (this.#holding.held as TokenFacts).value;
  }

  /** The server said 40 about this token. Returns it, or undefined when another one is held by now. */
  refuse(refused: TokenFacts, cause: unknown): TokenFacts | undefined {
    if (!this.#isLive) return undefined;
    const isNews = refused.refusedAt === undefined;
    const now = this.#look();
    const held = this.#holding.refuse(refused.generation, now);
    if (held && isNews) {
      this.#history.add(`the server refused generation ${held.generation}`);
      if (!held.acceptedAt) this.#countUnusable(held, now, cause);
      this.#changed();
    }
    return held;
  }

  /**
   * The server said 40 about this token. Resolves when there is another one to replay with: at once if there is
   * already, else by an attempt that began no earlier than the first such refusal.
   */
  async renew(refused: TokenFacts, { signal, cause }: WaitOptions & { cause: unknown }): Promise<void> {
    this.#assertLive();
    const held = this.refuse(refused, cause);
    if (!held) return;
    if (this.#suspension) throw this.#suspension.error;
    if (!this.#canReplace) {
      if (this.#rollBack(this.#look())) return;
      throw this.#endOfToken(cause);
    }
    try {
      await this.#renewSince(held.firstRejectedAt as Moment, 'rejected', signal);
    } catch (error) {
      // The last token that the server accepted is better than none.
      if (!this.#isLive || this.#suspension || signal?.aborted || !this.#rollBack(this.#look())) throw error;
    }
  }

  /**
   * A consumer's own server refused this token: asks for another one, and leaves this one in use here until
   * our server refuses it, too.
   */
  async replaceFor(token: TokenFacts, { signal }: WaitOptions = {}): Promise<void> {
    this.#assertLive();
    if (this.#suspension) throw this.#suspension.error;
    // Only our own server ends a token that has no successor.
    if (!this.#canReplace) return;
    token.firstRejectedAt ??= this.#look();
    await this.#renewSince(token.firstRejectedAt, 'rejected', signal);
  }

  /**
   * The server refused this token for what it is. True when the request is to be sent again with the token that
   * the server accepted before: the new one is given up.
   */
  giveUp(refused: TokenFacts, cause: unknown): boolean {
    if (this.#holding.wasRolledBack(refused.generation)) return this.#holding.held?.refusedAt === undefined;
    const held = this.#holding.held;
    if (!this.#isLive || held?.generation !== refused.generation || held.acceptedAt) return false;
    const now = this.#look();
    const isBack = this.#rollBack(now);
    if (isBack) this.#recordFailure(now, newTokenRefusedError(cause), { by: 'provider' }).announce();
    this.#countUnusable(held, now, cause);
    this.#changed();
    return isBack;
  }

  /** The server took a token of this generation. */
  accept(token: TokenFacts | undefined): void {
    if (!token || !this.#isLive || !this.#holding.accept(token.generation, this.#look())) return;
    this.#door.accept();
    this.#history.add(`the server accepted generation ${token.generation}`);
    this.#changed();
  }

  /** How long to wait before the same token is sent once more after 41 or 42. */
  earlyTokenDelayMs({ claims, issuedAtMs }: TokenFacts): number {
    const now = this.#look();
    const serverMs = now.wallMs + this.#serverClock.offsetWithoutTokensMs;
    const validFromMs = Math.max(claimedTimeMs(claims.nbf) ?? 0, issuedAtMs ?? 0);
    return clamp(validFromMs - serverMs + EARLY_TOKEN.marginMs, EARLY_TOKEN.minMs, EARLY_TOKEN.maxMs);
  }

  // ---- what the app hands in

  setToken(candidate: unknown): void {
    const checked = this.#check(candidate);
    if (this.#isLive && checked.value === this.#holding.lastRefused?.value) throw sameAsRejectedError();
    if (this.#isDisposed) throw new SessionEndedError('This client was disposed of');
    this.#supplied = checked.value;
    const startedAt = this.#look();
    this.begin();
    this.#sequence += 1;
    this.#applied = this.#sequence;
    const attempt = this.#attempt;
    const facts = this.#adopt(checked, { isFromProvider: false, requestedAt: startedAt });
    this.#door.succeed();
    attempt?.drop();
    this.#announceToken(facts, 'manual', 0);
  }

  setSource(source: TokenSource): void {
    if (source.kind === 'provider' && this.#source.kind === 'provider') {
      if (source.provider === this.#source.provider) return;
    }
    this.#source = source;
    this.#door.reset();
    if (this.#isLive) this.#resume();
    this.#changed();
  }

  // ---- evidence and wake-ups

  learnFromFrame(createdAt: unknown): void {
    this.#serverClock.learnFromFrame(createdAt, this.#look());
    this.#noteSkew();
  }

  learnFromDateHeader(header: string | null): void {
    this.#serverClock.learnFromDateHeader(header, this.#look());
    this.#noteSkew();
  }

  /** Looks at the clocks and derives everything anew: after a timer, a wake-up of the page, a change of demand. */
  wake(): void {
    if (!this.#isLive) return;
    this.#refreshAhead(this.#look());
    this.#changed();
  }

  // ---- what can be seen

  get state(): AuthState {
    const now = this.#look();
    const { held } = this.#holding;
    const closure = this.#door.closedAt(now);
    const common = {
      refreshing: this.#isRefreshing,
      ...(this.#isIdentityKnown && { userId: this.#user.id }),
      ...(closure && { retryAt: closure.until.wallMs }),
      ...(this.#lastError && {
        lastError: Object.freeze({ code: this.#lastError.code, message: this.#lastError.message }),
      }),
    };
    const token = held && {
      generation: held.generation,
      ...(held.expiresAtMs !== undefined && { expiresAt: held.expiresAtMs }),
    };
    if (!this.#isLive) return this.#snapshot.take({ status: 'signed_out', ...common });
    if (this.#suspension) {
      return this.#snapshot.take({
        status: 'suspended',
        reason: this.#suspension.reason,
        ...common,
        ...token,
      });
    }
    const current = this.#phase(now);
    if (current === 'suspended' || current === 'acquiring') {
      const status = this.#needsNoToken ? 'active' : 'acquiring';
      return this.#snapshot.take({ status, ...common });
    }
    return this.#snapshot.take({ status: 'active', phase: current, ...common, ...token });
  }

  /** Calls `listener` after every change of `state`; returns the way to stop. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Everything that `explain()` tells, without secrets. */
  describe() {
    const now = this.#look();
    const { held } = this.#holding;
    return {
      now,
      state: this.state,
      source: this.#source.kind,
      refresh: this.#options.refresh,
      guestExpiry: this.#options.guestExpiry,
      remainingMs: held ? remainingMs(held, now) : undefined,
      windows: held ? windowsOf(held, now) : undefined,
      isAccepted: held?.acceptedAt !== undefined,
      isRefused: held?.refusedAt !== undefined,
      hasKept: this.#holding.hasKept,
      closure: this.#door.closedAt(now),
      floorMs: this.#floorMs(now),
      isOnline: this.#lookout.isOnline,
      hasDemand: this.#hasDemand,
      clock: { offsetMs: this.#serverClock.offsetMs, evidence: this.#serverClock.evidence },
      counters: {
        ...this.#history.counters,
        failuresInARow: this.#door.failures,
        unusableInARow: this.#door.unusable,
      },
      transitions: this.#history.transitions,
    };
  }

  // ---- phases and permissions

  #look(): Now {
    const moment = this.#environment.clock.now();
    this.#serverClock.look(moment);
    return { ...moment, offsetMs: this.#serverClock.offsetMs };
  }

  #phase(now: Now): Phase {
    return phase({ isSuspended: this.#suspension !== undefined, token: this.#holding.held }, now);
  }

  get #isRefreshing(): boolean {
    return this.#attempt !== undefined && !this.#attempt.isDropped;
  }

  get #isIdentityKnown(): boolean {
    return this.#user.type !== 'guest' || this.#holding.held !== undefined || this.#supplied !== undefined;
  }

  get #needsNoToken(): boolean {
    return this.#user.type === 'anonymous' && this.#source.kind === 'none' && !this.#holding.held;
  }

  get #hasDemand(): boolean {
    return this.#holding.held?.usedAt !== undefined || this.#options.hasDemand();
  }

  #isAlive(token: TokenFacts, now: Now): boolean {
    return token.refusedAt === undefined && remainingMs(token, now) > 0;
  }

  /** Whether a caller in this phase has to wait for the provider. */
  #mustAsk(current: Phase, now: Now): boolean {
    if (current === 'fresh') return false;
    if (current === 'acquiring') {
      if (this.#canReplace) return true;
      if (this.#needsNoToken || this.#rollBack(now)) return false;
      throw this.#endOfToken(this.#lastError);
    }
    const held = this.#holding.held as TokenFacts;
    if (!this.#mayRenewAhead(current)) return false;
    if (current === 'advisory') return false;
    if (current === 'mandatory') return true;
    const isJustDelivered = held.isFromProvider && !held.usedAt;
    // Expired on arrival and yet accepted: our clock is wrong, and the server knows better.
    const isClockWrong = lifeAtReceiptMs(held, now) <= 0 && held.acceptedAt !== undefined;
    return !isJustDelivered && !isClockWrong;
  }

  /** Whether anything is asked in this phase before the server refuses the token. */
  #mayRenewAhead(current: Phase): boolean {
    if (this.#options.refresh === 'on-demand') return false;
    switch (this.#source.kind) {
      case 'none':
        return false;
      case 'provider':
        return true;
      case 'guest':
        // A new guest is a new user on somebody's bill.
        return current === 'expired' && this.#mayRenewGuest;
    }
  }

  get #mayRenewGuest(): boolean {
    return this.#options.guestExpiry === 'renew' && !this.#options.hasJoinedCall();
  }

  /** Whether a refused or missing token can have a successor without the app's help. */
  get #canReplace(): boolean {
    return this.#source.kind === 'provider' || (this.#source.kind === 'guest' && this.#mayRenewGuest);
  }

  /** Suspends, since only the app can bring another token; returns what its callers get. */
  #endOfToken(cause: unknown): AnyStreamVideoError {
    const isGuest = this.#source.kind === 'guest';
    const error = isGuest ? guestExpiredError(cause) : staticTokenError(cause);
    this.#suspend(isGuest ? 'guest_expired' : 'token_expired', error);
    return error;
  }

  get #suspensionError(): AnyStreamVideoError | undefined {
    return this.#suspension?.error;
  }

  #assertLive(): void {
    if (!this.#isLive) throw new SessionEndedError();
  }

  #assertOpen(): void {
    if (this.#isCallingProvider) throw reenteredError();
  }

  // ---- serving and waiting

  #serve(now: Now): Pass {
    const { held } = this.#holding;
    if (held && !held.usedAt) held.usedAt = now;
    this.#refreshAhead(now);
    this.#changed();
    return { token: held, signal: this.#epoch.signal };
  }

  #reasonFor(current: Phase): TokenReason {
    if (current !== 'acquiring') return 'expiring';
    return this.#holding.held ? 'rejected' : 'initial';
  }

  /** Whether this attempt's answer is what a caller in this phase needs: it must not be older than the refusal. */
  #answers(attempt: Attempt, current: Phase): boolean {
    const refusedAt = this.#holding.held?.refusedAt;
    return current !== 'acquiring' || !refusedAt || isAtOrAfter(attempt.startedAt, refusedAt);
  }

  #mandatoryPatienceMs(now: Now): number {
    const held = this.#holding.held as TokenFacts;
    return Math.max(0, remainingMs(held, now) - windowsOf(held, now).mandatoryMs / 2);
  }

  async #waitAtDoor(closure: Closure, now: Moment, signal: AbortSignal | undefined): Promise<void> {
    const delayMs = millisecondsUntil(closure.until, now);
    if (delayMs > DOOR_PATIENCE_MS) throw closedError(closure);
    await this.#sleep(delayMs, signal);
  }

  /** Sleeps, until something changes at the latest. */
  #sleep(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
    return pause(this.#environment.timers, delayMs, {
      wake: this.#change,
      signals: [signal, this.#epoch.signal],
    });
  }

  async #join(
    attempt: Attempt,
    {
      signal,
      patienceMs,
      untilEnded,
    }: WaitOptions & { patienceMs?: number | undefined; untilEnded: boolean },
  ): Promise<Outcome | undefined> {
    let outcome: Outcome | undefined;
    const arrival = untilEnded
      ? attempt.ended.then(() => {
          outcome = { isOk: true };
        })
      : attempt.outcome.then((settled) => {
          outcome = settled;
        });
    const signals = [signal, this.#epoch.signal];
    if (patienceMs === undefined) await abortable(arrival, ...signals);
    else await pause(this.#environment.timers, patienceMs, { wake: arrival, signals });
    return outcome;
  }

  /** Waits for a token that was asked for at or after `since`; one further attempt is shared by all who need it. */
  async #renewSince(since: Moment, reason: TokenReason, signal: AbortSignal | undefined): Promise<void> {
    const known = this.#holding.held?.generation ?? 0;
    for (;;) {
      this.#assertLive();
      throwIfAborted(signal);
      if (this.#suspension) throw this.#suspension.error;
      const { held } = this.#holding;
      const isNewer = held && held.generation > known && !held.refusedAt;
      if (isNewer && isAtOrAfter(held.requestedAt, since)) return;
      const now = this.#look();
      if (!this.#attempt) {
        const closure = this.#door.closedAt(now);
        if (closure) {
          await this.#waitAtDoor(closure, now, signal);
          continue;
        }
      }
      const attempt = this.#attempt ?? this.#start(reason);
      const isOurs = !attempt.isDropped && isAtOrAfter(attempt.startedAt, since);
      const outcome = await this.#join(attempt, { signal, untilEnded: !isOurs });
      if (!isOurs || !outcome) continue;
      if (outcome.isOk) return;
      throw this.#suspensionError ?? outcome.error;
    }
  }

  // ---- the attempt

  #start(reason: TokenReason): Attempt {
    const now = this.#look();
    this.#sequence += 1;
    const attempt = new Attempt(this.#sequence, reason, now);
    this.#attempt = attempt;
    this.#lastAttemptAt = now;
    this.#history.count('attempts');
    void this.#run(attempt);
    this.#changed();
    return attempt;
  }

  async #run(attempt: Attempt): Promise<void> {
    const epoch = this.#epoch;
    const isCurrent = () => this.#epoch === epoch && this.#isLive;
    let outcome: Outcome = { isOk: true };
    let announce = () => {};
    try {
      let answer = await this.#ask(attempt, isCurrent);
      if (this.#isTwinOfRefused(answer)) {
        await pause(this.#environment.timers, TWIN.askAgainAfterMs, { signals: [epoch.signal] });
        answer = await this.#ask(attempt, isCurrent);
      }
      if (isCurrent()) announce = this.#deliver(attempt, answer);
    } catch (error) {
      if (isCurrent() && attempt.sequence > this.#applied) {
        const failed = this.#fail(attempt, error);
        outcome = { isOk: false, error: failed.error };
        announce = failed.announce;
      }
    }
    if (!isCurrent()) return;
    this.#attempt = undefined;
    attempt.settle(outcome);
    announce();
    this.#changed();
  }

  async #ask(attempt: Attempt, isCurrent: () => boolean): Promise<unknown> {
    const source = this.#source;
    this.#history.count('providerCalls');
    return askWithin<unknown>(
      () => {
        this.#isCallingProvider = true;
        try {
          if (source.kind === 'guest') return source.create(attempt.controller.signal);
          return source.kind === 'provider' && this.#callProvider(source.provider, attempt);
        } finally {
          this.#isCallingProvider = false;
        }
      },
      {
        timers: this.#environment.timers,
        limitMs: this.#options.providerLimitMs,
        controller: attempt.controller,
        onLate: (answer) => {
          if (isCurrent()) this.#deliverLate(attempt, answer);
        },
      },
    );
  }

  #callProvider(provider: (context: never) => unknown, { reason, controller }: Attempt): unknown {
    const { id, name } = this.#user;
    const context = { user: { id, ...(name !== undefined && { name }) }, reason, signal: controller.signal };
    return provider(context as never);
  }

  /** Two tokens minted in one second can be the same string. */
  #isTwinOfRefused(answer: unknown): boolean {
    const refused = this.#holding.lastRefused;
    if (typeof answer !== 'string' || answer.trim() !== refused?.value) return false;
    const now = this.#look();
    const { issuedAtMs } = refused;
    return issuedAtMs !== undefined && now.wallMs + now.offsetMs - issuedAtMs < TWIN.youngerThanMs;
  }

  /** Checks and takes an answer; returns what is to be announced once the waiters have it. */
  #deliver(attempt: Attempt, answer: unknown): () => void {
    if (attempt.sequence <= this.#applied) return () => {};
    const guest = this.#source.kind === 'guest' ? (answer as NewGuest) : undefined;
    const checked = guest
      ? checkToken(guest.token, { kind: 'guest', userId: guest.user.id })
      : this.#check(answer);
    if (checked.value === this.#holding.lastRefused?.value) throw sameAsRejectedError();
    const { held } = this.#holding;
    if (attempt.reason === 'expiring' && held && !held.refusedAt && !guest)
      this.#assertProgress(checked, held);
    this.#applied = attempt.sequence;
    this.#door.succeed();
    this.#lastError = undefined;
    const now = this.#look();
    // The very token that is held is no new generation.
    if (held && !held.refusedAt && held.value === checked.value) return () => {};
    const facts = this.#adopt(checked, { isFromProvider: true, requestedAt: attempt.startedAt });
    const previous = this.#user;
    if (guest) {
      this.#user = guest.user;
      this.#supplied = checked.value;
    }
    return () => {
      this.#announceToken(facts, attempt.reason, Math.round(now.monotonicMs - attempt.startedAt.monotonicMs));
      if (guest && previous.id !== guest.user.id) {
        this.#options.emit('user.changed', { user: guest.user, previous });
      }
    };
  }

  #deliverLate(attempt: Attempt, answer: unknown): void {
    try {
      const announce = this.#deliver(attempt, answer);
      announce();
      this.#changed();
    } catch {
      // Its attempt has failed already, by the time limit.
    }
  }

  #assertProgress({ value, claims }: CheckedToken, held: TokenFacts): void {
    const expiresAtMs = claimedTimeMs(claims.exp);
    const isLater =
      expiresAtMs === undefined || held.expiresAtMs === undefined || expiresAtMs > held.expiresAtMs;
    if (value !== held.value && isLater) return;
    const error = noProgressError();
    this.#warnOnce('no_progress', `${error.message}. ${error.remediation}`);
    throw error;
  }

  #fail(attempt: Attempt, error: unknown): { error: unknown; announce: () => void } {
    if (error instanceof UnauthorizedError) {
      return { error, announce: this.#suspendSilently('unauthorized', error) };
    }
    if (error instanceof InvalidTokenError && error.code === 'wrong_user') {
      return { error, announce: this.#suspendSilently('wrong_user', error) };
    }
    const now = this.#look();
    const isTimeout = attempt.controller.signal.aborted;
    const isNetwork = isTimeout || !this.#lookout.isOnline || isNetworkFailure(error);
    return this.#recordFailure(now, error, { by: isNetwork ? 'network' : 'provider' });
  }

  #recordFailure(now: Now, error: unknown, { by }: { by: 'network' | 'provider' }) {
    this.#door.fail(now, { by, error, retryAfterMs: retryAfterMs(error, now.wallMs) });
    if (error instanceof InvalidTokenError) this.#door.countUnusable(now, error);
    const retryAt = (this.#door.closedAt(now) as Closure).until.wallMs;
    const told = attemptError(error, retryAt);
    this.#lastError = told;
    this.#history.count('failures');
    this.#history.add(`an attempt failed: ${told.code}`);
    const { held } = this.#holding;
    const stillValidForMs = held && this.#isAlive(held, now) ? remainingMs(held, now) : 0;
    const attempt = this.#door.failures;
    const announce = () =>
      this.#options.emit('token.refresh_failed', { error: told, attempt, retryAt, stillValidForMs });
    return { error: told, announce };
  }

  #countUnusable(token: TokenFacts, now: Moment, error: unknown): void {
    if (token.countedUnusable) return;
    token.countedUnusable = true;
    this.#door.countUnusable(now, error);
  }

  // ---- taking and giving back tokens

  #check(candidate: unknown): CheckedToken {
    const { type, id } = this.#user;
    const isUnknownGuest = type === 'guest' && !this.#isIdentityKnown;
    return checkToken(candidate, { kind: type, userId: isUnknownGuest ? undefined : id });
  }

  #ensureSupplied(): void {
    if (!this.#isLive || this.#supplied === undefined || this.#holding.held) return;
    this.#adopt(this.#check(this.#supplied), { isFromProvider: false, requestedAt: this.#look() });
  }

  #adopt(
    { value, claims, userId }: CheckedToken,
    { isFromProvider, requestedAt }: { isFromProvider: boolean; requestedAt: Moment },
  ): TokenFacts {
    const { wallMs, monotonicMs } = this.#look();
    const facts = this.#holding.adopt({
      value,
      claims,
      userId,
      expiresAtMs: claimedTimeMs(claims.exp),
      issuedAtMs: claimedTimeMs(claims.iat),
      receivedAt: { wallMs, monotonicMs },
      requestedAt,
      isFromProvider,
      jitter: this.#environment.random(),
    });
    if (isFromProvider) {
      this.#serverClock.learnFromToken(facts, facts.receivedAt);
      this.#noteSkew();
    }
    if (facts.expiresAtMs === undefined) {
      this.#warnOnce('no_expiry', 'The token has no usable expiry: only a revocation can end it');
    }
    this.#history.add(`generation ${facts.generation} is in use`);
    return facts;
  }

  #announceToken({ generation, expiresAtMs }: TokenFacts, reason: TokenReason, durationMs: number): void {
    this.#options.emit('token.refreshed', {
      generation,
      ...(expiresAtMs !== undefined && { expiresAt: expiresAtMs }),
      reason,
      durationMs,
    });
  }

  /** Back to the token that the server accepted last, if it still lives. */
  #rollBack(now: Now): boolean {
    const isBack = this.#holding.rollBack(now, (token) => this.#isAlive(token, now));
    if (isBack)
      this.#history.add(`back to generation ${this.#holding.held?.generation}, which the server accepted`);
    return isBack;
  }

  // ---- suspension

  #suspend(reason: SuspensionReason, error: AnyStreamVideoError): void {
    this.#suspendSilently(reason, error)();
    this.#changed();
  }

  #suspendSilently(reason: SuspensionReason, error: AnyStreamVideoError): () => void {
    if (this.#suspension) return () => {};
    this.#suspension = { reason, error };
    this.#lastError = error;
    this.#history.add(`suspended: ${reason}`);
    const expiresAtMs = this.#holding.held?.expiresAtMs;
    return () => {
      if (reason === 'token_expired') {
        this.#options.emit('token.expired', expiresAtMs === undefined ? {} : { expiresAt: expiresAtMs });
      }
      this.#options.emit('auth.suspended', { reason, error });
    };
  }

  #resume(): void {
    const suspension = this.#suspension;
    if (!suspension) return;
    this.#suspension = undefined;
    this.#history.add('the suspension was lifted');
    const isStatic = this.#source.kind === 'none';
    // A refused token that nothing can renew gets one more hearing: the app asked for it.
    if (isStatic && this.#holding.held?.refusedAt) this.#holding.clear();
    this.#options.emit('auth.resumed', suspension);
  }

  // ---- ahead of time

  #floorMs(now: Moment): number {
    if (!this.#lastAttemptAt) return 0;
    return millisecondsUntil(
      {
        wallMs: this.#lastAttemptAt.wallMs + FLOOR_MS,
        monotonicMs: this.#lastAttemptAt.monotonicMs + FLOOR_MS,
      },
      now,
    );
  }

  /** Starts an attempt that nobody waits for, where one is due. */
  #refreshAhead(now: Now): void {
    const { held } = this.#holding;
    if (!held || !this.#isLive || !this.#hasDemand) return;
    const current = this.#phase(now);
    if (current === 'fresh' || current === 'acquiring' || current === 'suspended') return;
    if (this.#source.kind === 'none') this.#announceExpiring(held);
    if (this.#source.kind !== 'provider' || !this.#mayRenewAhead(current)) return;
    const isOpen = !this.#attempt && !this.#door.closedAt(now) && this.#floorMs(now) === 0;
    if (isOpen && this.#lookout.isOnline) this.#start('expiring');
  }

  #announceExpiring(held: TokenFacts): void {
    if (this.#announcedExpiring === held || held.expiresAtMs === undefined) return;
    this.#announcedExpiring = held;
    this.#options.emit('token.expiring', { expiresAt: held.expiresAtMs });
  }

  #nextLookMs(now: Now): number | undefined {
    const { held } = this.#holding;
    if (!held || !this.#isLive || this.#suspension || this.#attempt || !this.#hasDemand) return undefined;
    if (held.refusedAt || held.expiresAtMs === undefined) return undefined;
    const untilAdvisoryMs = remainingMs(held, now) - windowsOf(held, now).advisoryMs;
    if (this.#source.kind === 'none') {
      return this.#announcedExpiring === held ? undefined : untilAdvisoryMs;
    }
    if (!this.#mayRenewAhead('advisory')) return undefined;
    if (untilAdvisoryMs > 0) return untilAdvisoryMs;
    const closure = this.#door.closedAt(now);
    const closedMs = closure ? millisecondsUntil(closure.until, now) : 0;
    return this.#lookout.isOnline ? Math.max(closedMs, this.#floorMs(now)) : Number.POSITIVE_INFINITY;
  }

  // ---- telling

  #noteSkew(): void {
    const { offsetMs } = this.#serverClock;
    if (this.#announcedSkew || Math.abs(offsetMs) <= NOTABLE_SKEW_MS) return;
    this.#announcedSkew = true;
    this.#options.emit('clock.skew', { ms: offsetMs });
  }

  #warnOnce(topic: 'no_progress' | 'no_expiry', message: string): void {
    if (this.#warned.has(topic)) return;
    this.#warned.add(topic);
    this.#options.logger.warn(message);
  }

  #renewChange(): void {
    this.#change = new Promise((resolve) => {
      this.#wakeSleepers = resolve;
    });
  }

  #changed(): void {
    const before = this.#snapshot.current;
    const state = this.state;
    this.#lookout.arm(this.#isLive ? this.#nextLookMs(this.#look()) : undefined);
    if (before === state) return;
    this.#wakeSleepers();
    this.#renewChange();
    for (const listener of [...this.#listeners]) {
      try {
        listener();
      } catch {
        this.#options.logger.error('A listener of auth.subscribe failed');
      }
    }
  }
}
