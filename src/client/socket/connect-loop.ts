import { InvalidTokenError, TokenProviderError } from '../../shared/errors.js';
import { read } from '../../shared/foreign-value.js';
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
import { actionAfter } from './handshake-refusal.js';
import { PausableTimer } from './pausable-timer.js';
import { connectTimeout, type LastFailure, refusalOf, rejectedError } from './socket-errors.js';

interface ConnectLoopOptions {
  /** A live connection was lost; no caller asked for this one. */
  readonly isReconnect: boolean;
  readonly connectMs: number;
  readonly session: TokenSession;
  readonly environment: Environment;
  /** Outlives the loop. */
  readonly backOff: BackOff;
}

/** Handshakes until one succeeds: who waits for it, for how long, and what follows from each failure. */
export class ConnectLoop {
  readonly isReconnect: boolean;
  readonly #options: ConnectLoopOptions;
  readonly #controller = new AbortController();
  readonly #done: Promise<OwnUserResponse>;
  #follow!: (handshakes: Promise<OwnUserResponse>) => void;
  #callers = 0;
  /** Only while a caller waits in `connect()`. */
  #limit: PausableTimer | undefined;
  #wake: () => void = () => {};
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
      const retryAt = read(error, 'retryAt');
      if (!isTransient || retryAt === undefined || signal.aborted) throw error;
      this.#last = { ...this.#last, error };
      // Not the error's own time: the wall clock may have been set since.
      await this.#pause(session.blockedForMs, signal, session.change);
    }
  }

  async #recoverFromRefusal(
    { error, token }: Failure & { kind: 'refused' },
    signal: AbortSignal,
  ): Promise<void> {
    const { verdicts } = this.#options.session;
    const refusal = refusalOf(error);
    this.#last = { ...this.#last, error: refusal };
    const action = actionAfter(error);
    if (action === 'renew_token') {
      if (!this.#hasRenewed) {
        this.#hasRenewed = true;
        return verdicts.renew(token, { signal, cause: refusal });
      }
      const error = verdicts.refuseForGood(token, refusal);
      if (!this.isReconnect) throw error;
      return this.#backOff(signal);
    }
    if (action === 'back_off') {
      // The server took the token: a 40 after it is the first of its row.
      this.#hasRenewed = false;
      return this.#backOff(signal);
    }
    if (action === 'wait' && !this.#hasWaited) {
      this.#hasWaited = true;
      return this.#pause(verdicts.earlyTokenDelayMs(token), signal);
    }
    const mayRollBack = action === 'wait' || action === 'roll_back';
    if (mayRollBack && verdicts.rollBackAfterRejection(token, refusal)) return;
    throw rejectedError(refusal);
  }

  #backOff(signal: AbortSignal): Promise<void> {
    return this.#pause(this.#options.backOff.nextMs(), signal);
  }

  /** Waits, but no longer than until the network comes back or `connect()` is called. */
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
