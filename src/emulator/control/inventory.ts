import { type Call, isOngoing } from '../state/call.js';
import type { Coordinator } from '../state/coordinator.js';
import { redact, redactText } from '../state/journal-redaction.js';
import type { LiveParticipant } from '../state/live.js';
import { liveParticipant } from '../state/live-view.js';
import type { User } from '../state/user.js';

const LISTED = 500;

/** A user as the page lists it. */
export interface ListedUser {
  readonly id: string;
  readonly name?: string | undefined;
  readonly role: string;
  readonly state: string;
  readonly sockets: number;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly revokedBefore?: number | undefined;
  readonly teams: readonly string[];
  readonly custom: unknown;
}

/** A call as the page lists it. */
export interface ListedCall {
  readonly cid: string;
  readonly createdById: string;
  readonly state: string;
  readonly watchers: number;
  readonly members: readonly { readonly userId: string; readonly role?: string | undefined }[];
  readonly memberCount: number;
  /** Who is on the media side now. */
  readonly participants: readonly LiveParticipant[];
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly startsAt?: number | undefined;
  readonly endedAt?: number | undefined;
  readonly acceptedBy: readonly string[];
  readonly rejectedBy: readonly string[];
  readonly running: readonly string[];
  readonly custom: unknown;
}

/** The users and calls that were used last, newest first, each with its state in words. */
export interface Inventory {
  readonly userCount: number;
  readonly callCount: number;
  readonly users: readonly ListedUser[];
  readonly calls: readonly ListedCall[];
}

export function inventoryOf(coordinator: Coordinator): Inventory {
  const { users, calls } = coordinator;
  return {
    userCount: users.size,
    callCount: calls.size,
    users: [...users.all()]
      .slice(-LISTED)
      .reverse()
      .map((user) => listedUser(user, coordinator)),
    calls: calls
      .all()
      .slice(-LISTED)
      .reverse()
      .map((call) => listedCall(call, coordinator)),
  };
}

function listedUser(user: User, { connections }: Coordinator): ListedUser {
  const sockets = connections.countOf(user.id);
  return {
    id: redactText(user.id),
    name: user.name === undefined ? undefined : redactText(user.name),
    role: redactText(user.role),
    state: stateOfUser(user, sockets),
    sockets,
    createdAt: user.createdAt.ms,
    revokedBefore: user.revokeTokensIssuedBefore?.ms,
    teams: user.teams.map(redactText),
    custom: redact(user.custom),
  };
}

function stateOfUser({ deletedAt, deactivatedAt, ban }: User, sockets: number): string {
  if (deletedAt !== undefined) return 'deleted';
  if (deactivatedAt !== undefined) return 'deactivated';
  if (ban !== undefined) return 'banned';
  return sockets > 0 ? 'connected' : 'not connected';
}

function listedCall(call: Call, { connections, participants }: Coordinator): ListedCall {
  const { session } = call;
  return {
    cid: redactText(call.cid),
    createdById: redactText(call.createdById),
    state: stateOfCall(call),
    watchers: [...connections.watchersOf(call.cid)].length,
    members: [...call.members.values()].slice(0, 100).map(({ userId, role }) => ({
      userId: redactText(userId),
      role: role === undefined ? undefined : redactText(role),
    })),
    memberCount: call.members.size,
    participants: participants.ofCall(call.cid).slice(0, 100).map(liveParticipant),
    createdAt: call.createdAt.ms,
    startsAt: call.startsAt?.ms,
    endedAt: call.endedAt?.ms,
    acceptedBy: [...(session?.acceptedBy.keys() ?? [])].map(redactText),
    rejectedBy: [...(session?.rejectedBy.keys() ?? [])].map(redactText),
    running: [...call.activities],
    custom: redact(call.custom),
  };
}

function stateOfCall(call: Call): string {
  if (call.endedAt !== undefined) return 'ended';
  if (isOngoing(call)) return 'ongoing';
  if ((call.session?.ringing.size ?? 0) > 0 && call.session?.endedAt === undefined) return 'ringing';
  return call.backstage ? 'backstage' : 'open';
}
