import type { Moment } from '../environment/clock.js';
import type { TokenReason, TokenSource } from './token-provider.js';

/** `'again'`: nothing came of it, and whoever still waits looks anew. */
export type Outcome = { readonly isOk: true } | { readonly isOk: false; readonly error: unknown } | 'again';

/** One run of the single flight: who waits for it, and whether its answer still counts. */
export class RefreshAttempt {
  readonly sequence: number;
  readonly reason: TokenReason;
  readonly startedAt: Moment;
  /** Who was asked; the app may name another one meanwhile. */
  source: TokenSource | undefined;
  /** Aborts the provider's signal. */
  readonly controller = new AbortController();
  /** For those who want its token; never rejects. */
  readonly outcome: Promise<Outcome>;
  /** When its provider call is over, whatever became of it. */
  readonly ended: Promise<void>;
  #settle!: (outcome: Outcome) => void;
  #end!: () => void;
  #isDropped = false;

  constructor(sequence: number, reason: TokenReason, startedAt: Moment) {
    this.sequence = sequence;
    this.reason = reason;
    this.startedAt = startedAt;
    this.outcome = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  /** Whether a token set by hand has taken its place; its call may still be running. */
  get isDropped(): boolean {
    return this.#isDropped;
  }

  /** A token set by hand is there: those who wait get that one. */
  drop(): void {
    this.#isDropped = true;
    this.#settle({ isOk: true });
  }

  settle(outcome: Outcome): void {
    this.#settle(outcome);
    this.#end();
  }
}
