import { CallError } from '../../shared/errors.js';
import { sanitize } from '../../shared/sanitize.js';
import type { JoinCallResponse, OwnCapability, QueryMembersResponse } from '../api-types.js';
import { abortable, throwIfAborted } from '../environment/abortable.js';
import type { EventEmitter } from '../event-emitter.js';
import { asJson } from '../http/body.js';
import { segment } from '../http/path.js';
import type { ApiResponse } from '../http/request.js';
import { explainDenied } from './anonymous-join-advice.js';
import type { CallContext, CallRequest, SendOptions } from './call-context.js';
import { CallParts } from './call-parts.js';
import { type CallState, STATE_CHANGED } from './call-state.js';
import { JoinQueue } from './join-queue.js';
import { Ringing, type RingSnapshot } from './ringing.js';

/** What a call needs of all calls. */
export interface CallHost {
  readonly context: CallContext;
  /** Counts events and departures: what was asked for before one of them is older than it. */
  moment: number;
  /** A call may be joined, watched or ringing now, or no more. */
  flagsChanged(record: CallRecord): void;
  /** A call is to be watched that is not: with the live connection, where there is one. */
  watchAgain(): void;
}

interface LearnOptions {
  /** The connection that the answer ties the call to. */
  readonly connectionId?: string | undefined;
  readonly membersLimit?: number | undefined;
  /** Whether it is the answer to a join. */
  readonly isJoin?: boolean | undefined;
}

/** The body of a join; where no location is given, it is asked for. */
interface JoinBody {
  readonly location?: string | undefined;
  readonly ring?: boolean | undefined;
  readonly [field: string]: unknown;
}

/** When a request was sent, and what was known then. */
interface Before {
  readonly since: number;
  readonly rings: RingSnapshot;
}

/** What the client knows and does about one call. An app holds its `Call`. */
export class CallRecord {
  readonly type: string;
  readonly id: string;
  readonly path: string;
  /** The `Call` of an app that asked for one. A weak map would keep its room for those that nobody holds. */
  handle: object | undefined;
  readonly #host: CallHost;
  readonly #parts = new CallParts();
  readonly #joins = new JoinQueue();
  readonly #ringing: Ringing;
  #isJoined = false;
  /** Whether events are wanted, with this connection or the next. */
  #wantsEvents = false;
  #watchedOn: string | undefined;
  #leftAt = 0;
  #lastRing: object | undefined;
  #known: Pick<CallState, 'call' | 'members' | 'ownCapabilities'> | undefined;
  #state: CallState | undefined;

  constructor(type: string, id: string, host: CallHost) {
    this.path = `/call/${segment(type)}/${segment(id)}`;
    this.type = type;
    this.id = id;
    this.#host = host;
    this.#ringing = new Ringing({
      timers: host.context.environment.timers,
      parts: this.#parts,
      ownUserId: () => host.context.session.user.id,
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
    const { connectionId } = this.#context.connection;
    return connectionId !== undefined && this.isWatchedOn(connectionId);
  }

  isWatchedOn(connectionId: string): boolean {
    return this.#wantsEvents && this.#watchedOn === connectionId;
  }

  get events(): EventEmitter {
    return this.#context.events;
  }

  get #context(): CallContext {
    return this.#host.context;
  }

  get #ownUserId(): string {
    return this.#context.session.user.id;
  }

  get #isAnonymous(): boolean {
    return this.#context.session.user.type === 'anonymous';
  }

  subscribe(listener: () => void): () => void {
    // From now on differences count.
    this.state;
    const tell = typeof listener === 'function' ? () => listener() : listener;
    return this.events.on(STATE_CHANGED, tell, this);
  }

  can(capability: OwnCapability): boolean {
    const isSending = ['send-audio', 'send-video', 'screenshare'].includes(capability);
    return !(isSending && this.#isAnonymous) && this.#parts.ownCapabilities.includes(capability);
  }

  // ---- what the app does

  /** Mistakes reject what the app asked for; a method that is torn off its call throws before it gets here. */
  run<T>(action: (record: CallRecord) => Promise<T>): Promise<T> {
    return action(this);
  }

  async queryMembers(query: object, signal: AbortSignal | undefined): Promise<QueryMembersResponse> {
    const body = { type: this.type, id: this.id, ...query };
    const { data } = await this.#exchange('POST', '/call/members', { body, signal });
    return data as QueryMembersResponse;
  }

  /** Sends a request about the call, and takes from the answer what it says. */
  async send<T>(method: string, path: string, options: SendOptions = {}): Promise<T> {
    const { membersLimit, rings, removes, ...request } = options;
    const before = this.before;
    const { data, connectionId } = await this.#exchange(method, this.path + path, request);
    const { members_ids: rung } = data as { members_ids?: string[] };
    const memberIds = Array.isArray(rung) ? rung : undefined;
    const news = removes ? { members: removes } : (data as object);
    const take = () => this.learn(news, before, { connectionId, membersLimit });
    if (!rings) take();
    else this.#ringAfter(take, before, memberIds);
    return data as T;
  }

  join(body: JoinBody, signal: AbortSignal | undefined) {
    const { session, hint } = this.#context;
    const rings = body.ring === true;
    const send = async (wire: AbortSignal, dropped: AbortSignal) => {
      const finding = body.location ?? hint.find(session.ending);
      const token = session.prepare({ signal: dropped });
      const [location] = await abortable(Promise.all([finding, token]), dropped);
      // Who has left by now rings nobody.
      throwIfAborted(dropped);
      const before = this.before;
      const options = { body: { ...body, location }, isWatching: 'if_connected', signal: wire } as const;
      const { data, connectionId } = await this.#exchange('POST', `${this.path}/join`, options).catch(
        (error) => {
          throw this.#isAnonymous ? explainDenied(error, this.cid, session.held) : error;
        },
      );
      return () => {
        const take = () => {
          this.#isJoined = true;
          this.#wantsEvents = true;
          this.learn(data as JoinCallResponse, before, { connectionId, isJoin: true });
        };
        if (rings) this.#ringAfter(take, before);
        else take();
        return data as JoinCallResponse;
      };
    };
    const steps = { send, rings, ending: session.ending, cancel: () => this.#cancelRing() };
    return this.#joins.join(asJson(body).content, steps, signal);
  }

  /** Leaves the call. Resolves when what follows has ended. */
  leave(): Promise<unknown> {
    const cancelled = this.isRinging && this.#cancelRing();
    this.#joins.drop(callError('call_left', 'The call was left', this.cid), { mayCancel: true });
    this.depart();
    return this.#joins.after(() => cancelled);
  }

  /** The user has answered the ring, or taken it back. */
  answerRing(): void {
    this.#ringing.rest();
    this.#settle(false)();
  }

  // ---- what happens to it

  /** What is known now, to be kept with a request. */
  get before(): Before {
    return { since: this.#host.moment, rings: this.#ringing.snapshot };
  }

  /** Takes an event; returns what tells the app what follows from it, once it has heard of the event itself. */
  hear(event: { readonly type: string }): () => void {
    const { type } = event;
    const { rings } = this.before;
    const bars = this.#bars;
    const isNew = this.#parts.hear(event, this.#host.moment, this.#ownUserId);
    this.#ringing.postpone();
    const { lastRing } = this.#parts;
    if (lastRing && lastRing !== this.#lastRing) {
      this.#lastRing = lastRing;
      const ring = lastRing.value as { sessionId: string; callerId: string };
      if (ring.callerId !== this.#ownUserId) this.#ringing.start({ ...ring, at: lastRing.at }, rings);
    }
    const isDeleted = type === 'call.deleted';
    if (isNew && isDeleted) this.#wantsEvents = false;
    // An end that is told again counts again.
    this.#endBy(isNew && (isDeleted || type === 'call.ended') ? [] : bars);
    return this.#settle(isNew);
  }

  /** Takes an answer. */
  learn(
    answer: object,
    { since }: Pick<Before, 'since'>,
    { connectionId, membersLimit, isJoin }: LearnOptions = {},
  ): void {
    const bars = this.#bars;
    const isNew = this.#parts.learn(answer, since, membersLimit);
    if (connectionId !== undefined && since >= this.#leftAt) {
      this.#wantsEvents = true;
      this.#watchedOn = connectionId;
    }
    // Whoever is let into a call that has ended is in it.
    if (!isJoin) this.#endBy(bars);
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
    this.#context.emit('call.watch_lost', { call_cid: this.cid, ...(error !== undefined && { error }) });
  }

  /** The call token has died, or the guest is another now. */
  loseAccess(): void {
    if (!this.#isJoined) return;
    this.depart();
    this.#context.emit('call.access_lost', { call_cid: this.cid });
  }

  /** Out of the call, without a word to anybody. */
  depart(): void {
    this.#host.moment += 1;
    this.#leftAt = this.#host.moment;
    this.#isJoined = false;
    this.#wantsEvents = false;
    this.#ringing.stop();
    this.#settle(false)();
  }

  /** Why nobody can be in the call, or this user cannot. */
  get #bars(): string[] {
    const bars = [];
    if (this.#parts.isEnded) bars.push('The call has ended');
    if (this.#parts.isBlocked(this.#ownUserId)) bars.push('The user was blocked in the call');
    return bars;
  }

  /** Ends what there is of the call where there is a reason that was none before. */
  #endBy(before: readonly string[]): void {
    const why = this.#bars.find((bar) => !before.includes(bar));
    if (why === undefined) return;
    if (this.#isJoined) this.#wantsEvents = false;
    this.#isJoined = false;
    this.#joins.drop(callError('call_ended', why, this.cid), { mayCancel: false });
  }

  #ringAfter(take: () => void, { rings }: Before, memberIds?: readonly string[]): void {
    take();
    const sessionId = this.#parts.sessionId;
    this.#ringing.start({ sessionId, callerId: this.#ownUserId, at: '', memberIds }, rings);
    this.#settle(false)();
  }

  async #readRing(sessionId: string, signal: AbortSignal): Promise<void> {
    const { since } = this.before;
    const query = { call_session_id: sessionId || undefined };
    const { data } = await this.#exchange('GET', `${this.path}/ring_state`, { query, signal });
    this.#parts.learn(data as object, since);
  }

  #exchange(method: string, path: string, request: CallRequest): Promise<ApiResponse> {
    return this.#context.http.exchange(method, path, request);
  }

  async #cancelRing(): Promise<void> {
    const body = { reason: 'cancel' };
    await this.#exchange('POST', `${this.path}/reject`, { body }).catch(() => {});
  }

  /** Decides about a ring and tells those who look at the state; returns what tells the outcome of the ring. */
  #settle(isNew: boolean): () => void {
    const outcomes = this.#ringing.decide();
    if (isNew) this.#known = undefined;
    const former = this.#state;
    this.#host.flagsChanged(this);
    // Where nobody has looked yet, nothing differs.
    if (former && former !== this.state) this.events.emit({ type: STATE_CHANGED, call_cid: this.cid });
    return () => {
      for (const outcome of outcomes)
        this.#context.emit('call.ring_ended', { call_cid: this.cid, ...outcome });
    };
  }
}

function callError(code: 'call_left' | 'call_ended', message: string, cid: string): CallError {
  return new CallError(code, `${message}: ${sanitize(cid)}`, {
    remediation: 'Call join() again.',
  });
}
