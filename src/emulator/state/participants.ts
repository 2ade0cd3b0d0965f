import type { Instant } from './instant.js';
import type { LiveReconnect, LiveTrack } from './live.js';

/** What a participant may send: what the live feed tells of it. */
export type TrackKind = LiveTrack['kind'];

export const TRACK_KINDS: readonly TrackKind[] = ['audio', 'video', 'screenshare', 'screenshare_audio'];

/** Why the server ends somebody's participation. */
export type ParticipationEnd = 'call ended' | 'live ended' | 'kicked';

/** What happened to a participation so far. */
export interface ParticipationRecord {
  readonly tracks: readonly LiveTrack[];
  readonly reconnects: readonly LiveReconnect[];
  /** Undefined while it lasts. */
  readonly end: { readonly at: number; readonly reason: string } | undefined;
}

/** One session of a user on the media side of a call, as the rest of the coordinator sees it. */
export interface Participant {
  readonly cid: string;
  readonly userId: string;
  /** The client's own name for it; another one after each join, and in each tab. */
  readonly sessionId: string;
  readonly role: string;
  readonly joinedAt: Instant;
  /** Anonymous viewers are counted and not listed. */
  readonly isAnonymous: boolean;
  readonly history: ParticipationRecord;
  /** What is on now. */
  tracks(): readonly TrackKind[];
  /** Says that the participation is over, and nothing after that. */
  tellEnd(why: ParticipationEnd): void;
  /** Takes the participant out of the call. */
  takeOut(why: ParticipationEnd): void;
  /** Why the participant may not be there any more; undefined for one that may. */
  reasonToEnd(): ParticipationEnd | undefined;
  /** Mutes tracks as a moderator does. */
  mute(kinds: readonly TrackKind[]): void;
  /** Looks again at what the participant may send, after grants have changed. */
  review(): void;
  /** Cuts the line, as a network does; the client comes back by itself. */
  cut(): void;
  /** Says who is pinned for everyone now. */
  tellPins(): void;
  /** Asks the client to reconnect. */
  askToReconnect(strategy: ReconnectStrategy): void;
}

export const RECONNECT_STRATEGIES = ['fast', 'rejoin', 'migrate'] as const;

/** How a client reconnects: keeping its session, with a new one, or by moving to another media server. */
export type ReconnectStrategy = (typeof RECONNECT_STRATEGIES)[number];

/** Who is on the media side of the calls now. */
export class Participants {
  readonly #byCid = new Map<string, Set<Participant>>();

  add(participant: Participant): void {
    const held = this.#byCid.get(participant.cid);
    if (held === undefined) this.#byCid.set(participant.cid, new Set([participant]));
    else held.add(participant);
  }

  remove(participant: Participant): void {
    const held = this.#byCid.get(participant.cid);
    held?.delete(participant);
    if (held?.size === 0) this.#byCid.delete(participant.cid);
  }

  all(): Participant[] {
    return [...this.#byCid.values()].flatMap((held) => [...held]);
  }

  /** The sessions of one user, in whichever call. */
  of(userId: string): Participant[] {
    return this.all().filter((participant) => participant.userId === userId);
  }

  /** Has participants look again at what they may do, and takes out those that may not be there any more. */
  review(reviewed: readonly Participant[] = this.all()): void {
    const ends = new Map(reviewed.map((participant) => [participant, participant.reasonToEnd()]));
    this.#end(ends);
    for (const [participant, why] of ends) if (why === undefined) participant.review();
  }

  /** Takes participants out of their calls. */
  end(leaving: readonly Participant[], why: ParticipationEnd): void {
    this.#end(new Map(leaving.map((participant) => [participant, why])));
  }

  /** All are told before one goes: who is about to leave has nothing to mend for another one's leaving. */
  #end(ends: ReadonlyMap<Participant, ParticipationEnd | undefined>): void {
    const leaving = [...ends].flatMap(([participant, why]) =>
      why === undefined ? [] : [{ participant, why }],
    );
    for (const { participant, why } of leaving) participant.tellEnd(why);
    for (const { participant, why } of leaving) participant.takeOut(why);
  }

  /** In the order in which they joined. */
  ofCall(cid: string): Participant[] {
    return [...(this.#byCid.get(cid) ?? [])];
  }

  /** The sessions of one user in a call, in each tab one. */
  ofUser(cid: string, userId: string): Participant[] {
    return this.ofCall(cid).filter((participant) => participant.userId === userId);
  }
}
