import { ConfigurationError, SessionEndedError } from '../../shared/errors.js';
import { type AbortSource, throwIfAborted } from '../environment/abortable.js';
import { millisecondsUntil } from '../environment/clock.js';
import { Lookout } from '../refresh/lookout.js';
import { reenteredError, sameAsRejectedError } from '../refresh/refresh-errors.js';
import { canReplace, mustWait, type PolicyFacts } from '../refresh/refresh-policy.js';
import { Ahead } from '../refresh/refresh-scheduler.js';
import { SingleFlight } from '../refresh/single-flight.js';
import type { TokenProvider, TokenSource } from '../refresh/token-provider.js';
import { TokenStore, type TokenStoreOptions } from '../refresh/token-store.js';
import { type AcquiredToken, Waiters } from '../refresh/waiters.js';
import { type Now, type Phase, remainingMs, windowsOf } from '../token/phase.js';
import type { TokenFacts } from '../token/token-facts.js';
import type { KnownUser } from '../user.js';
import { Report } from './auth-state.js';
import { Epoch } from './epoch.js';
import { ServerVerdicts } from './server-verdicts.js';
import type { AuthState } from './state.js';

export interface TokenSessionOptions extends TokenStoreOptions {
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
  /** What the coordinator, or a consumer's server, says about a token. */
  readonly verdicts: ServerVerdicts;
  readonly #options: TokenSessionOptions;
  readonly #ledger: TokenStore;
  readonly #flight: SingleFlight;
  readonly #ahead: Ahead;
  readonly #lookout: Lookout;
  readonly #report: Report;
  readonly #room: Waiters;
  #epoch = new Epoch();
  #isDisposed = false;

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
    const ledger = new TokenStore(options);
    const changed = () => this.#changed();
    const flight = new SingleFlight({ ledger, environment, providerLimitMs, emit, isOnline, changed });
    const hasDemand = () => options.hasDemand();
    const policy = () => this.#policy;
    this.#ledger = ledger;
    this.#flight = flight;
    this.#ahead = new Ahead({ ledger, flight, emit, isOnline, hasDemand, policy });
    const activity = () => ({ isLive: !this.#epoch.aborted, isRefreshing: flight.isRunning });
    this.#report = new Report({ ledger, logger: options.logger, activity });
    this.#room = new Waiters({
      ledger,
      flight,
      timers: environment.timers,
      ending: () => this.#epoch,
      change: () => this.#report.change,
      mustAsk: (current, now) => this.#mustAsk(current, now),
      served: (now) => {
        this.#ahead.refreshIfDue(now);
        this.#changed();
      },
    });
    this.verdicts = new ServerVerdicts({ ledger, room: this.#room, policy, changed });
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

  /** Milliseconds for which nobody may ask for a token, by whichever clock says less. */
  get closedForMs(): number {
    const now = this.#ledger.look();
    const closure = this.#ledger.door.closedAt(now);
    return closure ? millisecondsUntil(closure.until, now) : 0;
  }

  /** Settles at the next change of any fact. */
  get change(): Promise<void> {
    return this.#report.change;
  }

  // ---- sessions

  /** Starts a session where none is live, and lifts a suspension: the app asked for it. */
  begin(): void {
    this.#open();
    this.#ledger.resume();
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

  #open(): void {
    if (this.#isDisposed) throw new SessionEndedError('This client was disposed of');
    if (this.#epoch.aborted) {
      this.#epoch = new Epoch();
      this.#ledger.history.add('a session began');
    }
    this.#lookout.start();
  }

  // ---- what callers ask for

  /** A token that is good to use now. Refreshes first when it must. */
  async acquire({ signal }: WaitOptions = {}): Promise<AcquiredToken> {
    this.assertNotReentered();
    this.#room.assertLive(signal);
    this.#ledger.adoptSupplied();
    this.#lookout.start();
    return this.#room.acquire(signal);
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
    const ending = this.#epoch;
    throwIfAborted(ending);
    this.#ledger.adoptSupplied();
    await this.#room.renewSince(this.held?.firstRejectedAt ?? this.#ledger.look(), 'manual', signal);
    // The session may have ended since the token came.
    throwIfAborted(ending);
    return (this.held as TokenFacts).value;
  }

  // ---- what the app hands in

  /** Takes a token by hand; throws and changes nothing where it fails a check. */
  setToken(candidate: unknown): void {
    const checked = this.#ledger.check(candidate);
    if (checked.value === this.#ledger.holding.lastRefused?.value) throw sameAsRejectedError();
    this.#open();
    const facts = this.#ledger.adopt(checked, { isFromProvider: false, requestedAt: this.#ledger.look() });
    this.#ledger.supplied = checked.value;
    this.#ledger.lastError = undefined;
    this.#ledger.door.succeed();
    this.#flight.overtake();
    // Last, since who hears of it may ask for a token at once.
    this.#ledger.resume();
    this.#flight.announce(facts, 'manual', 0);
    this.#changed();
  }

  setProvider(provider: TokenProvider): void {
    const { source: former } = this.#ledger;
    const isSame = former.kind === 'provider' && former.provider === provider;
    if (isSame && !this.#ledger.suspension) return;
    this.#ledger.source = { kind: 'provider', provider };
    this.#ledger.door.reset();
    this.#ledger.resume();
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
    this.#ahead.refreshIfDue(this.#ledger.look());
    this.#changed();
  }

  /** What used the token has failed: nothing is refreshed ahead until the next use. */
  rest(): void {
    const { held } = this.#ledger;
    if (held) delete held.usedAt;
    this.#changed();
  }

  // ---- what can be seen

  get state(): AuthState {
    return this.#report.state;
  }

  /** Calls `listener` after every change of `state`; returns the way to stop. */
  subscribe(listener: () => void): () => void {
    return this.#report.subscribe(listener);
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
      isRefused: held?.rejectedByServerAt !== undefined,
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
    const error = this.#ledger.suspendForGood(this.#ledger.lastError);
    this.#changed();
    throw error;
  }

  /** Throws while the provider is being called: what it asks of its own client would need its own answer. */
  assertNotReentered(): void {
    if (this.#flight.isCallingProvider) throw reenteredError();
  }

  // ---- telling

  /** Some fact may have changed: arms the timer anew, wakes who waits, and tells who listens. */
  #changed(): void {
    this.#report.publish();
    this.#lookout.arm(this.#epoch.aborted ? undefined : this.#ahead.nextLookMs(this.#ledger.look()));
  }
}
