/** Objects as the coordinator sends them: snake_case names, RFC 3339 times. */

/** What the coordinator may add at any time. */
interface Open {
  [field: string]: unknown;
}

export interface UserResponse extends Open {
  id: string;
  role?: string;
  name?: string;
  image?: string;
  language?: string;
  teams?: string[];
  custom?: Record<string, unknown>;
  created_at?: string;
  updated_at?: string;
}

/** The signed-in user's own view of itself. */
export interface OwnUserResponse extends UserResponse {
  devices?: { id: string; push_provider: string; created_at: string }[];
}

export interface MemberResponse extends Open {
  user_id: string;
  user: UserResponse;
  role?: string;
  custom: Record<string, unknown>;
  created_at: string;
  updated_at: string;
}

export interface CallResponse extends Open {
  type: string;
  id: string;
  cid: string;
  created_by: UserResponse;
  current_session_id: string;
  backstage: boolean;
  recording: boolean;
  transcribing: boolean;
  blocked_user_ids: string[];
  custom: Record<string, unknown>;
  created_at: string;
  updated_at: string;
  settings: Record<string, unknown>;
  ended_at?: string;
  starts_at?: string;
  team?: string;
}

/** A call with what the caller may do in it. */
export interface CallEnvelope extends Open {
  call: CallResponse;
  members: MemberResponse[];
  own_capabilities: string[];
  membership?: MemberResponse;
  duration: string;
}

export interface GetOrCreateCallResponse extends CallEnvelope {
  created: boolean;
}

/** How to reach the media server. Never kept and never logged by this package. */
export interface JoinCredentials extends Open {
  server: { edge_name: string; url: string; ws_endpoint: string };
  token: string;
  ice_servers: { urls: string[]; username: string; password: string }[];
}

export interface JoinCallResponse extends GetOrCreateCallResponse {
  credentials: JoinCredentials;
  stats_options: { enable_rtc_stats: boolean; reporting_interval_ms: number };
}

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

interface Ringing extends WithMembers {
  user: UserResponse;
  session_id: string;
}

type Event<Type extends string, Payload> = { type: Type } & Payload;

/** The coordinator's events by their wire names. */
export interface WireEvents {
  'health.check': Event<'health.check', WireEvent & { connection_id: string }>;
  'connection.ok': Event<'connection.ok', WireEvent & { connection_id: string; me: OwnUserResponse }>;
  'connection.error': Event<'connection.error', WireEvent & { connection_id: string; error: unknown }>;
  'user.updated': Event<'user.updated', WireEvent & { user: UserResponse }>;
  'user.presence.changed': Event<'user.presence.changed', WireEvent & { user: UserResponse }>;
  'user.banned': Event<'user.banned', WireEvent & { user: UserResponse }>;
  'user.unbanned': Event<'user.unbanned', WireEvent & { user: UserResponse }>;
  'user.deactivated': Event<'user.deactivated', WireEvent & { user: UserResponse }>;
  'user.reactivated': Event<'user.reactivated', WireEvent & { user: UserResponse }>;
  'user.deleted': Event<'user.deleted', WireEvent & { user: UserResponse }>;
  'call.created': Event<'call.created', WithMembers>;
  'call.updated': Event<'call.updated', WithCall & { capabilities_by_role: Record<string, string[]> }>;
  'call.deleted': Event<'call.deleted', WithCall>;
  'call.live_started': Event<'call.live_started', WithCall>;
  'call.ended': Event<'call.ended', WithCall & { user?: UserResponse; reason?: string }>;
  'call.ring': Event<'call.ring', Ringing & { video: boolean }>;
  'call.notification': Event<'call.notification', Ringing>;
  'call.missed': Event<'call.missed', Ringing & { notify_user: boolean }>;
  'call.accepted': Event<'call.accepted', WithCall & { user: UserResponse }>;
  'call.rejected': Event<'call.rejected', WithCall & { user: UserResponse; reason?: string }>;
  'call.session_started': Event<'call.session_started', WithCall & { session_id: string }>;
  'call.session_ended': Event<'call.session_ended', WithCall & { session_id: string }>;
  'call.session_participant_joined': Event<
    'call.session_participant_joined',
    CallEvent & { session_id: string; participant: Open }
  >;
  'call.session_participant_left': Event<
    'call.session_participant_left',
    CallEvent & { session_id: string; participant: Open; duration_seconds: number }
  >;
  'call.member_added': Event<'call.member_added', WithMembers>;
  'call.member_updated': Event<'call.member_updated', WithMembers>;
  'call.member_removed': Event<'call.member_removed', WithCall & { members: string[] }>;
  'call.permission_request': Event<
    'call.permission_request',
    CallEvent & { user: UserResponse; permissions: string[] }
  >;
  'call.permissions_updated': Event<
    'call.permissions_updated',
    CallEvent & { user: UserResponse; own_capabilities: string[] }
  >;
  'call.blocked_user': Event<'call.blocked_user', CallEvent & { user: UserResponse }>;
  'call.unblocked_user': Event<'call.unblocked_user', CallEvent & { user: UserResponse }>;
  'call.kicked_user': Event<'call.kicked_user', CallEvent & { user: UserResponse }>;
  'call.reaction_new': Event<'call.reaction_new', CallEvent & { reaction: Open }>;
  custom: Event<'custom', CallEvent & { custom: Record<string, unknown>; user: UserResponse }>;
}
