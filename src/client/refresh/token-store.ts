import { type AnyStreamVideoError, InvalidTokenError } from '../../shared/errors.js';
import type { Moment } from '../environment/clock.js';
import type { Environment } from '../environment/environment.js';
import type { Emit } from '../event-emitter.js';
import type { Logger } from '../logger.js';
import { HeldTokens } from '../token/held-tokens.js';
import { type Now, type Phase, phase, remainingMs } from '../token/phase.js';
import { NOTABLE_SKEW_MS, ServerClock } from '../token/server-clock.js';
import { claimedTimeMs, type TokenFacts } from '../token/token-facts.js';
import { type CheckedToken, validateToken } from '../token/validate-token.js';
import type { KnownUser } from '../user.js';
import { CircuitBreaker } from './circuit-breaker.js';
import { Epoch } from './epoch.js';
import { History } from './history.js';
import { type Blocked, laterOf, ProviderBackOff } from './provider-back-off.js';
import { attemptError } from './refresh-errors.js';
import type { PolicyFacts } from './refresh-policy.js';
import { retryAfterMs } from './retry-after.js';
import type { Announcement, Suspension, TokenEvents } from './token-events.js';
import type { TokenSource } from './token-provider.js';

export interface TokenStoreOptions {
  readonly user: KnownUser;
  readonly token?: string | undefined;
  readonly source: TokenSource;
  readonly refresh: PolicyFacts['refresh'];
  readonly guestExpiry: PolicyFacts['guestExpiry'];
  readonly environment: Environment;
  readonly logger: Logger;
  readonly emit: Emit<TokenEvents>;
  hasJoinedCall(): boolean;
}

/** What is said once per client. */
type Warning = 'no_progress' | 'no_expiry' | 'no_calls';

/** A failure as it was written down: what those get who waited, and what the app is told. */
export interface RecordedFailure {
  readonly error: AnyStreamVideoError;
  readonly announce: Announcement;
}

/**
 * The facts about a user's tokens, and the small changes to them that always go together. Waits for nothing;
 * who changes a fact says so with `changed()` once everything is in its place.
 */
export class TokenStore {
  readonly environment: Environment;
  readonly emit: Emit<TokenEvents>;
  readonly tokens = new HeldTokens();
  readonly backOff: ProviderBackOff;
  readonly breaker = new CircuitBreaker();
  readonly serverClock = new ServerClock();
  readonly history: History;
  source: TokenSource;
  user: KnownUser;
  /** What the caller handed in, and a guest's token: survives the session. */
  supplied: string | undefined;
  suspension: Suspension | undefined;
  lastError: AnyStreamVideoError | undefined;
  /** Believed until an `offline` event says otherwise. */
  isOnline = true;
  /** The session: aborts when it ends. */
  epoch = new Epoch();
  readonly #options: TokenStoreOptions;
  readonly #listeners = new Set<() => void>();
  readonly #warned = new Set<Warning>();
  #told: { readonly phase?: Phase; readonly blocked?: Blocked | undefined } = {};
  #announcedSkew = false;

  constructor(options: TokenStoreOptions) {
    const { environment, emit, source, user, token } = options;
    this.#options = options;
    this.environment = environment;
    this.emit = emit;
    this.source = source;
    this.user = user;
    this.backOff = new ProviderBackOff(() => environment.random());
    this.history = new History(environment.clock);
    if (token !== undefined) {
      this.supplied = this.check(token).value;
      this.adoptSupplied();
    }
  }

  // ---- questions: they change nothing

  get held(): TokenFacts | undefined {
    return this.tokens.held;
  }

  /** What decides about asking for tokens, besides the token itself. */
  get policy(): PolicyFacts {
    const { refresh, guestExpiry } = this.#options;
    return { source: this.source, refresh, guestExpiry, hasJoinedCall: this.#options.hasJoinedCall() };
  }

  /** An anonymous user without anything that could be a call token. */
  get needsNoToken(): boolean {
    return this.user.type === 'anonymous' && this.source.kind === 'none' && !this.held;
  }

  now(moment: Moment = this.environment.clock.now()): Now {
    return { ...moment, offsetMs: this.serverClock.offsetAt(moment) };
  }

  phase(now: Now): Phase {
    return phase({ isSuspended: this.suspension !== undefined, token: this.held }, now);
  }

  /** Why the provider is not asked now, and until when: back-off and breaker are one fact. */
  blockedAt(now: Moment): Blocked | undefined {
    return laterOf(this.backOff.blockedAt(now), this.breaker.blockedAt(now));
  }

  /** Whether there is a token that may be sent: the held one, or the one that the server accepted before. */
  hasToken(now: Now): boolean {
    return this.phase(now) !== 'acquiring' || this.#keptLives(now);
  }

  /** Checks a candidate for this user; throws `InvalidTokenError`. */
  check(candidate: unknown): CheckedToken {
    const { type, id } = this.user;
    return validateToken(candidate, { kind: type, userId: id });
  }

  // ---- changes

  /** Calls `listener` after every change of a fact; returns the way to stop. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A fact has changed: tells who listens. */
  changed(): void {
    const now = this.now();
    this.#told = { phase: this.phase(now), blocked: this.blockedAt(now) };
    for (const listener of [...this.#listeners]) listener();
  }

  /** Tells who listens if time alone has changed what they were told: the phase, or the end of a wait. */
  noticeTime(now: Now): void {
    const { phase, blocked } = this.#told;
    if (this.phase(now) !== phase || this.blockedAt(now) !== blocked) this.changed();
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
    this.suspension = undefined;
    this.lastError = undefined;
  }

  resetBlocks(): void {
    this.backOff.reset();
    this.breaker.reset();
  }

  adoptSupplied(): void {
    if (this.supplied === undefined || this.held) return;
    this.adopt(this.check(this.supplied), { isFromProvider: false, requestedAt: this.observe() });
  }

  adopt(
    { value, claims, userId }: CheckedToken,
    { isFromProvider, requestedAt }: { isFromProvider: boolean; requestedAt: Moment },
  ): TokenFacts {
    const { wallMs, monotonicMs } = this.observe();
    const facts = this.tokens.adopt({
      value,
      claims,
      userId,
      expiresAtMs: claimedTimeMs(claims.exp),
      issuedAtMs: claimedTimeMs(claims.iat),
      receivedAt: { wallMs, monotonicMs },
      requestedAt,
      isFromProvider,
      jitter: this.environment.random(),
    });
    if (isFromProvider) this.learnTime((now) => this.serverClock.learnFromToken(facts, now));
    if (facts.expiresAtMs === undefined) {
      this.warnOnce('no_expiry', 'The token has no usable expiry: only a revocation can end it');
    }
    if (this.user.type === 'anonymous' && claims.call_cids === undefined) {
      this.warnOnce('no_calls', 'The call token has no call_cids: it opens no call');
    }
    this.history.add(`generation ${facts.generation} is in use`);
    return facts;
  }

  /** Back to the token that the server accepted last, if it still lives. */
  rollBack(now: Now): boolean {
    const isBack = this.#keptLives(now) && this.tokens.rollBack(now);
    if (isBack) this.history.add(`back to generation ${this.held?.generation}, which the server accepted`);
    return isBack;
  }

  /** A token was of no use; each counts once. */
  countUnusable(token: TokenFacts, now: Moment, error: unknown): void {
    if (token.countedUnusable) return;
    token.countedUnusable = true;
    this.breaker.countUnusable(now, error);
  }

  /** An attempt failed: keeps the next one away, and makes the error that those get who waited. */
  recordFailure(now: Now, error: unknown, by: 'network' | 'provider'): RecordedFailure {
    this.backOff.fail(now, { by, error, retryAfterMs: retryAfterMs(error, now.wallMs) });
    if (error instanceof InvalidTokenError) this.breaker.countUnusable(now, error);
    const retryAt = (this.blockedAt(now) as Blocked).until.wallMs;
    const told = attemptError(error, retryAt);
    this.lastError = told;
    this.history.count('failures');
    this.history.add(`an attempt failed: ${told.code}`);
    const { held } = this;
    const stillValidForMs = held && isAlive(held, now) ? remainingMs(held, now) : 0;
    const attempt = this.backOff.failures;
    const payload = { error: told, attempt, retryAt, stillValidForMs };
    return { error: told, announce: () => this.emit('token.refresh_failed', payload) };
  }

  /** Takes evidence about the server's clock; a difference that the app should know of is told once. */
  learnTime(learn: (now: Moment) => void): void {
    learn(this.observe());
    const { offsetMs } = this.now();
    if (this.#announcedSkew || Math.abs(offsetMs) <= NOTABLE_SKEW_MS) return;
    this.#announcedSkew = true;
    this.emit('clock.skew', { ms: offsetMs });
  }

  warnOnce(topic: Warning, message: string): void {
    if (this.#warned.has(topic)) return;
    this.#warned.add(topic);
    this.#options.logger.warn(message);
  }

  #keptLives(now: Now): boolean {
    const { kept } = this.tokens;
    return kept !== undefined && isAlive(kept, now);
  }
}

/** Whether the server has not refused this token and some of its life is left. */
export function isAlive(token: TokenFacts, now: Now): boolean {
  return token.rejectedByServerAt === undefined && remainingMs(token, now) > 0;
}
