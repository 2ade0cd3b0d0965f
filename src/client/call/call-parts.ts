import type { CallResponse, CallSessionResponse, MemberResponse, RingOutcomes } from '../api-types.js';
import { deepFreeze } from '../freeze.js';
import { instantOf } from './event-time.js';

/** Of two events of one time the heavier one wins; what has no time undoes no end. */
const GOES_ON = 0;
const REMOVED = 1;
const ENDED = 2;

/** A shorter list of members is all of them: an answer brings so many unless it was asked for another number. */
const MEMBERS_PAGE = 25;
/** Of each kind; beyond it the oldest removal is forgotten. */
const MAX_REMEMBERED = 1000;
/** Stands for all that a whole list left out. */
const OTHERS = '\n';

/** What can become of a ring, as the coordinator names it. */
export const OUTCOMES = ['accepted', 'rejected', 'missed'] as const;

type Fields = Readonly<Record<string, unknown>>;

/** One piece of a call that changes by itself. */
interface Part {
  /** Undefined where it was removed. */
  readonly value: unknown;
  /** The time of the last event about it, as `instantOf` has it; empty where only answers told of it. */
  readonly at: string;
  /** The number of the last event that changed it. */
  readonly arrival: number;
  /** The events of that time, so that none counts twice. */
  readonly seen: readonly string[];
  readonly weight: number;
}

const UNKNOWN: Part = { value: undefined, at: '', arrival: 0, seen: [], weight: GOES_ON };

/** What is being read: an event, or the answer to a request that was sent after the event of this number. */
interface Source {
  readonly text: string;
  readonly at?: string | undefined;
  readonly arrival: number;
  readonly isAnswer: boolean;
}

/** What events and answers may bring. All of it is foreign. */
interface Said {
  readonly type: string;
  readonly created_at?: unknown;
  readonly call?: Fields;
  readonly members?: readonly (string | MemberResponse)[];
  readonly user?: { readonly id: string };
  readonly own_capabilities?: readonly string[];
  readonly session_id: string;
  readonly participant?: { readonly user_session_id: string };
  readonly [field: string]: unknown;
}

/** The events that say something about the state of a call. */
const KNOWN =
  /^call\.(created|updated|deleted|ended|live_started|ring|accepted|rejected|missed|permissions_updated|(un)?blocked_user|member_(added|removed|updated|updated_permission)|session_(started|ended|participant_(joined|left|count_updated)))$/;

/** The time of an end, where it is known. */
const endOf = (end: unknown) => (end && end !== true ? { ended_at: end as string } : undefined);
const isText = (value: unknown): value is string => typeof value === 'string';
const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/**
 * What is known about a call, in parts that change each by itself: events may come in any order, and twice. What
 * is not of the expected form changes nothing.
 */
export class CallParts {
  readonly #kinds = new Map<string, Map<string, Part>>();
  #source!: Source;
  #hasChanged = false;

  /** Takes an event, the `arrival`-th of this client; returns whether anything is different now. */
  hear(event: object, arrival: number, ownUserId: string): boolean {
    const { type, created_at } = event as Said;
    if (!isText(type) || !KNOWN.test(type)) return false;
    const source = { at: instantOf(created_at), arrival, isAnswer: false };
    return this.#take(event, source, (said) =>
      this.#readEvent(said, said.type.slice('call.'.length), ownUserId),
    );
  }

  /** Takes the answer to a request that was sent after the `since`-th event: about the call, its members or its ring. */
  learn(answer: object, since: number, membersLimit = MEMBERS_PAGE): boolean {
    return this.#take(answer, { arrival: since, isAnswer: true }, (said) => {
      const { call, members, own_capabilities: capabilities, session_id: id } = said;
      if (call) this.#putCall(call);
      if (isList(members)) {
        const isWhole = call && members.length < Math.min(membersLimit, MEMBERS_PAGE);
        this.#putMembers(members, isWhole);
      }
      if (isList(capabilities)) this.#put('capabilities', '', capabilities);
      if (id === undefined) return;
      if (!this.sessionId) this.#put('current', '', id);
      this.#putOutcomes(id, said);
      this.#putEnd('session_end', id, said.session_ended_at || this.#get('session_end', id));
      this.#putEnd('end', '', said.call_ended_at || this.#get('end'));
    });
  }

  // ---- what is known

  /** Whether the call has ended, or was deleted. */
  get isEnded(): boolean {
    return Boolean(this.#get('end'));
  }

  isBlocked(userId: string): boolean {
    return Boolean(this.#get('block', userId));
  }

  /** The session that is under way, or was last; empty where there was none. */
  get sessionId(): string {
    return (this.#get('current') ||
      (this.#get('call') as Fields | undefined)?.current_session_id ||
      '') as string;
  }

  /** The last event that made the call ring, and when; another object for each. */
  get lastRing(): { readonly value: unknown; readonly at: string } | undefined {
    return this.#kinds.get('ring')?.get('');
  }

  /** What has become of the ring in a session. */
  ringOutcomes(sessionId: string): RingOutcomes & { hasEnded: boolean } {
    const hasEnded = this.isEnded || Boolean(this.#get('session_end', sessionId));
    return { ...this.#outcomes(sessionId), hasEnded };
  }

  /** The newest first. */
  get members(): readonly MemberResponse[] {
    const made = ({ created_at }: MemberResponse) => instantOf(created_at) ?? '';
    const members = this.#values('member') as MemberResponse[];
    return Object.freeze(members.sort((a, b) => Number(made(a) < made(b)) - Number(made(a) > made(b))));
  }

  get ownCapabilities(): readonly string[] {
    return (this.#get('capabilities') ?? Object.freeze([])) as readonly string[];
  }

  get call(): CallResponse | undefined {
    const call = this.#get('call') as CallResponse | undefined;
    if (!call) return undefined;
    const end = this.#get('end');
    const session = this.#session(this.sessionId);
    const blocked = this.#values('block');
    return deepFreeze({
      ...call,
      ...((call.blocked_user_ids || blocked.length > 0) && { blocked_user_ids: blocked as string[] }),
      ...endOf(end),
      ...(session && { session }),
    });
  }

  #session(id: string): CallSessionResponse | undefined {
    const fields = this.#get('session', id);
    const counts = this.#get('counts', id);
    const participants = this.#values(`participant ${id}`);
    if (!fields && !counts && participants.length === 0 && this.#get('current') !== id) return undefined;
    const end = this.#get('session_end', id);
    return {
      id,
      participants_count_by_role: {},
      anonymous_participant_count: 0,
      ...(fields as object),
      ...(counts as object),
      participants,
      ...this.#outcomes(id),
      ...endOf(end),
    } as CallSessionResponse;
  }

  #outcomes(sessionId: string): RingOutcomes {
    const maps = OUTCOMES.map((outcome) => {
      const parts = this.#kinds.get(`${outcome} ${sessionId}`) ?? new Map<string, Part>();
      return [`${outcome}_by`, Object.fromEntries([...parts].map(([id, { value }]) => [id, value]))];
    });
    return Object.fromEntries(maps) as RingOutcomes;
  }

  // ---- reading

  #take(foreign: object, source: Omit<Source, 'text'>, read: (said: Said) => void): boolean {
    this.#hasChanged = false;
    try {
      // A copy: the app may do with its answer or event as it likes.
      const text = JSON.stringify(foreign);
      this.#source = { ...source, text };
      read(deepFreeze(JSON.parse(text)));
    } catch {}
    return this.#hasChanged;
  }

  /** An event changes each part once, so what it is about comes before what it brings along. */
  #readEvent(event: Said, type: string, ownUserId: string): void {
    const { call, members, user, session_id: sessionId, participant, created_at: time = true } = event;
    const userId = user?.id as string;
    const isEnd = type === 'ended' || type === 'deleted';
    if (isEnd) this.#putEnd('end', '', call?.ended_at ?? time);
    if (type === 'session_ended') this.#putEnd('session_end', sessionId, time);
    // Whatever else happens in a session says that it is the present one.
    else if (type.startsWith('session_')) this.#setSession(sessionId);
    if (type === 'blocked_user') this.#put('block', userId, userId);
    if (type === 'unblocked_user') this.#put('block', userId, undefined, REMOVED);
    if (type === 'permissions_updated' && userId === ownUserId && isList(event.own_capabilities)) {
      this.#put('capabilities', '', event.own_capabilities);
    }
    if (participant) {
      const isThere = type === 'session_participant_joined';
      const value = isThere ? participant : undefined;
      this.#put(`participant ${sessionId}`, participant.user_session_id, value, isThere ? GOES_ON : REMOVED);
    }
    if (type === 'session_participant_count_updated') this.#putCounts(sessionId, event);
    const users = type === 'missed' ? members?.map((member) => (member as MemberResponse).user_id) : [userId];
    const outcome = Object.fromEntries((users ?? []).filter(isText).map((id) => [id, time]));
    const session = call?.session as Fields | undefined;
    const rung = (sessionId ?? session?.id ?? call?.current_session_id ?? this.sessionId) as string;
    if (type === 'ring' && isText(userId)) this.#put('ring', '', { sessionId: rung, callerId: userId });
    this.#putOutcomes(rung, { [`${type}_by`]: outcome });
    if (isList(members)) this.#putMembers(members);
    if (call) this.#putCall(call, isEnd ? ENDED : GOES_ON);
  }

  #putCall({ session, ...fields }: Fields, weight = GOES_ON): void {
    const { blocked_user_ids: blocked, ended_at: end } = fields;
    this.#put('call', '', fields, end ? ENDED : weight);
    this.#putEnd('end', '', end);
    if (isList(blocked)) this.#putAll('block', blocked, (id) => id as string, true);
    if (session) this.#putSession(session as Fields & { id: string });
    // An answer is whole; an event may leave out what it is not about.
    else if (session === null || this.#source.isAnswer) this.#setSession('');
  }

  #putSession({ id, participants, ended_at: end, ...fields }: Fields & { id: string }): void {
    this.#setSession(id);
    this.#put('session', id, fields);
    this.#putEnd('session_end', id, end);
    this.#putCounts(id, fields);
    this.#putOutcomes(id, fields);
    if (isList(participants)) {
      this.#putAll(
        `participant ${id}`,
        participants,
        (one) => (one as { user_session_id: string }).user_session_id,
        true,
      );
    }
  }

  #setSession(id: string): void {
    if (isText(id)) this.#put('current', '', id);
  }

  #putEnd(kind: string, key: string, end: unknown): void {
    this.#put(kind, key, end || undefined, end ? ENDED : GOES_ON);
  }

  #putCounts(id: string, { participants_count_by_role, anonymous_participant_count }: Fields): void {
    if (participants_count_by_role) {
      this.#put('counts', id, { participants_count_by_role, anonymous_participant_count });
    }
  }

  #putOutcomes(id: string, maps: Fields): void {
    for (const outcome of OUTCOMES) {
      for (const [userId, time] of Object.entries(maps[`${outcome}_by`] ?? {})) {
        this.#put(`${outcome} ${id}`, userId, time);
      }
    }
  }

  /** Members as they are; the ids alone are those who are members no more. */
  #putMembers(members: NonNullable<Said['members']>, isWhole = false): void {
    for (const id of members.filter(isText)) this.#put('member', id, undefined, REMOVED);
    const there = members.filter((member) => !isText(member));
    this.#putAll('member', there, (member) => (member as MemberResponse).user_id, isWhole);
  }

  /** With `isWhole` what is not listed is removed. */
  #putAll(kind: string, list: readonly unknown[], keyOf: (item: unknown) => string, isWhole: boolean): void {
    for (const item of list) this.#put(kind, keyOf(item), item);
    if (!isWhole) return;
    const listed = new Set(list.map(keyOf));
    this.#put(kind, OTHERS, undefined, REMOVED);
    for (const key of this.#kinds.get(kind)?.keys() ?? []) {
      if (!listed.has(key)) this.#put(kind, key, undefined, REMOVED);
    }
  }

  // ---- the parts

  #get(kind: string, key = ''): unknown {
    return this.#kinds.get(kind)?.get(key)?.value;
  }

  #values(kind: string): unknown[] {
    return [...(this.#kinds.get(kind)?.values() ?? [])]
      .map(({ value }) => value)
      .filter((value) => value !== undefined);
  }

  #put(kind: string, key: string, value: unknown, weight = GOES_ON): void {
    if (!isText(key)) return;
    const { at, arrival, isAnswer, text } = this.#source;
    const parts = this.#kinds.get(kind) ?? new Map<string, Part>();
    const old = parts.get(key) ?? parts.get(OTHERS) ?? UNKNOWN;
    if (isAnswer) {
      if (old.arrival > arrival) return;
      // An answer tells when something ended: events from before do not undo it.
      const ended = (weight === ENDED && instantOf(value)) || '';
      parts.set(key, { ...old, value, weight, ...(ended > old.at && { at: ended }) });
    } else if (at === undefined) {
      if (old.weight === ENDED) return;
      parts.set(key, { ...old, value, weight, arrival });
    } else {
      const isSameTime = at === old.at;
      if (at < old.at || (isSameTime && (weight < old.weight || old.seen.includes(text)))) return;
      parts.set(key, { value, weight, at, arrival, seen: isSameTime ? [...old.seen, text] : [text] });
    }
    this.#kinds.set(kind, parts);
    if (JSON.stringify(value) !== JSON.stringify(old.value)) this.#hasChanged = true;
    if (weight !== REMOVED || parts.size <= MAX_REMEMBERED) return;
    for (const [other, part] of parts) {
      if (part.value === undefined) return void parts.delete(other);
    }
  }
}
