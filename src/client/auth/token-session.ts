import { SessionEndedError, type TokenProviderError } from '../../shared/errors.js';
import { refuse } from '../../shared/refuse.js';
import { type AbortSource, throwIfAborted } from '../environment/abortable.js';
import { millisecondsUntil } from '../environment/clock.js';
import { Epoch, tellInTurn } from '../refresh/epoch.js';
import { blockedError, sameAsRejectedError } from '../refresh/refresh-errors.js';
import { canReplace, isIdentityInUse } from '../refresh/refresh-policy.js';
import { RefreshScheduler } from '../refresh/refresh-scheduler.js';
import { SingleFlight } from '../refresh/single-flight.js';
import { resume } from '../refresh/suspension.js';
import type { TokenProvider, TokenSource } from '../refresh/token-provider.js';
import { TokenStore, type TokenStoreOptions } from '../refresh/token-store.js';
import { type AcquiredToken, Waiters } from '../refresh/waiters.js';
import type { TokenFacts } from '../token/token-facts.js';
import type { KnownUser } from '../user.js';
import { type AuthState, ObservableState } from './auth-state.js';
import { type Facts, factsOf } from './explain/facts.js';
import { ServerVerdicts } from './server-verdicts.js';
import { readSignal, type Waiting } from './signal-option.js';
import { TabSharing } from './tab-sharing.js';
import { TokenConsumer } from './token-provider-for.js';

export interface TokenSessionOptions extends TokenStoreOptions {
  /** What the tabs have in common that share tokens; undefined where this one shares none. */
  readonly tabKey?: string | undefined;
}

interface WaitOptions {
  readonly signal?: AbortSource | undefined;
}

/** What acts on the facts of the store. */
interface Parts {
  readonly flight: SingleFlight;
  readonly scheduler: RefreshScheduler;
  readonly waiters: Waiters;
  readonly verdicts: ServerVerdicts;
}

/**
 * The token's life: callers who need a token ask here, and wait here. The store has the facts, phases are derived
 * from them, and the single flight makes the attempts. A session is an epoch: whatever ends after its epoch is
 * dropped.
 */
export class TokenSession {
  readonly #store: TokenStore;
  readonly #tabKey: string | undefined;
  #madeParts: Parts | undefined;
  #state: ObservableState | undefined;
  #isDisposed = false;

  constructor(options: TokenSessionOptions) {
    this.#store = new TokenStore(options);
    this.#tabKey = options.tabKey;
  }

  /** Made at first use: a client that nobody has asked anything costs little. */
  get #parts(): Parts {
    this.#madeParts ??= this.#makeParts();
    return this.#madeParts;
  }

  #makeParts(): Parts {
    const store = this.#store;
    const flight = new SingleFlight(store);
    const tabs = this.#tabKey === undefined ? undefined : new TabSharing(store, flight, this.#tabKey);
    const scheduler = new RefreshScheduler(store, flight, tabs);
    const waiters = new Waiters(store, flight, scheduler);
    return { flight, scheduler, waiters, verdicts: new ServerVerdicts(store, waiters, tabs) };
  }

  /** What the coordinator, or a consumer's server, says about a token. */
  get verdicts(): ServerVerdicts {
    return this.#parts.verdicts;
  }

  get user(): KnownUser {
    return this.#store.user;
  }

  get source(): TokenSource {
    return this.#store.source;
  }

  /** The token in use, or the one that the caller supplied for the next session. */
  get token(): string | undefined {
    return this.held?.value ?? this.#store.supplied;
  }

  get held(): TokenFacts | undefined {
    return this.#store.held;
  }

  /** Server time minus local time. */
  get offsetMs(): number {
    return this.#store.now().offsetMs;
  }

  get isOnline(): boolean {
    return this.#store.isOnline;
  }

  /** Aborts with `SessionEndedError` when the present session ends. */
  get ending(): AbortSource {
    return this.#store.epoch;
  }

  /** Milliseconds for which the provider is not asked, by whichever clock says less. */
  get blockedForMs(): number {
    const now = this.#store.now();
    const blocked = this.#store.blockedAt(now);
    return blocked ? millisecondsUntil(blocked.until, now) : 0;
  }

  /** What a caller gets who cannot wait until the provider is asked again; undefined where its tokens are no reason. */
  get circuitOpenError(): TokenProviderError | undefined {
    const blocked = this.#store.blockedAt(this.#store.now());
    const error = blocked && blockedError(blocked);
    return error?.code === 'circuit_open' ? error : undefined;
  }

  /** A request is sent once more, for what the server said about its token. */
  noteReplay(): void {
    this.#store.history.count('replays');
  }

  // ---- sessions

  /** Starts a session where none is live, and lifts a suspension: the app asked for it. Returns its ending. */
  begin({ isByHand = false } = {}): AbortSource {
    const store = this.#store;
    this.#open();
    const { epoch } = store;
    // A guest whose identity is relied on, or that is not to be renewed, becomes another by hand only.
    const isGuestKept = store.suspension?.reason === 'guest_expired' && !canReplace(store.policy);
    if (isByHand || !isGuestKept) resume(store);
    store.backOff.endWaitFor('refusal');
    store.changed();
    return epoch;
  }

  /**
   * Ends the session at once and synchronously: callers who wait are rejected, what the provider gave is forgotten.
   * `ended` is called when all is in its place, before any listener, since one may start the next session.
   */
  end({ forGood = false, ended = () => {} }: { forGood?: boolean; ended?: () => void } = {}): void {
    const store = this.#store;
    if (forGood) {
      this.#isDisposed = true;
      store.supply(undefined);
    }
    if (store.epoch.aborted) return;
    const reason = new SessionEndedError();
    store.epoch.end(reason);
    this.#madeParts?.flight.abort(reason);
    store.clear();
    this.#madeParts?.scheduler.stop();
    store.history.add('session_ended', 'the session ended');
    ended();
    store.changed();
  }

  #open(): void {
    if (this.#isDisposed) throw new SessionEndedError('This client was disposed of');
    if (this.#store.epoch.aborted) {
      this.#store.epoch = new Epoch();
      this.#store.history.add('session_began', 'a session began');
    }
    this.#parts.scheduler.start();
  }

  // ---- what callers ask for

  /** A token that is good to use now. Refreshes first when it must. */
  acquire({ signal }: WaitOptions = {}): Promise<AcquiredToken> {
    return this.#parts.waiters.acquire(signal);
  }

  /** The same where nothing has to be waited for; undefined elsewhere. */
  acquireAtOnce({ signal }: WaitOptions = {}): AcquiredToken | undefined {
    return this.#parts.waiters.acquireAtOnce(signal);
  }

  /** For those who had to wait: what `acquireAtOnce` looked at is not looked at again. */
  acquireInTime({ signal }: WaitOptions = {}): Promise<AcquiredToken> {
    return this.#parts.waiters.acquireInTime(signal);
  }

  /** Has a token ready for a request that follows. Refreshes first when it must. */
  prepare({ signal }: WaitOptions): Promise<void> {
    return this.#parts.waiters.prepare(signal);
  }

  /** A token newer than this call, through the provider; lifts a suspension. */
  async refresh(options?: Waiting): Promise<string> {
    this.assertNotReentered();
    const signal = readSignal(options);
    if (this.source.kind === 'none') {
      refuse(
        'missing_token_provider',
        'There is nothing to refresh the token with',
        'Pass a tokenProvider, call auth.setTokenProvider(), or hand in a token with auth.setToken().',
      );
    }
    throwIfAborted(signal);
    const epoch = this.begin({ isByHand: true });
    throwIfAborted(epoch);
    this.#store.adoptSupplied();
    const since = this.held?.firstRejectedAt ?? this.#parts.flight.momentOfTick;
    const mayCutOff = isIdentityInUse(this.#store.policy);
    await this.#parts.waiters.renewSince(since, { reason: 'manual', mayCutOff, signal });
    // The session may have ended since the token came.
    throwIfAborted(epoch);
    return (this.held as TokenFacts).value;
  }

  /**
   * What gives an official client its tokens, for as long as the user is the present one. `askServer`: makes a
   * request whose answer says whether the token is still good.
   */
  consumer(askServer: () => Promise<unknown>): TokenConsumer {
    return new TokenConsumer(this.#store, this.#parts.waiters, this.verdicts, askServer);
  }

  /** Throws while the provider is being called: what it asks of its own client would need its own answer. */
  assertNotReentered(): void {
    this.#parts.flight.assertNotReentered();
  }

  // ---- what the app sets

  /** Takes a token by hand; throws and changes nothing where it fails a check. */
  setToken(candidate: unknown): void {
    const store = this.#store;
    const checked = store.check(candidate, 'app');
    if (store.tokens.refused(checked.value)) throw sameAsRejectedError();
    this.#open();
    const facts = store.adopt(checked, { origin: 'app' });
    store.supply(checked.value);
    store.lastError = undefined;
    store.backOff.reset();
    this.#parts.flight.overtake();
    // Last, since a listener may ask for a token at once.
    tellInTurn(
      store,
      () => resume(store),
      () => this.#parts.flight.announce(facts, 'manual', 0),
    );
    store.changed();
  }

  /** Takes another provider: back-off and breaker were about the former one. */
  setProvider(provider: TokenProvider): void {
    const store = this.#store;
    const isSame = store.source.kind === 'provider' && store.source.provider === provider;
    if (isSame && !store.suspension) return;
    store.source = { kind: 'provider', provider };
    store.resetBlocks();
    this.#madeParts?.flight.supersede();
    resume(store);
    store.changed();
  }

  // ---- evidence and wake-ups

  /** `created_at` of a socket frame. */
  learnFromFrame(createdAt: unknown): void {
    this.#store.learnTime((now) => this.#store.serverClock.learnFromFrame(createdAt, now));
  }

  /** The `Date` header of the coordinator's answer. */
  learnFromDateHeader(header: string | null): void {
    const { serverClock } = this.#store;
    if (serverClock.isKnown(header)) return;
    this.#store.learnTime((now) => serverClock.learnFromDateHeader(header, now));
  }

  /** Derives everything again: after a change of demand. */
  wake(): void {
    this.#parts.scheduler.wake();
  }

  /** What used the token has failed: nothing is refreshed ahead until the next use. */
  rest(): void {
    if (this.held) delete this.held.usedAt;
    this.#store.changed();
  }

  // ---- what can be seen

  get state(): AuthState {
    return this.#observed.current;
  }

  /** Calls `listener` after every change of `state`; returns the way to stop. */
  subscribe(listener: () => void): () => void {
    return this.#observed.subscribe(listener);
  }

  get #observed(): ObservableState {
    this.#state ??= new ObservableState(this.#store);
    return this.#state;
  }

  /** Everything that `explain()` tells, without secrets. */
  describe(): Facts {
    return factsOf({ store: this.#store, flight: this.#parts.flight, state: this.state });
  }
}
