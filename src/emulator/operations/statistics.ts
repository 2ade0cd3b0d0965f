import { isOngoing } from '../state/call.js';
import { Instant } from '../state/instant.js';
import { Failure } from '../wire/api-failure.js';
import { optional, record } from '../wire/validation.js';
import { callNamed, callWith } from './call-context.js';
import type { Context, Operation } from './operation.js';

// There is no media, so there is nothing to count or to report.

function refuseReport(context: Context): never {
  callWith(context, 'read-call');
  throw new Failure(16, 'call report not found');
}

function refuseSession({ params, coordinator }: Context): never {
  const { callType, callId, type, id, session } = params;
  callNamed(callType ?? type ?? '', callId ?? id ?? '', coordinator);
  throw new Failure(16, `there are no statistics of session ${session}`);
}

function activeCalls({ coordinator }: Context): object {
  const now = new Instant(coordinator.clock.now());
  const active = coordinator.calls.all().filter(isOngoing);
  return {
    start_time: now,
    end_time: now,
    summary: {
      active_calls: active.length,
      active_publishers: 0,
      active_subscribers: 0,
      participants: 0,
    },
  };
}

function refuseSip(): never {
  throw new Failure(16, 'there is no SIP trunk');
}

const QUERY = { filter_conditions: optional(record) };
const CALL = '/call/:type/:id';
const SESSION = '/call_stats/:callType/:callId/:session';
const DETAILS = 'participant/:user/:userSession/details';

function get(name: string, path: string, handle: Operation['handle']): Operation {
  return { name, method: 'GET', path, mount: 'video', handle };
}

function post(name: string, path: string, handle: Operation['handle']): Operation {
  return { name, method: 'POST', path, mount: 'video', fields: QUERY, handle };
}

export const STATISTICS_OPERATIONS: readonly Operation[] = [
  post('QueryCallStats', '/call/stats', () => ({ reports: [] })),
  post('QueryUserFeedback', '/call/feedback', () => ({ user_feedback: [] })),
  post('QueryCallSessionStats', '/call_stats', () => ({ call_stats: [] })),
  post('QueryAggregateCallStats', '/stats', () => ({})),
  post('ResolveSipAuth', '/sip/auth', refuseSip),
  post('ResolveSipInbound', '/sip/resolve', refuseSip),
  get('GetCallReport', `${CALL}/report`, refuseReport),
  get('GetCallParticipantSessionMetrics', `${CALL}/session/:session/${DETAILS}/track`, refuseSession),
  get('QueryCallParticipantSessions', `${CALL}/session/:session/participant_sessions`, refuseSession),
  get('GetCallStatsMap', `${SESSION}/map`, refuseSession),
  get('QueryCallSessionParticipantStats', `${SESSION}/participants`, refuseSession),
  get('GetCallSessionParticipantStatsDetails', `${SESSION}/${DETAILS}`, refuseSession),
  get(
    'GetCallSessionParticipantStatsTimeline',
    `${SESSION}/participants/:user/:userSession/timeline`,
    refuseSession,
  ),
  { ...get('GetActiveCallsStatus', '/active_calls_status', activeCalls), serverOnly: true },
];
