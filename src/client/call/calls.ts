import { ConfigurationError } from '../../shared/errors.js';
import { describeType } from '../../shared/text.js';
import type { CallEnvelope, QueryCallsResponse, SortParam } from '../api-types.js';
import type { TokenSession } from '../auth/token-session.js';
import type { CallEvents } from '../call-events.js';
import type { AbortSource } from '../environment/abortable.js';
import type { Environment } from '../environment/environment.js';
import type { Timers } from '../environment/timers.js';
import type { Emit, EventEmitter } from '../event-emitter.js';
import type { HttpClient } from '../http/client.js';
import type { ApiResponse } from '../http/request.js';
import type { Logger } from '../logger.js';
import type { KnownUser } from '../user.js';
import { Call } from './call.js';
import { type CallHost, CallRecord, type CallRequest } from './call-record.js';
import { checkOptions, QUERY } from './check-options.js';
import type { LocationHint } from './location-hint.js';
import { all } from './paging.js';
import { watchAgain } from './watch-again.js';

/** What `queryCalls()` takes. */
export interface QueryCallsOptions {
  /** Conditions on fields of the call, such as `{ members: { $in: ['martin'] } }`. */
  filter?: Readonly<Record<string, unknown>> | undefined;
  /** At most two fields. */
  sort?: readonly SortParam[] | undefined;
  /** How many calls a page has, up to 100. @default 25, by the coordinator */
  limit?: number | undefined;
  /** Where the page begins: `next` of the page before. */
  next?: string | undefined;
  /** Where the page ends: `prev` of the page after. */
  prev?: string | undefined;
  /** Have events of these calls delivered; needs a connection. @default false */
  watch?: boolean | undefined;
  /** Ends the caller's wait; it then rejects with `signal.reason`. */
  signal?: AbortSignal | undefined;
}

/** One page of calls. */
export interface CallsPage {
  /** The same objects as `call()` gives. */
  readonly calls: readonly Call[];
  /** Where the next page begins; absent on the last one. */
  readonly next?: string;
  /** Where the page before begins; absent on the first one. */
  readonly prev?: string;
}

/** Finds calls, a page or all of them. */
export interface QueryCalls {
  /** One page. */
  (options?: QueryCallsOptions): Promise<CallsPage>;
  /**
   * All of them, page by page as they are asked for.
   *
   * @example
   * for await (const call of streamVideo.queryCalls.all({ filter: { type: 'livestream' } })) show(call.state);
   */
  all(options?: QueryCallsOptions): AsyncGenerator<Call, void, undefined>;
}

interface CallsOptions {
  readonly session: TokenSession;
  readonly http: HttpClient;
  readonly connection: { readonly connectionId: string | undefined };
  readonly events: EventEmitter;
  readonly emit: Emit<CallEvents>;
  readonly environment: Environment;
  readonly hint: LocationHint;
  readonly logger: Logger;
}

type Ref = Pick<WeakRef<CallRecord>, 'deref'>;

function checkId(name: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new ConfigurationError(
    'invalid_option',
    `The ${name} of a call must be a string that is not empty, not ${describeType(value)}`,
    {
      remediation: "Name the call by type and id, for example call('default', 'standup').",
    },
  );
}

/** The calls of one client: the same object for the same pair, as long as somebody has a use for it. */
export class Calls implements CallHost {
  readonly #options: CallsOptions;
  readonly #refs = new Map<string, Ref>();
  /** What the app holds of each. */
  readonly #handles = new WeakMap<CallRecord, Call>();
  readonly #forgotten: FinalizationRegistry<string> | undefined;
  /** Those that are joined, watched or ringing: kept alive, and all that is ever walked. */
  readonly #active = new Set<CallRecord>();
  readonly #joined = new Set<CallRecord>();
  #arrivals = 0;
  #isWatchingAgain = false;

  constructor(options: CallsOptions) {
    this.#options = options;
    if (typeof FinalizationRegistry === 'function') {
      this.#forgotten = new FinalizationRegistry((key) => {
        // Another one may have taken its place.
        if (!this.#refs.get(key)?.deref()) this.#refs.delete(key);
      });
    }
  }

  get hasJoined(): boolean {
    return this.#joined.size > 0;
  }

  call(type: string, id: string): Call {
    return this.#handle(this.#record(checkId('type', type), checkId('id', id)));
  }

  async #query(options: QueryCallsOptions = {}, next = options.next): Promise<CallsPage> {
    checkOptions('queryCalls()', options, `${QUERY} watch`);
    const { filter, sort, limit, prev, watch, signal } = options;
    const since = this.#arrivals;
    const { data, connectionId } = await this.exchange('POST', '/calls', {
      body: { filter_conditions: filter, sort, limit, next, prev, watch },
      isWatching: watch,
      signal,
    });
    const answer = data as QueryCallsResponse;
    const calls = (answer.calls ?? []).map((found) => {
      const record = this.#record(found.call.type, found.call.id);
      record.learn(found, { ...record.before, since }, { connectionId });
      return this.#handle(record);
    });
    return {
      calls,
      ...(answer.next && { next: answer.next }),
      ...(answer.prev && { prev: answer.prev }),
    };
  }

  get queryCalls(): QueryCalls {
    const query = (options?: QueryCallsOptions) => this.#query(options);
    const fetchPage = async (options: QueryCallsOptions, from: string | undefined) => {
      const { calls, next } = await this.#query(options, from);
      return { items: calls, next };
    };
    return Object.assign(query, { all: (options: QueryCallsOptions = {}) => all(options, fetchPage) });
  }

  /** Takes an event before the app hears of it, which `deliver` sees to. */
  hear(event: { readonly type: string; readonly call_cid?: unknown }, deliver: () => void): void {
    const { type, call_cid: cid } = event;
    this.#arrivals += 1;
    const tell = typeof cid === 'string' ? this.#recordOf(cid, type === 'call.ring')?.hear(event) : undefined;
    deliver();
    tell?.();
  }

  /** Nothing can renew the call token, or the guest is another now: joined calls are out of reach. */
  loseAccess(): void {
    for (const record of this.#joined) record.loseAccess();
  }

  /** The session ended, and with it the presence in any call. */
  leaveAll(): void {
    for (const record of this.#active) record.depart();
  }

  // ---- the connection

  /**
   * Has all calls watched that are to be, before a new connection counts as connected; takes 10 s at most. Resolves
   * with what is to be done once it does; undefined where there are none.
   */
  beforeConnected(connectionId: string, signal: AbortSource): Promise<() => void> | undefined {
    const isNone = this.#unwatchedOn(connectionId).length === 0;
    return isNone ? undefined : this.#watchOn(connectionId, signal);
  }

  #unwatchedOn(connectionId: string): CallRecord[] {
    return [...this.#active].filter((record) => record.wantsEvents && !record.isWatchedOn(connectionId));
  }

  async #watchOn(connectionId: string, signal: AbortSource): Promise<() => void> {
    const { environment, logger } = this.#options;
    const lost = await watchAgain({
      records: () => this.#unwatchedOn(connectionId),
      query: (batch, limit) => this.#watch(batch, connectionId, limit),
      timers: environment.timers,
      random: () => environment.random(),
      signal,
    });
    if (lost.size > 0) {
      const [error] = [...lost.values()].filter(Boolean) as { code?: string }[];
      logger.warn('Calls could not be watched again', { calls: lost.size, error: error?.code });
    }
    return () => {
      for (const [record, error] of lost) {
        if (record.wantsEvents && !record.isWatched) record.loseWatch(error);
      }
    };
  }

  /** The connection came or went. */
  connectionChanged(): void {
    const isConnected = this.connectionId !== undefined;
    for (const record of this.#active) {
      record.connectionChanged();
      // What became of the ring may have been lost with the socket; what is watched has been read already.
      if (isConnected && record.isRinging && !record.isWatched) record.send('GET', '').catch(() => {});
    }
  }

  async #watch(batch: CallRecord[], connectionId: string, signal: AbortSignal): Promise<Set<CallRecord>> {
    const before = new Map(batch.map((record) => [record.cid, { record, before: record.before }]));
    const { data } = await this.exchange('POST', '/calls', {
      query: { connection_id: connectionId },
      body: { filter_conditions: { cid: { $in: [...before.keys()] } }, watch: true, limit: batch.length },
      signal,
    });
    const found = new Set<CallRecord>();
    for (const envelope of (data as QueryCallsResponse).calls ?? []) {
      const known = before.get(envelope.call?.cid);
      if (!known) continue;
      found.add(known.record);
      known.record.learn(envelope as CallEnvelope, known.before, { connectionId });
    }
    return found;
  }

  // ---- what a call needs

  get events(): EventEmitter {
    return this.#options.events;
  }

  get emit(): Emit<CallEvents> {
    return this.#options.emit;
  }

  get timers(): Timers {
    return this.#options.environment.timers;
  }

  get user(): KnownUser {
    return this.#options.session.user;
  }

  get isAnonymous(): boolean {
    return this.user.type === 'anonymous';
  }

  get connectionId(): string | undefined {
    return this.#options.connection.connectionId;
  }

  get arrivals(): number {
    return this.#arrivals;
  }

  get ending(): AbortSource {
    return this.#options.session.ending;
  }

  get callCids(): readonly unknown[] | undefined {
    const cids = this.#options.session.held?.claims.call_cids;
    return Array.isArray(cids) ? cids : undefined;
  }

  exchange(method: string, path: string, request: CallRequest): Promise<ApiResponse> {
    return this.#options.http.exchange(method, path, request);
  }

  async locate(signal: AbortSignal): Promise<string> {
    const { hint, session } = this.#options;
    const [location] = await Promise.all([hint.find(this.ending), session.prepare({ signal })]);
    return location;
  }

  flagsChanged(record: CallRecord): void {
    const { isJoined, wantsEvents, isRinging } = record;
    toggle(this.#active, record, isJoined || wantsEvents || isRinging);
    // Demand for a good token may have changed.
    if (toggle(this.#joined, record, isJoined)) this.#options.session.wake();
  }

  watchAgain(): void {
    const { connectionId } = this;
    if (connectionId === undefined || this.#isWatchingAgain) return;
    this.#isWatchingAgain = true;
    this.#watchOn(connectionId, this.ending)
      .then((tell) => tell())
      .catch(() => {})
      .finally(() => {
        this.#isWatchingAgain = false;
      });
  }

  // ---- records

  #handle(record: CallRecord): Call {
    const call = this.#handles.get(record) ?? new Call(record);
    this.#handles.set(record, call);
    return call;
  }

  #record(type: string, id: string): CallRecord {
    const key = keyOf(type, id);
    const known = this.#refs.get(key)?.deref();
    if (known) return known;
    const record = new CallRecord(type, id, this);
    this.#forgotten?.register(record, key);
    this.#refs.set(key, typeof WeakRef === 'function' ? new WeakRef(record) : { deref: () => record });
    return record;
  }

  /** No type holds a colon. */
  #recordOf(cid: string, mayMake: boolean): CallRecord | undefined {
    const colon = cid.indexOf(':');
    const [type, id] = [cid.slice(0, colon), cid.slice(colon + 1)];
    if (mayMake && colon > 0 && id) return this.#record(type, id);
    return this.#refs.get(keyOf(type, id))?.deref();
  }
}

function keyOf(type: string, id: string): string {
  return JSON.stringify([type, id]);
}

/** Puts something in or takes it out; returns whether that was news. */
function toggle<T>(set: Set<T>, item: T, isIn: boolean): boolean {
  if (set.has(item) === isIn) return false;
  if (isIn) set.add(item);
  else set.delete(item);
  return true;
}
