import { type KnownToken, TokenRegistry } from './auth/tokens.js';
import { Calls } from './calls/calls.js';
import { Grants } from './calls/capabilities.js';
import { EmulatedClock } from './clock.js';
import { Faults } from './faults/faults.js';
import { Journal, type RecordedRequest } from './journal/journal.js';
import { RateLimits } from './limits.js';
import { type LiveEvent, liveToken } from './live.js';
import { Connections } from './sockets/connections.js';
import type { SocketSession } from './sockets/session.js';
import { Timers } from './timers.js';
import { type AppSettings, defaultAppSettings } from './users/app-settings.js';
import { Users } from './users/users.js';

export interface CoordinatorOptions {
  apiKey: string;
  apiSecret: string;
  /** Life of what the emulator mints. */
  tokenTtlSeconds: number;
  guestTtlSeconds: number;
  allowsMint: boolean;
}

type Observer = (event: LiveEvent) => void;

/**
 * The state of one emulated application: users, calls, sockets, tokens and faults. It knows neither HTTP servers
 * nor sockets of any runtime; hosts bring requests and frames to it.
 */
export class Coordinator {
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly tokenTtlSeconds: number;
  readonly guestTtlSeconds: number;
  readonly allowsMint: boolean;
  readonly clock = new EmulatedClock();
  readonly timers = new Timers();
  readonly tokens: TokenRegistry;
  readonly users = new Users(this.clock);
  readonly calls = new Calls(this.clock);
  readonly grants = new Grants();
  readonly connections = new Connections();
  /** Every socket, before its handshake too. */
  readonly sessions = new Set<SocketSession>();
  readonly limits = new RateLimits(this.clock);
  readonly journal = new Journal();
  readonly app: AppSettings = defaultAppSettings();
  readonly faults: Faults;
  readonly #observers = new Set<Observer>();
  readonly #stopping = new AbortController();

  constructor({ apiKey, apiSecret, tokenTtlSeconds, guestTtlSeconds, allowsMint }: CoordinatorOptions) {
    this.apiKey = apiKey;
    this.apiSecret = apiSecret;
    this.tokenTtlSeconds = tokenTtlSeconds;
    this.guestTtlSeconds = guestTtlSeconds;
    this.allowsMint = allowsMint;
    this.tokens = new TokenRegistry(apiSecret, this.clock, (token) => this.#tokenChanged(token));
    this.faults = new Faults(this);
  }

  /** Aborts when the emulator stops. */
  get stopped(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Hears of everything that happens from now on; returns the way out. */
  observe(observer: Observer): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  report(event: LiveEvent): void {
    for (const observer of this.#observers) observer(event);
  }

  /** Tells the observers of an answered request. */
  reportRequest(request: RecordedRequest): void {
    if (this.#observers.size > 0)
      this.report({ type: 'request', now: this.clock.now(), request: { ...request } });
  }

  /** Looks at every open socket again, after the clock or the state of tokens has changed. */
  reviewSockets(): void {
    for (const connection of this.connections.all()) connection.review();
  }

  /** A bug of the emulator's own: told on the console, and never the end of the process. */
  surprised(error: unknown): void {
    globalThis.console.error('stream-video-emulator: internal error', error);
  }

  resetApp(): void {
    Object.assign(this.app, defaultAppSettings());
  }

  stop(): void {
    this.#stopping.abort();
    for (const session of [...this.sessions]) session.cut();
    this.timers.stop();
    this.#observers.clear();
  }

  #tokenChanged(token: KnownToken): void {
    if (this.#observers.size === 0) return;
    this.report({ type: 'token', now: this.clock.now(), token: liveToken(token) });
  }
}
