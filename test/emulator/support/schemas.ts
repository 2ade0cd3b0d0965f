/**
 * The shapes of answers and events, as the wire reference lists them: which fields are required and what each is.
 * Further fields are allowed, since clients ignore what they do not know.
 */
export type Form = 'text' | 'nanoseconds';
type Schema = Record<string, unknown>;

const string: Schema = { type: 'string' };
const boolean: Schema = { type: 'boolean' };
const integer: Schema = { type: 'integer' };
const number: Schema = { type: 'number' };
const object: Schema = { type: 'object' };
const strings: Schema = { type: 'array', items: string };

function shape(required: Record<string, Schema>, optional: Record<string, Schema> = {}): Schema {
  return { type: 'object', required: Object.keys(required), properties: { ...required, ...optional } };
}

function list(items: Schema): Schema {
  return { type: 'array', items };
}

function map(values: Schema): Schema {
  return { type: 'object', additionalProperties: values };
}

function ref(form: Form, name: string): Schema {
  return { $ref: `${form}#/$defs/${name}` };
}

const MODE: Schema = { enum: ['available', 'disabled', 'auto-on'] };

const SETTINGS = shape({
  audio: shape({
    access_request_enabled: boolean,
    default_device: { enum: ['speaker', 'earpiece'] },
    hifi_audio_enabled: boolean,
    mic_default_on: boolean,
    opus_dtx_enabled: boolean,
    redundant_coding_enabled: boolean,
    speaker_default_on: boolean,
  }),
  backstage: shape({ enabled: boolean }, { join_ahead_time_seconds: integer }),
  broadcasting: shape({
    enabled: boolean,
    hls: shape({ auto_on: boolean, enabled: boolean, quality_tracks: strings }),
    rtmp: shape({ enabled: boolean, quality: string }),
  }),
  encryption: shape({ mode: string }),
  frame_recording: shape({ capture_interval_in_seconds: { type: 'integer', maximum: 60 }, mode: MODE }),
  geofencing: shape({ names: strings }),
  individual_recording: shape({ mode: MODE }, { output_types: strings }),
  limits: shape({ max_participants_exclude_roles: strings }),
  raw_recording: shape({ mode: MODE }),
  recording: shape({ audio_only: boolean, mode: MODE, quality: string }),
  ring: shape({
    auto_cancel_timeout_ms: integer,
    incoming_call_timeout_ms: integer,
    missed_call_timeout_ms: integer,
  }),
  screensharing: shape({ enabled: boolean, access_request_enabled: boolean }),
  session: shape({ inactivity_timeout_seconds: { type: 'integer', maximum: 900 } }),
  thumbnails: shape({ enabled: boolean }),
  transcription: shape({ mode: MODE, closed_caption_mode: string, language: string }),
  video: shape({
    enabled: boolean,
    access_request_enabled: boolean,
    camera_default_on: boolean,
    camera_facing: { enum: ['front', 'back', 'external'] },
    target_resolution: shape({ width: integer, height: integer }, { bitrate: integer }),
  }),
});

const NOTIFICATION = shape({ enabled: boolean, apns: object }, { fcm: object });

export function DEFINITIONS(form: Form): Record<string, Schema> {
  const time: Schema =
    form === 'text'
      ? { type: 'string', format: 'rfc3339' }
      : { type: 'integer', minimum: 1_000_000_000_000_000_000 };
  const userFields = {
    id: string,
    role: string,
    language: string,
    teams: strings,
    custom: object,
    created_at: time,
    updated_at: time,
    blocked_user_ids: strings,
  };
  const userOptions = {
    name: string,
    image: string,
    last_active: time,
    deactivated_at: time,
    deleted_at: time,
    revoke_tokens_issued_before: time,
    teams_role: map(string),
    privacy_settings: object,
    shadow_banned: boolean,
    invisible: boolean,
  };
  const device = shape(
    { id: string, push_provider: string, user_id: string, created_at: time },
    { push_provider_name: string, voip: boolean, hardware_id: string },
  );
  const user = shape(
    form === 'text' ? userFields : { ...userFields, banned: boolean, online: boolean },
    userOptions,
  );
  const member = shape(
    { user_id: string, user: ref(form, 'user'), custom: object, created_at: time, updated_at: time },
    { role: string, deleted_at: time },
  );
  const participant = shape({
    user: ref(form, 'user'),
    user_session_id: string,
    role: string,
    joined_at: time,
  });
  const session = shape(
    {
      id: string,
      participants: list(participant),
      participants_count_by_role: map(integer),
      anonymous_participant_count: integer,
      accepted_by: map(time),
      rejected_by: map(time),
      missed_by: map(time),
    },
    { started_at: time, ended_at: time, live_started_at: time, live_ended_at: time },
  );
  const call = shape(
    {
      type: string,
      id: string,
      cid: string,
      created_by: ref(form, 'user'),
      current_session_id: string,
      backstage: boolean,
      recording: boolean,
      transcribing: boolean,
      captioning: boolean,
      translating: boolean,
      blocked_user_ids: strings,
      custom: object,
      created_at: time,
      updated_at: time,
      // Null while it runs.
      ended_at: { anyOf: [time, { type: 'null' }] },
      settings: SETTINGS,
      egress: shape({ broadcasting: boolean, rtmps: list(object) }),
      ingress: shape({
        rtmp: shape({ address: string }),
        srt: shape({ address: string }),
        whip: shape({ address: string }),
      }),
    },
    {
      session: ref(form, 'session'),
      starts_at: time,
      team: string,
      channel_cid: string,
      join_ahead_time_seconds: integer,
    },
  );
  return {
    time,
    user,
    participant,
    ownUser: shape({ ...userFields, devices: list(ref(form, 'device')) }, userOptions),
    fullUser: shape(
      {
        ...userFields,
        banned: boolean,
        online: boolean,
        shadow_banned: boolean,
        invisible: boolean,
        devices: list(ref(form, 'device')),
        mutes: list(object),
        channel_mutes: list(object),
        unread_count: integer,
        total_unread_count: integer,
        unread_channels: integer,
        unread_threads: integer,
      },
      userOptions,
    ),
    callType: shape(
      {
        name: string,
        settings: SETTINGS,
        grants: map(strings),
        notification_settings: shape({
          enabled: boolean,
          call_live_started: NOTIFICATION,
          call_missed: NOTIFICATION,
          call_notification: NOTIFICATION,
          call_ring: NOTIFICATION,
          session_started: NOTIFICATION,
        }),
        created_at: time,
        updated_at: time,
      },
      { external_storage: string },
    ),
    role: shape({ name: string, custom: boolean, scopes: strings, created_at: time, updated_at: time }),
    blockList: shape({
      name: string,
      type: string,
      words: strings,
      is_confusable_folding_enabled: boolean,
      is_leet_check_enabled: boolean,
      is_plural_check_enabled: boolean,
      is_substring_matching_enabled: boolean,
      created_at: time,
      updated_at: time,
    }),
    device,
    member,
    session,
    call,
    apiError: {
      ...shape(
        {
          StatusCode: integer,
          code: integer,
          message: string,
          duration: string,
          more_info: string,
          details: list(integer),
        },
        { exception_fields: map(string), unrecoverable: boolean },
      ),
      // One official client loses the code when the list holds anything.
      properties: {
        StatusCode: integer,
        code: integer,
        message: { type: 'string', pattern: '^.+ failed with error: ".+"$' },
        duration: string,
        more_info: string,
        details: { type: 'array', maxItems: 0 },
        exception_fields: map(string),
        unrecoverable: boolean,
      },
    },
  };
}

type Answer = (form: Form) => Schema;

const duration: Answer = () => shape({ duration: string });

function withDuration(fields: (form: Form) => Record<string, Schema>, optional: Answer = () => ({})): Answer {
  return (form) => shape({ duration: string, ...fields(form) }, optional(form) as Record<string, Schema>);
}

function callState(form: Form): Record<string, Schema> {
  return { call: ref(form, 'call'), members: list(ref(form, 'member')), own_capabilities: strings };
}

const membership = (form: Form) => ({ membership: ref(form, 'member') });
const cursors = () => ({ next: string, prev: string });
const users: Answer = withDuration((form) => ({ users: map(ref(form, 'fullUser')) }));
const callType: Answer = (form) => ({ allOf: [ref(form, 'callType'), shape({ duration: string })] });
const blockList = withDuration((form) => ({ blocklist: ref(form, 'blockList') }));
const PERMISSION = shape({
  id: string,
  name: string,
  action: string,
  description: string,
  custom: boolean,
  level: string,
  owner: boolean,
  owner_resource: string,
  same_team: boolean,
  tags: strings,
});
const LIMITS = map(shape({ limit: integer, remaining: integer, reset: integer }));

export const ANSWERS: Readonly<Record<string, Answer>> = {
  CreateGuest: withDuration((form) => ({ user: ref(form, 'user'), access_token: string })),
  GetEdges: withDuration(() => ({
    edges: list(
      shape({
        id: string,
        latency_test_url: string,
        latitude: number,
        longitude: number,
        continent_code: string,
        country_iso_code: string,
        subdivision_iso_code: string,
        green: integer,
        yellow: integer,
        red: integer,
      }),
    ),
  })),
  ReportClientCallEvent: duration,
  CreateDevice: duration,
  ListDevices: withDuration((form) => ({ devices: list(ref(form, 'device')) })),
  DeleteDevice: duration,
  GetCall: withDuration(callState, membership),
  GetOrCreateCall: withDuration((form) => ({ ...callState(form), created: boolean }), membership),
  UpdateCall: withDuration(callState, membership),
  JoinCall: withDuration(
    (form) => ({
      ...callState(form),
      created: boolean,
      credentials: shape({
        server: shape({ edge_name: string, url: string, ws_endpoint: string }),
        token: string,
        ice_servers: list(shape({ urls: strings, username: string, password: string })),
      }),
      stats_options: shape({ enable_rtc_stats: boolean, reporting_interval_ms: integer }),
    }),
    membership,
  ),
  DeleteCall: withDuration(
    (form) => ({ call: ref(form, 'call') }),
    () => ({ task_id: string }),
  ),
  SendCallEvent: duration,
  AcceptCall: duration,
  RejectCall: duration,
  RingCall: withDuration(() => ({ members_ids: strings })),
  GetCallRingState: withDuration(
    (form) => ({
      call_cid: string,
      created_by_user_id: string,
      session_id: string,
      accepted_by: map(ref(form, 'time')),
      rejected_by: map(ref(form, 'time')),
      missed_by: map(ref(form, 'time')),
    }),
    (form) => ({ call_ended_at: ref(form, 'time'), session_ended_at: ref(form, 'time') }),
  ),
  EndCall: duration,
  GoLive: withDuration((form) => ({ call: ref(form, 'call') })),
  StopLive: withDuration((form) => ({ call: ref(form, 'call') })),
  QueryCalls: withDuration(
    (form) => ({
      calls: list(shape(callState(form), membership(form))),
    }),
    cursors,
  ),
  QueryCallMembers: withDuration((form) => ({ members: list(ref(form, 'member')) }), cursors),
  QueryCallParticipants: withDuration(
    (form) => ({ ...callState(form), participants: list(object), total_participants: integer }),
    membership,
  ),
  UpdateCallMembers: withDuration((form) => ({ members: list(ref(form, 'member')) })),
  RequestPermission: duration,
  UpdateUserPermissions: duration,
  BlockUser: duration,
  UnblockUser: duration,
  KickUser: duration,
  MuteUsers: duration,
  VideoPin: duration,
  VideoUnpin: duration,
  SendVideoReaction: withDuration((form) => ({ reaction: shape({ type: string, user: ref(form, 'user') }) })),
  CollectUserFeedback: duration,
  StartRecording: duration,
  StopRecording: duration,
  StartTranscription: duration,
  StopTranscription: duration,
  StartClosedCaptions: duration,
  StopClosedCaptions: duration,
  StartHLSBroadcasting: withDuration(() => ({ playlist_url: string })),
  StopHLSBroadcasting: duration,
  ListRecordings: withDuration(() => ({ recordings: list(object) })),
  ListTranscriptions: withDuration(() => ({ transcriptions: list(object) })),
  UpdateUsers: users,
  UpdateUsersPartial: users,
  QueryUsers: withDuration((form) => ({ users: list(ref(form, 'fullUser')) })),
  DeactivateUser: withDuration((form) => ({ user: ref(form, 'user') })),
  ReactivateUser: withDuration((form) => ({ user: ref(form, 'user') })),
  DeactivateUsers: withDuration(() => ({ task_id: string })),
  ReactivateUsers: withDuration(() => ({ task_id: string })),
  DeleteUsers: withDuration(() => ({ task_id: string })),
  RestoreUsers: duration,
  GetApp: withDuration(() => ({
    app: shape({ name: string }, { grants: map(strings), call_types: object }),
  })),
  UpdateApp: duration,
  GetRateLimits: withDuration(
    () => ({}),
    () => ({ server_side: LIMITS, android: LIMITS, ios: LIMITS, web: LIMITS, unity: LIMITS }),
  ),
  GetTask: withDuration((form) => ({
    task_id: string,
    status: string,
    created_at: ref(form, 'time'),
    updated_at: ref(form, 'time'),
    result: map(shape({ status: string })),
  })),
  BlockUsers: withDuration((form) => ({
    blocked_by_user_id: string,
    blocked_user_id: string,
    created_at: ref(form, 'time'),
  })),
  UnblockUsers: duration,
  GetBlockedUsers: withDuration((form) => ({
    blocks: list(
      shape({
        user_id: string,
        user: ref(form, 'user'),
        blocked_user_id: string,
        blocked_user: ref(form, 'user'),
        created_at: ref(form, 'time'),
      }),
    ),
  })),
  ListCallTypes: withDuration((form) => ({ call_types: map(ref(form, 'callType')) })),
  CreateCallType: callType,
  GetCallType: callType,
  UpdateCallType: callType,
  DeleteCallType: duration,
  ListRoles: withDuration((form) => ({ roles: list(ref(form, 'role')) })),
  SearchRoles: withDuration((form) => ({ roles: list(ref(form, 'role')) })),
  CreateRole: withDuration((form) => ({ role: ref(form, 'role') })),
  DeleteRole: duration,
  ListPermissions: withDuration(() => ({ permissions: list(PERMISSION) })),
  GetPermission: withDuration(() => ({ permission: PERMISSION })),
  ListBlockLists: withDuration((form) => ({ blocklists: list(ref(form, 'blockList')) })),
  CreateBlockList: blockList,
  GetBlockList: blockList,
  UpdateBlockList: blockList,
  DeleteBlockList: duration,
  Ban: duration,
  Unban: duration,
  QueryBannedUsers: withDuration((form) => ({
    bans: list(shape({ user: ref(form, 'user'), created_at: ref(form, 'time') })),
  })),
  ListExternalStorage: withDuration(() => ({
    external_storages: map(shape({ name: string, bucket: string, path: string, type: string })),
  })),
  CreateExternalStorage: duration,
  DeleteExternalStorage: duration,
  ListPushProviders: withDuration(() => ({ push_providers: list(object) })),
  QueryCallStats: withDuration(() => ({ reports: list(object) })),
  QueryUserFeedback: withDuration(() => ({ user_feedback: list(object) })),
  QueryCallSessionStats: withDuration(() => ({ call_stats: list(object) })),
  QueryAggregateCallStats: duration,
  GetActiveCallsStatus: withDuration((form) => ({
    start_time: ref(form, 'time'),
    end_time: ref(form, 'time'),
    summary: map(integer),
  })),
  StartFrameRecording: duration,
  StopFrameRecording: duration,
  StartRTMPBroadcasts: duration,
  StopAllRTMPBroadcasts: duration,
  StopRTMPBroadcast: duration,
};

/** The shapes of events, with times as a socket of this form gets them. */
export function EVENTS(form: Form): Readonly<Record<string, () => Schema>> {
  const named = (name: string) => ref(form, name);
  const call = named('call');
  const user = named('user');
  const members = list(named('member'));
  const event = (fields: Record<string, Schema>, optional: Record<string, Schema> = {}) => {
    return () => shape({ type: string, created_at: named('time'), ...fields }, optional);
  };
  const callEvent = (fields: Record<string, Schema>, optional: Record<string, Schema> = {}) =>
    event({ call_cid: string, ...fields }, optional);
  const connection = { connection_id: { type: 'string', maxLength: 36 } };
  const ringing = { call, members, user, session_id: string };
  const own = form === 'text' ? named('ownUser') : named('fullUser');
  return {
    'connection.ok': event({ ...connection, me: own }),
    'connection.error': event({ ...connection, error: named('apiError') }),
    // The first frame of a chat socket has `me` in the place of `custom`.
    'health.check': event(connection, { custom: object, me: own, cid: string }),
    'chat.error': () => shape({ error: named('apiError') }),
    'user.updated': event({ custom: object, user }),
    'user.banned': event({ custom: object, user }),
    'user.unbanned': event({ custom: object, user }),
    'user.deactivated': event({ custom: object, user }),
    'user.reactivated': event({ custom: object, user }),
    'call.created': callEvent({ call, members }),
    'call.updated': callEvent({ call, capabilities_by_role: map(strings) }),
    'call.deleted': callEvent({ call }),
    'call.live_started': callEvent({ call }),
    'call.ended': callEvent({ call }, { user, reason: string }),
    'call.ring': callEvent({ ...ringing, video: boolean }),
    'call.notification': callEvent(ringing),
    'call.missed': callEvent({ ...ringing, notify_user: boolean }),
    'call.accepted': callEvent({ call, user }),
    'call.rejected': callEvent({ call, user }, { reason: string }),
    'call.session_started': callEvent({ call, session_id: string }),
    'call.session_ended': callEvent({ call, session_id: string }),
    'call.session_participant_joined': callEvent({ session_id: string, participant: named('participant') }),
    'call.session_participant_left': callEvent(
      { session_id: string, participant: named('participant'), duration_seconds: integer },
      { reason: string },
    ),
    'call.session_participant_count_updated': callEvent({
      session_id: string,
      participants_count_by_role: map(integer),
      anonymous_participant_count: integer,
    }),
    'call.member_added': callEvent({ call, members }),
    'call.member_updated': callEvent({ call, members }),
    'call.member_removed': callEvent({ call, members: strings }),
    'call.member_updated_permission': callEvent({ call, members, capabilities_by_role: map(strings) }),
    'call.permission_request': callEvent({ user, permissions: strings }),
    'call.permissions_updated': callEvent({ user, own_capabilities: strings }),
    'call.blocked_user': callEvent({ user }, { blocked_by_user: user }),
    'call.unblocked_user': callEvent({ user }),
    'call.kicked_user': callEvent({ user }, { kicked_by_user: user }),
    'call.user_muted': callEvent({ from_user_id: string, muted_user_ids: strings, reason: string }),
    'call.reaction_new': callEvent({ reaction: shape({ type: string, user }) }),
    custom: callEvent({ custom: object, user }),
    'call.recording_started': callEvent({ egress_id: string, recording_type: string }),
    'call.recording_stopped': callEvent({ egress_id: string, recording_type: string }),
    'call.transcription_started': callEvent({ egress_id: string }),
    'call.transcription_stopped': callEvent({ egress_id: string }),
    'call.frame_recording_started': callEvent({ call, egress_id: string }),
    'call.frame_recording_stopped': callEvent({ call, egress_id: string }),
    'call.rtmp_broadcast_started': callEvent({ name: string }),
    'call.rtmp_broadcast_stopped': callEvent({ name: string }),
    'call.closed_captions_started': callEvent({}),
    'call.closed_captions_stopped': callEvent({}),
    'call.hls_broadcasting_started': callEvent({ call, hls_playlist_url: string }),
    'call.hls_broadcasting_stopped': callEvent({}),
  };
}
