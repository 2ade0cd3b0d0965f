import { type AppSettings, defaultAppSettings } from './app-settings.js';
import { BlockLists } from './block-lists.js';
import { CallTypes } from './call-types.js';
import { Calls } from './calls.js';
import { EmulatedClock } from './clock.js';
import { Connections } from './connections.js';
import { Grants } from './grants.js';
import { Journal, type RecordedRequest } from './journal.js';
import type { LiveEvent } from './live.js';
import { LiveHistory } from './live-history.js';
import { liveFaults, liveParticipant, liveToken } from './live-view.js';
import { type Participant, Participants } from './participants.js';
import { PlannedFaults } from './planned-faults.js';
import { RateLimits } from './rate-limits.js';
import { Roles } from './roles.js';
import { Tasks } from './tasks.js';
import { Timers } from './timers.js';
import { type KnownToken, TokenRegistry } from './token-registry.js';
import { Users } from './users.js';

export interface CoordinatorOptions {
  apiKey: string;
  apiSecret: string;
  /** Life of what the emulator mints. */
  tokenTtlSeconds: number;
  guestTtlSeconds: number;
  allowsMint: boolean;
  /** Whether a stand-in of a media server answers beside the coordinator. */
  hasMedia: boolean;
}

type Observer = (event: LiveEvent) => void;

/** Something that ends with the application. */
interface Line {
  cut(): void;
}

/**
 * The state of one emulated application: users, calls, connections, tokens, planned faults, journal. It decides
 * nothing about requests and frames; what may be done to it stands in the folders beside this one.
 */
export class Coordinator {
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly tokenTtlSeconds: number;
  readonly guestTtlSeconds: number;
  readonly allowsMint: boolean;
  readonly hasMedia: boolean;
  readonly clock = new EmulatedClock();
  readonly timers = new Timers();
  readonly tokens: TokenRegistry;
  readonly connections = new Connections();
  readonly participants = new Participants();
  readonly users = new Users(this.clock, (user) => this.connections.countOf(user.id) > 0);
  readonly callTypes = new CallTypes(this.clock);
  readonly calls = new Calls(this.clock, (call) => this.#isInUse(call.cid));
  readonly roles = new Roles(this.clock);
  readonly grants = new Grants(this.callTypes, this.roles);
  readonly blockLists = new BlockLists(this.clock);
  readonly tasks = new Tasks(this.clock);
  /** The storages that recordings would go to, by name. */
  readonly externalStorages = new Map<string, Readonly<Record<string, string>>>();
  /** Every open socket, before its handshake too. */
  readonly lines = new Set<Line>();
  readonly limits = new RateLimits(this.clock);
  readonly journal = new Journal();
  readonly history = new LiveHistory();
  readonly app: AppSettings = defaultAppSettings();
  readonly planned = new PlannedFaults(() => this.reportFaults());
  readonly #observers = new Set<Observer>();
  readonly #stopping = new AbortController();

  constructor({
    apiKey,
    apiSecret,
    tokenTtlSeconds,
    guestTtlSeconds,
    allowsMint,
    hasMedia,
  }: CoordinatorOptions) {
    this.apiKey = apiKey;
    this.apiSecret = apiSecret;
    this.tokenTtlSeconds = tokenTtlSeconds;
    this.guestTtlSeconds = guestTtlSeconds;
    this.allowsMint = allowsMint;
    this.hasMedia = hasMedia;
    this.tokens = new TokenRegistry(apiSecret, this.clock, (token) => this.#tokenChanged(token));
  }

  /** Aborts when the emulator stops. */
  get stopped(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Calls the observer with every event from now on; returns the unsubscription. */
  observe(observer: Observer): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  report(event: LiveEvent): void {
    this.history.note(event);
    for (const observer of this.#observers) observer(event);
  }

  /** Tells the observers of an answered request. */
  reportRequest(request: RecordedRequest): void {
    if (this.#observers.size > 0)
      this.report({ type: 'request', now: this.clock.now(), request: { ...request } });
  }

  /** Tells the observers who is on the media side of a call, or has left it. */
  reportParticipant(participant: Participant, isThere: boolean): void {
    // Who has left is told to pages that open later.
    if (isThere && this.#observers.size === 0) return;
    const shown = liveParticipant(participant);
    this.report({ type: 'participant', now: this.clock.now(), participant: shown, isThere });
  }

  /** Tells the observers that a fault was switched or used up. */
  reportFaults(): void {
    this.report({ type: 'faults', now: this.clock.now(), faults: liveFaults(this) });
  }

  /** Looks at every open socket again, after the clock or the state of tokens has changed. */
  reviewSockets(): void {
    for (const connection of this.connections.all()) connection.review();
  }

  /** Reports a bug of the emulator on the console; the process goes on. */
  surprised(error: unknown): void {
    globalThis.console.error('stream-video-emulator: internal error', error);
  }

  resetApp(): void {
    Object.assign(this.app, defaultAppSettings());
  }

  stop(): void {
    this.#stopping.abort();
    for (const line of [...this.lines]) line.cut();
    this.timers.stop();
    this.#observers.clear();
  }

  #isInUse(cid: string): boolean {
    return this.connections.isWatched(cid) || this.participants.ofCall(cid).length > 0;
  }

  #tokenChanged(token: KnownToken): void {
    if (this.#observers.size === 0) return;
    this.report({ type: 'token', now: this.clock.now(), token: liveToken(token) });
  }
}
