import type { AnyStreamVideoError } from '../../shared/errors.js';
import type { OwnUserResponse } from '../api-types.js';
import type { TokenSession } from '../auth/token-session.js';
import { throwIfAborted } from '../environment/abortable.js';
import type { Moment } from '../environment/clock.js';
import type { Environment } from '../environment/environment.js';
import { fallbackWebSocket } from '../environment/fallback-web-socket.js';
import { platformWebSocket, type WebSocketConstructor } from '../environment/web-socket.js';
import type { Emit } from '../event-emitter.js';
import { isWireError } from '../http/api-error.js';
import type { Logger } from '../logger.js';
import { BackOff } from './back-off.js';
import { ConnectLoop } from './connect-loop.js';
import type { ConnectionEvents, ConnectionState } from './connection-events.js';
import { type Established, type Failure, type Frame, HandshakeFailed, shakeHands } from './handshake.js';
import { Heartbeat } from './heartbeat.js';
import type { JsonSocket } from './json-socket.js';
import { anonymousSocketError, notConnectedError, noWebSocketError } from './socket-errors.js';

export interface ConnectionOptions {
  readonly url: string;
  /** Undefined for the platform's, looked up at each connect. */
  readonly WebSocket?: WebSocketConstructor | undefined;
  readonly connectMs: number;
  readonly session: TokenSession;
  readonly environment: Environment;
  readonly logger: Logger;
  readonly emit: Emit<ConnectionEvents>;
  onServerEvent(event: Frame & { readonly type: string }): void;
}

/** The coordinator's socket: opened, authenticated, watched over, and opened again. */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #backOff: BackOff;
  #state: ConnectionState = 'idle';
  #established: Established | undefined;
  #establishedAt: Moment | undefined;
  #heartbeat: Heartbeat | undefined;
  #campaign: ConnectLoop | undefined;
  #stopWatchingNetwork: (() => void) | undefined;

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
    return campaign.call(signal);
  }

  /** Closes the socket and ends whatever runs. The session's end has rejected those who wait. */
  close(): void {
    this.#campaign?.abort(this.#options.session.ending.reason);
    this.#campaign = undefined;
    this.#drop('client closed the connection');
    this.#backOff.reset();
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
    throwIfAborted(signal);
    const id = this.connectionId;
    if (id !== undefined && id !== unknown) return id;
    // The server does not know this connection any more: it is as good as dropped.
    if (id !== undefined) this.#reconnect(undefined);
    if (!this.#campaign) throw notConnectedError();
    await this.#campaign.wait(signal);
    return this.waitForId({ unknown, signal });
  }

  // ---- campaigns

  #start({ isReconnect, after }: { isReconnect: boolean; after?: Failure | undefined }): ConnectLoop {
    const { connectMs, session, environment } = this.#options;
    const campaign = new ConnectLoop({
      isReconnect,
      connectMs,
      session,
      environment,
      backOff: this.#backOff,
    });
    this.#campaign = campaign;
    this.#watchNetwork();
    this.#enter(isReconnect ? 'reconnecting' : 'connecting');
    campaign.run((signal) => this.#run(campaign, after, signal));
    return campaign;
  }

  async #run(
    campaign: ConnectLoop,
    after: Failure | undefined,
    signal: AbortSignal,
  ): Promise<OwnUserResponse> {
    const { session } = this.#options;
    let failure = after;
    try {
      for (;;) {
        if (failure) await campaign.recover(failure, signal);
        throwIfAborted(signal);
        try {
          const established = await this.#shakeHands(signal);
          if (signal.aborted) {
            // It ended in the very moment of its success.
            established.channel.close(1000, 'client closed the connection');
            throw signal.reason;
          }
          if (established.userId === session.user.id) return this.#settleIn(established);
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

  #watchNetwork(): void {
    this.#stopWatchingNetwork ??= this.#options.environment.network.watch({
      offline: () => this.#campaign?.goOffline(),
      online: () => this.#campaign?.goOnline(),
    });
  }

  // ---- the live socket

  #settleIn(established: Established): OwnUserResponse {
    const { session, environment } = this.#options;
    const { channel, token, frame } = established;
    this.#established = established;
    this.#establishedAt = environment.clock.now();
    this.#campaign = undefined;
    const heartbeat = new Heartbeat(environment.timers, {
      ping: () => channel.send([{ type: 'health.check', client_id: established.connectionId }]),
      dead: () => this.#reconnect({ kind: 'network', ending: { code: 0, reason: 'no sign of life' } }),
    });
    this.#heartbeat = heartbeat;
    heartbeat.start();
    session.learnFromFrame(frame.created_at);
    session.verdicts.accept(token);
    this.#enter('connected');
    session.wake();
    this.#options.onServerEvent(frame as Frame & { type: string });
    channel.release();
    return established.me;
  }

  #hear(channel: JsonSocket, frame: Frame | undefined): void {
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
