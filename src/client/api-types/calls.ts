import type { CallSettingsResponse } from './call-settings.js';
import type { Open, UserResponse } from './users.js';

type Verb = 'start' | 'stop';
type Startable =
  | 'broadcast-call'
  | 'closed-captions-call'
  | 'frame-record-call'
  | 'individual-record-call'
  | 'raw-record-call'
  | 'record-call'
  | 'transcription-call';

/** What a user may ask for, be granted and lose in a call. */
export type CallPermission = 'send-audio' | 'send-video' | 'screenshare';

/** What a user may do in a call. Others than these may follow. */
export type OwnCapability =
  | CallPermission
  | 'block-users'
  | 'change-max-duration'
  | 'create-call'
  | 'create-reaction'
  | 'enable-noise-cancellation'
  | 'end-call'
  | 'join-backstage'
  | 'join-call'
  | 'join-ended-call'
  | 'kick-user'
  | 'mute-users'
  | 'pin-for-everyone'
  | 'read-call'
  | 'remove-call-member'
  | 'send-closed-captions-call'
  | `${Verb}-${Startable}`
  | 'update-call'
  | 'update-call-member'
  | 'update-call-permissions'
  | 'update-call-settings'
  | (string & {});

/** A member of a call. */
export interface MemberResponse extends Open {
  /** The user's id. */
  user_id: string;
  /** The user. */
  user: UserResponse;
  /** The application's own data. */
  custom: Record<string, unknown>;
  /** When it was made. */
  created_at: string;
  /** When it was changed last. */
  updated_at: string;
  /** The role in this call, such as `host`. */
  role?: string;
  /** When the membership ended. */
  deleted_at?: string;
}

/** Somebody who is in the call now, once for each device. */
export interface ParticipantResponse extends Open {
  /** The user. */
  user: UserResponse;
  /** One device of the user in the call. */
  user_session_id: string;
  /** The role in this call, such as `host`. */
  role: string;
  /** When the participant came. */
  joined_at: string;
}

/** Who did what about a ring, and when: user id to time. */
export interface RingOutcomes {
  /** Who accepted. */
  accepted_by: Record<string, string>;
  /** Who rejected; the caller, where the ring was cancelled. */
  rejected_by: Record<string, string>;
  /** Who missed it. */
  missed_by: Record<string, string>;
}

/** One gathering in a call, from its first participant to its last. */
export interface CallSessionResponse extends Open, RingOutcomes {
  /** The id. */
  id: string;
  /** Who is there, anonymous viewers excepted. */
  participants: ParticipantResponse[];
  /** How many are there. */
  participants_count_by_role: Record<string, number>;
  /** How many anonymous viewers are there. */
  anonymous_participant_count: number;
  /** When the first participant came. */
  started_at?: string;
  /** When it ended. */
  ended_at?: string;
  /** When it went live. */
  live_started_at?: string;
  /** When it stopped being live. */
  live_ended_at?: string;
  /** When the longest duration is over. */
  timer_ends_at?: string;
}

/** A call, as the coordinator knows it. */
export interface CallResponse extends Open {
  /** The call type. */
  type: string;
  /** The id. */
  id: string;
  /** `type:id` */
  cid: string;
  /** Who made the call. */
  created_by: UserResponse;
  /** Empty where there is no session. */
  current_session_id: string;
  /** Whether only hosts may join. */
  backstage: boolean;
  /** Whether it is being recorded. */
  recording: boolean;
  /** Whether it is being transcribed. */
  transcribing: boolean;
  /** Whether captions are shown. */
  captioning: boolean;
  /** Whether captions are translated. */
  translating: boolean;
  /** Users who may not join. */
  blocked_user_ids: string[];
  /** The application's own data. */
  custom: Record<string, unknown>;
  /** When it was made. */
  created_at: string;
  /** When it was changed last. */
  updated_at: string;
  /** The type's settings, with what was overridden. */
  settings: CallSettingsResponse;
  /** What leaves the call: broadcasts and recordings. */
  egress: Open & {
    broadcasting: boolean;
    rtmps: Open[];
    hls?: Open;
    composite_recording?: Open;
    individual_recording?: Open;
    raw_recording?: Open;
    frame_recording?: Open;
  };
  /** Addresses to stream into the call. */
  ingress: Open & Record<'rtmp' | 'srt' | 'whip', { address: string }>;
  /** The gathering that is under way, or was last. */
  session?: CallSessionResponse;
  /** When it is to start. */
  starts_at?: string;
  /** When it ended. */
  ended_at?: string;
  /** The team that the call belongs to. */
  team?: string;
  /** The newest picture. */
  thumbnails?: Open & { image_url: string };
  /** How long before the start it can be joined. */
  join_ahead_time_seconds?: number;
  /** The chat channel beside the call. */
  channel_cid?: string;
  /** The number to dial in. */
  routing_number?: string;
}
