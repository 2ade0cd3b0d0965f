import type { AnyStreamVideoError } from '../../shared/errors.js';
import type { AbortSource } from '../environment/abortable.js';
import type { Moment } from '../environment/clock.js';
import { newTokenRefusedError, secondExpiryError } from '../refresh/refresh-errors.js';
import { canReplace, type PolicyFacts } from '../refresh/refresh-policy.js';
import type { TokenStore } from '../refresh/token-store.js';
import type { Waiters } from '../refresh/waiters.js';
import { clamp, EARLY_TOKEN } from '../token/refresh-windows.js';
import { claimedTimeMs, type TokenFacts } from '../token/token-facts.js';

interface ServerVerdictsOptions {
  readonly ledger: TokenStore;
  readonly room: Waiters;
  policy(): PolicyFacts;
  /** Any fact may have changed. */
  changed(): void;
}

/** What a server says about a token, and what follows from it. Each word names the token that it is about. */
export class ServerVerdicts {
  readonly #options: ServerVerdictsOptions;
  readonly #ledger: TokenStore;
  readonly #room: Waiters;

  constructor(options: ServerVerdictsOptions) {
    this.#options = options;
    this.#ledger = options.ledger;
    this.#room = options.room;
  }

  /** The server said 40 about this token. Returns it, or undefined when another one is held by now. */
  refuse(refused: TokenFacts, cause: unknown): TokenFacts | undefined {
    const { holding, history } = this.#ledger;
    const { generation, rejectedByServerAt: refusedAt } = this.#inUse(refused) ?? refused;
    const isNews = refusedAt === undefined;
    const now = this.#ledger.look();
    const held = holding.refuse(generation, now);
    if (held && isNews) {
      history.add(`the server refused generation ${held.generation}`);
      if (!held.acceptedAt) this.#ledger.countUnusable(held, now, cause);
      this.#options.changed();
    }
    return held;
  }

  /**
   * The server said 40 about this token. Resolves when there is another one to replay with: at once if there is
   * already, else by an attempt that began no earlier than the first such refusal.
   */
  async renew(
    refused: TokenFacts,
    { signal, cause }: { signal?: AbortSource | undefined; cause: unknown },
  ): Promise<void> {
    const held = this.refuse(refused, cause);
    if (!held) return;
    this.#room.assertLive(signal);
    if (!canReplace(this.#options.policy())) {
      if (this.#ledger.rollBack(this.#ledger.look())) return;
      const error = this.#ledger.suspendForGood(cause);
      this.#options.changed();
      throw error;
    }
    try {
      await this.#room.renewSince(held.firstRejectedAt as Moment, 'rejected', signal);
    } catch (error) {
      // Another token, newer or the one accepted before it: better than none.
      this.#room.assertLive(signal);
      const now = this.#ledger.look();
      const hasToken = this.#ledger.phase(now) !== 'acquiring' || this.#ledger.rollBack(now);
      if (!hasToken) throw error;
    }
  }

  /** The server said 40 about this token, and no more is sent for its caller: returns what he gets. */
  refuseForGood(refused: TokenFacts, cause: unknown): AnyStreamVideoError {
    const held = this.refuse(refused, cause);
    if (canReplace(this.#options.policy())) return secondExpiryError(cause);
    const hasOther = !held || this.#ledger.rollBack(this.#ledger.look());
    const error = hasOther ? this.#ledger.endOfToken(cause) : this.#ledger.suspendForGood(cause);
    this.#options.changed();
    return error;
  }

  /**
   * A consumer's own server refused this token: asks for another one, and leaves this one in use here until
   * our server refuses it, too.
   */
  async replaceFor(token: TokenFacts): Promise<void> {
    this.#room.assertLive();
    // Only our own server ends a token that has no successor.
    if (!canReplace(this.#options.policy())) return;
    token.firstRejectedAt ??= this.#ledger.look();
    await this.#room.renewSince(token.firstRejectedAt, 'rejected', undefined);
  }

  /**
   * The server refused this token for what it is. True when the request is to be sent again with the token that
   * the server accepted before: the new one is given up.
   */
  rollBackAfterRejection(refused: TokenFacts, cause: unknown): boolean {
    const held = this.#inUse(refused);
    // The word is about a token that is not in use any more: it has a successor, or was given up already.
    if (!held)
      return this.#ledger.held !== undefined && !this.#ledger.held.rejectedByServerAt && !refused.acceptedAt;
    if (held.acceptedAt) return false;
    const now = this.#ledger.look();
    const isBack = this.#ledger.rollBack(now);
    this.#ledger.countUnusable(held, now, cause);
    if (isBack) this.#ledger.recordFailure(now, newTokenRefusedError(cause), 'provider').announce();
    this.#options.changed();
    return isBack;
  }

  /** The server took this token. */
  accept(token: TokenFacts): void {
    const { generation } = this.#inUse(token) ?? token;
    if (!this.#ledger.holding.accept(generation, this.#ledger.look())) return;
    this.#ledger.door.accept();
    this.#ledger.history.add(`the server accepted generation ${generation}`);
    this.#options.changed();
  }

  /** The token in use, if it is this one: the app may have handed in the same string once more. */
  #inUse({ value }: TokenFacts): TokenFacts | undefined {
    const { held } = this.#ledger;
    return held?.value === value ? held : undefined;
  }

  /** How long to wait before the same token is sent once more after 41 or 42. */
  earlyTokenDelayMs({ claims, issuedAtMs }: TokenFacts): number {
    const serverMs = this.#ledger.look().wallMs + this.#ledger.serverClock.offsetWithoutTokensMs;
    const validFromMs = Math.max(claimedTimeMs(claims.nbf) ?? 0, issuedAtMs ?? 0);
    return clamp(validFromMs - serverMs + EARLY_TOKEN.marginMs, EARLY_TOKEN.minMs, EARLY_TOKEN.maxMs);
  }
}
