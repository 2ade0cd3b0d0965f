import { isAtOrAfter, type Moment, millisecondsUntil } from '../environment/clock.js';
import { type AbortSource, abortable, pause, throwIfAborted } from '../environment/waiting.js';
import { type AnyStreamVideoError, ConfigurationError, SessionEndedError } from '../errors.js';
import type { KnownUser } from '../user.js';
import { Ahead } from './ahead.js';
import type { Attempt, Outcome } from './attempt.js';
import type { Closure } from './door.js';
import { Epoch } from './epoch.js';
import { claimedTimeMs, type TokenFacts } from './facts.js';
import {
  closedError,
  guestExpiredError,
  newTokenRefusedError,
  reenteredError,
  sameAsRejectedError,
  staticTokenError,
} from './failures.js';
import { Flight } from './flight.js';
import { Ledger, type LedgerOptions } from './ledger.js';
import { Lookout } from './lookout.js';
import { type Now, type Phase, remainingMs, windowsOf } from './phase.js';
import { canReplace, mustWait, type PolicyFacts } from './policy.js';
import type { TokenReason, TokenSource } from './provider.js';
import { type AuthState, Snapshot, stateOf } from './state.js';
import { clamp, DOOR_PATIENCE_MS, EARLY_TOKEN } from './windows.js';

/** The right to send one request. */
export interface Pass {
  /** Undefined for an anonymous user without a call token. */
  readonly token: TokenFacts | undefined;
}

export interface TokenSessionOptions extends LedgerOptions {
  readonly refresh: 'auto' | 'on-demand';
  readonly guestExpiry: 'renew' | 'suspend';
  readonly providerLimitMs: number;
  /** Whether something beyond single requests wants a good token: an open socket on a visible page, a joined call. */
  hasDemand(): boolean;
  hasJoinedCall(): boolean;
}

interface WaitOptions {
  readonly signal?: AbortSource | undefined;
}

/**
 * The token's life: whoever needs a token asks here, and waits here. Facts are kept in the ledger, phases are
 * derived from them, and the one attempt at a time is the flight's. A session is an epoch: whatever ends after
 * its epoch is dropped.
 */
export class TokenSession {
  readonly #options: TokenSessionOptions;
  readonly #ledger: Ledger;
  readonly #flight: Flight;
  readonly #ahead: Ahead;
  readonly #lookout: Lookout;
  readonly #snapshot = new Snapshot<AuthState>();
  readonly #listeners = new Set<() => void>();
  #epoch = new Epoch();
  #isDisposed = false;
  #change = new Change();

  constructor(options: TokenSessionOptions) {
    const { environment, emit, providerLimitMs } = options;
    this.#options = options;
    this.#lookout = new Lookout(environment, {
      look: () => this.wake(),
      online: () => {
        this.#ledger.door.openForNetwork();
        this.wake();
      },
    });
    const isOnline = () => this.#lookout.isOnline;
    const ledger = new Ledger(options);
    const changed = () => this.#changed();
    const flight = new Flight({ ledger, environment, providerLimitMs, emit, isOnline, changed });
    const hasDemand = () => options.hasDemand();
    const policy = () => this.#policy;
    this.#ledger = ledger;
    this.#flight = flight;
    this.#ahead = new Ahead({ ledger, flight, emit, isOnline, hasDemand, policy });
  }

  get user(): KnownUser {
    return this.#ledger.user;
  }

  get source(): TokenSource {
    return this.#ledger.source;
  }

  /** The token in use, or the one that the caller supplied for the next session. */
  get token(): string | undefined {
    return this.held?.value ?? this.#ledger.supplied;
  }

  get held(): TokenFacts | undefined {
    return this.#ledger.held;
  }

  /** Server time minus local time. */
  get offsetMs(): number {
    return this.#ledger.serverClock.offsetMs;
  }

  get isOnline(): boolean {
    return this.#lookout.isOnline;
  }

  /** Aborts with `SessionEndedError` when the present session ends. */
  get ending(): AbortSource {
    return this.#epoch;
  }

  /** Settles at the next change of any fact. */
  get change(): Promise<void> {
    return this.#change.happened;
  }

  // ---- sessions

  /** Starts a session where none is live, and lifts a suspension: the app asked for it. */
  begin(): void {
    if (this.#isDisposed) throw new SessionEndedError('This client was disposed of');
    if (this.#epoch.aborted) {
      this.#epoch = new Epoch();
      this.#ledger.history.add('a session began');
    }
    this.#ledger.resume();
    this.#lookout.start();
    this.#changed();
  }

  /** Ends the session at once and synchronously: whoever waits is rejected, what the provider gave is forgotten. */
  end({ forGood = false } = {}): void {
    if (forGood) {
      this.#isDisposed = true;
      this.#ledger.supplied = undefined;
    }
    if (this.#epoch.aborted) return;
    const reason = new SessionEndedError();
    this.#epoch.end(reason);
    this.#flight.abort(reason);
    this.#ledger.clear();
    this.#lookout.stop();
    this.#ledger.history.add('the session ended');
    this.#changed();
  }

  // ---- what callers ask for

  /** A token that is good to use now. Refreshes first when it must. */
  async acquire({ signal }: WaitOptions = {}): Promise<Pass> {
    this.assertNotReentered();
    this.#assertLive(signal);
    this.#ledger.adoptSupplied();
    this.#lookout.start();
    for (;;) {
      this.#assertLive(signal);
      const now = this.#ledger.look();
      const current = this.#ledger.phase(now);
      if (!this.#mustAsk(current, now)) return this.#serve(now);
      const closure = this.#ledger.door.closedAt(now);
      if (closure) {
        if (current !== 'acquiring' || this.#ledger.rollBack(now)) return this.#serve(now);
        await this.#waitAtDoor(closure, now, signal);
        continue;
      }
      const attempt = this.#flight.current ?? this.#flight.start(this.#reasonIn(current));
      const patienceMs = current === 'mandatory' ? this.#mandatoryPatienceMs(now) : undefined;
      if (patienceMs === 0) return this.#serve(now);
      const isEnough = !attempt.isDropped && this.#answers(attempt, current);
      const outcome = await this.#join(attempt, { signal, patienceMs, untilEnded: !isEnough });
      if (!isEnough && outcome) continue;
      this.#assertLive(signal);
      const later = this.#ledger.look();
      if (this.#ledger.phase(later) !== 'acquiring' || this.#ledger.rollBack(later))
        return this.#serve(later);
      if (outcome && !outcome.isOk) throw outcome.error;
    }
  }

  /** A token newer than this call, through the provider; lifts a suspension. */
  async refresh({ signal }: WaitOptions = {}): Promise<string> {
    this.assertNotReentered();
    if (this.source.kind === 'none') {
      throw new ConfigurationError('missing_token_provider', 'There is nothing to refresh the token with', {
        remediation:
          'Pass a tokenProvider, call auth.setTokenProvider(), or hand in a token with auth.setToken().',
      });
    }
    throwIfAborted(signal);
    this.begin();
    this.#ledger.adoptSupplied();
    await this.#renewSince(this.held?.firstRejectedAt ?? this.#ledger.look(), 'manual', signal);
    return (this.held as TokenFacts).value;
  }

  /** The server said 40 about this token. Returns it, or undefined when another one is held by now. */
  refuse(refused: TokenFacts, cause: unknown): TokenFacts | undefined {
    const { holding, history } = this.#ledger;
    const isNews = refused.refusedAt === undefined;
    const now = this.#ledger.look();
    const held = holding.refuse(refused.generation, now);
    if (held && isNews) {
      history.add(`the server refused generation ${held.generation}`);
      if (!held.acceptedAt) this.#ledger.countUnusable(held, now, cause);
      this.#changed();
    }
    return held;
  }

  /**
   * The server said 40 about this token. Resolves when there is another one to replay with: at once if there is
   * already, else by an attempt that began no earlier than the first such refusal.
   */
  async renew(refused: TokenFacts, { signal, cause }: WaitOptions & { cause: unknown }): Promise<void> {
    const held = this.refuse(refused, cause);
    if (!held) return;
    this.#assertLive(signal);
    if (!canReplace(this.#policy)) {
      if (this.#ledger.rollBack(this.#ledger.look())) return;
      throw this.#endOfToken(cause);
    }
    try {
      await this.#renewSince(held.firstRejectedAt as Moment, 'rejected', signal);
    } catch (error) {
      // A newer token, though asked for before the refusal, or the last one that was accepted: better than none.
      this.#assertLive(signal);
      const isNewer = this.held && this.held.generation > refused.generation && !this.held.refusedAt;
      if (!isNewer && !this.#ledger.rollBack(this.#ledger.look())) throw error;
    }
  }

  /**
   * A consumer's own server refused this token: asks for another one, and leaves this one in use here until
   * our server refuses it, too.
   */
  async replaceFor(token: TokenFacts): Promise<void> {
    this.#assertLive();
    // Only our own server ends a token that has no successor.
    if (!canReplace(this.#policy)) return;
    token.firstRejectedAt ??= this.#ledger.look();
    await this.#renewSince(token.firstRejectedAt, 'rejected', undefined);
  }

  /**
   * The server refused this token for what it is. True when the request is to be sent again with the token that
   * the server accepted before: the new one is given up.
   */
  giveUp(refused: TokenFacts, cause: unknown): boolean {
    const { held, holding } = this.#ledger;
    if (holding.wasRolledBack(refused.generation)) return held !== undefined && !held.refusedAt;
    if (held?.generation !== refused.generation || held.acceptedAt) return false;
    const now = this.#ledger.look();
    const isBack = this.#ledger.rollBack(now);
    this.#ledger.countUnusable(held, now, cause);
    if (isBack) this.#ledger.recordFailure(now, newTokenRefusedError(cause), 'provider').announce();
    this.#changed();
    return isBack;
  }

  /** The server took this token. */
  accept({ generation }: TokenFacts): void {
    if (!this.#ledger.holding.accept(generation, this.#ledger.look())) return;
    this.#ledger.door.accept();
    this.#ledger.history.add(`the server accepted generation ${generation}`);
    this.#changed();
  }

  /** How long to wait before the same token is sent once more after 41 or 42. */
  earlyTokenDelayMs({ claims, issuedAtMs }: TokenFacts): number {
    const serverMs = this.#ledger.look().wallMs + this.#ledger.serverClock.offsetWithoutTokensMs;
    const validFromMs = Math.max(claimedTimeMs(claims.nbf) ?? 0, issuedAtMs ?? 0);
    return clamp(validFromMs - serverMs + EARLY_TOKEN.marginMs, EARLY_TOKEN.minMs, EARLY_TOKEN.maxMs);
  }

  // ---- what the app hands in

  /** Takes a token by hand; throws and changes nothing where it fails a check. */
  setToken(candidate: unknown): void {
    const checked = this.#ledger.check(candidate);
    if (checked.value === this.#ledger.holding.lastRefused?.value) throw sameAsRejectedError();
    this.begin();
    const facts = this.#ledger.adopt(checked, { isFromProvider: false, requestedAt: this.#ledger.look() });
    this.#ledger.supplied = checked.value;
    this.#ledger.lastError = undefined;
    this.#ledger.door.succeed();
    this.#flight.overtake();
    this.#flight.announce(facts, 'manual', 0);
    this.#changed();
  }

  setSource(source: TokenSource): void {
    const { source: former } = this.#ledger;
    const isSame =
      source.kind === 'provider' && former.kind === 'provider' && source.provider === former.provider;
    if (isSame && !this.#ledger.suspension) return;
    this.#ledger.source = source;
    this.#ledger.door.reset();
    if (!this.#epoch.aborted) this.#ledger.resume();
    this.#changed();
  }

  // ---- evidence and wake-ups

  learnFromFrame(createdAt: unknown): void {
    this.#ledger.serverClock.learnFromFrame(createdAt, this.#ledger.look());
    this.#ledger.noteSkew();
  }

  learnFromDateHeader(header: string | null): void {
    this.#ledger.serverClock.learnFromDateHeader(header, this.#ledger.look());
    this.#ledger.noteSkew();
  }

  /** Looks at the clocks and derives everything anew: after a timer, a wake-up of the page, a change of demand. */
  wake(): void {
    if (this.#epoch.aborted) return;
    this.#ahead.refreshIfDue(this.#ledger.look());
    this.#changed();
  }

  // ---- what can be seen

  get state(): AuthState {
    const isLive = !this.#epoch.aborted;
    const isRefreshing = this.#flight.isRunning;
    return this.#snapshot.take(stateOf(this.#ledger, this.#ledger.look(), { isLive, isRefreshing }));
  }

  /** Calls `listener` after every change of `state`; returns the way to stop. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Everything that `explain()` tells, without secrets. */
  describe() {
    const now = this.#ledger.look();
    const { door, held, history, holding, lastError, serverClock, source } = this.#ledger;
    const startedAt = this.#flight.current?.startedAt;
    return {
      now,
      state: this.state,
      remediation: lastError?.remediation,
      attemptEndsAt: startedAt && startedAt.wallMs + this.#options.providerLimitMs,
      canReplace: canReplace(this.#policy),
      source: source.kind,
      refresh: this.#options.refresh,
      guestExpiry: this.#options.guestExpiry,
      remainingMs: held ? remainingMs(held, now) : undefined,
      windows: held ? windowsOf(held, now) : undefined,
      isAccepted: held?.acceptedAt !== undefined,
      isRefused: held?.refusedAt !== undefined,
      hasKept: holding.hasKept,
      closure: door.closedAt(now),
      floorMs: this.#flight.floorMs(now),
      isOnline: this.isOnline,
      hasDemand: this.#ahead.hasDemand,
      clock: { offsetMs: serverClock.offsetMs, evidence: serverClock.evidence },
      counters: { ...history.counters, failuresInARow: door.failures, unusableInARow: door.unusable },
      transitions: history.transitions,
    };
  }

  // ---- permissions

  get #policy(): PolicyFacts {
    const { refresh, guestExpiry } = this.#options;
    return { source: this.source, refresh, guestExpiry, hasJoinedCall: this.#options.hasJoinedCall() };
  }

  /** Whether a caller in this phase has to wait for the provider; throws where only the app can help. */
  #mustAsk(current: Phase, now: Now): boolean {
    if (current !== 'acquiring') return mustWait(current, this.held as TokenFacts, now, this.#policy);
    if (canReplace(this.#policy)) return true;
    if (this.#ledger.needsNoToken || this.#ledger.rollBack(now)) return false;
    throw this.#endOfToken(this.#ledger.lastError);
  }

  /** Suspends, since only the app can bring another token; returns what its callers get. */
  #endOfToken(cause: unknown): AnyStreamVideoError {
    const isGuest = this.source.kind === 'guest';
    const error = isGuest ? guestExpiredError(cause) : staticTokenError(cause);
    this.#ledger.suspend(isGuest ? 'guest_expired' : 'token_expired', error)();
    this.#changed();
    return error;
  }

  #assertLive(signal?: AbortSource): void {
    throwIfAborted(this.#epoch);
    throwIfAborted(signal);
    if (this.#ledger.suspension) throw this.#ledger.suspension.error;
  }

  /** Throws while the provider is being called: what it asks of its own client would need its own answer. */
  assertNotReentered(): void {
    if (this.#flight.isCallingProvider) throw reenteredError();
  }

  // ---- serving and waiting

  #serve(now: Now): Pass {
    const { held } = this.#ledger;
    if (held) held.usedAt ??= now;
    this.#ahead.refreshIfDue(now);
    this.#changed();
    return { token: held };
  }

  #reasonIn(current: Phase): TokenReason {
    if (current !== 'acquiring') return 'expiring';
    return this.held ? 'rejected' : 'initial';
  }

  /** Whether this attempt's answer is what a caller in this phase needs: it must not be older than the refusal. */
  #answers(attempt: Attempt, current: Phase): boolean {
    const refusedAt = this.held?.refusedAt;
    return current !== 'acquiring' || !refusedAt || isAtOrAfter(attempt.startedAt, refusedAt);
  }

  #mandatoryPatienceMs(now: Now): number {
    const held = this.held as TokenFacts;
    return Math.max(0, remainingMs(held, now) - windowsOf(held, now).mandatoryMs / 2);
  }

  async #waitAtDoor(closure: Closure, now: Moment, signal: AbortSource | undefined): Promise<void> {
    const delayMs = millisecondsUntil(closure.until, now);
    if (delayMs > DOOR_PATIENCE_MS) throw closedError(closure);
    const { timers } = this.#options.environment;
    await pause(timers, delayMs, { wake: this.change, signals: [signal, this.#epoch] });
  }

  /** Waits for an attempt, and returns what came of it; undefined when the patience is over first. */
  async #join(
    attempt: Attempt,
    {
      signal,
      patienceMs,
      untilEnded,
    }: WaitOptions & { patienceMs?: number | undefined; untilEnded: boolean },
  ): Promise<Outcome | undefined> {
    let outcome: Outcome | undefined;
    const awaited = untilEnded ? attempt.ended.then(() => ({ isOk: true }) as const) : attempt.outcome;
    const arrival = awaited.then((arrived) => {
      outcome = arrived;
    });
    const signals = [signal, this.#epoch];
    if (patienceMs === undefined) await abortable(arrival, ...signals);
    else await pause(this.#options.environment.timers, patienceMs, { wake: arrival, signals });
    return outcome;
  }

  /** Waits for a token that was asked for at or after `since`; one further attempt is shared by all who need it. */
  async #renewSince(since: Moment, reason: TokenReason, signal: AbortSource | undefined): Promise<void> {
    const known = this.held?.generation ?? 0;
    for (;;) {
      this.#assertLive(signal);
      const { held } = this.#ledger;
      const isNewer = held && held.generation > known && !held.refusedAt;
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
      if (!isOurs || !outcome) continue;
      if (outcome.isOk) return;
      this.#assertLive(signal);
      throw outcome.error;
    }
  }

  // ---- telling

  /** Some fact may have changed: arms the timer anew, wakes who waits, and tells who listens. */
  #changed(): void {
    const before = this.#snapshot.current;
    const { state } = this;
    const isLive = !this.#epoch.aborted;
    this.#lookout.arm(isLive ? this.#ahead.nextLookMs(this.#ledger.look()) : undefined);
    if (before === state) return;
    const change = this.#change;
    this.#change = new Change();
    change.happen();
    const complain = () => this.#options.logger.error('A listener of auth.subscribe failed');
    for (const listener of [...this.#listeners]) {
      try {
        // The type says void, but an async function fits it, too.
        Promise.resolve(listener() as unknown).catch(complain);
      } catch {
        complain();
      }
    }
  }
}

/** One change that can be waited for. */
class Change {
  readonly happened: Promise<void>;
  #happen!: () => void;

  constructor() {
    this.happened = new Promise((resolve) => {
      this.#happen = resolve;
    });
  }

  happen(): void {
    this.#happen();
  }
}
