import type { AnyStreamVideoError } from '../../shared/errors.js';
import { type AbortSource, throwIfAborted } from '../environment/abortable.js';
import { after, type Moment, millisecondsUntil } from '../environment/clock.js';
import type { Environment } from '../environment/environment.js';
import type { Emit } from '../event-emitter.js';
import type { Logger } from '../logger.js';
import { HeldTokens } from '../token/held-tokens.js';
import { isAlive, type Now, type Phase, phase, remainingMs } from '../token/phase.js';
import { NOTABLE_SKEW_MS, ServerClock } from '../token/server-clock.js';
import { claimedTimeMs, type TokenFacts, type TokenOrigin } from '../token/token-facts.js';
import { type CheckedToken, type MendedBy, validateToken } from '../token/validate-token.js';
import type { KnownUser } from '../user.js';
import { CircuitBreaker } from './circuit-breaker.js';
import { Epoch } from './epoch.js';
import { History } from './history.js';
import { type Blocked, laterOf, ProviderBackOff } from './provider-back-off.js';
import type { RefreshAttempt } from './refresh-attempt.js';
import type { PolicyFacts } from './refresh-policy.js';
import type { Suspension, TokenEvents } from './token-events.js';
import type { TokenSource } from './token-provider.js';

export interface TokenStoreOptions {
  readonly user: KnownUser;
  readonly token?: string | undefined;
  readonly source: TokenSource;
  readonly refresh: PolicyFacts['refresh'];
  readonly guestExpiry: PolicyFacts['guestExpiry'];
  /** How long one call of the provider may take. */
  readonly providerLimitMs: number;
  readonly environment: Environment;
  readonly logger: Logger;
  readonly emit: Emit<TokenEvents>;
  /** Whether something beyond single requests wants a good token: an open socket on a visible page, a joined call. */
  hasDemand(): boolean;
  hasJoinedCall(): boolean;
}

/** A 40 this soon after the arrival of a token comes early. */
export const EARLY_REFUSAL_MS = 10_000;

/** What is said once per client. */
type Warning = 'no_progress' | 'no_expiry' | 'no_calls';

/**
 * The facts about a user's tokens, and the small changes to them that always go together. Waits for nothing;
 * who changes a fact says so with `changed()` once everything is in its place.
 */
export class TokenStore {
  readonly environment: Environment;
  readonly emit: Emit<TokenEvents>;
  readonly logger: Logger;
  readonly providerLimitMs: number;
  readonly tokens = new HeldTokens();
  readonly breaker = new CircuitBreaker();
  readonly serverClock = new ServerClock();
  readonly history: History;
  source: TokenSource;
  user: KnownUser;
  suspension: Suspension | undefined;
  lastError: AnyStreamVideoError | undefined;
  /** The attempt to get a token that is under way; the last one where several overlap. */
  attempt: RefreshAttempt | undefined;
  /** Believed until an `offline` event says otherwise. */
  isOnline = true;
  /** The session: aborts when it ends. */
  epoch = new Epoch();
  /** Whether an official client was handed this guest's token in this session. */
  hasConsumer = false;
  readonly #refresh: PolicyFacts['refresh'];
  readonly #guestExpiry: PolicyFacts['guestExpiry'];
  readonly #isReliedOn: () => boolean;
  readonly #hasJoinedCall: () => boolean;
  #backOff: ProviderBackOff | undefined;
  #listeners: Set<() => void> | undefined;
  #warned: readonly Warning[] = [];
  #toldPhase: Phase | undefined;
  #toldBlocked: Blocked | undefined;
  #announcedSkew = false;
  #supplied: string | undefined;
  #isSuppliedRefused = false;
  #earlyRefusals = 0;

  constructor(options: TokenStoreOptions) {
    // Not the options themselves, which hold a token.
    const { environment, token } = options;
    this.#refresh = options.refresh;
    this.#guestExpiry = options.guestExpiry;
    this.#isReliedOn = options.hasDemand;
    this.#hasJoinedCall = options.hasJoinedCall;
    this.providerLimitMs = options.providerLimitMs;
    this.environment = environment;
    this.logger = options.logger;
    this.emit = options.emit;
    this.source = options.source;
    this.user = options.user;
    this.history = new History(environment.clock);
    if (token !== undefined) {
      this.supply(this.check(token, 'app').value);
      this.adoptSupplied();
    }
  }

  get backOff(): ProviderBackOff {
    this.#backOff ??= new ProviderBackOff(() => this.environment.random());
    return this.#backOff;
  }

  // ---- questions: they change nothing

  get held(): TokenFacts | undefined {
    return this.tokens.held;
  }

  /** What decides about asking for tokens, besides the token itself. */
  get policy(): PolicyFacts {
    return {
      source: this.source,
      refresh: this.#refresh,
      guestExpiry: this.#guestExpiry,
      hasJoinedCall: this.#hasJoinedCall(),
      hasConsumer: this.hasConsumer,
    };
  }

  /** Whether the token was used since it was obtained, or something long-lived relies on it. */
  get hasDemand(): boolean {
    return this.held?.usedAt !== undefined || this.#isReliedOn();
  }

  /** Whether an attempt is under way whose token somebody still waits for. */
  get isRefreshing(): boolean {
    return this.attempt !== undefined && !this.attempt.isDropped;
  }

  /** Throws if the session ended, the caller aborted, or auth is suspended. */
  assertLive(signal?: AbortSource, epoch: AbortSource = this.epoch): void {
    throwIfAborted(epoch);
    throwIfAborted(signal);
    if (this.suspension) throw this.suspension.error;
  }

  /**
   * What the caller supplied, and a guest's token: survives the session. Not one that the server has refused, where a
   * provider can bring another.
   */
  get supplied(): string | undefined {
    return this.#isSuppliedRefused && this.source.kind === 'provider' ? undefined : this.#supplied;
  }

  /** An anonymous user without anything that could be a call token. */
  get needsNoToken(): boolean {
    return this.user.type === 'anonymous' && this.source.kind === 'none' && !this.held;
  }

  now(moment: Moment = this.environment.clock.now()): Now {
    const { wallMs, monotonicMs } = moment;
    return { wallMs, monotonicMs, offsetMs: this.serverClock.offsetAt(moment) };
  }

  phase(now: Now): Phase {
    return phase({ isSuspended: this.suspension !== undefined, token: this.held }, now);
  }

  /** Why the provider is not asked now, and until when: back-off and breaker are one fact. */
  blockedAt(now: Moment): Blocked | undefined {
    return laterOf(this.#backOff?.blockedAt(now), this.breaker.blockedAt(now));
  }

  /** Whether there is a token that may be sent: the held one, or the one that the server accepted before. */
  hasToken(now: Now): boolean {
    return this.phase(now) !== 'acquiring' || this.#keptLives(now);
  }

  /** Checks a candidate for this user; throws `InvalidTokenError`. */
  check(candidate: unknown, mendedBy: MendedBy): CheckedToken {
    const { type, id } = this.user;
    return validateToken(candidate, { kind: type, userId: id }, mendedBy);
  }

  // ---- changes

  /** Calls `listener` after every change of a fact; returns the way to stop. */
  onChange(listener: () => void): () => void {
    const listeners = this.#listeners ?? new Set();
    this.#listeners = listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** A fact has changed: tells who listens. */
  changed(): void {
    const now = this.now();
    this.#toldPhase = this.phase(now);
    this.#toldBlocked = this.blockedAt(now);
    for (const listener of [...(this.#listeners ?? [])]) listener();
  }

  /** Tells who listens if time alone has changed what they were told: the phase, or the end of a wait. */
  noticeTime(now: Now, current: Phase = this.phase(now)): void {
    if (!this.isAsTold(now, current)) this.changed();
  }

  /** Whether phase and wait are still those of the last change that was told. */
  isAsTold(now: Now, current: Phase = this.phase(now)): boolean {
    return current === this.#toldPhase && this.blockedAt(now) === this.#toldBlocked;
  }

  /** Notes the time, so that a clock that somebody sets is noticed. */
  observe(): Now {
    const moment = this.environment.clock.now();
    this.serverClock.observe(moment);
    return this.now(moment);
  }

  /** Forgets what one session knew; what the caller supplied stays. */
  clear(): void {
    this.tokens.clear();
    this.resetBlocks();
    this.#earlyRefusals = 0;
    this.hasConsumer = false;
    this.suspension = undefined;
    this.lastError = undefined;
  }

  resetBlocks(): void {
    this.#backOff?.reset();
    this.breaker.reset();
  }

  /** Keeps a token for this session and later ones; undefined forgets it. */
  supply(token: string | undefined): void {
    this.#supplied = token;
    this.#isSuppliedRefused = false;
  }

  /** Takes the supplied token where none is held. */
  adoptSupplied(): void {
    const { supplied } = this;
    if (supplied === undefined || this.held) return;
    this.adopt(this.check(supplied, 'app'), { origin: 'app' });
  }

  adopt(
    { value, claims, userId }: CheckedToken,
    { origin, requestedAt }: { origin: TokenOrigin; requestedAt?: Moment },
  ): TokenFacts {
    const now = this.observe();
    const { held } = this;
    if (held && !held.rejectedByServerAt && !isNew(held, now)) this.#earlyRefusals = 0;
    const facts = this.tokens.adopt({
      value,
      claims,
      userId,
      expiresAtMs: claimedTimeMs(claims.exp),
      issuedAtMs: claimedTimeMs(claims.iat),
      receivedAt: now,
      // The app asked nobody for what it handed in.
      requestedAt: requestedAt ?? now,
      origin,
      jitter: this.environment.random(),
    });
    // Told by those who take the token, once everything is in its place.
    if (origin === 'provider') this.serverClock.learnFromToken(facts, this.observe());
    if (facts.expiresAtMs === undefined) {
      this.warnOnce('no_expiry', 'The token has no usable expiry: only a revocation can end it');
    }
    if (this.user.type === 'anonymous' && claims.call_cids === undefined) {
      this.warnOnce('no_calls', 'The call token has no call_cids: it opens no call');
    }
    this.history.add('in_use', `generation ${facts.generation} is in use`, facts.generation);
    return facts;
  }

  /** Back to the token that the server accepted last, if it still lives. */
  rollBack(now: Now): boolean {
    const refused = this.held;
    const isBack = this.#keptLives(now) && this.tokens.rollBack(now);
    if (isBack) {
      const generation = this.held?.generation;
      this.#noteRefused(refused);
      this.history.add(
        'rolled_back',
        `back to generation ${generation}, which the server accepted`,
        generation,
      );
    }
    return isBack;
  }

  /** The server refused this token: nothing goes back to it. Returns the held one, if it is that. */
  refuse(token: TokenFacts, now: Moment): TokenFacts | undefined {
    this.#noteRefused(token);
    return this.tokens.refuse(token, now);
  }

  /**
   * Counts a 40 where it speaks against the issuer. One that comes within seconds, with the end of the token still
   * ahead, does not: a server may take each token once. Such ones slow the attempts down, and no more.
   */
  countExpiry(token: TokenFacts, now: Now, error: unknown): void {
    if (isNew(token, now) && remainingMs(token, now) > 0) {
      this.#earlyRefusals += 1;
      this.backOff.noteEarlyRefusals(now, this.#earlyRefusals, error);
      return;
    }
    this.#earlyRefusals = 0;
    if (!token.acceptedAt) this.countUnusable(token, now, error);
  }

  /** A token was of no use; each counts once. */
  countUnusable(token: TokenFacts, now: Moment, error: unknown): void {
    if (token.countedUnusable) return;
    token.countedUnusable = true;
    this.breaker.countUnusable(now, error);
  }

  /** Takes evidence about the server's clock; a difference that the app should know of is told once. */
  learnTime(learn: (now: Moment) => void): void {
    const moment = this.observe();
    learn(moment);
    this.tellSkew(moment);
  }

  tellSkew(moment?: Moment): void {
    const { offsetMs } = this.now(moment);
    if (this.#announcedSkew || Math.abs(offsetMs) <= NOTABLE_SKEW_MS) return;
    this.#announcedSkew = true;
    this.emit('clock.skew', { ms: offsetMs });
  }

  warnOnce(topic: Warning, message: string): void {
    if (this.#warned.includes(topic)) return;
    this.#warned = [...this.#warned, topic];
    this.logger.warn(message);
  }

  #noteRefused(token: TokenFacts | undefined): void {
    if (token && token.value === this.#supplied) this.#isSuppliedRefused = true;
  }

  #keptLives(now: Now): boolean {
    const { kept } = this.tokens;
    return kept !== undefined && isAlive(kept, now);
  }
}

/** Whether this token came so lately that a 40 says nothing about its age. */
function isNew({ receivedAt }: TokenFacts, now: Moment): boolean {
  return millisecondsUntil(after(receivedAt, EARLY_REFUSAL_MS), now) > 0;
}
