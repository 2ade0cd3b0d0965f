import { isInstance } from '../../shared/foreign-value.js';
import type { OwnUserResponse } from '../api-types.js';
import type { TokenSession } from '../auth/token-session.js';
import {
  type AbortSource,
  abort,
  abortable,
  type LinkedSignal,
  linkSignals,
  onAbort,
  pause,
  reasonOf,
  throwIfAborted,
} from '../environment/abortable.js';
import type { Environment } from '../environment/environment.js';
import type { Logger } from '../logger.js';
import { type Established, type Failure, HandshakeFailed } from './handshake.js';
import { HandshakeRecovery } from './handshake-recovery.js';
import { PausableTimer } from './pausable-timer.js';
import type { ReconnectBackOff } from './reconnect-back-off.js';
import { connectTimeout } from './socket-errors.js';

interface ConnectLoopOptions {
  /** A live connection was lost; no caller asked for this one. */
  readonly isReconnect: boolean;
  readonly connectMs: number;
  readonly session: TokenSession;
  readonly environment: Environment;
  readonly logger: Logger;
  /** Outlives the loop. */
  readonly backOff: ReconnectBackOff;
  /** Authenticates a socket, and does what a connection is needed for before it counts. */
  handshake(signal: AbortSignal): Promise<Established>;
  /** Takes the connection over and emits its events; throws where a listener has ended the session. */
  adopt(established: Established, signal: AbortSignal): OwnUserResponse;
}

/** Makes handshakes until one succeeds, for callers of `connect()` and for reconnects. */
export class ConnectLoop {
  readonly isReconnect: boolean;
  readonly #options: ConnectLoopOptions;
  /** Aborts when there are to be no more handshakes. */
  readonly #link: LinkedSignal;
  readonly #connected: Promise<OwnUserResponse>;
  #resolve!: (handshakes: Promise<OwnUserResponse>) => void;
  #callers = 0;
  /** Only while a caller waits in `connect()`. */
  #limit: PausableTimer | undefined;
  /** False during a step whose time does not count. */
  #isCounting = true;
  /** Settles when the page is shown again. */
  #hidden: { readonly over: Promise<void>; end(): void } | undefined;
  /** Ends the handshake under way, and no other. */
  #attempt: LinkedSignal | undefined;
  /** Whether the server has welcomed us: from then on it is too late to abort. */
  #isWelcomed = false;
  #wake: () => void = () => {};
  readonly #recovery: HandshakeRecovery;

  constructor(options: ConnectLoopOptions) {
    this.#options = options;
    this.isReconnect = options.isReconnect;
    this.#link = linkSignals(options.session.ending);
    this.#recovery = new HandshakeRecovery({
      ...options,
      signal: this.#link.signal,
      pause: (delayMs) => this.#pause(delayMs),
      wake: () => this.#wake(),
      leftMs: () => this.#limit?.leftMs,
    });
    this.#connected = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    // A reconnect has no caller, and a caller may have left.
    this.#connected.catch(() => {});
  }

  /** Runs until a handshake succeeds; rejects when there are to be no more. */
  run(after: Failure | undefined): Promise<OwnUserResponse> {
    const done = this.#run(after).finally(() => this.#link.unlink());
    this.#resolve(done);
    return done;
  }

  /** Waits as a caller of `connect()`: within its limit, and without the pause before the next handshake. */
  async join(signal: AbortSource | undefined): Promise<OwnUserResponse> {
    const left = new AbortController();
    const abandon = () => this.#isWelcomed || abort(left, reasonOf(signal));
    const leave = onAbort(left.signal, () => this.#leave(reasonOf(left.signal)));
    let stop: (() => void) | undefined;
    this.#callers += 1;
    this.#startLimit();
    this.#wake();
    try {
      stop = signal && onAbort(signal, abandon);
      if (signal?.aborted) abandon();
    } catch (error) {
      // The app's own signal: without this caller the loop would have nobody who ends it.
      abort(left, error);
    }
    try {
      return await abortable(this.#connected, left.signal, this.#options.session.ending);
    } finally {
      stop?.();
      leave();
      if (!left.signal.aborted) this.#leave(undefined);
    }
  }

  /** Waits for the connection, however long it takes. */
  wait(signal: AbortSource): Promise<OwnUserResponse> {
    return abortable(this.#connected, signal);
  }

  abort(reason: unknown): void {
    this.#link.abort(reason);
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
    this.#limit?.pause();
  }

  goOnline(): void {
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
    this.#attempt?.abort(new HandshakeFailed());
  }

  show(): void {
    this.#hidden?.end();
    this.#hidden = undefined;
    this.#runLimit();
    this.#wake();
  }

  async #run(after: Failure | undefined): Promise<OwnUserResponse> {
    const { session, adopt } = this.#options;
    const signal = this.#link.signal;
    let failure = after;
    for (;;) {
      if (failure) await this.#recovery.after(failure);
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
          this.#isWelcomed = true;
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
    const attempt = linkSignals(this.#link.signal);
    this.#attempt = attempt;
    try {
      return await this.#options.handshake(attempt.signal);
    } finally {
      attempt.unlink();
    }
  }

  /** Waits, but no longer than until the network or the page comes back or `connect()` is called. */
  #pause(delayMs: number): Promise<void> {
    const wake = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    return pause(this.#options.environment.timers, delayMs, [this.#link.signal], wake);
  }

  #startLimit(): void {
    if (this.#limit) return;
    const { environment, connectMs } = this.#options;
    this.#limit = new PausableTimer(environment, connectMs, () => {
      this.abort(connectTimeout(connectMs, this.#recovery.last));
    });
    this.#runLimit();
  }

  #runLimit(): void {
    const { isOnline } = this.#options.session;
    if (isOnline && this.#isCounting && !this.#hidden) this.#limit?.run();
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
