import type { Instant } from './instant.js';

export interface Device {
  readonly id: string;
  readonly pushProvider: string;
  readonly pushProviderName: string | undefined;
  readonly hardwareId: string | undefined;
  readonly voip: boolean;
  readonly createdAt: Instant;
}

/** Why and by whom a user may do nothing for a while. */
export interface Ban {
  readonly byId: string | undefined;
  readonly reason: string | undefined;
  readonly createdAt: Instant;
  readonly expires: Instant | undefined;
}

/** A user as the coordinator keeps it. */
export interface User {
  readonly id: string;
  role: string;
  name: string | undefined;
  image: string | undefined;
  language: string;
  custom: Record<string, unknown>;
  teams: string[];
  teamsRole: Record<string, string> | undefined;
  invisible: boolean;
  privacySettings: Record<string, unknown> | undefined;
  readonly createdAt: Instant;
  updatedAt: Instant;
  lastActive: Instant | undefined;
  deactivatedAt: Instant | undefined;
  deletedAt: Instant | undefined;
  ban: Ban | undefined;
  revokeTokensIssuedBefore: Instant | undefined;
  readonly devices: Map<string, Device>;
  /** The users that this one has blocked, and since when. */
  readonly blocked: Map<string, Instant>;
}
