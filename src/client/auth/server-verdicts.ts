import { clamp } from '../../shared/clamp.js';
import type { AnyStreamVideoError } from '../../shared/errors.js';
import type { AbortSource } from '../environment/abortable.js';
import type { Moment } from '../environment/clock.js';
import { recordFailure } from '../refresh/record-failure.js';
import { newTokenRefusedError, secondExpiryError } from '../refresh/refresh-errors.js';
import { canReplace } from '../refresh/refresh-policy.js';
import { endOfToken, suspend, suspendForGood } from '../refresh/suspension.js';
import type { TokenStore } from '../refresh/token-store.js';
import type { Waiters } from '../refresh/waiters.js';
import { claimedTimeMs, type TokenFacts } from '../token/token-facts.js';
import type { TabSharing } from './tab-sharing.js';

/** The wait before the same token is sent once more after 41 or 42. */
export const EARLY_TOKEN_MARGIN_MS = 250;
export const EARLY_TOKEN_MIN_MS = 1_000;
export const EARLY_TOKEN_MAX_MS = 5_000;

/** What a server says about a token, and what follows from it. Each verdict names the token that it is about. */
export class ServerVerdicts {
  readonly #store: TokenStore;
  readonly #waiters: Waiters;
  readonly #tabs: TabSharing | undefined;

  constructor(store: TokenStore, waiters: Waiters, tabs?: TabSharing) {
    this.#store = store;
    this.#waiters = waiters;
    this.#tabs = tabs;
  }

  /** The server said 40 about this token. Returns it, or undefined when another one is held by now. */
  refuse(refused: TokenFacts, cause: unknown): TokenFacts | undefined {
    const store = this.#store;
    this.#tabs?.noteRefused(refused.value);
    const isKnown = this.#inUse(refused)?.rejectedByServerAt !== undefined;
    const now = store.observe();
    const held = store.refuse(refused, now);
    if (held && !isKnown) {
      const { generation } = held;
      store.history.add('refused', `the server refused generation ${generation}`, generation);
      // Another tab's says nothing about the provider here.
      if (held.origin !== 'tab') store.countExpiry(held, now, cause);
      store.changed();
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
    const store = this.#store;
    const held = this.refuse(refused, cause);
    if (!held) return;
    this.#store.assertLive(signal);
    if (!canReplace(store.policy)) {
      if (!this.#rollBack()) throw suspendForGood(store, cause);
      return;
    }
    try {
      await this.#waiters.renewSince(held.firstRejectedAt as Moment, { reason: 'rejected', signal });
    } catch (error) {
      // Another token, newer or the one accepted before it: better than none.
      this.#store.assertLive(signal);
      if (store.phase(store.observe()) === 'acquiring' && !this.#rollBack()) throw error;
    }
  }

  /** The server said 40 about this token, and no more is sent for its caller: returns what the caller gets. */
  refuseForGood(refused: TokenFacts, cause: unknown): AnyStreamVideoError {
    const store = this.#store;
    const held = this.refuse(refused, cause);
    if (canReplace(store.policy)) return secondExpiryError(cause);
    return !held || this.#rollBack() ? endOfToken(store, cause) : suspendForGood(store, cause);
  }

  /**
   * A consumer's own server refused this token: asks for another one, and leaves this one in use here until
   * our server refuses it, too.
   */
  async replaceFor(token: TokenFacts): Promise<void> {
    this.#store.assertLive();
    // Only our own server ends a token that has no successor.
    if (!canReplace(this.#store.policy)) return;
    token.firstRejectedAt ??= this.#store.observe();
    await this.#waiters.renewSince(token.firstRejectedAt, { reason: 'rejected' });
  }

  /**
   * The server refused this token for what it is: 43, 5, or a second 41 or 42. True when the request is to be sent
   * again: with a successor of the token, or with the one that the server accepted before, if the refused one never
   * was. Else a token from a provider is not used again, a guest is suspended, and a static token stays in use.
   */
  rollBackAfterRejection(refused: TokenFacts, cause: AnyStreamVideoError): boolean {
    const store = this.#store;
    this.#tabs?.noteRefused(refused.value);
    const held = this.#inUse(refused);
    const now = store.observe();
    if (!held) {
      // It has a successor, or was given up already; the successor's way back must not lead to it.
      store.refuse(refused, now);
      // Where the successor was refused, too, a caller that waits for the next one may go back to an accepted one.
      return store.held !== undefined && (!store.held.rejectedByServerAt || store.hasToken(now));
    }
    if (held.origin === 'tab') return this.#discard(held);
    if (held.refusal) return false;
    const isBack = !held.acceptedAt && store.rollBack(now);
    if (isBack) {
      store.countUnusable(held, now, cause);
      recordFailure(store, now, newTokenRefusedError(cause), { by: 'provider' }).announce();
    } else if (store.source.kind === 'none') {
      // Stays in use, and is nothing to go back to until the server takes it again.
      delete held.acceptedAt;
    } else {
      this.#giveUp(held, cause);
    }
    store.changed();
    return isBack;
  }

  /** Another tab's token is not used again, and nobody is to blame: back to the own one, or the provider is asked. */
  #discard(adopted: TokenFacts): boolean {
    const store = this.#store;
    const now = store.observe();
    const isBack = !adopted.acceptedAt && store.rollBack(now);
    const isAsked = !isBack && store.source.kind === 'provider';
    if (isAsked) store.refuse(adopted, now);
    store.changed();
    return isBack || isAsked;
  }

  /** The token is not used again: the next caller asks for another one, but for a guest, who may be banned. */
  #giveUp(held: TokenFacts, cause: AnyStreamVideoError): void {
    const store = this.#store;
    const now = store.observe();
    store.refuse(held, now);
    const { generation } = held;
    store.history.add('refused', `the server refused generation ${generation} for what it is`, generation);
    if (store.source.kind === 'guest') {
      suspend(store, 'guest_refused', cause)();
      return;
    }
    held.refusal = cause;
    store.lastError = cause;
    store.countUnusable(held, now, cause);
    store.backOff.fail(now, { by: 'refusal', error: cause });
  }

  /** The server took this token. */
  accept(token: TokenFacts): void {
    const store = this.#store;
    // Mostly this is known already.
    if (token === store.held && token.acceptedAt) return;
    if (!store.tokens.accept(token, store.observe())) return;
    const { generation } = this.#inUse(token) ?? token;
    store.breaker.reset();
    store.history.add('accepted', `the server accepted generation ${generation}`, generation);
    store.changed();
  }

  /** How long to wait before the same token is sent once more after 41 or 42. */
  earlyTokenDelayMs({ claims, issuedAtMs }: TokenFacts): number {
    const now = this.#store.observe();
    const serverMs = now.wallMs + this.#store.serverClock.offsetWithoutTokensAt(now);
    const validFromMs = Math.max(claimedTimeMs(claims.nbf) ?? 0, issuedAtMs ?? 0);
    return clamp(validFromMs - serverMs + EARLY_TOKEN_MARGIN_MS, EARLY_TOKEN_MIN_MS, EARLY_TOKEN_MAX_MS);
  }

  #rollBack(): boolean {
    const isBack = this.#store.rollBack(this.#store.observe());
    if (isBack) this.#store.changed();
    return isBack;
  }

  /** The token in use, if it is this one: the app may have handed in the same string once more. */
  #inUse({ value }: TokenFacts): TokenFacts | undefined {
    const { held } = this.#store;
    return held?.value === value ? held : undefined;
  }
}
