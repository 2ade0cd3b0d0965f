import { ApiError, InvalidTokenError, TokenProviderError } from '../../shared/errors.js';
import type { TokenSession } from '../auth/token-session.js';
import type { Logger } from '../logger.js';
import type { TokenFacts } from '../token/token-facts.js';
import type { Failure } from './handshake.js';
import { actionAfter } from './handshake-refusal.js';
import type { ReconnectBackOff } from './reconnect-back-off.js';
import { type LastFailure, refusalOf, rejectedError } from './socket-errors.js';

interface RecoveryOptions {
  /** A live connection was lost; no caller asked for this one. */
  readonly isReconnect: boolean;
  readonly session: TokenSession;
  readonly logger: Logger;
  readonly backOff: ReconnectBackOff;
  /** Aborts when there are to be no more handshakes. */
  readonly signal: AbortSignal;
  pause(delayMs: number): Promise<void>;
  /** Ends the pause. */
  wake(): void;
  /** Milliseconds that callers still wait; undefined where none does. */
  leftMs(): number | undefined;
}

/** What follows from each failed handshake: another token, a wait, or the end. */
export class HandshakeRecovery {
  /** What stood in the way last. */
  last: LastFailure = {};
  readonly #options: RecoveryOptions;
  #hasRenewed = false;
  #hasWaited = false;
  #hasReplaced = false;

  constructor(options: RecoveryOptions) {
    this.#options = options;
  }

  /** Returns when the next handshake may begin, throws when there is to be none. */
  async after(failure: Failure): Promise<void> {
    const { session, pause, wake } = this.#options;
    try {
      switch (failure.kind) {
        case 'network':
          this.#beginRow();
          this.last = { error: this.last.error, ending: failure.ending };
          return await this.#backOff();
        case 'token':
          throw failure.error;
        case 'refused':
          return await this.#recoverFromRefusal(failure);
      }
    } catch (error) {
      this.#assertTransient(error);
      this.last = { ...this.last, error };
      const stop = session.subscribe(wake);
      try {
        // Not the error's own time: the wall clock may have been set since.
        await pause(session.blockedForMs);
      } finally {
        stop();
      }
    }
  }

  async #recoverFromRefusal({ error, token }: Failure & { kind: 'refused' }): Promise<void> {
    const { session, logger, isReconnect, signal, pause } = this.#options;
    const { verdicts } = session;
    const refusal = refusalOf(error, token.value);
    this.last = { ...this.last, error: refusal };
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
        return verdicts.renew(token, { signal, cause: refusal });
      }
      const ended = verdicts.refuseForGood(token, refusal);
      if (!isReconnect) throw ended;
      return this.#backOff();
    }
    if (action === 'wait' && !this.#hasWaited) {
      if (this.#hasSuccessor(token)) return;
      this.#hasWaited = true;
      return pause(verdicts.earlyTokenDelayMs(token));
    }
    const isAboutToken = action !== 'give_up';
    if (isAboutToken && verdicts.rollBackAfterRejection(token, refusal)) return;
    if (this.#hasSuccessor(token)) return;
    // The next handshake asks the provider: a secret may have been rotated.
    const mayReplace = isAboutToken && isReconnect && session.source.kind === 'provider';
    if (!mayReplace || this.#hasReplaced) throw rejectedError(refusal);
    this.#hasReplaced = true;
  }

  /** Throws what ends the loop: anything but a failure of the provider that may pass in time. */
  #assertTransient(error: unknown): void {
    const { session, signal } = this.#options;
    // The token was refused before: the provider gave it again, or a guest is suspended for it.
    if (error instanceof ApiError) throw rejectedError(error);
    const isOfProvider = error instanceof TokenProviderError || error instanceof InvalidTokenError;
    if (!isOfProvider || error.retryAt === undefined || signal.aborted) throw error;
    const leftMs = this.#options.leftMs();
    if (leftMs === undefined) return;
    // The provider's own code is wrong.
    if (!error.retryable) throw error;
    const open = session.circuitOpenError;
    if (open && session.blockedForMs > leftMs) throw open;
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
    const { pause, backOff } = this.#options;
    return pause(backOff.nextMs());
  }
}
