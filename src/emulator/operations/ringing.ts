import { announce, eventParts } from '../announcements/call-events.js';
import { requireCapability } from '../auth/permissions.js';
import { Instant } from '../state/instant.js';
import { notFound } from '../wire/api-failure.js';
import { wireCall, wireOutcomes } from '../wire/call.js';
import { bool, listOf, optional, readList, readText, text } from '../wire/validation.js';
import { callOf, callWith } from './call-context.js';
import { type Context, type Operation, requireUser } from './operation.js';
import { answer, miss, ring } from './ring-members.js';

function acceptCall(context: Context): object {
  const call = callWith(context, 'join-call');
  answer(context.coordinator, call, requireUser(context), { how: 'accepted' });
  return {};
}

function rejectCall(context: Context): object {
  const call = callWith(context, 'read-call');
  answer(context.coordinator, call, requireUser(context), {
    how: 'rejected',
    reason: readText(context.body, 'reason'),
  });
  return {};
}

function ringCall(context: Context): object {
  const { coordinator, body, caller } = context;
  const call = callWith(context, 'join-call');
  const named = readList<string>(body, 'members_ids');
  const rung = ring(coordinator, call, {
    type: 'ring',
    callerId: caller.userId ?? call.createdById,
    memberIds: named.length > 0 ? named : undefined,
    video: typeof body.video === 'boolean' ? body.video : undefined,
  });
  return { members_ids: rung };
}

function getRingState(context: Context): object {
  const call = callWith(context, 'read-call');
  const asked = context.query.get('call_session_id') ?? '';
  const sessions = call.session === undefined ? [] : [call.session, ...call.pastSessions];
  const session = asked === '' ? call.session : sessions.find(({ id }) => id === asked);
  if (session === undefined && asked !== '') throw notFound(`call session ${asked}`);
  return {
    call_cid: call.cid,
    created_by_user_id: call.createdById,
    call_ended_at: call.endedAt,
    session_id: session?.id ?? '',
    session_ended_at: session?.endedAt,
    ...wireOutcomes(session),
    members_ids: [...call.members.keys()],
  };
}

function endCall(context: Context): object {
  const { coordinator, caller } = context;
  const call = callWith(context, 'end-call');
  const now = new Instant(coordinator.clock.now());
  const running = call.session?.endedAt === undefined ? call.session : undefined;
  call.endedAt = now;
  call.activities.clear();
  if (running !== undefined) running.endedAt = now;
  coordinator.calls.touch(call);
  const callerId = caller.userId ?? call.createdById;
  miss(coordinator, call, { callerId });
  const parts = eventParts(call, coordinator);
  if (running !== undefined) {
    announce(coordinator, call, 'call.session_ended', { call: parts.call(), session_id: running.id });
  }
  announce(coordinator, call, 'call.ended', { call: parts.call(), user: parts.user(callerId) });
  coordinator.participants.end(coordinator.participants.ofCall(call.cid), 'call ended');
  return {};
}

function setLive(context: Context, isLive: boolean): object {
  const { coordinator, caller, dialect } = context;
  const call = callOf(context);
  requireCapability(caller, call, 'update-call', coordinator);
  call.backstage = !isLive;
  const now = new Instant(coordinator.clock.now());
  const session = coordinator.calls.openSession(call);
  if (isLive) session.liveStartedAt = now;
  else session.liveEndedAt = now;
  coordinator.calls.touch(call);
  const parts = eventParts(call, coordinator);
  if (isLive) announce(coordinator, call, 'call.live_started', { call: parts.call() });
  announce(coordinator, call, 'call.updated', {
    call: parts.call(),
    capabilities_by_role: parts.capabilitiesByRole(),
  });
  coordinator.participants.review(coordinator.participants.ofCall(call.cid));
  return { call: wireCall(call, coordinator, dialect) };
}

const START_FLAGS = [
  'start_hls',
  'start_recording',
  'start_composite_recording',
  'start_individual_recording',
  'start_raw_recording',
  'start_transcription',
  'start_closed_caption',
];
const CONTINUE_FLAGS = [
  'continue_hls',
  'continue_rtmp_broadcasts',
  'continue_recording',
  'continue_composite_recording',
  'continue_individual_recording',
  'continue_raw_recording',
  'continue_transcription',
  'continue_closed_caption',
];

function flags(names: readonly string[]) {
  return Object.fromEntries(names.map((name) => [name, optional(bool)]));
}

export const RINGING_OPERATIONS: readonly Operation[] = [
  { name: 'AcceptCall', method: 'POST', path: '/call/:type/:id/accept', mount: 'video', handle: acceptCall },
  {
    name: 'RejectCall',
    method: 'POST',
    path: '/call/:type/:id/reject',
    mount: 'video',
    fields: { reason: optional(text(255)) },
    handle: rejectCall,
  },
  {
    name: 'RingCall',
    method: 'POST',
    path: '/call/:type/:id/ring',
    mount: 'video',
    fields: { members_ids: optional(listOf(text(255, 1))), video: optional(bool) },
    handle: ringCall,
  },
  {
    name: 'GetCallRingState',
    method: 'GET',
    path: '/call/:type/:id/ring_state',
    mount: 'video',
    handle: getRingState,
  },
  { name: 'EndCall', method: 'POST', path: '/call/:type/:id/mark_ended', mount: 'video', handle: endCall },
  {
    name: 'GoLive',
    method: 'POST',
    path: '/call/:type/:id/go_live',
    mount: 'video',
    fields: flags(START_FLAGS),
    handle: (context) => setLive(context, true),
  },
  {
    name: 'StopLive',
    method: 'POST',
    path: '/call/:type/:id/stop_live',
    mount: 'video',
    fields: flags(CONTINUE_FLAGS),
    handle: (context) => setLive(context, false),
  },
];
