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
  /** Takes the participant out of the call. */
  end(why: ParticipationEnd): void;
  /** Mutes tracks as a moderator does. */
  mute(kinds: readonly TrackKind[]): void;
  /** Looks again at what the participant may send, after grants have changed. */
  review(): void;
  /** Cuts the line, as a network does; the client comes back by itself. */
  cut(): void;
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

  /** Has the sessions of a user, or all, look again at what they may do. */
  review(userId?: string): void {
    for (const participant of this.all()) {
      if (userId === undefined || participant.userId === userId) participant.review();
    }
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
