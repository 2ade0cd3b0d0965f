import type { CallResponse, MemberResponse, OwnCapability, ParticipantResponse } from './calls.js';
import type { Open, OwnUserResponse, UserProfileResponse, UserResponse } from './users.js';

interface WireEvent extends Open {
  /** When it happened, as RFC 3339 text. */
  created_at: string;
}

interface CallEvent extends WireEvent {
  /** The call, as `type:id`. */
  call_cid: string;
}

interface WithCall extends CallEvent {
  /** The call as it is now. */
  call: CallResponse;
}

interface WithMembers extends WithCall {
  /** Those whom the event is about. */
  members: MemberResponse[];
}

interface WithUser extends CallEvent {
  /** Whom the event is about. */
  user: UserResponse;
}

interface Ringing extends WithMembers {
  /** Who makes it ring. */
  user: UserResponse;
  /** The session that is rung. */
  session_id: string;
}

interface WithSession extends CallEvent {
  /** The session that the event is about. */
  session_id: string;
}

interface UserEvent extends WireEvent {
  /** The user as it is now. */
  user: UserResponse;
  /** The app's own data. */
  custom: Record<string, unknown>;
}

type CapabilitiesByRole = { capabilities_by_role: Record<string, OwnCapability[]> };

/** What each event of the coordinator carries. */
interface Payloads {
  /** The coordinator answers a ping. */
  'health.check': WireEvent & { connection_id: string; custom: Record<string, unknown> };
  /** The handshake has succeeded; `me` is the user as the coordinator knows it. */
  'connection.ok': WireEvent & { connection_id: string; me: OwnUserResponse };
  /** The coordinator has refused the handshake, or ends the connection; the client deals with it. */
  'connection.error': WireEvent & { connection_id: string; error: unknown };
  /** Fields of a user have changed. */
  'user.updated': UserEvent & { user: UserProfileResponse };
  /** A user has come online or gone offline. */
  'user.presence.changed': UserEvent;
  /** A user was banned. */
  'user.banned': UserEvent;
  /** A ban has ended. */
  'user.unbanned': UserEvent;
  /** A user is refused from now on. */
  'user.deactivated': UserEvent;
  /** A user is let in again. */
  'user.reactivated': UserEvent;
  /** A user was deleted. */
  'user.deleted': UserEvent;
  /** A call was created. */
  'call.created': WithMembers;
  /** Fields, settings or capabilities of a call have changed. */
  'call.updated': WithCall & CapabilitiesByRole;
  /** A call was deleted. */
  'call.deleted': WithCall;
  /** A call has left backstage. */
  'call.live_started': WithCall;
  /** A call has ended for everybody; without `user` it ended by itself. */
  'call.ended': WithCall & { user?: UserResponse; reason?: string; members?: MemberResponse[] };
  /** A call rings; `user` makes it ring. */
  'call.ring': Ringing & { video: boolean };
  /** Members are notified of a call that does not ring. */
  'call.notification': Ringing;
  /** `members` missed the call; `user` had made it ring. */
  'call.missed': Ringing & { notify_user: boolean };
  /** A callee has accepted the ring. */
  'call.accepted': WithCall & { user: UserResponse };
  /** A callee has rejected the ring, or the caller has taken it back. */
  'call.rejected': WithCall & { user: UserResponse; reason?: string };
  /** The first participant has come. */
  'call.session_started': WithCall & { session_id: string };
  /** The last participant has left. */
  'call.session_ended': WithCall & { session_id: string };
  /** A participant has come. */
  'call.session_participant_joined': WithSession & { participant: ParticipantResponse };
  /** A participant has left. */
  'call.session_participant_left': WithSession & {
    participant: ParticipantResponse;
    duration_seconds: number;
    reason?: string;
  };
  /** How many participants there are. */
  'call.session_participant_count_updated': WithSession & {
    participants_count_by_role: Record<string, number>;
    anonymous_participant_count: number;
  };
  /** Members were added. */
  'call.member_added': WithMembers;
  /** Data of members has changed. */
  'call.member_updated': WithMembers;
  /** Roles of members have changed. */
  'call.member_updated_permission': WithMembers & CapabilitiesByRole;
  /** `members` are ids. */
  'call.member_removed': WithCall & { members: string[] };
  /** A user asks for permissions. */
  'call.permission_request': WithUser & { permissions: string[] };
  /** What a user may do in the call has changed. */
  'call.permissions_updated': WithUser & { own_capabilities: OwnCapability[] };
  /** A user may not join any more. */
  'call.blocked_user': WithUser & { blocked_by_user?: UserResponse };
  /** A user may join again. */
  'call.unblocked_user': WithUser;
  /** A user was removed from the call. */
  'call.kicked_user': WithUser & { kicked_by_user?: UserResponse };
  /** Users were muted by another one. */
  'call.user_muted': CallEvent & { from_user_id: string; muted_user_ids: string[]; reason: string };
  /** A user has sent a reaction. */
  'call.reaction_new': CallEvent & {
    reaction: Open & {
      type: string;
      user: UserResponse;
      emoji_code?: string;
      custom?: Record<string, unknown>;
    };
  };
  /** An app's own event, sent with `call.sendCustomEvent()`. */
  custom: WithUser & { custom: Record<string, unknown> };
}

/** The coordinator's events by their wire names. */
export type WireEvents = { [Name in keyof Payloads]: { type: Name } & Payloads[Name] };
