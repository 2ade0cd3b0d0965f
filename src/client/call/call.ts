import { ApiError, MissingPermissionError } from '../../shared/errors.js';
import { sanitize } from '../../shared/text.js';
import type {
  CallEnvelope,
  CallResponse,
  GetOrCreateCallResponse,
  JoinCallResponse,
  MemberResponse,
} from '../api-types.js';

import type { EventEmitter } from '../event-emitter.js';
import type { EventListener, EventName } from '../events.js';
import { deepFreeze } from '../freeze.js';
import { segment } from '../http/path.js';
import { Snapshot } from '../snapshot.js';

/** What is known about a call. Frozen; the same object until something differs. */
export interface CallState {
  readonly call?: Readonly<CallResponse>;
  readonly members: readonly MemberResponse[];
  readonly ownCapabilities: readonly string[];
  readonly joined: boolean;
}

export interface GetCallOptions {
  /** Have events of this call delivered; needs a connection. */
  watch?: boolean | undefined;
  /** How many members come along, 0 to 100. */
  membersLimit?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** What a call is created with. */
export interface CallData {
  members?: { user_id: string; role?: string; custom?: Record<string, unknown> }[] | undefined;
  custom?: Record<string, unknown> | undefined;
  settings_override?: Record<string, unknown> | undefined;
  starts_at?: string | undefined;
  team?: string | undefined;
  video?: boolean | undefined;
}

export interface GetOrCreateCallOptions {
  ring?: boolean | undefined;
  notify?: boolean | undefined;
  watch?: boolean | undefined;
  membersLimit?: number | undefined;
  signal?: AbortSignal | undefined;
}

export interface JoinCallOptions {
  /** Create the call where it does not exist. @default false */
  create?: boolean | undefined;
  /** Where the user is, as the location hint service names it, for example `FRA`. @default 'ERR', meaning unknown */
  location?: string | undefined;
  ring?: boolean | undefined;
  notify?: boolean | undefined;
  data?: CallData | undefined;
  signal?: AbortSignal | undefined;
}

/** What a call needs of the client. */
export interface CallHost {
  readonly events: EventEmitter;
  readonly isAnonymous: boolean;
  request<T>(method: string, path: string, options?: object): Promise<T>;
  /** A call was joined or left: demand for a good token may have changed. */
  joinedChanged(): void;
}

/**
 * A call at the coordinator: its data, and the way in. Media is not its business.
 *
 * @example
 * const call = streamVideo.call('default', 'standup');
 * const { credentials } = await call.join({ create: true });
 */
export class Call {
  readonly type: string;
  readonly id: string;
  readonly #host: CallHost;
  readonly #path: string;
  readonly #snapshot = new Snapshot<CallState>();

  constructor(type: string, id: string, host: CallHost) {
    this.#path = `/call/${segment(type)}/${segment(id)}`;
    this.type = type;
    this.id = id;
    this.#host = host;
    this.#snapshot.take({ members: [], ownCapabilities: [], joined: false });
    Object.freeze(this);
  }

  /** `type:id`, as the coordinator names it. */
  get cid(): string {
    return `${this.type}:${this.id}`;
  }

  get state(): CallState {
    return this.#snapshot.current as CallState;
  }

  /** Fetches the call; with `watch` its events are delivered from then on. */
  get({ watch, membersLimit, signal }: GetCallOptions = {}): Promise<CallEnvelope> {
    const path = this.#path;
    return this.#host
      .request<CallEnvelope>('GET', path, {
        query: { members_limit: membersLimit },
        isWatching: watch,
        signal,
      })
      .then((answer) => this.#learn(answer));
  }

  /** Fetches the call, creating it from `data` where it does not exist; `created` tells which. */
  getOrCreate(
    data?: CallData,
    { ring, notify, watch, membersLimit, signal }: GetOrCreateCallOptions = {},
  ): Promise<GetOrCreateCallResponse> {
    const body = { data, ring, notify, members_limit: membersLimit };
    return this.#host
      .request<GetOrCreateCallResponse>('POST', this.#path, { body, isWatching: watch, signal })
      .then((answer) => this.#learn(answer));
  }

  /**
   * Joins the call at the coordinator; resolves with the media server's credentials, which are kept nowhere.
   *
   * An anonymous user who may not enter gets `MissingPermissionError`: a call token for this call is needed.
   */
  join({
    create,
    location = 'ERR',
    ring,
    notify,
    data,
    signal,
  }: JoinCallOptions = {}): Promise<JoinCallResponse> {
    const host = this.#host;
    const body = { location, create, ring, notify, data };
    return host.request<JoinCallResponse>('POST', `${this.#path}/join`, { body, signal }).then(
      (answer) => {
        this.#learn(answer, { joined: true });
        host.joinedChanged();
        return answer;
      },
      (error) => {
        throw host.isAnonymous && isDenied(error) ? this.#missingCallToken(error) : error;
      },
    );
  }

  /** Leaves the call. Local: the coordinator knows no leaving. */
  leave(): void {
    this.#setJoined(false);
  }

  /** The call token has died: whoever joined is told, once. */
  loseAccess(): void {
    if (!this.state.joined) return;
    this.#setJoined(false);
    this.#host.events.emit({ type: 'call.access_lost', call_cid: this.cid });
  }

  /** Listens to events of this call only; returns the way to stop. */
  on<Name extends EventName>(name: Name, listener: EventListener<Name>): () => void {
    return this.#host.events.on(name, listener, this.cid);
  }

  /** Listens to the next event of this name and this call. */
  once<Name extends EventName>(name: Name, listener: EventListener<Name>): () => void {
    return this.#host.events.once(name, listener, this.cid);
  }

  off<Name extends EventName>(name: Name, listener: EventListener<Name>): void {
    this.#host.events.off(name, listener, this.cid);
  }

  get [Symbol.toStringTag](): string {
    return 'StreamVideoCall';
  }

  #learn<T extends CallEnvelope>(answer: T, { joined = this.state.joined } = {}): T {
    const { call, members, own_capabilities } = answer;
    this.#snapshot.take({
      ...(call && { call: deepFreeze(structuredCopy(call)) }),
      members: deepFreeze(structuredCopy(members ?? [])),
      ownCapabilities: Object.freeze([...(own_capabilities ?? [])]),
      joined,
    });
    return answer;
  }

  #setJoined(joined: boolean): void {
    if (this.state.joined === joined) return;
    this.#snapshot.take({ ...this.state, joined });
    this.#host.joinedChanged();
  }

  #missingCallToken(cause: ApiError | MissingPermissionError): MissingPermissionError {
    return new MissingPermissionError(cause.message, {
      remediation: `A call token for ${sanitize(this.cid)} is needed: mint one with createCallToken() and pass it as token.`,
      cause,
    });
  }
}

function structuredCopy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

function isDenied(error: unknown): error is ApiError | MissingPermissionError {
  if (error instanceof MissingPermissionError) return true;
  return error instanceof ApiError && (error.status === 401 || error.status === 403);
}
