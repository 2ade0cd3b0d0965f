import { Instant, parseInstant } from '../state/instant.js';
import { invalidInput, notFound } from '../wire/api-failure.js';
import { wireCallType } from '../wire/call-type.js';
import { bool, optional, readRecord } from '../wire/validation.js';
import { checkGrants, GRANTS, type GrantsByRole } from './grant-fields.js';
import type { Context, Operation } from './operation.js';

const FLAGS = [
  ['disable_auth_checks', 'disableAuthChecks'],
  ['disable_permissions_checks', 'disablePermissionsChecks'],
  ['guest_user_creation_disabled', 'guestUserCreationDisabled'],
  ['multi_tenant_enabled', 'multiTenantEnabled'],
] as const;

// What server SDKs decode of an application beside what the emulator has: nothing of it is simulated.
const UPLOADS = {
  allowed_file_extensions: [],
  allowed_mime_types: [],
  blocked_file_extensions: [],
  blocked_mime_types: [],
  size_limit: 0,
};
const UNUSED = {
  id: 1,
  organization: 'emulator',
  placement: 'local',
  permission_version: 'v2',
  policies: {},
  suspended: false,
  suspended_explanation: '',
  allow_multi_user_devices: false,
  async_url_enrich_enabled: false,
  auto_translation_enabled: false,
  campaign_enabled: false,
  cdn_expiration_seconds: 0,
  channel_configs: {},
  custom_action_handler_url: '',
  enforce_unique_usernames: 'no',
  event_hooks: [],
  feed_audit_logs_enabled: false,
  file_upload_config: UPLOADS,
  image_upload_config: UPLOADS,
  image_moderation_enabled: false,
  max_aggregated_activities_length: 0,
  member_custom_on_messages_enabled: false,
  moderation_audio_call_moderation_enabled: false,
  moderation_enabled: false,
  moderation_llm_configurability_enabled: false,
  moderation_multitenant_blocklist_enabled: false,
  moderation_video_call_moderation_enabled: false,
  moderation_webhook_url: '',
  push_notifications: { offline_only: false, version: 'v2' },
  reminders_interval: 0,
  sns_key: '',
  sns_secret: '',
  sns_topic_arn: '',
  sqs_key: '',
  sqs_secret: '',
  sqs_url: '',
  use_hook_v2: false,
  user_response_time_enabled: false,
  user_search_disallowed_roles: [],
  webhook_events: [],
  webhook_url: '',
};

function updateApp({ coordinator, body }: Context): object {
  const cutoff = body.revoke_tokens_issued_before;
  const instant = parseInstant(cutoff);
  if (cutoff !== undefined && cutoff !== null && instant === undefined) {
    throw invalidInput('revoke_tokens_issued_before', 'must be a time (RFC 3339) or null');
  }
  const grants = (readRecord(body, 'grants') ?? {}) as GrantsByRole;
  checkGrants(grants, Object.keys(coordinator.grants.ofApp()));
  for (const [role, permissions] of Object.entries(grants)) coordinator.grants.setOfApp(role, permissions);
  for (const [wireName, name] of FLAGS) {
    const value = body[wireName];
    if (typeof value === 'boolean') coordinator.app[name] = value;
  }
  if (cutoff !== undefined) coordinator.app.revokeTokensIssuedBefore = instant;
  coordinator.reviewSockets();
  coordinator.participants.review();
  return {};
}

function getApp({ coordinator }: Context): object {
  const { app, callTypes, grants } = coordinator;
  return {
    app: {
      ...UNUSED,
      name: 'stream-video-emulator',
      ...Object.fromEntries(FLAGS.map(([wireName, flag]) => [wireName, app[flag]])),
      revoke_tokens_issued_before: app.revokeTokensIssuedBefore ?? null,
      grants: grants.ofApp(),
      call_types: Object.fromEntries(
        callTypes.all().map((type, index) => {
          const storage = type.externalStorage ?? '';
          const extra = { app: UNUSED.id, id: index + 1, recording_external_storage: storage };
          return [type.name, { ...wireCallType(type), ...extra }];
        }),
      ),
    },
  };
}

const PLATFORMS = ['server_side', 'android', 'ios', 'web', 'unity'];
const ENDPOINTS = ['Connect', 'CreateGuest', 'GetApp', 'GetOrCreateCall', 'JoinCall', 'QueryCalls'];

function getRateLimits({ coordinator, query }: Context): object {
  const asked = PLATFORMS.filter((platform) => query.get(platform) === 'true');
  const endpoints = query.get('endpoints')?.split(',').slice(0, 100) ?? ENDPOINTS;
  const limits = Object.fromEntries(
    endpoints.filter((name) => name !== '').map((name) => [name, coordinator.limits.shown('', name)]),
  );
  return Object.fromEntries((asked.length > 0 ? asked : PLATFORMS).map((platform) => [platform, limits]));
}

function getTask({ coordinator, params }: Context): object {
  const task = coordinator.tasks.find(params.id ?? '');
  if (task === undefined) throw notFound(`task ${params.id}`);
  const { id, createdAt, result } = task;
  // Done by the time that it can be asked for.
  const now = new Instant(coordinator.clock.now());
  return { task_id: id, status: 'completed', created_at: createdAt, updated_at: now, result };
}

export const APPLICATION_OPERATIONS: readonly Operation[] = [
  { name: 'GetApp', method: 'GET', path: '/app', mount: 'server', serverOnly: true, handle: getApp },
  {
    name: 'UpdateApp',
    method: 'PATCH',
    path: '/app',
    mount: 'server',
    serverOnly: true,
    fields: {
      ...Object.fromEntries(FLAGS.map(([wireName]) => [wireName, optional(bool)])),
      grants: optional(GRANTS),
    },
    handle: updateApp,
  },
  {
    name: 'GetRateLimits',
    method: 'GET',
    path: '/rate_limits',
    mount: 'server',
    serverOnly: true,
    handle: getRateLimits,
  },
  { name: 'GetTask', method: 'GET', path: '/tasks/:id', mount: 'server', serverOnly: true, handle: getTask },
];
