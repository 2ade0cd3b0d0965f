import type { Call } from '../state/call.js';
import type { Coordinator } from '../state/coordinator.js';
import type { Participant } from '../state/participants.js';
import { type Dialect, wireUser } from './user.js';

type Wire = Record<string, unknown>;

export function wireParticipant(participant: Participant, { users }: Coordinator, dialect: Dialect): Wire {
  return {
    user: wireUser(users.require(participant.userId), dialect),
    user_session_id: participant.sessionId,
    role: participant.role,
    joined_at: participant.joinedAt,
  };
}

/** How many participants hold each role, and how many are anonymous. */
export function wireParticipantCounts({ cid }: Call, { participants }: Coordinator): Wire {
  const byRole = new Map<string, number>();
  let anonymous = 0;
  for (const { isAnonymous, role } of participants.ofCall(cid)) {
    if (isAnonymous) anonymous += 1;
    else byRole.set(role, (byRole.get(role) ?? 0) + 1);
  }
  return {
    participants_count_by_role: Object.fromEntries(byRole),
    anonymous_participant_count: anonymous,
  };
}

/** The listed participants of a call. */
export function wireParticipants({ cid }: Call, coordinator: Coordinator, dialect: Dialect): Wire[] {
  return coordinator.participants
    .ofCall(cid)
    .filter(({ isAnonymous }) => !isAnonymous)
    .map((participant) => wireParticipant(participant, coordinator, dialect));
}
