import type { CallSettings } from './call-settings.js';
import type { Instant } from './instant.js';

export interface Member {
  readonly userId: string;
  role: string | undefined;
  custom: Record<string, unknown>;
  readonly createdAt: Instant;
  updatedAt: Instant;
}

/** One meeting of a call: from the first ring or join to its end. */
export interface CallSession {
  readonly id: string;
  readonly startedAt: Instant;
  endedAt: Instant | undefined;
  liveStartedAt: Instant | undefined;
  liveEndedAt: Instant | undefined;
  readonly acceptedBy: Map<string, Instant>;
  readonly rejectedBy: Map<string, Instant>;
  readonly missedBy: Map<string, Instant>;
  /** Who was rung and has not answered yet. */
  readonly ringing: Set<string>;
}

export interface ExtraGrants {
  readonly granted: Set<string>;
  readonly revoked: Set<string>;
}

/** What is running beside the media of a call. */
export type Activity = 'recording' | 'transcribing' | 'captioning' | 'broadcasting';

/** A call as the coordinator keeps it. */
export interface Call {
  readonly type: string;
  readonly id: string;
  readonly cid: string;
  readonly createdById: string;
  readonly createdAt: Instant;
  updatedAt: Instant;
  custom: Record<string, unknown>;
  settings: CallSettings;
  backstage: boolean;
  startsAt: Instant | undefined;
  endedAt: Instant | undefined;
  team: string | undefined;
  channelCid: string | undefined;
  session: CallSession | undefined;
  readonly members: Map<string, Member>;
  readonly blocked: Set<string>;
  readonly grants: Map<string, ExtraGrants>;
  readonly activities: Set<Activity>;
}

export function isOngoing(call: Call): boolean {
  return call.session !== undefined && call.session.endedAt === undefined;
}
