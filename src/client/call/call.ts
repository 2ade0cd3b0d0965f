import type {
  CallData,
  CallEnvelope,
  CallPermission,
  DurationResponse,
  GetOrCreateCallResponse,
  GoLiveRequest,
  JoinCallResponse,
  LiveResponse,
  MemberRequest,
  MembersResponse,
  OwnCapability,
  RingCallResponse,
  StopLiveRequest,
  UpdateCallRequest,
} from '../api-types.js';
import type { EventListener, EventName } from '../events.js';
import type { SendOptions } from './call-context.js';
import type {
  CallOptions,
  GetCallOptions,
  GetOrCreateCallOptions,
  JoinCallOptions,
  QueryMembers,
  QueryMembersOptions,
  RingCallOptions,
} from './call-options.js';
import type { CallRecord } from './call-record.js';
import type { CallState } from './call-state.js';
import { checkCallData, checkOptions } from './check-options.js';
import { paged, QUERY, queryBody } from './paging.js';

/**
 * A call at the coordinator: what is known about it, and what can be done. Media is not its business. Each method
 * sends one request, and rejects with what `request()` rejects with.
 *
 * @example
 * const call = streamVideo.call('default', 'standup');
 * const { credentials } = await call.join({ create: true });
 */
export class Call {
  readonly #record: CallRecord;

  /** @internal */
  constructor(record: CallRecord) {
    this.#record = record;
    Object.freeze(this);
  }

  /** The call type, such as `default` or `livestream`. */
  get type(): string {
    return this.#record.type;
  }

  /** The id, unlike that of any other call of this type. */
  get id(): string {
    return this.#record.id;
  }

  /** `type:id`, as the coordinator names it. */
  get cid(): string {
    return this.#record.cid;
  }

  /** What is known: kept up to date by answers, and by events while the call is watched. */
  get state(): CallState {
    return this.#record.state;
  }

  /** Calls `listener` after every change of `state`; returns the way to stop. */
  subscribe(listener: () => void): () => void {
    return this.#record.subscribe(listener);
  }

  /** Whether the user may do this, by what the coordinator said last. Anonymous users never send. */
  can(capability: OwnCapability): boolean {
    return this.#record.can(capability);
  }

  // ---- the call

  /** Fetches the call; with `watch` its events are delivered from then on, to this connection and the next ones. */
  get(options?: GetCallOptions): Promise<CallEnvelope> {
    const make = ({ watch, membersLimit }: GetCallOptions) => ({
      query: { members_limit: membersLimit },
      isWatching: watch,
      membersLimit,
    });
    return this.#send('GET', '', make, options, 'get()', 'watch membersLimit');
  }

  /** Fetches the call, creating it from `data` where it does not exist; `created` tells which. */
  getOrCreate(data?: CallData, options?: GetOrCreateCallOptions): Promise<GetOrCreateCallResponse> {
    const make = ({ ring, notify, video, watch, membersLimit }: GetOrCreateCallOptions) => {
      checkCallData(data);
      const body = { data, ring, notify, video, members_limit: membersLimit };
      return { body, isWatching: watch, membersLimit, rings: ring };
    };
    return this.#send('POST', '', make, options, 'getOrCreate()', 'ring notify video watch membersLimit');
  }

  /** Changes the call for everybody. */
  update(changes: UpdateCallRequest, options?: CallOptions): Promise<CallEnvelope> {
    return this.#send('PATCH', '', () => ({ body: changes }), options);
  }

  /**
   * Joins the call at the coordinator, and watches it where there is a connection, else with the next; resolves
   * with the media server's credentials, which are kept nowhere. Calls with equal options share one request,
   * others follow one another. Where the last caller aborts, the call is not joined.
   *
   * Rejects with `CallError`: `call_left` when `leave()` is called meanwhile, `call_ended` when the call ends. An
   * anonymous user who may not enter gets `MissingPermissionError`, which says what to do about it.
   */
  join(options?: JoinCallOptions): Promise<JoinCallResponse> {
    return this.#record.run(async (record) => {
      const known = 'create location ring notify video data signal';
      const { signal, ...body } = checkOptions('join()', options, known);
      return record.join(body, signal);
    });
  }

  /**
   * Leaves the call, at once: `joined` and `watched` are false, a join under way is rejected. Local, but for a ring
   * that is taken back with `reject('cancel')`. The promise resolves when that has ended, and never rejects.
   */
  leave(): Promise<void> {
    return this.#record.run(async (record) => void (await record.leave()));
  }

  /** Ends the call for everybody. */
  end(options?: CallOptions): Promise<DurationResponse> {
    return this.#post('mark_ended', undefined, options);
  }

  /** Lets viewers in: the call leaves backstage. */
  goLive(data?: GoLiveRequest, options?: CallOptions): Promise<LiveResponse> {
    return this.#post('go_live', data, options);
  }

  /** Sends the call back to backstage. */
  stopLive(data?: StopLiveRequest, options?: CallOptions): Promise<LiveResponse> {
    return this.#post('stop_live', data, options);
  }

  /** Sends data to everybody who watches, as the event `custom`. */
  sendCustomEvent(custom: Record<string, unknown>, options?: CallOptions): Promise<DurationResponse> {
    return this.#post('event', { custom }, options);
  }

  // ---- ringing

  /** Rings members. What becomes of it is told as `call.ring_ended`. */
  ring(options?: RingCallOptions): Promise<RingCallResponse> {
    const make = ({ memberIds, video }: RingCallOptions) => ({
      body: { members_ids: memberIds, video },
      rings: true,
    });
    return this.#send('POST', '/ring', make, options, 'ring()', 'memberIds video');
  }

  /** Sends the members a push notification that does not ring. */
  notify(options?: CallOptions): Promise<CallEnvelope> {
    return this.#send('GET', '', () => ({ query: { notify: true } }), options);
  }

  /** Accepts a ring. Does not join. */
  accept(options?: CallOptions): Promise<DurationResponse> {
    return this.#answer('accept', undefined, options);
  }

  /**
   * Rejects a ring, or takes back one's own.
   *
   * @param reason `busy`, `decline`, `cancel`, `timeout`, or the app's own
   */
  reject(reason?: string, options?: CallOptions): Promise<DurationResponse> {
    return this.#answer('reject', { reason }, options);
  }

  // ---- members and permissions

  /** Finds members, a page or, with `queryMembers.all()`, all of them. Leaves `state` as it is. */
  get queryMembers(): QueryMembers {
    const record = this.#record;
    return paged(
      (options?: QueryMembersOptions) => checkOptions('queryMembers()', options, QUERY),
      (options, cursor) => record.queryMembers(queryBody(options, cursor), options.signal),
      'members',
    );
  }

  /** Adds members, or changes them. At most 100. */
  addMembers(members: readonly MemberRequest[], options?: CallOptions): Promise<MembersResponse> {
    return this.#post('members', { update_members: members }, options);
  }

  /** Removes members. At most 100. */
  removeMembers(userIds: readonly string[], options?: CallOptions): Promise<MembersResponse> {
    const make = () => ({ body: { remove_members: userIds }, removes: userIds });
    return this.#send('POST', '/members', make, options);
  }

  /** Asks those who may grant it, as the event `call.permission_request`. */
  requestPermissions(
    permissions: readonly CallPermission[],
    options?: CallOptions,
  ): Promise<DurationResponse> {
    return this.#post('request_permission', { permissions }, options);
  }

  /** Lets a user do more. */
  grantPermissions(
    userId: string,
    permissions: readonly CallPermission[],
    options?: CallOptions,
  ): Promise<DurationResponse> {
    return this.#post('user_permissions', { user_id: userId, grant_permissions: permissions }, options);
  }

  /** Lets a user do less. */
  revokePermissions(
    userId: string,
    permissions: readonly CallPermission[],
    options?: CallOptions,
  ): Promise<DurationResponse> {
    return this.#post('user_permissions', { user_id: userId, revoke_permissions: permissions }, options);
  }

  // ---- events

  /** Listens to events of this call only; returns the way to stop. */
  on<Name extends EventName>(name: Name, listener: EventListener<Name>): () => void {
    return this.#record.events.on(name, listener, this.#record);
  }

  /** Listens to the next event of this name and this call; returns the way to stop. */
  once<Name extends EventName>(name: Name, listener: EventListener<Name>): () => void {
    return this.#record.events.once(name, listener, this.#record);
  }

  /** Stops what `on` or `once` began, as often as the listener was added. */
  off<Name extends EventName>(name: Name, listener: EventListener<Name>): void {
    this.#record.events.off(name, listener, this.#record);
  }

  /** Has Vue leave the call raw, and printing name it. */
  get [Symbol.toStringTag](): string {
    return 'StreamVideoCall';
  }

  #post<T>(action: string, body?: unknown, options?: CallOptions): Promise<T> {
    return this.#send('POST', `/${action}`, () => ({ body }), options);
  }

  /** Sends what the options make; `known` names those that it takes besides a signal. */
  #send<T, Options extends CallOptions>(
    method: string,
    path: string,
    make: (options: Options) => SendOptions,
    options: Options | undefined,
    of = 'this method',
    known = '',
  ): Promise<T> {
    return this.#record.run(async (record) => {
      const given = checkOptions(of, options, `${known} signal`);
      return record.send(method, path, { ...make(given), signal: given.signal });
    });
  }

  async #answer(action: string, body?: unknown, options?: CallOptions): Promise<DurationResponse> {
    const answer = await this.#post<DurationResponse>(action, body, options);
    this.#record.answerRing();
    return answer;
  }
}
