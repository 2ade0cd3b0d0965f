import type { Call, CallSession, Member } from './call.js';
import { settingsOfType } from './call-settings.js';
import type { EmulatedClock } from './clock.js';
import { Instant } from './instant.js';

export class Calls {
  readonly #clock: EmulatedClock;
  readonly #byCid = new Map<string, Call>();

  constructor(clock: EmulatedClock) {
    this.#clock = clock;
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

  create(type: string, id: string, createdById: string): Call {
    const now = new Instant(this.#clock.now());
    const settings = settingsOfType(type);
    const call: Call = {
      type,
      id,
      cid: `${type}:${id}`,
      createdById,
      createdAt: now,
      updatedAt: now,
      custom: {},
      settings,
      backstage: settings.backstage?.enabled === true,
      startsAt: undefined,
      endedAt: undefined,
      team: undefined,
      channelCid: undefined,
      session: undefined,
      members: new Map(),
      blocked: new Set(),
      grants: new Map(),
      activities: new Set(),
    };
    this.#byCid.set(call.cid, call);
    return call;
  }

  remove(call: Call): void {
    this.#byCid.delete(call.cid);
  }

  touch(call: Call): void {
    call.updatedAt = new Instant(this.#clock.now());
  }

  /** The running session, begun now when there is none. */
  openSession(call: Call): { session: CallSession; isNew: boolean } {
    if (call.session !== undefined && call.session.endedAt === undefined) {
      return { session: call.session, isNew: false };
    }
    call.session = {
      id: globalThis.crypto.randomUUID(),
      startedAt: new Instant(this.#clock.now()),
      endedAt: undefined,
      liveStartedAt: undefined,
      liveEndedAt: undefined,
      acceptedBy: new Map(),
      rejectedBy: new Map(),
      missedBy: new Map(),
      ringing: new Set(),
    };
    return { session: call.session, isNew: true };
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
    const member: Member = { userId, role, custom: custom ?? {}, createdAt: now, updatedAt: now };
    call.members.set(userId, member);
    return member;
  }
}
