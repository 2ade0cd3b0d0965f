import { after, type Moment, millisecondsUntil } from '../environment/clock.js';
import { CircuitBreaker } from '../refresh/circuit-breaker.js';
import { formerIdentityError } from '../refresh/refresh-errors.js';
import { canReplace } from '../refresh/refresh-policy.js';
import { suspendForGood } from '../refresh/suspension.js';
import type { TokenStore } from '../refresh/token-store.js';
import type { Waiters } from '../refresh/waiters.js';
import { isAlive, lifeAtReceiptMs, type Now, remainingMs } from '../token/phase.js';
import type { TokenFacts } from '../token/token-facts.js';
import type { ServerVerdicts } from './server-verdicts.js';

/** The official client spreads the retries of one burst over 5 s; a repeat within this time is a straggler. */
export const BURST_MS = 6_000;
/** A token that comes back this soon after it was handed out first was of no use to the consumer. */
export const HAND_BACK_MS = 15_000;

/**
 * One official client that lives on our tokens. A repeat for the current token means that its server refused it,
 * unless it is a straggler of the burst that is already dealt with. That guess can be wrong, so what comes of it
 * costs no more than the consumer's own breaker allows, and never the token that still lives.
 */
export class TokenConsumer {
  readonly #store: TokenStore;
  readonly #waiters: Waiters;
  readonly #verdicts: ServerVerdicts;
  readonly #askServer: () => Promise<unknown>;
  readonly #userId: string;
  readonly #breaker = new CircuitBreaker();
  #handedOut: { readonly generation: number; readonly at: Moment } | undefined;
  #hasHadAnother!: boolean;
  /** The last generation that came back; each counts once. */
  #cameBack: number | undefined;
  /** How often the token came back that nothing can replace, and when our server was asked about it. */
  #repeats = 0;
  #askedServerAt: Moment | undefined;

  /** `askServer`: makes a request of ours, whose answer says whether the token is still good. */
  constructor(
    store: TokenStore,
    waiters: Waiters,
    verdicts: ServerVerdicts,
    askServer: () => Promise<unknown>,
  ) {
    this.#store = store;
    this.#waiters = waiters;
    this.#verdicts = verdicts;
    this.#askServer = askServer;
    this.#userId = store.user.id;
  }

  /** Whether the client's user is still the one that it was made for. */
  get isCurrent(): boolean {
    return this.#store.user.id === this.#userId;
  }

  /** What the official client calls; an empty string for an anonymous user without a call token. */
  async token(): Promise<string> {
    this.#assertCurrent();
    this.#store.assertLive();
    const { held } = this.#store;
    const now = this.#store.observe();
    const isRepeat = held !== undefined && held.generation === this.#handedOut?.generation;
    if (held && this.#isDeadForGood(held, now, isRepeat)) {
      throw suspendForGood(this.#store, this.#store.lastError);
    }
    if (isRepeat && !canReplace(this.#store.policy)) this.#haveJudged(now);
    else if (isRepeat && !this.#isStraggler(held, now)) {
      if (!this.#isHeldOff(held, now)) await this.#replace(held);
      // Who asks for a token that was dead by our clock on arrival has another one fetched, each time.
      else if (!isAlive(held, now)) return held.value;
    }
    const { token } = await this.#waiters.acquire();
    this.#assertCurrent();
    if (!token) return '';
    this.#handOut(token);
    return token.value;
  }

  #assertCurrent(): void {
    if (!this.isCurrent) throw formerIdentityError();
  }

  /** Ended by what is known of the server's clock, or by the second ask past its end, and nothing can replace it. */
  #isDeadForGood(held: TokenFacts, now: Now, isRepeat: boolean): boolean {
    if (remainingMs(held, now) > 0 || canReplace(this.#store.policy)) return false;
    return isRepeat || this.#store.serverClock.evidenceAt(now) !== undefined;
  }

  #isStraggler(held: TokenFacts, now: Now): boolean {
    const isRecent = millisecondsUntil(after(held.receivedAt, BURST_MS), now) > 0;
    return this.#hasHadAnother && isRecent && remainingMs(held, now) > 0;
  }

  /**
   * Only our own server ends a token that nothing can replace, and there may be no request of ours for it to refuse:
   * from the second repeat on it is asked, once in a burst. The consumer does not wait; where the token has ended,
   * its next ask is told so.
   */
  #haveJudged(now: Now): void {
    this.#repeats += 1;
    const last = this.#askedServerAt;
    const isRecent = last !== undefined && millisecondsUntil(after(last, BURST_MS), now) > 0;
    if (this.#repeats < 2 || isRecent) return;
    this.#askedServerAt = now;
    this.#askServer().catch(() => {});
  }

  /** Counts what came back, and says whether too many did in a row, none of which had served its time. */
  #isHeldOff(held: TokenFacts, now: Now): boolean {
    const isDeadOnArrival = !held.rejectedByServerAt && lifeAtReceiptMs(held, now) <= 0;
    const isUnspent = isAlive(held, now) || isDeadOnArrival;
    if (this.#cameBack !== held.generation) {
      this.#cameBack = held.generation;
      const isSoon = millisecondsUntil(after((this.#handedOut as { at: Moment }).at, HAND_BACK_MS), now) > 0;
      if (isSoon && isUnspent) this.#breaker.countUnusable(now, undefined);
      else this.#breaker.reset();
    }
    return isUnspent && this.#breaker.blockedAt(now) !== undefined;
  }

  /** Asks for another token; a failure is the consumer's only where it is left without one. */
  async #replace(held: TokenFacts): Promise<void> {
    try {
      await this.#verdicts.replaceFor(held);
    } catch (error) {
      this.#store.assertLive();
      const later = this.#store.held;
      if (!later || !isAlive(later, this.#store.observe())) throw error;
    }
  }

  #handOut({ generation }: TokenFacts): void {
    this.#store.hasConsumer = true;
    if (this.#handedOut?.generation === generation) return;
    this.#hasHadAnother = this.#handedOut !== undefined;
    this.#repeats = 0;
    this.#handedOut = { generation, at: this.#store.observe() };
  }
}
