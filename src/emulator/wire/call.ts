import type { Call, CallSession, Member } from '../state/call.js';
import type { Coordinator } from '../state/coordinator.js';
import { wireParticipantCounts, wireParticipants } from './participant.js';
import { type Dialect, wireUser } from './user.js';

type Wire = Record<string, unknown>;

// Nothing takes in streams from outside: addresses of the kind that never resolve.
const MEDIA_HOST = 'media.emulator.invalid';

function wireUserById(userId: string, { users }: Coordinator, dialect: Dialect): Wire {
  return wireUser(users.require(userId), dialect);
}

// Own fields only, `__proto__` as any other.
function byId<T>(entries: Iterable<readonly [string, T]>): Record<string, T> {
  return Object.fromEntries(entries);
}

/** Who answered the rings of a session, and who did not in time. */
export function wireOutcomes(session: CallSession | undefined): Wire {
  return {
    accepted_by: byId(session?.acceptedBy ?? []),
    rejected_by: byId(session?.rejectedBy ?? []),
    missed_by: byId(session?.missedBy ?? []),
  };
}

function wireSession(session: CallSession, call: Call, coordinator: Coordinator, dialect: Dialect): Wire {
  return {
    id: session.id,
    participants: wireParticipants(call, coordinator, dialect),
    ...wireParticipantCounts(call, coordinator),
    ...wireOutcomes(session),
    started_at: session.startedAt,
    ended_at: session.endedAt,
    live_started_at: session.liveStartedAt,
    live_ended_at: session.liveEndedAt,
  };
}

export function wireMember(member: Member, coordinator: Coordinator, dialect: Dialect): Wire {
  return {
    user_id: member.userId,
    user: wireUserById(member.userId, coordinator, dialect),
    role: member.role,
    custom: member.custom,
    created_at: member.createdAt,
    updated_at: member.updatedAt,
  };
}

/** The members of a call, newest first. */
export function wireMembers(call: Call, coordinator: Coordinator, dialect: Dialect, limit = 100): Wire[] {
  const newest = [...call.members.values()].reverse().slice(0, limit);
  return newest.map((member) => wireMember(member, coordinator, dialect));
}

function wireEgress({ activities, rtmps }: Call): Wire {
  return {
    broadcasting: activities.has('broadcasting'),
    rtmps: [...rtmps].map(([name, { url, startedAt }]) => ({ name, stream_url: url, started_at: startedAt })),
    ...(activities.has('frame_recording') ? { frame_recording: { status: 'running' } } : {}),
  };
}

export function wireCall(call: Call, coordinator: Coordinator, dialect: Dialect): Wire {
  const path = `${encodeURIComponent(call.type)}/${encodeURIComponent(call.id)}`;
  return {
    type: call.type,
    id: call.id,
    cid: call.cid,
    created_by: wireUserById(call.createdById, coordinator, dialect),
    current_session_id:
      call.session !== undefined && call.session.endedAt === undefined ? call.session.id : '',
    session: call.session === undefined ? undefined : wireSession(call.session, call, coordinator, dialect),
    backstage: call.backstage,
    recording: call.activities.has('recording'),
    transcribing: call.activities.has('transcribing'),
    captioning: call.activities.has('captioning'),
    translating: false,
    blocked_user_ids: [...call.blocked],
    custom: call.custom,
    created_at: call.createdAt,
    updated_at: call.updatedAt,
    starts_at: call.startsAt,
    // Clients tell "not ended" from "not told" by the null.
    ended_at: call.endedAt ?? null,
    team: call.team,
    channel_cid: call.channelCid,
    settings: call.settings,
    join_ahead_time_seconds: call.settings.backstage?.join_ahead_time_seconds,
    egress: wireEgress(call),
    ingress: {
      rtmp: { address: `rtmps://${MEDIA_HOST}/${path}` },
      srt: { address: `srt://${MEDIA_HOST}:9000?streamid=${path}&passphrase={passphrase}&token={token}` },
      whip: { address: `https://${MEDIA_HOST}/whip/${path}` },
    },
  };
}
