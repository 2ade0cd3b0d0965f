import type { Call, CallSession, Member } from './call.js';
import { mergeSettings, overrideSettings } from './call-settings.js';
import type { CallType } from './call-types.js';
import type { EmulatedClock } from './clock.js';
import { evictOldest } from './evict-oldest.js';
import { Instant } from './instant.js';

/** So many calls are kept; beyond it those that were not used for longest and that nobody watches are forgotten. */
export const MAX_CALLS = 10_000;
const KEPT_SESSIONS = 5;

/** The calls of an application. */
export class Calls {
  readonly #clock: EmulatedClock;
  readonly #isInUse: (call: Call) => boolean;
  readonly #byCid = new Map<string, Call>();
  #members = 0;

  /** Calls in use are never forgotten. */
  constructor(clock: EmulatedClock, isInUse: (call: Call) => boolean) {
    this.#clock = clock;
    this.#isInUse = isInUse;
  }

  get size(): number {
    return this.#byCid.size;
  }

  all(): Call[] {
    return [...this.#byCid.values()];
  }

  find(cid: string): Call | undefined {
    return this.#byCid.get(cid);
  }

  create(type: CallType, id: string, createdById: string): Call {
    const now = new Instant(this.#clock.now());
    const call: Call = {
      type: type.name,
      id,
      cid: `${type.name}:${id}`,
      createdById,
      createdAt: now,
      updatedAt: now,
      custom: {},
      settingsOverride: {},
      settings: type.settings,
      backstage: type.settings.backstage?.enabled === true,
      startsAt: undefined,
      endedAt: undefined,
      team: undefined,
      channelCid: undefined,
      session: undefined,
      pastSessions: [],
      members: new Map(),
      blocked: new Set(),
      grants: new Map(),
      activities: new Set(),
      rtmps: new Map(),
    };
    this.#byCid.set(call.cid, call);
    evictOldest(this.#byCid, MAX_CALLS, this.#isInUse);
    return call;
  }

  remove(call: Call): void {
    this.#byCid.delete(call.cid);
  }

  /** Notes that the call was used: those that were not for longest are forgotten first. */
  use(call: Call): void {
    if (!this.#byCid.delete(call.cid)) return;
    this.#byCid.set(call.cid, call);
  }

  touch(call: Call): void {
    call.updatedAt = new Instant(this.#clock.now());
  }

  /** Lays an override over the settings of a call. */
  override(call: Call, override: unknown, type: CallType | undefined): void {
    call.settingsOverride = mergeSettings(call.settingsOverride, override);
    call.settings = overrideSettings(type?.settings ?? call.settings, call.settingsOverride);
  }

  /** Passes the changed settings of a type on to its calls. */
  follow(type: CallType): void {
    for (const call of this.#byCid.values()) {
      if (call.type === type.name) call.settings = overrideSettings(type.settings, call.settingsOverride);
    }
  }

  /** The running session, begun now when there is none. */
  openSession(call: Call): CallSession {
    if (call.session !== undefined && call.session.endedAt === undefined) return call.session;
    if (call.session !== undefined) call.pastSessions.push(call.session);
    if (call.pastSessions.length > KEPT_SESSIONS) call.pastSessions.shift();
    call.session = {
      id: globalThis.crypto.randomUUID(),
      startedAt: undefined,
      endedAt: undefined,
      liveStartedAt: undefined,
      liveEndedAt: undefined,
      acceptedBy: new Map(),
      rejectedBy: new Map(),
      missedBy: new Map(),
      ringing: new Set(),
      pins: [],
    };
    return call.session;
  }

  setMember(
    call: Call,
    userId: string,
    role: string | undefined,
    custom: Record<string, unknown> | undefined,
  ): Member {
    const now = new Instant(this.#clock.now());
    const known = call.members.get(userId);
    if (known !== undefined) {
      known.role = role ?? known.role;
      known.custom = custom ?? known.custom;
      known.updatedAt = now;
      return known;
    }
    this.#members += 1;
    const member: Member = {
      userId,
      role,
      custom: custom ?? {},
      createdAt: now,
      updatedAt: now,
      sequence: this.#members,
    };
    call.members.set(userId, member);
    return member;
  }
}
