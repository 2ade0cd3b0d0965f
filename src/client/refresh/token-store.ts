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
import { History } from './history.js';
import { type Closure, Door } from './provider-back-off.js';
import { attemptError, guestExpiredError, staticTokenError } from './refresh-errors.js';
import { retryAfterMs } from './retry-after.js';
import type { SuspensionReason, TokenEvents } from './token-events.js';
import type { TokenSource } from './token-provider.js';

export interface TokenStoreOptions {
  readonly user: KnownUser;
  readonly token?: string | undefined;
  readonly source: TokenSource;
  readonly environment: Environment;
  readonly logger: Logger;
  readonly emit: Emit<TokenEvents>;
}

export interface Suspension {
  readonly reason: SuspensionReason;
  readonly error: AnyStreamVideoError;
}

/** What is said once per client. */
type Warning = 'no_progress' | 'no_expiry' | 'no_calls';

/** Tells the app what happened, once everything is in its place. */
export type Announcement = () => void;

/** A failure as it was written down: what those get who waited, and what the app is told. */
export interface RecordedFailure {
  readonly error: unknown;
  readonly announce: Announcement;
}

/** The facts about a user's tokens, and the small changes to them that always go together. Waits for nothing. */
export class TokenStore {
  readonly holding = new HeldTokens();
  readonly door: Door;
  readonly serverClock = new ServerClock();
  readonly history: History;
  source: TokenSource;
  user: KnownUser;
  /** What the caller handed in, and a guest's token: survives the session. */
  supplied: string | undefined;
  suspension: Suspension | undefined;
  lastError: AnyStreamVideoError | undefined;
  readonly #options: TokenStoreOptions;
  readonly #warned = new Set<Warning>();
  #announcedSkew = false;

  constructor(options: TokenStoreOptions) {
    const { environment, source, user, token } = options;
    this.#options = options;
    this.source = source;
    this.user = user;
    this.door = new Door(() => environment.random());
    this.history = new History(environment.clock);
    if (token !== undefined) {
      this.supplied = this.check(token).value;
      this.adoptSupplied();
    }
  }

  get held(): TokenFacts | undefined {
    return this.holding.held;
  }

  /** An anonymous user without anything that could be a call token. */
  get needsNoToken(): boolean {
    return this.user.type === 'anonymous' && this.source.kind === 'none' && !this.held;
  }

  /** A look at the clocks. */
  look(): Now {
    const moment = this.#options.environment.clock.now();
    this.serverClock.look(moment);
    return { ...moment, offsetMs: this.serverClock.offsetMs };
  }

  phase(now: Now): Phase {
    return phase({ isSuspended: this.suspension !== undefined, token: this.held }, now);
  }

  /** Forgets what one session knew; what the caller supplied stays. */
  clear(): void {
    this.holding.clear();
    this.door.reset();
    this.suspension = undefined;
    this.lastError = undefined;
  }

  check(candidate: unknown): CheckedToken {
    const { type, id } = this.user;
    return validateToken(candidate, { kind: type, userId: id });
  }

  adoptSupplied(): void {
    if (this.supplied === undefined || this.held) return;
    this.adopt(this.check(this.supplied), { isFromProvider: false, requestedAt: this.look() });
  }

  adopt(
    { value, claims, userId }: CheckedToken,
    { isFromProvider, requestedAt }: { isFromProvider: boolean; requestedAt: Moment },
  ): TokenFacts {
    const { wallMs, monotonicMs } = this.look();
    const facts = this.holding.adopt({
      value,
      claims,
      userId,
      expiresAtMs: claimedTimeMs(claims.exp),
      issuedAtMs: claimedTimeMs(claims.iat),
      receivedAt: { wallMs, monotonicMs },
      requestedAt,
      isFromProvider,
      jitter: this.#options.environment.random(),
    });
    if (isFromProvider) {
      this.serverClock.learnFromToken(facts, facts.receivedAt);
      this.noteSkew();
    }
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
    const isBack = this.holding.rollBack(now, (token) => isAlive(token, now));
    if (isBack) this.history.add(`back to generation ${this.held?.generation}, which the server accepted`);
    return isBack;
  }

  /** A token was of no use; each counts once. */
  countUnusable(token: TokenFacts, now: Moment, error: unknown): void {
    if (token.countedUnusable) return;
    token.countedUnusable = true;
    this.door.countUnusable(now, error);
  }

  /** An attempt failed: closes the door, and makes the error that those get who waited. */
  recordFailure(now: Now, error: unknown, by: 'network' | 'provider'): RecordedFailure {
    this.door.fail(now, { by, error, retryAfterMs: retryAfterMs(error, now.wallMs) });
    if (error instanceof InvalidTokenError) this.door.countUnusable(now, error);
    const retryAt = (this.door.closedAt(now) as Closure).until.wallMs;
    const told = attemptError(error, retryAt);
    this.lastError = told;
    this.history.count('failures');
    this.history.add(`an attempt failed: ${told.code}`);
    const { held } = this;
    const stillValidForMs = held && isAlive(held, now) ? remainingMs(held, now) : 0;
    const attempt = this.door.failures;
    const payload = { error: told, attempt, retryAt, stillValidForMs };
    return { error: told, announce: () => this.#options.emit('token.refresh_failed', payload) };
  }

  suspend(reason: SuspensionReason, error: AnyStreamVideoError): Announcement {
    if (this.suspension) return () => {};
    const { emit } = this.#options;
    this.suspension = { reason, error };
    this.lastError = error;
    this.history.add(`suspended: ${reason}`);
    const expiresAt = this.held?.expiresAtMs;
    return () => {
      if (reason === 'token_expired') emit('token.expired', expiresAt === undefined ? {} : { expiresAt });
      emit('auth.suspended', { reason, error });
    };
  }

  /** What a caller gets whose token was refused, where only the app can bring another. */
  endOfToken(cause: unknown): AnyStreamVideoError {
    return this.source.kind === 'guest' ? guestExpiredError(cause) : staticTokenError(cause);
  }

  /** Suspends, since only the app can bring another token; returns what its callers get. */
  suspendForGood(cause: unknown): AnyStreamVideoError {
    const error = this.endOfToken(cause);
    this.suspend(this.source.kind === 'guest' ? 'guest_expired' : 'token_expired', error)();
    return error;
  }

  /** The app stepped in. A refused token that nothing can renew gets one more hearing. */
  resume(): void {
    const { suspension } = this;
    if (!suspension) return;
    this.suspension = undefined;
    this.history.add('the suspension was lifted');
    if (this.source.kind === 'none' && this.held?.rejectedByServerAt) this.holding.clear();
    this.#options.emit('auth.resumed', suspension);
  }

  noteSkew(): void {
    const { offsetMs } = this.serverClock;
    if (this.#announcedSkew || Math.abs(offsetMs) <= NOTABLE_SKEW_MS) return;
    this.#announcedSkew = true;
    this.#options.emit('clock.skew', { ms: offsetMs });
  }

  warnOnce(topic: Warning, message: string): void {
    if (this.#warned.has(topic)) return;
    this.#warned.add(topic);
    this.#options.logger.warn(message);
  }
}

function isAlive(token: TokenFacts, now: Now): boolean {
  return token.rejectedByServerAt === undefined && remainingMs(token, now) > 0;
}
