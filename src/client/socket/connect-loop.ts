import { ApiError, InvalidTokenError, TokenProviderError } from '../../shared/errors.js';
import { isInstance } from '../../shared/foreign-value.js';
import type { OwnUserResponse } from '../api-types.js';
import type { TokenSession } from '../auth/token-session.js';
import {
  type AbortSource,
  abort,
  abortable,
  linkSignals,
  onAbort,
  pause,
  reasonOf,
  throwIfAborted,
} from '../environment/abortable.js';
import type { Environment } from '../environment/environment.js';
import type { Logger } from '../logger.js';
import type { TokenFacts } from '../token/token-facts.js';
import type { BackOff } from './back-off.js';
import { type Established, type Failure, HandshakeFailed } from './handshake.js';
import { actionAfter } from './handshake-refusal.js';
import { PausableTimer } from './pausable-timer.js';
import { connectTimeout, type LastFailure, refusalOf, rejectedError } from './socket-errors.js';

interface ConnectLoopOptions {
  /** A live connection was lost; no caller asked for this one. */
  readonly isReconnect: boolean;
  readonly connectMs: number;
  readonly session: TokenSession;
  readonly environment: Environment;
  readonly logger: Logger;
  /** Outlives the loop. */
  readonly backOff: BackOff;
  /** Authenticates a socket, and does what a connection is needed for before it counts. */
  handshake(signal: AbortSignal): Promise<Established>;
  /** Takes the connection over, and tells; throws where that has ended the session. */
  adopt(established: Established, signal: AbortSignal): OwnUserResponse;
}

/** Handshakes until one succeeds: who waits for it, for how long, and what follows from each failure. */
export class ConnectLoop {
  readonly isReconnect: boolean;
  readonly #options: ConnectLoopOptions;
  readonly #controller = new AbortController();
  /** Aborts when there are to be no more handshakes. */
  readonly #signal: AbortSignal;
  readonly #unlink: () => void;
  readonly #done: Promise<OwnUserResponse>;
  #follow!: (handshakes: Promise<OwnUserResponse>) => void;
  #callers = 0;
  /** Only while a caller waits in `connect()`. */
  #limit: PausableTimer | undefined;
  #isOffline: boolean;
  #isCounting = true;
  /** Settles when the page is shown again. */
  #hidden: { readonly over: Promise<void>; end(): void } | undefined;
  /** Ends the handshake under way, and no other. */
  #attempt = new AbortController();
  #isWelcome = false;
  #wake: () => void = () => {};
  #hasRenewed = false;
  #hasWaited = false;
  #hasReplaced = false;
  #last: LastFailure = {};

  constructor(options: ConnectLoopOptions) {
    this.#options = options;
    this.isReconnect = options.isReconnect;
    this.#isOffline = !options.session.isOnline;
    const { signal, unlink } = linkSignals(this.#controller.signal, options.session.ending);
    this.#signal = signal;
    this.#unlink = unlink;
    this.#done = new Promise((resolve) => {
      this.#follow = resolve;
    });
    // A reconnect has no caller, and a caller may have left.
    this.#done.catch(() => {});
  }

  /** Runs until a handshake succeeds; rejects when there are to be no more. */
  run(after: Failure | undefined): Promise<OwnUserResponse> {
    const done = this.#run(after).finally(() => {
      this.#unlink();
      this.#limit?.pause();
    });
    this.#follow(done);
    return done;
  }

  /** Waits for the connection as `connect()` does: within its limit, and at once. */
  async call(signal: AbortSource | undefined): Promise<OwnUserResponse> {
    const left = new AbortController();
    // Once the server has welcomed us it is too late to abort.
    const abandon = () => this.#isWelcome || abort(left, reasonOf(signal));
    const stop = signal && onAbort(signal, abandon);
    const leave = onAbort(left.signal, () => this.#leave(reasonOf(left.signal)));
    this.#callers += 1;
    this.#startLimit();
    this.#wake();
    if (signal?.aborted) abandon();
    try {
      return await abortable(this.#done, left.signal, this.#options.session.ending);
    } finally {
      stop?.();
      leave();
      if (!left.signal.aborted) this.#leave(undefined);
    }
  }

  /** Waits for the connection, however long it takes. */
  wait(signal: AbortSource): Promise<OwnUserResponse> {
    return abortable(this.#done, signal);
  }

  abort(reason: unknown): void {
    abort(this.#controller, reason);
  }

  /** Waits for something whose time does not count. */
  async uncounted<T>(step: Promise<T>): Promise<T> {
    this.#isCounting = false;
    this.#limit?.pause();
    try {
      return await step;
    } finally {
      this.#isCounting = true;
      this.#runLimit();
    }
  }

  /** Time offline does not count. */
  goOffline(): void {
    this.#isOffline = true;
    this.#limit?.pause();
  }

  goOnline(): void {
    this.#isOffline = false;
    this.#runLimit();
    this.#wake();
  }

  /** The page may be frozen from now on, and a socket would be dead when it comes back. This time does not count. */
  hide(): void {
    if (this.#hidden) return;
    let end = () => {};
    const over = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#hidden = { over, end };
    this.#limit?.pause();
    abort(this.#attempt, new HandshakeFailed({ kind: 'page_hidden' }));
  }

  show(): void {
    this.#hidden?.end();
    this.#hidden = undefined;
    this.#runLimit();
    this.#wake();
  }

  async #run(after: Failure | undefined): Promise<OwnUserResponse> {
    const { session, adopt } = this.#options;
    const signal = this.#signal;
    let failure = after;
    for (;;) {
      if (failure) await this.#recover(failure);
      while (this.#hidden) await abortable(this.#hidden.over, signal);
      throwIfAborted(signal);
      try {
        const established = await this.#handshake();
        const { socket, token } = established;
        if (signal.aborted) {
          // It ended in the very moment of its success.
          socket.close(1000, 'client closed the connection');
          throw signal.reason;
        }
        if (token.userId === session.user.id) {
          this.#isWelcome = true;
          this.#limit?.pause();
          return adopt(established, signal);
        }
        // A guest became another while the server answered.
        socket.close(1000, 'another user');
        failure = undefined;
      } catch (error) {
        if (!isInstance(error, HandshakeFailed)) throw error;
        failure = error.failure;
      }
    }
  }

  async #handshake(): Promise<Established> {
    this.#attempt = new AbortController();
    const { signal, unlink } = linkSignals(this.#signal, this.#attempt.signal);
    try {
      return await this.#options.handshake(signal);
    } finally {
      unlink();
    }
  }

  /** Deals with a failure: returns when the next handshake may begin, throws when there is to be none. */
  async #recover(failure: Failure): Promise<void> {
    const { session } = this.#options;
    try {
      switch (failure.kind) {
        case 'page_hidden':
          return;
        case 'network':
          this.#beginRow();
          this.#last = { error: this.#last.error, ending: failure.ending };
          return await this.#backOff();
        case 'token':
          throw failure.error;
        case 'refused':
          return await this.#recoverFromRefusal(failure);
      }
    } catch (error) {
      this.#assertTransient(error);
      this.#last = { ...this.#last, error };
      const stop = session.subscribe(() => this.#wake());
      try {
        // Not the error's own time: the wall clock may have been set since.
        await this.#pause(session.blockedForMs);
      } finally {
        stop();
      }
    }
  }

  async #recoverFromRefusal({ error, token }: Failure & { kind: 'refused' }): Promise<void> {
    const { session, logger } = this.#options;
    const { verdicts } = session;
    const refusal = refusalOf(error, token.value);
    this.#last = { ...this.#last, error: refusal };
    const action = actionAfter(error);
    if (action === 'back_off') {
      // The server took the token: what it says about it next is the first of its row.
      this.#beginRow();
      const { message, remediation } = refusal;
      logger.warn('The handshake is tried again', { message, remediation });
      return this.#backOff();
    }
    if (action === 'renew_token') {
      if (!this.#hasRenewed || this.#hasSuccessor(token)) {
        this.#hasRenewed = true;
        return verdicts.renew(token, { signal: this.#signal, cause: refusal });
      }
      const ended = verdicts.refuseForGood(token, refusal);
      if (!this.isReconnect) throw ended;
      return this.#backOff();
    }
    if (this.#hasSuccessor(token)) return;
    if (action === 'wait' && !this.#hasWaited) {
      this.#hasWaited = true;
      return this.#pause(verdicts.earlyTokenDelayMs(token));
    }
    const isAboutToken = action !== 'give_up';
    if (isAboutToken && verdicts.rollBackAfterRejection(token, refusal)) return;
    // The next handshake asks the provider: a secret may have been rotated.
    const mayReplace = isAboutToken && this.isReconnect && session.source.kind === 'provider';
    if (!mayReplace || this.#hasReplaced) throw rejectedError(refusal);
    this.#hasReplaced = true;
  }

  /** Throws what ends the loop: anything but a failure of the provider that may pass in time. */
  #assertTransient(error: unknown): void {
    // The token was refused before: the provider gave it again, or a guest is suspended for it.
    if (error instanceof ApiError) throw rejectedError(error);
    const isOfProvider = error instanceof TokenProviderError || error instanceof InvalidTokenError;
    if (!isOfProvider || error.retryAt === undefined || this.#signal.aborted) throw error;
    if (!this.#limit) return;
    // The provider's own code is wrong.
    if (!error.retryable) throw error;
    const { session } = this.#options;
    const open = session.circuitOpenError;
    if (open && session.blockedForMs > this.#limit.leftMs) throw open;
  }

  /** What the server says about a token that has a successor is never final. */
  #hasSuccessor({ value }: TokenFacts): boolean {
    const { held } = this.#options.session;
    return held !== undefined && held.value !== value && held.rejectedByServerAt === undefined;
  }

  #beginRow(): void {
    this.#hasRenewed = false;
    this.#hasReplaced = false;
  }

  #backOff(): Promise<void> {
    return this.#pause(this.#options.backOff.nextMs());
  }

  /** Waits, but no longer than until the network or the page comes back or `connect()` is called. */
  #pause(delayMs: number): Promise<void> {
    const wake = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    return pause(this.#options.environment.timers, delayMs, { wake, signals: [this.#signal] });
  }

  #startLimit(): void {
    if (this.#limit) return;
    const { environment, connectMs } = this.#options;
    this.#limit = new PausableTimer(environment, connectMs, () => {
      this.abort(connectTimeout(connectMs, this.#last));
    });
    this.#runLimit();
  }

  #runLimit(): void {
    if (this.#isCounting && !this.#isOffline && !this.#hidden) this.#limit?.run();
  }

  /** A caller of `connect()` has left; with the last one an attempt that nobody else asked for ends. */
  #leave(reason: unknown): void {
    this.#callers -= 1;
    if (this.#callers > 0) return;
    this.#limit?.pause();
    this.#limit = undefined;
    if (!this.isReconnect) this.abort(reason);
  }
}
