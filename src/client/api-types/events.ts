import type { CallResponse, MemberResponse, OwnCapability, ParticipantResponse } from './calls.js';
import type { Open, OwnUserResponse, UserProfileResponse, UserResponse } from './users.js';

interface WireEvent extends Open {
  created_at: string;
}

interface CallEvent extends WireEvent {
  call_cid: string;
}

interface WithCall extends CallEvent {
  call: CallResponse;
}

interface WithMembers extends WithCall {
  members: MemberResponse[];
}

interface WithUser extends CallEvent {
  user: UserResponse;
}

interface Ringing extends WithMembers {
  user: UserResponse;
  session_id: string;
}

interface WithSession extends CallEvent {
  session_id: string;
}

interface UserEvent extends WireEvent {
  user: UserResponse;
  custom: Record<string, unknown>;
}

type CapabilitiesByRole = { capabilities_by_role: Record<string, OwnCapability[]> };

/** What each event of the coordinator carries. */
interface Payloads {
  'health.check': WireEvent & { connection_id: string; custom: Record<string, unknown> };
  'connection.ok': WireEvent & { connection_id: string; me: OwnUserResponse };
  'connection.error': WireEvent & { connection_id: string; error: unknown };
  'user.updated': UserEvent & { user: UserProfileResponse };
  'user.presence.changed': UserEvent;
  'user.banned': UserEvent;
  'user.unbanned': UserEvent;
  'user.deactivated': UserEvent;
  'user.reactivated': UserEvent;
  'user.deleted': UserEvent;
  'call.created': WithMembers;
  'call.updated': WithCall & CapabilitiesByRole;
  'call.deleted': WithCall;
  'call.live_started': WithCall;
  'call.ended': WithCall & { user?: UserResponse; reason?: string; members?: MemberResponse[] };
  'call.ring': Ringing & { video: boolean };
  'call.notification': Ringing;
  /** `members` missed the call; `user` had made it ring. */
  'call.missed': Ringing & { notify_user: boolean };
  'call.accepted': WithCall & { user: UserResponse };
  'call.rejected': WithCall & { user: UserResponse; reason?: string };
  'call.session_started': WithCall & { session_id: string };
  'call.session_ended': WithCall & { session_id: string };
  'call.session_participant_joined': WithSession & { participant: ParticipantResponse };
  'call.session_participant_left': WithSession & {
    participant: ParticipantResponse;
    duration_seconds: number;
    reason?: string;
  };
  'call.session_participant_count_updated': WithSession & {
    participants_count_by_role: Record<string, number>;
    anonymous_participant_count: number;
  };
  'call.member_added': WithMembers;
  'call.member_updated': WithMembers;
  'call.member_updated_permission': WithMembers & CapabilitiesByRole;
  /** `members` are ids. */
  'call.member_removed': WithCall & { members: string[] };
  'call.permission_request': WithUser & { permissions: string[] };
  'call.permissions_updated': WithUser & { own_capabilities: OwnCapability[] };
  'call.blocked_user': WithUser & { blocked_by_user?: UserResponse };
  'call.unblocked_user': WithUser;
  'call.kicked_user': WithUser & { kicked_by_user?: UserResponse };
  'call.user_muted': CallEvent & { from_user_id: string; muted_user_ids: string[]; reason: string };
  'call.reaction_new': CallEvent & {
    reaction: Open & {
      type: string;
      user: UserResponse;
      emoji_code?: string;
      custom?: Record<string, unknown>;
    };
  };
  custom: WithUser & { custom: Record<string, unknown> };
}

/** The coordinator's events by their wire names. */
export type WireEvents = { [Name in keyof Payloads]: { type: Name } & Payloads[Name] };
