import type { Moment } from '../environment/clock.js';
import type { TokenFacts } from '../token/token-facts.js';
import type { TokenReason } from './token-provider.js';

/** What came of an attempt. `superseded`: nothing, and callers who still wait look again. */
export type Outcome =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'superseded' };

export interface AttemptOptions {
  readonly reason: TokenReason;
  readonly mayCutOff?: boolean | undefined;
}

/** One run of the single flight: its answer, and who is told of it. */
export class RefreshAttempt {
  readonly sequence: number;
  readonly reason: TokenReason;
  readonly startedAt: Moment;
  /** Aborts the provider's signal. */
  readonly controller = new AbortController();
  /** Whether it may replace a guest whose identity is relied on: asked for by hand in that knowledge. */
  readonly mayCutOff: boolean | undefined;
  /** The token that it was answered with, if that was refused before: by our server, or by a consumer's alone. */
  refused: TokenFacts | undefined;
  /** When its present call of the provider began. */
  calledAt: Moment;
  readonly #listeners = new Set<() => void>();
  #outcome: Outcome | undefined;
  #isOver = false;

  constructor(sequence: number, startedAt: Moment, { reason, mayCutOff }: AttemptOptions) {
    this.sequence = sequence;
    this.startedAt = startedAt;
    this.calledAt = startedAt;
    this.reason = reason;
    this.mayCutOff = mayCutOff;
  }

  /** What came of it for those who wait; undefined while that is open. */
  get outcome(): Outcome | undefined {
    return this.#outcome;
  }

  /** Whether its provider call is over, whatever came of it. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether a token set by hand has taken its place; its call may still be running. */
  get isDropped(): boolean {
    return this.#outcome !== undefined && !this.#isOver;
  }

  /** Calls `listener` when it is dropped, and when it is over; returns the way to stop. */
  onProgress(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A token set by hand is there: those who wait get that one. */
  drop(): void {
    this.#progress({ kind: 'delivered' });
  }

  settle(outcome: Outcome): void {
    this.#isOver = true;
    this.#progress(outcome);
  }

  #progress(outcome: Outcome): void {
    this.#outcome ??= outcome;
    for (const listener of [...this.#listeners]) listener();
  }
}
