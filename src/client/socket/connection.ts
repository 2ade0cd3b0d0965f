import type { OwnUserResponse } from '../api-types.js';
import { readSignal, type Waiting } from '../auth/signal-option.js';
import type { TokenSession } from '../auth/token-session.js';
import { type AbortSource, abortable, linkSignals, throwIfAborted } from '../environment/abortable.js';
import type { Moment } from '../environment/clock.js';
import type { Environment } from '../environment/environment.js';
import { fallbackWebSocket } from '../environment/fallback-web-socket.js';
import { platformWebSocket, type WebSocketConstructor } from '../environment/web-socket.js';
import type { Emit } from '../event-emitter.js';
import { isWireError } from '../http/api-error.js';
import type { Logger } from '../logger.js';
import { ConnectLoop } from './connect-loop.js';
import type { ConnectionEvents, ConnectionState } from './connection-events.js';
import { type Established, type Failure, HandshakeFailed, handshake, readAnswer } from './handshake.js';
import { Heartbeat } from './heartbeat.js';
import type { Ending, Frame } from './json-socket.js';
import { ReconnectBackOff } from './reconnect-back-off.js';
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
  onServerEvent(event: Frame): void;
  /**
   * Does what a new connection is needed for before it counts, and resolves with what is to be done once it does;
   * undefined where there is nothing to do.
   */
  beforeConnected(connectionId: string, signal: AbortSignal): Promise<() => void> | undefined;
}

/** A connection, and what came between its handshake and `connected`. */
interface Ready extends Established {
  readonly done?: () => void;
  readonly frames?: readonly (Frame | undefined)[];
}

/** What is kept of a connection while it lives. */
interface Live extends Omit<Established, 'welcome'> {
  readonly since: Moment;
  readonly heartbeat: Heartbeat;
}

/** The coordinator's socket: opened, authenticated, kept alive, and opened again. */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #backOff: ReconnectBackOff;
  #state: ConnectionState = 'idle';
  #live: Live | undefined;
  #loop: ConnectLoop | undefined;
  #stopWatching: (() => void) | undefined;
  /** Whether the page may be frozen. */
  #isHidden = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#backOff = new ReconnectBackOff(() => options.environment.random());
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get connectionId(): string | undefined {
    return this.#live?.connectionId;
  }

  /** Resolves with the server's own-user object. Calls in parallel share one loop of handshakes. */
  async connect(options?: Waiting): Promise<OwnUserResponse> {
    const signal = readSignal(options);
    const { session } = this.#options;
    if (session.user.type === 'anonymous') {
      // Without a call token nothing else could start one after disconnect().
      if (session.ending.aborted) session.begin();
      throw anonymousSocketError();
    }
    session.assertNotReentered();
    throwIfAborted(signal);
    // A listener may have ended the session that begins here.
    throwIfAborted(session.begin());
    if (this.#live) return this.#live.me;
    const loop = this.#loop ?? this.#start(false);
    return loop.join(signal);
  }

  /**
   * The session has ended: closes the socket and ends the loop, whose callers have been rejected. Returns the way
   * to tell where the state has changed, for when everything else is in its place.
   */
  close(): (() => void) | undefined {
    this.#loop?.abort(this.#options.session.ending.reason);
    this.#loop = undefined;
    this.#drop('client closed the connection');
    this.#backOff.reset();
    this.#stopWatching?.();
    this.#stopWatching = undefined;
    this.#isHidden = false;
    const previous = this.#state;
    if (previous === 'idle' || previous === 'disconnected') return undefined;
    this.#state = 'disconnected';
    return () => {
      // A listener may have started the next session before.
      if (this.#state === 'disconnected') this.#tell({ previous });
    };
  }

  /** Opens the socket again when it belongs to another user than the session does now. */
  followUser(): void {
    if (this.#live) this.#reconnect(this.#live);
  }

  /** The id of the live connection, other than `unknown`; waits while one is being made. */
  async waitForId({
    unknown,
    signal,
  }: {
    unknown?: string | undefined;
    signal: AbortSource;
  }): Promise<string> {
    throwIfAborted(signal);
    const live = this.#live;
    if (live && live.connectionId !== unknown) return live.connectionId;
    // The server does not know this connection any more: it is as good as dropped.
    if (live) this.#reconnect(live);
    if (!this.#loop) throw notConnectedError();
    await this.#loop.wait(signal);
    return this.waitForId({ unknown, signal });
  }

  // ---- opening

  #start(isReconnect: boolean, after?: Failure): ConnectLoop {
    const { connectMs, session, environment, logger } = this.#options;
    const loop: ConnectLoop = new ConnectLoop({
      isReconnect,
      connectMs,
      session,
      environment,
      logger,
      backOff: this.#backOff,
      handshake: (signal) => this.#handshake(loop, signal),
      adopt: (established, signal) => this.#adopt(established, signal),
    });
    this.#loop = loop;
    if (this.#isHidden) loop.hide();
    this.#watch();
    this.#enter(isReconnect ? 'reconnecting' : 'connecting');
    loop.run(after).catch((error) => {
      if (this.#loop !== loop) return;
      this.#loop = undefined;
      session.rest();
      // A listener may have called connect().
      if (!this.#loop) this.#enter('disconnected', error);
    });
    return loop;
  }

  async #handshake(loop: ConnectLoop, signal: AbortSignal): Promise<Ready> {
    const { environment, session, url } = this.#options;
    const WebSocket = this.#options.WebSocket ?? platformWebSocket() ?? (await fallbackWebSocket());
    throwIfAborted(signal);
    if (!WebSocket) throw noWebSocketError();
    const established = await handshake({ WebSocket, url, session, environment, signal });
    return established.token.userId === session.user.id
      ? this.#prepare(loop, established, signal)
      : established;
  }

  /** Frames wait meanwhile; where the socket ends, it was never connected. */
  async #prepare(loop: ConnectLoop, established: Established, signal: AbortSignal): Promise<Ready> {
    const { socket, token, connectionId } = established;
    const { signal: either, abort } = linkSignals(signal);
    const frames: (Frame | undefined)[] = [];
    try {
      const preparing = this.#options.beforeConnected(connectionId, either);
      if (!preparing) return established;
      socket.listen({
        onFrame: (frame) => {
          const answer = readAnswer(frame, token);
          if (answer instanceof HandshakeFailed) abort(answer);
          else frames.push(frame);
        },
        onEnd: (ending) => abort(new HandshakeFailed({ kind: 'network', ending })),
      });
      throwIfAborted(either);
      const done = await loop.uncounted(abortable(preparing, either));
      throwIfAborted(either);
      socket.pause();
      return { ...established, done, frames };
    } catch (error) {
      socket.close(1000, 'client closed the connection');
      throw error;
    }
  }

  #watch(): void {
    if (this.#stopWatching) return;
    const { network, page } = this.#options.environment;
    const stopNetwork = network.watch({
      offline: () => this.#loop?.goOffline(),
      online: () => this.#loop?.goOnline(),
    });
    const stopPage = page.watch({
      hide: () => {
        this.#isHidden = true;
        this.#loop?.hide();
        if (this.#live) this.#reconnect(this.#live);
      },
      show: () => {
        this.#isHidden = false;
        this.#loop?.show();
      },
    });
    this.#stopWatching = () => {
      stopNetwork();
      stopPage();
    };
  }

  // ---- the live socket

  /** Each step may call listeners, who may end this connection: then no other follows. */
  #adopt({ done, frames = [], ...established }: Ready, signal: AbortSignal): OwnUserResponse {
    const { session, environment, onServerEvent } = this.#options;
    const { socket, token, welcome, connectionId, me } = established;
    // The rest of the handshake is not kept.
    const live: Live = {
      socket,
      token,
      connectionId,
      me,
      since: environment.clock.now(),
      heartbeat: new Heartbeat(environment.timers, {
        ping: () => socket.send([{ type: 'health.check', client_id: connectionId }]),
        dead: () => this.#lose(live, { code: 0, reason: 'no sign of life' }),
      }),
    };
    this.#live = live;
    this.#loop = undefined;
    live.heartbeat.start();
    const steps = [
      () => session.learnFromFrame(welcome.created_at),
      () => session.verdicts.accept(token),
      () => this.#enter('connected'),
      () => session.wake(),
      () => onServerEvent(welcome),
      () => done?.(),
      ...frames.map((frame) => () => this.#onFrame(live, frame)),
      () => this.#listenTo(live),
    ];
    for (const step of steps) if (this.#live === live) step();
    throwIfAborted(signal);
    return me;
  }

  #listenTo(live: Live): void {
    live.socket.listen({
      onFrame: (frame) => this.#onFrame(live, frame),
      onEnd: (ending) => this.#lose(live, ending),
    });
  }

  /** A frame of the live socket. */
  #onFrame(live: Live, frame: Frame | undefined): void {
    const { session, logger, onServerEvent } = this.#options;
    live.heartbeat.signOfLife();
    if (!frame) {
      logger.debug('A frame that is no JSON was ignored');
      return;
    }
    session.learnFromFrame(frame.created_at);
    if (this.#live !== live) return;
    if (frame.type !== 'connection.error') {
      onServerEvent(frame);
    } else if (isWireError(frame.error)) {
      this.#reconnect(live, { kind: 'refused', error: frame.error, token: live.token });
    } else {
      this.#lose(live, { code: 0, reason: 'connection.error' });
    }
  }

  #lose(live: Live, ending: Ending): void {
    this.#reconnect(live, { kind: 'network', ending });
  }

  #reconnect({ since }: Live, failure?: Failure): void {
    const now = this.#options.environment.clock.now();
    this.#backOff.noteUptime(now.monotonicMs - since.monotonicMs);
    this.#drop('reconnecting');
    // The socket's own class may have called connect() while it was closed.
    if (!this.#loop) this.#start(true, failure);
  }

  #drop(reason: string): void {
    const { socket, heartbeat } = this.#live ?? {};
    this.#live = undefined;
    heartbeat?.stop();
    socket?.close(1000, reason);
  }

  #enter(state: ConnectionState, error?: unknown): void {
    const previous = this.#state;
    if (previous === state) return;
    this.#state = state;
    this.#tell({ previous, ...(error !== undefined && { error }) });
  }

  #tell(change: { readonly previous: ConnectionState; readonly error?: unknown }): void {
    const { connectionId } = this;
    this.#options.emit('connection.changed', {
      state: this.#state,
      ...change,
      ...(connectionId !== undefined && { connectionId }),
    });
  }
}
