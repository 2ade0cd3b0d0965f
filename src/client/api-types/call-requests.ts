import type { CallResponse, MemberResponse, OwnCapability } from './calls.js';
import type { Open } from './users.js';

/** A member to be added to a call, or changed. */
export interface MemberRequest {
  /** The user's id. */
  user_id: string;
  /** The role in this call. */
  role?: string | undefined;
  /** The application's own data. */
  custom?: Record<string, unknown> | undefined;
}

/** What a call is created with. */
export interface CallData {
  /** At most 100. */
  members?: MemberRequest[] | undefined;
  /** The application's own data. */
  custom?: Record<string, unknown> | undefined;
  /** Settings that differ from the type's. */
  settings_override?: Record<string, unknown> | undefined;
  /** When it is to start, as RFC 3339 text. */
  starts_at?: string | undefined;
  /** The team that the call belongs to. */
  team?: string | undefined;
  /** Whether it rings as a video call. */
  video?: boolean | undefined;
  /** The chat channel beside the call. */
  channel_cid?: string | undefined;
}

/** What may be changed about a call. */
export type UpdateCallRequest = Pick<CallData, 'custom' | 'settings_override' | 'starts_at'>;

/** What begins when a call goes live. Each is off unless it is true. */
export interface GoLiveRequest {
  /** Broadcast by HLS. */
  start_hls?: boolean | undefined;
  /** Record. */
  start_recording?: boolean | undefined;
  /** Record into one file. */
  start_composite_recording?: boolean | undefined;
  /** Record each participant. */
  start_individual_recording?: boolean | undefined;
  /** Record unmixed. */
  start_raw_recording?: boolean | undefined;
  /** Transcribe. */
  start_transcription?: boolean | undefined;
  /** Show captions. */
  start_closed_caption?: boolean | undefined;
  /** Where recordings go. */
  recording_storage_name?: string | undefined;
  /** Where transcripts go. */
  transcription_storage_name?: string | undefined;
}

/** What goes on when a call stops being live. Each ends unless it is true. */
export interface StopLiveRequest {
  /** Go on with HLS. */
  continue_hls?: boolean | undefined;
  /** Go on with RTMP. */
  continue_rtmp_broadcasts?: boolean | undefined;
  /** Go on recording. */
  continue_recording?: boolean | undefined;
  /** Go on recording into one file. */
  continue_composite_recording?: boolean | undefined;
  /** Go on recording each participant. */
  continue_individual_recording?: boolean | undefined;
  /** Go on recording unmixed. */
  continue_raw_recording?: boolean | undefined;
  /** Go on transcribing. */
  continue_transcription?: boolean | undefined;
  /** Go on showing captions. */
  continue_closed_caption?: boolean | undefined;
}

/** One field to sort by: 1 is ascending, -1 descending. */
export interface SortParam {
  /** The name of the field. */
  field: string;
  /** 1 is ascending, -1 descending. */
  direction?: 1 | -1 | undefined;
  /** How to compare. */
  type?: string | undefined;
}

/** What every answer says: how long the coordinator worked on it. */
export interface DurationResponse extends Open {
  /** As text with a unit, such as `4.77ms`. */
  duration: string;
}

/** A call with what the caller may do in it. */
export interface CallDetails extends Open {
  /** The call. */
  call: CallResponse;
  /** Its members, the newest first; of a big call not all. */
  members: MemberResponse[];
  /** What the user may do. */
  own_capabilities: OwnCapability[];
  /** The user's own, where it is a member. */
  membership?: MemberResponse;
}

/** The answer to a request about one call. */
export interface CallEnvelope extends DurationResponse, CallDetails {}

/** The call, whether it was there or was made. */
export interface GetOrCreateCallResponse extends CallEnvelope {
  /** Whether this request made the call. */
  created: boolean;
}

/** How to reach the media server. Never kept and never logged by this package. */
export interface JoinCredentials extends Open {
  /** The media server: its name, its address, and that of its socket. */
  server: { edge_name: string; url: string; ws_endpoint: string };
  /** For the media server; not the user token. */
  token: string;
  /** Servers for WebRTC's connections. */
  ice_servers: { urls: string[]; username: string; password: string }[];
}

/** The call that was joined, and how to reach its media. */
export interface JoinCallResponse extends GetOrCreateCallResponse {
  /** How to reach the media server. */
  credentials: JoinCredentials;
  /** Whether, and how often, the media client is to report. */
  stats_options: { enable_rtc_stats: boolean; reporting_interval_ms: number };
}

/** The call after going live, or after stopping. */
export interface LiveResponse extends DurationResponse {
  /** The call. */
  call: CallResponse;
}

/** The answer to a ring. */
export interface RingCallResponse extends DurationResponse {
  /** Whom it rings. */
  members_ids: string[];
}

/** Members of a call after a change, or as they were found. */
export interface MembersResponse extends DurationResponse {
  /** The members. */
  members: MemberResponse[];
}

/** A page of something; `next` and `prev` are opaque. */
export interface Page {
  /** Where the next page begins. */
  next?: string;
  /** Where the page before begins. */
  prev?: string;
}

/** A page of members. */
export interface QueryMembersResponse extends MembersResponse, Page {}

/** A page of calls, as it comes from the coordinator. */
export interface QueryCallsResponse extends DurationResponse, Page {
  /** The calls, each with what the user may do. */
  calls: CallDetails[];
}
