// Objects as the coordinator sends them: snake_case names, times as RFC 3339 text.

/** What the coordinator may add at any time. */
interface Open {
  [field: string]: unknown;
}

/** A user as others see it. */
export interface UserResponse extends Open {
  /** The user's id. */
  id: string;
  /** The application-wide role, such as `user` or `guest`. */
  role?: string;
  /** The name to show. */
  name?: string;
  /** Address of a picture. */
  image?: string;
  /** Language code, such as `en`. */
  language?: string;
  /** Teams that the user belongs to, in applications with several tenants. */
  teams?: string[];
  /** The application's own data. */
  custom?: Record<string, unknown>;
  /** When the user was created. */
  created_at?: string;
  /** When the user was changed last. */
  updated_at?: string;
}

/** The signed-in user's own view of itself: what `connect()` resolves with. */
export interface OwnUserResponse extends UserResponse {
  /** Devices that get this user's push notifications. */
  devices?: { id: string; push_provider: string; created_at: string }[];
}

/** A member of a call. */
export interface MemberResponse extends Open {
  /** The user's id. */
  user_id: string;
  /** The user. */
  user: UserResponse;
  /** The role in this call, such as `host`. */
  role?: string;
  /** The application's own data about this member. */
  custom: Record<string, unknown>;
  /** When the user became a member. */
  created_at: string;
  /** When the membership was changed last. */
  updated_at: string;
}

/** A call. */
export interface CallResponse extends Open {
  /** The call type, such as `default` or `livestream`. */
  type: string;
  /** The id, unique within the type. */
  id: string;
  /** `type:id`. */
  cid: string;
  /** Who created the call. */
  created_by: UserResponse;
  /** The id of the running session; empty where none runs. */
  current_session_id: string;
  /** Whether the call is closed to viewers: `goLive()` opens it. */
  backstage: boolean;
  /** Whether the call is being recorded. */
  recording: boolean;
  /** Whether the call is being transcribed. */
  transcribing: boolean;
  /** Ids of the users who may not join. */
  blocked_user_ids: string[];
  /** The application's own data. */
  custom: Record<string, unknown>;
  /** When the call was created. */
  created_at: string;
  /** When the call was changed last. */
  updated_at: string;
  /** The settings in force: those of the call type, with the overrides of this call. */
  settings: Record<string, unknown>;
  /** When the call was ended for all; absent while it has not been. */
  ended_at?: string;
  /** When the call is scheduled to start. */
  starts_at?: string;
  /** The team that the call belongs to. */
  team?: string;
}

/** A call with what the caller may do in it. */
export interface CallEnvelope extends Open {
  /** The call. */
  call: CallResponse;
  /** Members, as many as were asked for. */
  members: MemberResponse[];
  /** What the caller may do in this call, such as `join-call`. */
  own_capabilities: string[];
  /** The caller's own membership, where there is one. */
  membership?: MemberResponse;
  /** How long the coordinator took, such as `12.34ms`. */
  duration: string;
}

/** The answer to `getOrCreate()`. */
export interface GetOrCreateCallResponse extends CallEnvelope {
  /** Whether this request created the call. */
  created: boolean;
}

/** How to reach the media server. Never kept and never logged by this package. */
export interface JoinCredentials extends Open {
  /** The media server, and where its socket is. */
  server: { edge_name: string; url: string; ws_endpoint: string };
  /** The media server's own token; a secret. */
  token: string;
  /** Servers for the media connection, with their secrets. */
  ice_servers: { urls: string[]; username: string; password: string }[];
}

/** The answer to `join()`. */
export interface JoinCallResponse extends GetOrCreateCallResponse {
  /** How to reach the media server. */
  credentials: JoinCredentials;
  /** Whether and how often, in milliseconds, a media client reports its statistics. */
  stats_options: { enable_rtc_stats: boolean; reporting_interval_ms: number };
}

interface WireEvent extends Open {
  /** When it happened, by the coordinator's clock. */
  created_at: string;
}

interface CallEvent extends WireEvent {
  /** `type:id` of the call that it is about. */
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
