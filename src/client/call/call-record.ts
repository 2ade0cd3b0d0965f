import { CallError } from '../../shared/errors.js';
import { sanitize } from '../../shared/text.js';
import type {
  CallResponse,
  JoinCallResponse,
  MemberResponse,
  OwnCapability,
  QueryMembersResponse,
} from '../api-types.js';
import type { CallEvents } from '../call-events.js';
import type { AbortSource } from '../environment/abortable.js';
import type { Timers } from '../environment/timers.js';
import type { Emit, EventEmitter } from '../event-emitter.js';
import { segment } from '../http/path.js';
import type { ApiRequest, ApiResponse } from '../http/request.js';
import type { KnownUser } from '../user.js';
import { CallParts } from './call-parts.js';
import { explainDenied } from './denied.js';
import { JoinQueue } from './join-queue.js';
import { Ringing, type RingSnapshot } from './ringing.js';

/** What is known about a call. Frozen; the same object until something differs. */
export interface CallState {
  /** Undefined until the coordinator has told. */
  readonly call?: Readonly<CallResponse>;
  /** The newest first; of a big call those that the coordinator has told. */
  readonly members: readonly MemberResponse[];
  /** What the user may do. */
  readonly ownCapabilities: readonly OwnCapability[];
  /** Whether `join()` succeeded and nothing has ended it. */
  readonly joined: boolean;
  /** Whether the live connection delivers events of this call. */
  readonly watched: boolean;
  /** Whether it rings: a ring of this user's, or one that this user has not answered. */
  readonly ringing: boolean;
}

/** Emitted under the call's cid for `subscribe`. No frame is named so: a space is in no event's name. */
export const STATE_CHANGED = ' state';

/** What is sent about a call. */
export interface CallRequest {
  readonly query?: Readonly<Record<string, unknown>> | undefined;
  readonly body?: unknown;
  readonly isWatching?: ApiRequest['isWatching'];
  readonly signal?: AbortSignal | undefined;
}

/** What a call needs of the client. */
export interface CallHost {
  readonly events: EventEmitter;
  readonly emit: Emit<CallEvents>;
  readonly timers: Timers;
  readonly user: KnownUser;
  readonly isAnonymous: boolean;
  /** Of the connection that is live now. */
  readonly connectionId: string | undefined;
  /** How many events have come so far. */
  readonly arrivals: number;
  /** The end of the session. */
  readonly ending: AbortSource;
  /** What the call token opens, where there is one. */
  readonly callCids: readonly unknown[] | undefined;
  exchange(method: string, path: string, request: CallRequest): Promise<ApiResponse>;
  /** Where the user is; a token is fetched meanwhile. */
  locate(signal: AbortSignal): Promise<string>;
  /** A call may be joined, watched or ringing now, or no more. */
  flagsChanged(record: CallRecord): void;
  /** A call is to be watched that is not: with the live connection, where there is one. */
  watchAgain(): void;
}

/** What belongs to one request. */
export interface SendOptions extends CallRequest {
  readonly membersLimit?: number | undefined;
  /** Whether the call rings once it succeeds. */
  readonly rings?: boolean | undefined;
  /** Members that are none once it succeeds. */
  readonly removes?: readonly string[] | undefined;
}

/** The body of a join; where no location is given, it is asked for. */
interface JoinBody {
  readonly location: string | undefined;
  readonly ring: boolean | undefined;
  readonly [field: string]: unknown;
}

/** When a request was sent, and what was known then. */
interface Before {
  readonly since: number;
  readonly departures: number;
  readonly rings: RingSnapshot;
}

/** What the client knows and does about one call. An app holds its `Call`. */
export class CallRecord {
  readonly type: string;
  readonly id: string;
  readonly path: string;
  readonly #host: CallHost;
  readonly #parts = new CallParts();
  readonly #joins = new JoinQueue();
  readonly #ringing: Ringing;
  #isJoined = false;
  /** Whether events are wanted, with this connection or the next. */
  #wantsEvents = false;
  #watchedOn: string | undefined;
  #departures = 0;
  #lastRing: object | undefined;
  #known: Pick<CallState, 'call' | 'members' | 'ownCapabilities'> | undefined;
  #state: CallState | undefined;

  constructor(type: string, id: string, host: CallHost) {
    this.path = `/call/${segment(type)}/${segment(id)}`;
    this.type = type;
    this.id = id;
    this.#host = host;
    this.#ringing = new Ringing({
      timers: host.timers,
      parts: this.#parts,
      ownUserId: () => host.user.id,
      read: (sessionId, signal) => this.#readRing(sessionId, signal),
      changed: () => this.#settle(true)(),
    });
  }

  get cid(): string {
    return `${this.type}:${this.id}`;
  }

  get state(): CallState {
    const { isJoined: joined, isWatched: watched, isRinging: ringing } = this;
    const former = this.#state;
    if (
      former &&
      this.#known &&
      former.watched === watched &&
      former.ringing === ringing &&
      former.joined === joined
    ) {
      return former;
    }
    if (!this.#known) {
      const { call, members, ownCapabilities } = this.#parts;
      this.#known = { ...(call && { call }), members, ownCapabilities };
    }
    this.#state = Object.freeze({ ...this.#known, joined, watched, ringing });
    return this.#state;
  }

  get isJoined(): boolean {
    return this.#isJoined;
  }

  /** Whether its events are wanted, with this connection or the next. */
  get wantsEvents(): boolean {
    return this.#wantsEvents;
  }

  get isRinging(): boolean {
    return this.#ringing.isRinging;
  }

  get isWatched(): boolean {
    const { connectionId } = this.#host;
    return connectionId !== undefined && this.isWatchedOn(connectionId);
  }

  isWatchedOn(connectionId: string): boolean {
    return this.#wantsEvents && this.#watchedOn === connectionId;
  }

  get events(): EventEmitter {
    return this.#host.events;
  }

  subscribe(listener: () => void): () => void {
    // From now on differences count.
    this.state;
    return this.#host.events.on(STATE_CHANGED, () => listener(), this);
  }

  can(capability: OwnCapability): boolean {
    const isSending = ['send-audio', 'send-video', 'screenshare'].includes(capability);
    return !(isSending && this.#host.isAnonymous) && this.#parts.ownCapabilities.includes(capability);
  }

  // ---- what the app does

  /** Mistakes reject what the app asked for; a method that is torn off its call throws before it gets here. */
  run<T>(action: (record: CallRecord) => Promise<T>): Promise<T> {
    return action(this);
  }

  async queryMembers(query: object, signal: AbortSignal | undefined): Promise<QueryMembersResponse> {
    const body = { type: this.type, id: this.id, ...query };
    const { data } = await this.#host.exchange('POST', '/call/members', { body, signal });
    return data as QueryMembersResponse;
  }

  /** Sends a request about the call, and takes from the answer what it says. */
  async send<T>(method: string, path: string, options: SendOptions = {}): Promise<T> {
    const { membersLimit, rings, removes, ...request } = options;
    const before = this.before;
    const { data, connectionId } = await this.#host.exchange(method, this.path + path, request);
    const { members_ids: memberIds } = data as { members_ids?: string[] };
    const news = removes ? { members: removes } : (data as object);
    const take = () => this.learn(news, before, { connectionId, membersLimit });
    if (!rings) take();
    else this.#ringAfter(take, before, memberIds);
    return data as T;
  }

  join(body: JoinBody, signal: AbortSignal | undefined) {
    const { cid } = this;
    const host = this.#host;
    const rings = body.ring === true;
    const send = async (wire: AbortSignal) => {
      const location = body.location ?? (await host.locate(wire));
      const before = this.before;
      const options = { body: { ...body, location }, isWatching: 'if_connected', signal: wire } as const;
      const { data, connectionId } = await host
        .exchange('POST', `${this.path}/join`, options)
        .catch((error) => {
          throw host.isAnonymous ? explainDenied(error, cid, host.callCids) : error;
        });
      return () => {
        const take = () => {
          this.#isJoined = true;
          this.#wantsEvents = true;
          this.learn(data as JoinCallResponse, before, { connectionId });
        };
        if (rings) this.#ringAfter(take, before);
        else take();
        return data as JoinCallResponse;
      };
    };
    const steps = { send, rings, ending: host.ending, cancel: () => this.#cancelRing() };
    return this.#joins.join(JSON.stringify(body), steps, signal);
  }

  /** Leaves the call. Resolves when what follows has ended. */
  leave(): Promise<unknown> {
    const isCancelled = this.isRinging ? this.#cancelRing() : undefined;
    this.#joins.drop(callError('call_left', 'The call was left', this.cid), { mayCancel: true });
    this.depart();
    return this.#joins.after(() => isCancelled);
  }

  /** The user has answered the ring, or taken it back. */
  answerRing(): void {
    this.#ringing.rest();
    this.#settle(false)();
  }

  // ---- what happens to it

  /** What is known now, to be kept with a request. */
  get before(): Before {
    return { since: this.#host.arrivals, departures: this.#departures, rings: this.#ringing.snapshot };
  }

  /** Takes an event; returns what tells the app what follows from it, once it has heard of the event itself. */
  hear(event: { readonly type: string }): () => void {
    const { rings } = this.before;
    const wasOver = this.#isOver;
    const isNew = this.#parts.hear(event, this.#host.arrivals, this.#host.user.id);
    this.#ringing.postpone();
    const { lastRing } = this.#parts;
    if (lastRing && lastRing !== this.#lastRing) {
      this.#lastRing = lastRing;
      const ring = lastRing.value as { sessionId: string; callerId: string };
      if (ring.callerId !== this.#host.user.id) this.#ringing.start({ ...ring, at: lastRing.at }, rings);
    }
    const isDeleted = event.type === 'call.deleted';
    if (isNew && isDeleted) this.#wantsEvents = false;
    if ((isNew && (isDeleted || event.type === 'call.ended')) || (!wasOver && this.#isOver)) this.#end();
    return this.#settle(isNew);
  }

  /** Takes an answer. */
  learn(
    answer: object,
    { since, departures }: Before,
    {
      connectionId,
      membersLimit,
    }: { connectionId?: string | undefined; membersLimit?: number | undefined } = {},
  ): void {
    const wasOver = this.#isOver;
    const isNew = this.#parts.learn(answer, since, membersLimit);
    if (connectionId !== undefined && departures === this.#departures) {
      this.#wantsEvents = true;
      this.#watchedOn = connectionId;
    }
    if (!wasOver && this.#isOver) this.#end();
    this.#settle(isNew)();
    if (this.#wantsEvents && !this.isWatched) this.#host.watchAgain();
  }

  /** The connection came or went. */
  connectionChanged(): void {
    this.#settle(false)();
  }

  /** Its events do not come any more. */
  loseWatch(error: unknown): void {
    if (!this.#isJoined) this.#wantsEvents = false;
    this.#settle(false)();
    this.#host.emit('call.watch_lost', { call_cid: this.cid, ...(error !== undefined && { error }) });
  }

  /** The call token has died, or the guest is another now. */
  loseAccess(): void {
    if (!this.#isJoined) return;
    this.depart();
    this.#host.emit('call.access_lost', { call_cid: this.cid });
  }

  /** Out of the call, without a word to anybody. */
  depart(): void {
    this.#departures += 1;
    this.#isJoined = false;
    this.#wantsEvents = false;
    this.#ringing.stop();
    this.#settle(false)();
  }

  get #isOver(): boolean {
    return this.#parts.isEnded || this.#parts.isBlocked(this.#host.user.id);
  }

  #end(): void {
    if (this.#isJoined) this.#wantsEvents = false;
    this.#isJoined = false;
    const why = this.#parts.isEnded ? 'The call has ended' : 'The user was blocked in the call';
    this.#joins.drop(callError('call_ended', why, this.cid), { mayCancel: false });
  }

  #ringAfter(take: () => void, { rings }: Before, memberIds?: readonly string[]): void {
    take();
    const sessionId = this.#parts.sessionId;
    this.#ringing.start({ sessionId, callerId: this.#host.user.id, at: '', memberIds }, rings);
    this.#settle(false)();
  }

  async #readRing(sessionId: string, signal: AbortSignal): Promise<void> {
    const { since } = this.before;
    const query = { call_session_id: sessionId || undefined };
    const { data } = await this.#host.exchange('GET', `${this.path}/ring_state`, { query, signal });
    this.#parts.learn(data as object, since);
  }

  async #cancelRing(): Promise<void> {
    const body = { reason: 'cancel' };
    await this.#host.exchange('POST', `${this.path}/reject`, { body }).catch(() => {});
  }

  /** Decides about a ring and tells those who look at the state; returns what tells the outcome of the ring. */
  #settle(isNew: boolean): () => void {
    const outcomes = this.#ringing.decide();
    if (isNew) this.#known = undefined;
    const former = this.#state;
    this.#host.flagsChanged(this);
    // Where nobody has looked yet, nothing differs.
    if (former && former !== this.state) this.#host.events.emit({ type: STATE_CHANGED, call_cid: this.cid });
    return () => {
      for (const outcome of outcomes) this.#host.emit('call.ring_ended', { call_cid: this.cid, ...outcome });
    };
  }
}

function callError(code: 'call_left' | 'call_ended', message: string, cid: string): CallError {
  return new CallError(code, `${message}: ${sanitize(cid)}`, {
    remediation: 'Call join() to enter the call again.',
  });
}
