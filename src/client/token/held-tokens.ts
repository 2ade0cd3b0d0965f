import type { Moment } from '../environment/clock.js';
import type { TokenFacts } from './token-facts.js';

/** What an attempt or the app delivers; the rest of the facts is added here. */
export type Delivery = Omit<
  TokenFacts,
  | 'generation'
  | 'acceptedAt'
  | 'rejectedByServerAt'
  | 'firstRejectedAt'
  | 'refusal'
  | 'usedAt'
  | 'countedUnusable'
>;

/**
 * The token in use, and the last one that the server accepted until it has accepted the new one. Generations
 * only grow, across sessions too, so that a late answer about an old token can be told apart.
 */
export class HeldTokens {
  #generation = 0;
  #held: TokenFacts | undefined;
  #kept: TokenFacts | undefined;
  /** The one before the held one, while the server's answer about it may still come. */
  #former: TokenFacts | undefined;
  #lastRefused: TokenFacts | undefined;

  get held(): TokenFacts | undefined {
    return this.#held;
  }

  /** The token that the server refused last, as the held one or one that was rolled back. */
  get lastRefused(): TokenFacts | undefined {
    return this.#lastRefused;
  }

  /** The accepted token behind the held one. */
  get kept(): TokenFacts | undefined {
    return this.#kept;
  }

  adopt(delivery: Delivery): TokenFacts {
    const previous = this.#held;
    const isUsable =
      previous !== undefined && !previous.rejectedByServerAt && previous.userId === delivery.userId;
    if (isUsable && previous.acceptedAt) this.#kept = previous;
    this.#former = isUsable && !previous.acceptedAt ? previous : undefined;
    // A guest who became another has no way back: id and token never differ.
    if (this.#kept?.userId !== delivery.userId) this.#kept = undefined;
    this.#generation += 1;
    this.#held = { ...delivery, generation: this.#generation };
    // The same string once more is what the server took before, and nothing to go back to.
    const known = [this.#kept, previous].find((token) => token?.value === delivery.value);
    if (known?.acceptedAt && !known.rejectedByServerAt) this.#held.acceptedAt = known.acceptedAt;
    if (known && known === this.#kept) this.#kept = undefined;
    return this.#held;
  }

  /** The server took a token of this generation. Returns whether that was news. */
  accept(generation: number, now: Moment): boolean {
    const held = this.#held;
    if (this.#former?.generation === generation) {
      this.#former.acceptedAt = now;
      this.#kept = this.#former;
      this.#former = undefined;
      return true;
    }
    if (held?.generation !== generation || held.acceptedAt || held.rejectedByServerAt) return false;
    held.acceptedAt = now;
    this.#kept = undefined;
    this.#former = undefined;
    return true;
  }

  /** The server refused the held token; returns it, or undefined when the answer is about another one. */
  refuse(generation: number, now: Moment): TokenFacts | undefined {
    const held = this.#held;
    if (this.#kept?.generation === generation) this.#kept = undefined;
    if (this.#former?.generation === generation) this.#former = undefined;
    if (held?.generation !== generation) return undefined;
    held.rejectedByServerAt ??= now;
    held.firstRejectedAt ??= now;
    this.#lastRefused = held;
    return held;
  }

  /** Goes back to the kept token, if there is one. */
  rollBack(now: Moment): boolean {
    const kept = this.#kept;
    if (!kept || !this.#held) return false;
    this.refuse(this.#held.generation, now);
    this.#held = kept;
    this.#kept = undefined;
    this.#former = undefined;
    return true;
  }

  clear(): void {
    this.#held = undefined;
    this.#kept = undefined;
    this.#former = undefined;
    this.#lastRefused = undefined;
  }
}
