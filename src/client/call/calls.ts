import { describeType } from '../../shared/describe-value.js';
import { readText } from '../../shared/foreign-value.js';
import { refuse } from '../../shared/refuse.js';
import type { CallEnvelope, QueryCallsResponse, SortParam } from '../api-types.js';
import type { AbortSource } from '../environment/abortable.js';
import { Call } from './call.js';
import type { CallContext } from './call-context.js';
import { type CallHost, CallRecord } from './call-record.js';
import { checkOptions } from './check-options.js';
import { type Cursor, paged, QUERY, queryBody } from './paging.js';
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

type Ref = Pick<WeakRef<CallRecord>, 'deref'>;

function checkId(name: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  return refuse(
    'invalid_option',
    `The ${name} of a call must be a string that is not empty, not ${describeType(value)}`,
    "Pass type and id, as in call('default', 'standup').",
  );
}

/** The calls of one client: the same object for the same pair, as long as somebody has a use for it. */
export class Calls implements CallHost {
  readonly context: CallContext;
  moment = 0;
  readonly #refs = new Map<string, Ref>();
  readonly #forgotten: FinalizationRegistry<string> | undefined;
  /** Those that are joined, watched or ringing: kept alive, and all that is ever walked. */
  readonly #active = new Set<CallRecord>();
  readonly #joined = new Set<CallRecord>();
  #isWatchingAgain = false;

  constructor(context: CallContext) {
    this.context = context;
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

  get queryCalls(): QueryCalls {
    const read = (options?: QueryCallsOptions) => checkOptions('queryCalls()', options, `${QUERY} watch`);
    const fetchPage = async (options: QueryCallsOptions, cursor: Cursor): Promise<CallsPage> => {
      const { watch, signal } = options;
      const since = this.moment;
      const { data, connectionId } = await this.context.http.exchange('POST', '/calls', {
        body: { ...queryBody(options, cursor), watch },
        isWatching: watch,
        signal,
      });
      const { calls } = data as QueryCallsResponse;
      const [next, prev] = [readText(data, 'next'), readText(data, 'prev')];
      const found = (calls ?? []).map((envelope) => {
        const record = this.#record(envelope.call.type, envelope.call.id);
        record.learn(envelope, { since }, { connectionId });
        return this.#handle(record);
      });
      return { calls: found, ...(next && { next }), ...(prev && { prev }) };
    };
    return paged(read, fetchPage, 'calls');
  }

  /** Takes an event before the app hears of it, which `deliver` sees to. */
  hear(event: { readonly type: string; readonly call_cid?: unknown }, deliver: () => void): void {
    const { type, call_cid: cid } = event;
    this.moment += 1;
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
    const { environment, logger } = this.context;
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
    const isConnected = this.context.connection.connectionId !== undefined;
    for (const record of this.#active) {
      record.connectionChanged();
      // What became of the ring may have been lost with the socket; what is watched has been read already.
      if (isConnected && record.isRinging && !record.isWatched) record.send('GET', '').catch(() => {});
    }
  }

  async #watch(batch: CallRecord[], connectionId: string, signal: AbortSignal): Promise<Set<CallRecord>> {
    const before = new Map(batch.map((record) => [record.cid, { record, before: record.before }]));
    const { data } = await this.context.http.exchange('POST', '/calls', {
      query: { connection_id: connectionId },
      body: { filter_conditions: { cid: { $in: [...before.keys()] } }, watch: true, limit: batch.length },
      signal,
    });
    const found = new Set<CallRecord>();
    for (const envelope of (data as QueryCallsResponse).calls ?? []) {
      const known = before.get(envelope.call.cid);
      if (!known) continue;
      found.add(known.record);
      known.record.learn(envelope as CallEnvelope, known.before, { connectionId });
    }
    return found;
  }

  // ---- what a call tells

  flagsChanged(record: CallRecord): void {
    const { isJoined, wantsEvents, isRinging } = record;
    toggle(this.#active, record, isJoined || wantsEvents || isRinging);
    // Demand for a good token may have changed.
    if (toggle(this.#joined, record, isJoined)) this.context.session.wake();
  }

  watchAgain(): void {
    const { connection, session } = this.context;
    const { connectionId } = connection;
    if (connectionId === undefined || this.#isWatchingAgain) return;
    this.#isWatchingAgain = true;
    this.#watchOn(connectionId, session.ending)
      .finally(() => {
        this.#isWatchingAgain = false;
      })
      .then((tell) => tell())
      .catch(() => {});
  }

  // ---- records

  #handle(record: CallRecord): Call {
    record.handle ??= new Call(record);
    return record.handle as Call;
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
