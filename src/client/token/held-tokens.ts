import type { Moment } from '../environment/clock.js';
import type { TokenFacts } from './token-facts.js';

/** What an attempt or the app delivers, made for this: the rest of the facts is added to it. */
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

/** So many refused tokens are known again when somebody brings them once more. */
const REFUSED_REMEMBERED = 8;
const NONE: readonly TokenFacts[] = [];

/**
 * The token in use, and the last one that the server accepted until it has accepted the new one. A server judges
 * strings: what it says about one holds, no matter who handed it in or how often. Generations only grow, across
 * sessions too.
 */
export class HeldTokens {
  #generation = 0;
  #held: TokenFacts | undefined;
  #kept: TokenFacts | undefined;
  /** The newest last. */
  #refused: readonly TokenFacts[] = NONE;

  get held(): TokenFacts | undefined {
    return this.#held;
  }

  /** What is known about this token, if it is among those that the server refused lately. */
  refused(value: string): TokenFacts | undefined {
    return this.#refused.find((token) => token.value === value);
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
    // A guest who became another has no way back: id and token never differ.
    if (this.#kept?.userId !== delivery.userId) this.#kept = undefined;
    this.#generation += 1;
    // Completed, not copied: a spread costs each token a hidden class of its own.
    const held: TokenFacts = Object.assign(delivery, { generation: this.#generation });
    this.#held = held;
    // The same string once more is what the server took before, and nothing to go back to.
    const known = [this.#kept, previous].find((token) => token?.value === delivery.value);
    if (known?.acceptedAt && !known.rejectedByServerAt) held.acceptedAt = known.acceptedAt;
    if (known && known === this.#kept) this.#kept = undefined;
    return held;
  }

  /** The server took this token. Returns whether that was not known before, and still matters. */
  accept(token: TokenFacts, now: Moment): boolean {
    const held = this.#held;
    if (!held || held.acceptedAt || this.refused(token.value)) return false;
    if (held.value === token.value) {
      // Its refusal may be older than those that are remembered.
      if (held.rejectedByServerAt) return false;
      held.acceptedAt = now;
      this.#kept = undefined;
      return true;
    }
    // The answer came late: its token was replaced by others that the server has not taken yet.
    const isNewer = token.generation > (this.#kept?.generation ?? 0);
    if (!isNewer || token.userId !== held.userId) return false;
    token.acceptedAt = now;
    this.#kept = token;
    return true;
  }

  /** The server refused this token: nothing goes back to it. Returns the held one, if it is that. */
  refuse(token: TokenFacts, now: Moment): TokenFacts | undefined {
    const { value } = token;
    const held = this.#held?.value === value ? this.#held : undefined;
    // A request that waits after 41 or 42 sends its own once more, though another has taken its place.
    const refused = held ?? { ...token };
    refused.rejectedByServerAt ??= now;
    refused.firstRejectedAt ??= now;
    this.#refused = [...this.#refused.filter((other) => other.value !== value), refused].slice(
      -REFUSED_REMEMBERED,
    );
    if (this.#kept?.value === value) this.#kept = undefined;
    return held;
  }

  /** Goes back to the kept token, if there is one. */
  rollBack(now: Moment): boolean {
    const kept = this.#kept;
    if (!kept || !this.#held) return false;
    this.refuse(this.#held, now);
    this.#held = kept;
    this.#kept = undefined;
    return true;
  }

  clear(): void {
    this.#held = undefined;
    this.#kept = undefined;
    this.#refused = NONE;
  }
}
