import { Instant, parseInstant } from '../state/instant.js';
import { invalidInput, notFound } from '../wire/api-failure.js';
import { bool, optional } from '../wire/validation.js';
import type { Context, Operation } from './operation.js';

const FLAGS = [
  ['disable_auth_checks', 'disableAuthChecks'],
  ['disable_permissions_checks', 'disablePermissionsChecks'],
  ['guest_user_creation_disabled', 'guestUserCreationDisabled'],
  ['multi_tenant_enabled', 'multiTenantEnabled'],
] as const;

function updateApp({ coordinator, body }: Context): object {
  const cutoff = body.revoke_tokens_issued_before;
  const instant = parseInstant(cutoff);
  if (cutoff !== undefined && cutoff !== null && instant === undefined) {
    throw invalidInput('revoke_tokens_issued_before', 'must be a time (RFC 3339) or null');
  }
  for (const [wireName, name] of FLAGS) {
    const value = body[wireName];
    if (typeof value === 'boolean') coordinator.app[name] = value;
  }
  if (cutoff !== undefined) coordinator.app.revokeTokensIssuedBefore = instant;
  coordinator.reviewSockets();
  return {};
}

function getApp({ coordinator }: Context): object {
  const { app } = coordinator;
  return {
    app: {
      name: 'stream-video-emulator',
      ...Object.fromEntries(FLAGS.map(([wireName, name]) => [wireName, app[name]])),
      revoke_tokens_issued_before: app.revokeTokensIssuedBefore ?? null,
    },
  };
}

function getRateLimits({ coordinator }: Context): object {
  const limit = coordinator.limits.options?.limit ?? 10_000;
  const now = coordinator.clock.now();
  const entry = { limit, remaining: limit, reset: Math.ceil(now / 1000) + 60 };
  const platform = { QueryCalls: entry, GetOrCreateCall: entry, JoinCall: entry };
  return { server_side: platform, android: platform, ios: platform, web: platform };
}

function getTask({ coordinator, params }: Context): object {
  if (params.id === undefined) throw notFound('task');
  const now = new Instant(coordinator.clock.now());
  // Everything that others do in the background is done here at once.
  return { task_id: params.id, status: 'completed', created_at: now, updated_at: now };
}

export const APPLICATION_OPERATIONS: readonly Operation[] = [
  { name: 'GetApp', method: 'GET', path: '/app', mount: 'server', serverOnly: true, handle: getApp },
  {
    name: 'UpdateApp',
    method: 'PATCH',
    path: '/app',
    mount: 'server',
    serverOnly: true,
    fields: Object.fromEntries(FLAGS.map(([wireName]) => [wireName, optional(bool)])),
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
