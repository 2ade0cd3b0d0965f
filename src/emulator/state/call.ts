import type { CallSettings } from './call-settings.js';
import type { Instant } from './instant.js';

export interface Member {
  readonly userId: string;
  role: string | undefined;
  custom: Record<string, unknown>;
  readonly createdAt: Instant;
  updatedAt: Instant;
  /** Counts members in the order in which they came. */
  readonly sequence: number;
}

/** Somebody who is pinned for everyone, by the session in which that was done. */
export interface Pin {
  readonly userId: string;
  readonly sessionId: string;
}

/** One meeting of a call: from the first ring or join to its end. */
export interface CallSession {
  readonly id: string;
  /** When the first user joined. */
  startedAt: Instant | undefined;
  endedAt: Instant | undefined;
  liveStartedAt: Instant | undefined;
  liveEndedAt: Instant | undefined;
  readonly acceptedBy: Map<string, Instant>;
  readonly rejectedBy: Map<string, Instant>;
  readonly missedBy: Map<string, Instant>;
  /** Who was rung and has not answered yet. */
  readonly ringing: Set<string>;
  /** The newest first, as clients put them in order. */
  pins: readonly Pin[];
}

export interface ExtraGrants {
  readonly granted: Set<string>;
  readonly revoked: Set<string>;
}

/** What is running beside the media of a call. */
export type Activity = 'recording' | 'frame_recording' | 'transcribing' | 'captioning' | 'broadcasting';

export interface RtmpBroadcast {
  readonly url: string;
  readonly startedAt: Instant;
}

/** A call as the coordinator keeps it. */
export interface Call {
  readonly type: string;
  readonly id: string;
  readonly cid: string;
  readonly createdById: string;
  readonly createdAt: Instant;
  updatedAt: Instant;
  custom: Record<string, unknown>;
  /** What the call changes of its type's settings. */
  settingsOverride: CallSettings;
  settings: CallSettings;
  backstage: boolean;
  startsAt: Instant | undefined;
  endedAt: Instant | undefined;
  team: string | undefined;
  channelCid: string | undefined;
  /** The running session, or the last one. */
  session: CallSession | undefined;
  /** The sessions before that one, oldest first. */
  readonly pastSessions: CallSession[];
  readonly members: Map<string, Member>;
  readonly blocked: Set<string>;
  readonly grants: Map<string, ExtraGrants>;
  readonly activities: Set<Activity>;
  readonly rtmps: Map<string, RtmpBroadcast>;
}

/** Whether somebody has joined the call and nobody has ended it. */
export function isOngoing({ session }: Call): boolean {
  return session?.startedAt !== undefined && session.endedAt === undefined;
}
