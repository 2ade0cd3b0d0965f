import { InvalidTokenError, TokenProviderError } from '../../shared/errors.js';
import type { OwnUserResponse } from '../api-types.js';
import type { TokenSession } from '../auth/token-session.js';
import {
  type AbortSource,
  abort,
  abortable,
  linkSignals,
  pause,
  reasonOf,
} from '../environment/abortable.js';
import type { Environment } from '../environment/environment.js';
import type { BackOff } from './back-off.js';
import type { Failure } from './handshake.js';
import { verdictOn } from './handshake-refusal.js';
import { PausableTimer } from './pausable-timer.js';
import { connectTimeout, type LastFailure, refusalOf, rejectedError } from './socket-errors.js';

interface ConnectLoopOptions {
  /** Nobody asked for it: a live connection was lost. */
  readonly isReconnect: boolean;
  readonly connectMs: number;
  readonly session: TokenSession;
  readonly environment: Environment;
  /** Outlives the campaign. */
  readonly backOff: BackOff;
}

/** One run of handshakes until one succeeds: who waits for it, for how long, and what it learns from failures. */
export class ConnectLoop {
  readonly isReconnect: boolean;
  readonly #options: ConnectLoopOptions;
  readonly #controller = new AbortController();
  readonly #done: Promise<OwnUserResponse>;
  #follow!: (handshakes: Promise<OwnUserResponse>) => void;
  #callers = 0;
  /** Only while somebody waits in `connect()`. */
  #limit: PausableTimer | undefined;
  #wake: () => void = () => {};
  // What it remembers from one handshake to the next.
  #hasRenewed = false;
  #hasWaited = false;
  #last: LastFailure = {};

  constructor(options: ConnectLoopOptions) {
    this.#options = options;
    this.isReconnect = options.isReconnect;
    this.#done = new Promise((resolve) => {
      this.#follow = resolve;
    });
    // A reconnect has no caller, and a caller may have left.
    this.#done.catch(() => {});
  }

  /** Runs the handshakes, with a signal that aborts when there are to be no more. */
  run(handshakes: (signal: AbortSignal) => Promise<OwnUserResponse>): void {
    const { signal, unlink } = linkSignals(this.#controller.signal, this.#options.session.ending);
    const ended = handshakes(signal).finally(() => {
      unlink();
      this.#limit?.pause();
    });
    this.#follow(ended);
  }

  /** Waits for the connection as `connect()` does: within its limit, and at once. */
  async call(signal: AbortSource | undefined): Promise<OwnUserResponse> {
    this.#startLimit();
    this.#wake();
    this.#callers += 1;
    try {
      return await abortable(this.#done, signal);
    } finally {
      this.#callers -= 1;
      if (this.#callers === 0) this.#loseLastCaller(reasonOf(signal));
    }
  }

  /** Waits for the connection, however long it takes. */
  wait(signal: AbortSource): Promise<OwnUserResponse> {
    return abortable(this.#done, signal);
  }

  abort(reason: unknown): void {
    abort(this.#controller, reason);
  }

  /** Time offline does not count. */
  goOffline(): void {
    this.#limit?.pause();
  }

  goOnline(): void {
    this.#limit?.run();
    this.#wake();
  }

  /** Deals with a failure: returns when the next handshake may begin, throws when there is to be none. */
  async recover(failure: Failure, signal: AbortSignal): Promise<void> {
    const { session } = this.#options;
    try {
      switch (failure.kind) {
        case 'network':
          this.#hasRenewed = false;
          this.#last = { error: this.#last.error, ending: failure.ending };
          return await this.#backOff(signal);
        case 'token':
          throw failure.error;
        case 'refused':
          return await this.#recoverFromRefusal(failure, signal);
      }
    } catch (error) {
      const isTransient = error instanceof TokenProviderError || error instanceof InvalidTokenError;
      const { retryAt } = error as { retryAt?: number };
      if (!isTransient || retryAt === undefined || signal.aborted) throw error;
      this.#last = { ...this.#last, error };
      // Not the error's own time: the wall clock may have been set since.
      await this.#pause(session.closedForMs, signal, session.change);
    }
  }

  async #recoverFromRefusal(
    { error, token }: Failure & { kind: 'refused' },
    signal: AbortSignal,
  ): Promise<void> {
    const { verdicts: rulings } = this.#options.session;
    const refusal = refusalOf(error);
    this.#last = { ...this.#last, error: refusal };
    const verdict = verdictOn(error);
    if (verdict === 'renew') {
      if (!this.#hasRenewed) {
        this.#hasRenewed = true;
        return rulings.renew(token, { signal, cause: refusal });
      }
      const error = rulings.refuseForGood(token, refusal);
      if (!this.isReconnect) throw error;
      return this.#backOff(signal);
    }
    if (verdict === 'back_off') {
      // The token passed: a 40 after it is the first of its row.
      this.#hasRenewed = false;
      return this.#backOff(signal);
    }
    if (verdict === 'wait' && !this.#hasWaited) {
      this.#hasWaited = true;
      return this.#pause(rulings.earlyTokenDelayMs(token), signal);
    }
    const mayRollBack = verdict === 'wait' || verdict === 'give_up_token';
    if (mayRollBack && rulings.rollBackAfterRejection(token, refusal)) return;
    throw rejectedError(refusal);
  }

  #backOff(signal: AbortSignal): Promise<void> {
    return this.#pause(this.#options.backOff.nextMs(), signal);
  }

  /** Waits, but no longer than until the network comes back or somebody calls `connect()`. */
  #pause(
    delayMs: number,
    signal: AbortSignal,
    earlier: Promise<void> = new Promise(() => {}),
  ): Promise<void> {
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    const wake = Promise.race([woken, earlier]);
    return pause(this.#options.environment.timers, delayMs, { wake, signals: [signal] });
  }

  #startLimit(): void {
    if (this.#limit) return;
    const { environment, session, connectMs } = this.#options;
    this.#limit = new PausableTimer(environment, connectMs, () => {
      this.abort(connectTimeout(connectMs, this.#last));
    });
    if (session.isOnline) this.#limit.run();
  }

  #loseLastCaller(reason: unknown): void {
    this.#limit?.pause();
    this.#limit = undefined;
    if (!this.isReconnect) this.abort(reason);
  }
}
