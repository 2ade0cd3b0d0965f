import type { OwnUserResponse } from './api-types.js';
import { Auth } from './auth/auth.js';
import type { Waiting } from './auth/signal-option.js';
import { TokenSession } from './auth/token-session.js';
import type { Call } from './call/call.js';
import { Calls, type QueryCalls } from './call/calls.js';
import { LocationHint } from './call/location-hint.js';
import { defaultEnvironment } from './environment/environment.js';
import { type Emit, EventEmitter } from './event-emitter.js';
import { type EventListener, type EventName, isLocalName, type LocalEvents } from './events.js';
import { HttpClient, type RequestOptions } from './http/client.js';
import { withToken } from './http/replay.js';
import type { LogData } from './logger.js';
import { type CreateOptions, readOptions, type Settings, type StreamVideoOptions } from './options.js';
import type { TokenProvider } from './refresh/token-provider.js';
import { Connection } from './socket/connection.js';
import type { ConnectionState } from './socket/connection-events.js';
import type { Frame } from './socket/json-socket.js';
import { socketUrl } from './socket/socket-url.js';
import { senderOf, sourceOf, tabKeyOf } from './stream-video/from-settings.js';
import { logEvent } from './stream-video/log-event.js';
import { prepare, withGuest } from './stream-video/prepared-options.js';
import type { KnownUser } from './user.js';

const environment = defaultEnvironment;

/**
 * A client of the coordinator for one user: holds the user, a token and a token provider, and keeps the token
 * good. Making one does no I/O and starts nothing. Several clients in one process share nothing.
 *
 * The constructor takes signed-in and anonymous users; `StreamVideo.create` takes guests, too. Both report bad
 * options as `ConfigurationError` or `InvalidTokenError` before any I/O.
 *
 * @example
 * const streamVideo = new StreamVideo({ apiKey, user: { id: 'martin' }, tokenProvider: fetchTokenProvider('/token') });
 * await streamVideo.connect();
 */
export class StreamVideo {
  /** The app's key. */
  readonly apiKey: string;
  /** The token's life: its state, and the ways to steer it. Works without `connect()`. */
  readonly auth: Auth;
  readonly #settings: Settings;
  readonly #session: TokenSession;
  readonly #events: EventEmitter;
  readonly #emit: Emit<LocalEvents>;
  // Made when somebody first asks for them.
  #http: HttpClient | undefined;
  #connection: Connection | undefined;
  #calls: Calls | undefined;

  constructor(options: StreamVideoOptions) {
    const { settings, token, askedGuest } = prepare(options);
    const { logger, timeouts, refresh, guestExpiry, user, apiKey } = settings;
    this.apiKey = apiKey;
    this.#settings = settings;
    this.#events = new EventEmitter(logger);
    this.#emit = (name, payload) => this.#tell(name, Object.freeze({ type: name, ...payload }));
    this.#session = new TokenSession({
      user,
      token,
      source: sourceOf(settings, askedGuest),
      refresh,
      guestExpiry,
      providerLimitMs: timeouts.providerMs,
      tabKey: tabKeyOf(settings),
      environment,
      logger,
      emit: this.#emit,
      hasDemand: () => this.#hasDemand,
      hasJoinedCall: () => this.#hasJoinedCall,
    });
    // Any good token may read the edges.
    this.auth = new Auth(this.#session, logger, () => this.request('GET', '/edges'));
    Object.freeze(this);
  }

  /**
   * Makes a client for any kind of user; for a guest the coordinator creates the guest first. A guest with a
   * `token` from an earlier visit is not created again: its identity is the token's.
   *
   * Rejects with what the constructor throws, or with the `ApiError` or `ConnectionError` of the creation.
   */
  static async create(options: CreateOptions): Promise<StreamVideo> {
    const given = readOptions(options);
    if (given.settings.user.type !== 'guest') return new StreamVideo(options as StreamVideoOptions);
    return new StreamVideo(await withGuest(given));
  }

  /** The user, frozen; for a guest with the id that the coordinator assigned. */
  get user(): KnownUser {
    return this.#session.user;
  }

  /** The token in use; a getter, so that neither a log nor a spread shows it. */
  get token(): string | undefined {
    return this.#session.token;
  }

  /** The provider in use; undefined for guests and where only a token was given. */
  get tokenProvider(): TokenProvider | undefined {
    const { source } = this.#session;
    return source.kind === 'provider' ? source.provider : undefined;
  }

  /** Where the socket is; changes are told by `connection.changed`. */
  get connectionState(): ConnectionState {
    return this.#connection?.state ?? 'idle';
  }

  /** The coordinator's id of the live connection; undefined while there is none. */
  get connectionId(): string | undefined {
    return this.#connection?.connectionId;
  }

  /**
   * Opens and authenticates the socket; resolves with the server's own-user object. Calls in parallel share one
   * attempt; a call while connected resolves at once.
   *
   * Rejects with `ConnectionError` (`connect_timeout`, `handshake_rejected`, `no_websocket`), with
   * `TokenExpiredError`, `TokenProviderError` `circuit_open` where the provider is not asked before the limit, with
   * `InvalidTokenError` where the provider's own code is wrong, with the reason of a suspension, and for anonymous
   * users with `MissingPermissionError`.
   *
   * A `disconnect()` meanwhile rejects it with `SessionEndedError`. Where nobody awaits it, as in an effect that
   * connects and cleans up at once, catch that.
   *
   * @example
   * useEffect(() => {
   *   streamVideo.connect().catch((error) => show(error));
   *   return () => void streamVideo.disconnect();
   * }, [streamVideo]);
   */
  connect(options?: Waiting): Promise<OwnUserResponse> {
    return this.#ensureConnection().connect(options);
  }

  /**
   * Ends the session: closes the socket, stops timers, aborts a running refresh, and rejects what waits with
   * `SessionEndedError`. Resolves promptly whatever the provider does. Listeners stay, and `connect()` may follow.
   */
  disconnect(): Promise<void> {
    return this.#end();
  }

  /** A call by its type and id; the same object for the same pair. Makes no request. */
  call(type: string, id: string): Call {
    return this.#ensureCalls().call(type, id);
  }

  /**
   * Any endpoint of the coordinator, on the same way as the calls. `path` is relative to `/video`
   * and begins with one slash. Resolves with the answer's data.
   *
   * Rejects with `ApiError`, `MissingPermissionError`, `ConnectionError`, `SessionEndedError`, with the errors of
   * the token, and at wrong arguments with `ConfigurationError`.
   *
   * @example
   * const { edges } = await streamVideo.request<{ edges: unknown[] }>('GET', '/edges');
   */
  request<T = unknown>(method: string, path: string, options?: RequestOptions): Promise<T> {
    return this.#ensureHttp().request<T>(method, path, options);
  }

  /**
   * Finds calls that the user may read: a page, or all of them with `queryCalls.all()`.
   *
   * @example
   * const { calls, next } = await streamVideo.queryCalls({ filter: { members: { $in: ['martin'] } }, limit: 10 });
   */
  get queryCalls(): QueryCalls {
    return this.#ensureCalls().queryCalls;
  }

  /** Listens to events of this name; returns the way to stop. */
  on<Name extends EventName>(name: Name, listener: EventListener<Name>): () => void {
    return this.#events.on(name, listener);
  }

  /** Listens to the next event of this name; returns the way to stop. */
  once<Name extends EventName>(name: Name, listener: EventListener<Name>): () => void {
    return this.#events.once(name, listener);
  }

  /** Takes a listener off this name, however often it was added. */
  off<Name extends EventName>(name: Name, listener: EventListener<Name>): void {
    this.#events.off(name, listener);
  }

  /** Has Vue leave the client raw, and printing name it. */
  get [Symbol.toStringTag](): string {
    return 'StreamVideo';
  }

  /** What Node's console shows, also with hidden fields and getters: no token. */
  [Symbol.for('nodejs.util.inspect.custom')](): object {
    const { apiKey, user, connectionState, auth } = this;
    return { apiKey, user, connectionState, auth: auth.state };
  }

  /** `disconnect()`, for good. Defined where the runtime has the symbol. */
  declare readonly [Symbol.asyncDispose]: () => Promise<void>;

  static {
    if (typeof Symbol.asyncDispose === 'symbol') {
      Object.defineProperty(StreamVideo.prototype, Symbol.asyncDispose, {
        value(this: StreamVideo) {
          return this.#end({ forGood: true });
        },
      });
    }
  }

  async #end(options: { forGood?: boolean } = {}): Promise<void> {
    const ended = () => {
      const tell = this.#connection?.close();
      // A `disconnected` under way stays true.
      this.#events.cutOff(({ type }) => tell !== undefined || type !== 'connection.changed');
      this.#calls?.leaveAll();
      tell?.();
    };
    this.#session.end({ ...options, ended });
  }

  get #hasDemand(): boolean {
    const isSeen = this.connectionState === 'connected' && environment.visibility.isVisible();
    return isSeen || this.#hasJoinedCall;
  }

  get #hasJoinedCall(): boolean {
    return this.#calls?.hasJoined ?? false;
  }

  #ensureHttp(): HttpClient {
    const session = this.#session;
    this.#http ??= new HttpClient(
      session,
      () => this.#ensureConnection(),
      withToken(
        session,
        environment,
        senderOf(this.#settings, (header) => session.learnFromDateHeader(header)),
      ),
    );
    return this.#http;
  }

  #ensureConnection(): Connection {
    const { WebSocket, timeouts, logger } = this.#settings;
    this.#connection ??= new Connection({
      url: socketUrl(this.#settings),
      WebSocket,
      connectMs: timeouts.connectMs,
      session: this.#session,
      environment,
      logger,
      emit: this.#emit,
      onServerEvent: (event) => this.#hear(event),
      beforeConnected: (connectionId, signal) => this.#calls?.beforeConnected(connectionId, signal),
    });
    return this.#connection;
  }

  #ensureCalls(): Calls {
    const { fetch, locationHintUrl: url, logger } = this.#settings;
    this.#calls ??= new Calls({
      session: this.#session,
      http: this.#ensureHttp(),
      connection: this,
      events: this.#events,
      emit: this.#emit,
      environment,
      hint: new LocationHint({ url, fetch, timers: environment.timers }),
      logger,
    });
    return this.#calls;
  }

  /** An event of the coordinator. */
  #hear(event: Frame): void {
    const deliver = () => this.#events.emitFromServer(event);
    if (isLocalName(event.type)) this.#events.emitToAll(event);
    else if (this.#calls || event.call_cid !== undefined) this.#ensureCalls().hear(event, deliver);
    else deliver();
  }

  /** An event of the client itself. */
  #tell(name: keyof LocalEvents, event: LogData & { readonly type: string }): void {
    const { ending } = this.#session;
    logEvent(this.#settings.logger, name, event);
    this.#react(name);
    if (event.state === this.connectionState) this.#events.cutOff(({ type }) => type === name);
    // What the logger has changed since is old. Whatever ends after its session is dropped, but for the event that
    // says so.
    else if (event.state || ending.aborted) return;
    this.#events.emit(event);
  }

  /** What the socket and the calls do about an event of the token, before the app is told. */
  #react(name: keyof LocalEvents): void {
    if (name === 'connection.changed') this.#calls?.connectionChanged();
    if (name === 'user.changed') {
      // The calls were joined as somebody else.
      this.#calls?.loseAccess();
      this.#connection?.followUser();
    }
    const isEnded = name === 'token.expired' || name === 'auth.suspended';
    if (isEnded && this.user.type === 'anonymous') this.#calls?.loseAccess();
  }
}
