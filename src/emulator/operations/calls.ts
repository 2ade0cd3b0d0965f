import { announce, eventParts } from '../announcements/call-events.js';
import { requireCapability, requireEntrance } from '../auth/permissions.js';
import type { Call } from '../state/call.js';
import { Instant, parseInstant } from '../state/instant.js';
import { invalidInput } from '../wire/api-failure.js';
import { wireCall } from '../wire/call.js';
import { readServerProfile, SERVER_USER_FIELDS, USER_ID } from '../wire/profile.js';
import {
  type Body,
  bool,
  integer,
  isRecord,
  listOf,
  optional,
  readList,
  readRecord,
  readText,
  recordWithin,
  required,
  shape,
  text,
  time,
} from '../wire/validation.js';
import { callOf, callTypeNamed, callWith, checkMembers } from './call-context.js';
import { wireCallState } from './call-state.js';
import { mediaCredentials } from './media-credentials.js';
import { MEMBER } from './members.js';
import { ACTING_USER, actingUser, type Context, type Operation, requireUser } from './operation.js';
import { ring } from './ring-members.js';

/** The longest id of a call, in characters. */
export const MAX_CALL_ID_LENGTH = 64;

/** What a call is made with, whoever makes it. */
export const CALL_DATA_FIELDS = {
  custom: optional(recordWithin),
  starts_at: optional(time),
  team: optional(text(255)),
  channel_cid: optional(text(255)),
};

const CALL_DATA = shape({
  ...CALL_DATA_FIELDS,
  members: optional(listOf(MEMBER)),
  settings_override: optional(recordWithin),
  video: optional(bool),
  created_by_id: optional(USER_ID),
  created_by: optional(shape(SERVER_USER_FIELDS)),
});

const ENTER_FIELDS = {
  data: optional(CALL_DATA),
  members_limit: optional(integer(0, 100)),
  ring: optional(bool),
  notify: optional(bool),
  video: optional(bool),
};

function creatorOf({ caller, coordinator }: Context, data: Body): string {
  if (caller.kind !== 'server') return caller.userId;
  const createdBy = readRecord(data, 'created_by');
  const id = readText(data, 'created_by_id') ?? (createdBy && readText(createdBy, 'id')) ?? caller.userId;
  if (id === undefined) throw invalidInput('created_by_id', 'is required with a server token');
  if (createdBy !== undefined) coordinator.users.upsert(id, readServerProfile(createdBy));
  return id;
}

function createCall(context: Context, data: Body): Call {
  const { coordinator, caller, params } = context;
  const { id = '' } = params;
  const type = callTypeNamed(params.type ?? '', coordinator);
  if (id.length > MAX_CALL_ID_LENGTH)
    throw invalidInput('id', `must be at most ${MAX_CALL_ID_LENGTH} characters`);
  const creatorId = creatorOf(context, data);
  requireCapability(caller, { type: type.name, cid: `${type.name}:${id}` }, 'create-call', coordinator);
  coordinator.users.require(creatorId);
  const members = readList<Body>(data, 'members');
  checkMembers(members, coordinator);
  const call = coordinator.calls.create(type, id, creatorId);
  call.custom = readRecord(data, 'custom') ?? {};
  coordinator.calls.override(call, data.settings_override, type);
  call.backstage = call.settings.backstage?.enabled === true;
  call.startsAt = parseInstant(data.starts_at);
  call.team = readText(data, 'team');
  call.channelCid = readText(data, 'channel_cid');
  for (const member of members) {
    const role = readText(member, 'role');
    coordinator.calls.setMember(call, String(member.user_id), role, readRecord(member, 'custom'));
  }
  return call;
}

/** Finds or makes the call, watches it with the caller's socket, rings and notifies: what three endpoints share. */
function enter(context: Context, { create }: { create: boolean }): { call: Call; created: boolean } {
  const { coordinator, caller, params, body, connectionId } = context;
  const data = readRecord(body, 'data') ?? {};
  const known = coordinator.calls.find(`${params.type}:${params.id}`);
  const call = known === undefined && create ? createCall(context, data) : callOf(context);
  requireCapability(caller, call, 'read-call', coordinator);
  coordinator.connections.watch(connectionId, call.cid);
  const parts = eventParts(call, coordinator);
  if (known === undefined)
    announce(coordinator, call, 'call.created', { call: parts.call(), members: parts.members() });
  return { call, created: known === undefined };
}

function flag({ body, query }: Context, name: string): boolean {
  return body[name] === true || query.get(name) === 'true';
}

function ringOrNotify(context: Context, call: Call): void {
  const { coordinator } = context;
  const callerId = actingUser(context) ?? call.createdById;
  const video = context.body.video === false || context.query.get('video') === 'false' ? false : undefined;
  for (const type of ['ring', 'notify'] as const) {
    if (flag(context, type)) ring(coordinator, call, { type, callerId, video });
  }
}

function membersLimit({ body, query }: Context): number | undefined {
  if (typeof body.members_limit === 'number') return body.members_limit;
  const text = query.get('members_limit');
  if (text === null) return undefined;
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 0 || limit > 100)
    throw invalidInput('members_limit', 'must be 0 to 100');
  return limit;
}

function stateOf(context: Context, call: Call): Record<string, unknown> {
  const { caller, coordinator, dialect } = context;
  return wireCallState(call, caller, coordinator, { dialect, membersLimit: membersLimit(context) });
}

function getCall(context: Context): object {
  membersLimit(context);
  const { call } = enter(context, { create: false });
  ringOrNotify(context, call);
  return stateOf(context, call);
}

function getOrCreateCall(context: Context): object {
  const { call, created } = enter(context, { create: true });
  ringOrNotify(context, call);
  return { ...stateOf(context, call), created };
}

async function joinCall(context: Context): Promise<object> {
  const { coordinator, caller, body } = context;
  const { call, created } = enter(context, { create: body.create === true });
  requireEntrance(caller, call, coordinator);
  const session = coordinator.calls.openSession(call);
  if (session.startedAt === undefined) {
    session.startedAt = new Instant(coordinator.clock.now());
    const parts = eventParts(call, coordinator);
    announce(coordinator, call, 'call.session_started', { call: parts.call(), session_id: session.id });
  }
  ringOrNotify(context, call);
  return {
    ...stateOf(context, call),
    created,
    credentials: await mediaCredentials(context, call, session),
    stats_options: { enable_rtc_stats: false, reporting_interval_ms: 60_000 },
  };
}

function updateCall(context: Context): object {
  const { coordinator, caller, body } = context;
  const call = callWith(context, 'update-call');
  if (isRecord(body.settings_override)) requireCapability(caller, call, 'update-call-settings', coordinator);
  call.custom = readRecord(body, 'custom') ?? call.custom;
  coordinator.calls.override(call, body.settings_override, coordinator.callTypes.find(call.type));
  call.startsAt = parseInstant(body.starts_at) ?? call.startsAt;
  coordinator.calls.touch(call);
  const parts = eventParts(call, coordinator);
  announce(coordinator, call, 'call.updated', {
    call: parts.call(),
    capabilities_by_role: parts.capabilitiesByRole(),
  });
  return stateOf(context, call);
}

function deleteCall(context: Context): object {
  const { coordinator, caller, body, dialect } = context;
  const call = callOf(context);
  if (caller.kind !== 'server' && caller.userId !== call.createdById) {
    requireCapability(caller, call, 'end-call', coordinator);
  }
  announce(coordinator, call, 'call.deleted', { call: eventParts(call, coordinator).call() });
  coordinator.calls.remove(call);
  coordinator.participants.end(coordinator.participants.ofCall(call.cid), 'call ended');
  const taskId = body.hard === true ? coordinator.tasks.done([call.cid]) : undefined;
  return { call: wireCall(call, coordinator, dialect), task_id: taskId };
}

function sendEvent(context: Context): object {
  const { coordinator, body } = context;
  const call = callWith(context, 'join-call');
  const userId = requireUser(context);
  announce(coordinator, call, 'custom', {
    custom: readRecord(body, 'custom') ?? {},
    user: eventParts(call, coordinator).user(userId),
  });
  return {};
}

export const CALL_OPERATIONS: readonly Operation[] = [
  { name: 'GetCall', method: 'GET', path: '/call/:type/:id', mount: 'video', handle: getCall },
  {
    name: 'GetOrCreateCall',
    method: 'POST',
    path: '/call/:type/:id',
    mount: 'video',
    fields: ENTER_FIELDS,
    handle: getOrCreateCall,
  },
  {
    name: 'UpdateCall',
    method: 'PATCH',
    path: '/call/:type/:id',
    mount: 'video',
    fields: {
      custom: optional(recordWithin),
      settings_override: optional(recordWithin),
      starts_at: optional(time),
    },
    handle: updateCall,
  },
  {
    name: 'JoinCall',
    method: 'POST',
    path: '/call/:type/:id/join',
    mount: 'video',
    fields: {
      ...ENTER_FIELDS,
      location: required(text(255)),
      create: optional(bool),
      e2ee: optional(bool),
      migrating_from: optional(text(255)),
      migrating_from_list: optional(listOf(text(255))),
    },
    handle: joinCall,
  },
  {
    name: 'DeleteCall',
    method: 'POST',
    path: '/call/:type/:id/delete',
    mount: 'video',
    fields: { hard: optional(bool) },
    handle: deleteCall,
  },
  {
    name: 'SendCallEvent',
    method: 'POST',
    path: '/call/:type/:id/event',
    mount: 'video',
    fields: { custom: optional(recordWithin), ...ACTING_USER },
    handle: sendEvent,
  },
];
