import type { Moment } from '../environment/clock.js';
import type { Environment } from '../environment/environment.js';
import { fallbackWebSocket } from '../environment/fallback-web-socket.js';
import { abortable, linkSignals, pause, throwIfAborted } from '../environment/waiting.js';
import { platformWebSocket, type WebSocketConstructor } from '../environment/web-socket.js';
import { type AnyStreamVideoError, InvalidTokenError, TokenProviderError } from '../errors.js';
import type { ConnectionState, Emit } from '../events.js';
import { isWireError } from '../http/api-error.js';
import type { Logger } from '../logger.js';
import type { TokenSession } from '../token/session.js';
import type { OwnUserResponse } from '../wire.js';
import { BackOff } from './back-off.js';
import type { Channel } from './channel.js';
import {
  anonymousSocketError,
  connectTimeout,
  type LastFailure,
  notConnectedError,
  noWebSocketError,
  refusalOf,
  rejectedError,
  secondExpiryError,
} from './failures.js';
import { type Established, type Failure, type Frame, HandshakeFailed, shakeHands } from './handshake.js';
import { Heartbeat } from './heartbeat.js';
import { PausableTimer } from './pausable-timer.js';
import { verdictOn } from './verdict.js';

export interface ConnectionOptions {
  readonly url: string;
  /** Undefined for the platform's, looked up at each connect. */
  readonly WebSocket?: WebSocketConstructor | undefined;
  readonly connectMs: number;
  readonly session: TokenSession;
  readonly environment: Environment;
  readonly logger: Logger;
  readonly emit: Emit;
  onServerEvent(event: Frame & { readonly type: string }): void;
}

/** One run of handshakes until one succeeds, whoever wants it. */
interface Campaign {
  readonly isReconnect: boolean;
  readonly controller: AbortController;
  readonly done: Promise<OwnUserResponse>;
  callers: number;
  /** Only while somebody waits in `connect()`. */
  limit: PausableTimer | undefined;
  /** What a campaign remembers from one handshake to the next. */
  hasRenewed: boolean;
  hasWaited: boolean;
  last: LastFailure;
}

/** The coordinator's socket: opened, authenticated, watched over, and opened again. */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #backOff: BackOff;
  #state: ConnectionState = 'idle';
  #established: Established | undefined;
  #establishedAt: Moment | undefined;
  #heartbeat: Heartbeat | undefined;
  #campaign: Campaign | undefined;
  #stopWatchingNetwork: (() => void) | undefined;
  #wake: () => void = () => {};

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#backOff = new BackOff(() => options.environment.random());
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get connectionId(): string | undefined {
    return this.#established?.connectionId;
  }

  /** Resolves with the server's own-user object. Calls in parallel share one campaign. */
  async connect({ signal }: { signal?: AbortSignal | undefined } = {}): Promise<OwnUserResponse> {
    const { session } = this.#options;
    if (session.user.type === 'anonymous') throw anonymousSocketError();
    session.assertNotReentered();
    throwIfAborted(signal);
    session.begin();
    if (this.#established) return this.#established.me;
    const campaign = this.#campaign ?? this.#start({ isReconnect: false });
    this.#limit(campaign);
    this.#wake();
    campaign.callers += 1;
    try {
      return await abortable(campaign.done, signal);
    } finally {
      campaign.callers -= 1;
      if (campaign.callers === 0) {
        campaign.limit?.pause();
        campaign.limit = undefined;
        if (!campaign.isReconnect) campaign.controller.abort(signal?.reason);
      }
    }
  }

  /** Closes the socket and ends whatever runs. The session's end has rejected those who wait. */
  close(): void {
    this.#campaign?.controller.abort(this.#options.session.ending.reason);
    this.#campaign = undefined;
    this.#drop('client closed the connection');
    this.#stopWatchingNetwork?.();
    this.#stopWatchingNetwork = undefined;
    if (this.#state !== 'idle') this.#enter('disconnected');
  }

  /** Opens the socket anew when it speaks for another user than the session does now. */
  followUser(): void {
    if (!this.#established || this.#established.userId === this.#options.session.user.id) return;
    this.#reconnect(undefined);
  }

  /** The id of the live connection, other than `unknown`; waits while one is being made. */
  async waitForId({
    unknown,
    signal,
  }: {
    unknown?: string | undefined;
    signal: AbortSignal;
  }): Promise<string> {
    const id = this.connectionId;
    if (id !== undefined && id !== unknown) return id;
    // The server does not know this connection any more: it is as good as dropped.
    if (id !== undefined) this.#reconnect(undefined);
    if (!this.#campaign) throw notConnectedError();
    await abortable(this.#campaign.done, signal);
    return this.waitForId({ unknown, signal });
  }

  // ---- campaigns

  #start({ isReconnect, after }: { isReconnect: boolean; after?: Failure | undefined }): Campaign {
    const controller = new AbortController();
    let settle!: { resolve(me: OwnUserResponse): void; reject(error: unknown): void };
    const done = new Promise<OwnUserResponse>((resolve, reject) => {
      settle = { resolve, reject };
    });
    // A reconnect has no caller, and a caller may have left.
    done.catch(() => {});
    const campaign: Campaign = {
      isReconnect,
      controller,
      done,
      callers: 0,
      limit: undefined,
      hasRenewed: false,
      hasWaited: false,
      last: {},
    };
    this.#campaign = campaign;
    this.#watchNetwork();
    this.#enter(isReconnect ? 'reconnecting' : 'connecting');
    this.#run(campaign, after).then(settle.resolve, settle.reject);
    return campaign;
  }

  async #run(campaign: Campaign, after: Failure | undefined): Promise<OwnUserResponse> {
    const { session } = this.#options;
    const { signal, unlink } = linkSignals(campaign.controller.signal, session.ending);
    let failure = after;
    try {
      for (;;) {
        if (failure) await this.#recover(campaign, failure, signal);
        throwIfAborted(signal);
        try {
          const established = await this.#shakeHands(signal);
          if (established.userId === session.user.id) return this.#settleIn(campaign, established);
          // A guest became another while the server answered.
          established.channel.close(1000, 'another user');
          failure = undefined;
        } catch (error) {
          if (!(error instanceof HandshakeFailed)) throw error;
          failure = error.failure;
        }
      }
    } catch (error) {
      if (this.#campaign === campaign) {
        this.#campaign = undefined;
        this.#enter('disconnected', error);
        session.rest();
      }
      throw error;
    } finally {
      unlink();
      campaign.limit?.pause();
    }
  }

  async #shakeHands(signal: AbortSignal): Promise<Established> {
    const { environment, session, url } = this.#options;
    const WebSocket = this.#options.WebSocket ?? platformWebSocket() ?? (await fallbackWebSocket());
    throwIfAborted(signal);
    if (!WebSocket) throw noWebSocketError();
    return shakeHands({
      WebSocket,
      url,
      session,
      environment,
      signal,
      onFrame: (channel, frame) => this.#hear(channel, frame),
      onEnd: (channel, ending) => {
        if (this.#established?.channel === channel) this.#reconnect({ kind: 'network', ending });
      },
    });
  }

  /** Deals with a failure: returns when the next handshake may begin, throws when there is to be none. */
  async #recover(campaign: Campaign, failure: Failure, signal: AbortSignal): Promise<void> {
    try {
      switch (failure.kind) {
        case 'network':
          campaign.hasRenewed = false;
          campaign.last = { error: campaign.last.error, ending: failure.ending };
          return await this.#pause(this.#backOff.nextMs(), signal);
        case 'token':
          throw failure.error;
        case 'refused':
          return await this.#recoverFromRefusal(campaign, failure, signal);
      }
    } catch (error) {
      const isTransient = error instanceof TokenProviderError || error instanceof InvalidTokenError;
      const { retryAt } = error as { retryAt?: number };
      if (!isTransient || retryAt === undefined || signal.aborted) throw error;
      campaign.last = { ...campaign.last, error };
      await this.#waitForProvider(campaign, signal);
    }
  }

  async #recoverFromRefusal(
    campaign: Campaign,
    { error, token }: Failure & { kind: 'refused' },
    signal: AbortSignal,
  ): Promise<void> {
    const { session } = this.#options;
    const refusal = refusalOf(error);
    campaign.last = { ...campaign.last, error: refusal };
    const verdict = verdictOn(error);
    if (verdict === 'renew') {
      if (!campaign.hasRenewed) {
        campaign.hasRenewed = true;
        return session.renew(token, { signal, cause: refusal });
      }
      session.refuse(token, refusal);
      if (!campaign.isReconnect) throw secondExpiryError(refusal);
      return this.#pause(this.#backOff.nextMs(), signal);
    }
    if (verdict === 'back_off') {
      // The token passed: a 40 after it is the first of its row.
      campaign.hasRenewed = false;
      return this.#pause(this.#backOff.nextMs(), signal);
    }
    if (verdict === 'wait' && !campaign.hasWaited) {
      campaign.hasWaited = true;
      return this.#pause(session.earlyTokenDelayMs(token), signal);
    }
    const mayRollBack = verdict === 'wait' || verdict === 'give_up_token';
    if (mayRollBack && session.giveUp(token, refusal)) return;
    throw rejectedError(refusal);
  }

  async #waitForProvider(campaign: Campaign, signal: AbortSignal): Promise<void> {
    const { session, connectMs } = this.#options;
    // Not the error's own time: the wall clock may have been set since.
    const delayMs = session.closedForMs;
    const { limit, last } = campaign;
    // Nothing can come of waiting beyond the limit.
    if (limit && !limit.isPaused && delayMs > limit.leftMs) throw connectTimeout(connectMs, last);
    await this.#pause(delayMs, signal, session.change);
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

  /** Gives `connect()` its limit; time offline does not count. */
  #limit(campaign: Campaign): void {
    if (campaign.limit) return;
    const { environment, session, connectMs } = this.#options;
    campaign.limit = new PausableTimer(environment, connectMs, () => {
      campaign.controller.abort(connectTimeout(connectMs, campaign.last));
    });
    if (session.isOnline) campaign.limit.run();
  }

  #watchNetwork(): void {
    this.#stopWatchingNetwork ??= this.#options.environment.network.watch({
      offline: () => this.#campaign?.limit?.pause(),
      online: () => {
        this.#campaign?.limit?.run();
        this.#wake();
      },
    });
  }

  // ---- the live socket

  #settleIn(campaign: Campaign, established: Established): OwnUserResponse {
    const { session, environment } = this.#options;
    const { channel, token, frame } = established;
    this.#established = established;
    this.#establishedAt = environment.clock.now();
    this.#campaign = undefined;
    campaign.limit?.pause();
    const heartbeat = new Heartbeat(environment.timers, {
      ping: () => channel.send([{ type: 'health.check', client_id: established.connectionId }]),
      dead: () => this.#reconnect({ kind: 'network', ending: { code: 0, reason: 'no sign of life' } }),
    });
    this.#heartbeat = heartbeat;
    heartbeat.start();
    session.learnFromFrame(frame.created_at);
    session.accept(token);
    this.#enter('connected');
    session.wake();
    this.#options.onServerEvent(frame as Frame & { type: string });
    return established.me;
  }

  #hear(channel: Channel, frame: Frame | undefined): void {
    if (this.#established?.channel !== channel) return;
    this.#heartbeat?.signOfLife();
    if (!frame) {
      this.#options.logger.debug('A frame that is not JSON text was ignored');
      return;
    }
    this.#options.session.learnFromFrame(frame.created_at);
    if (frame.type === 'connection.error') {
      const { token } = this.#established;
      const failure: Failure = isWireError(frame.error)
        ? { kind: 'refused', error: frame.error, token }
        : { kind: 'network', ending: { code: 0, reason: 'connection.error' } };
      this.#reconnect(failure);
    } else {
      this.#options.onServerEvent(frame as Frame & { type: string });
    }
  }

  #reconnect(failure: Failure | undefined): void {
    const { environment } = this.#options;
    if (this.#establishedAt) {
      this.#backOff.noteUptime(environment.clock.now().monotonicMs - this.#establishedAt.monotonicMs);
    }
    this.#drop('reconnecting');
    this.#start({ isReconnect: true, after: failure });
  }

  #drop(reason: string): void {
    const { channel } = this.#established ?? {};
    this.#established = undefined;
    this.#establishedAt = undefined;
    this.#heartbeat?.stop();
    this.#heartbeat = undefined;
    channel?.close(1000, reason);
  }

  #enter(state: ConnectionState, error?: unknown): void {
    const previous = this.#state;
    if (previous === state) return;
    this.#state = state;
    const connectionId = this.connectionId;
    this.#options.emit('connection.changed', {
      state,
      previous,
      ...(connectionId !== undefined && { connectionId }),
      ...(error !== undefined && { error: error as AnyStreamVideoError }),
    });
  }
}
