import { isAllowed, requireCapability } from '../auth/permissions.js';
import { compileFilter } from '../query/filter.js';
import { paginate } from '../query/page.js';
import { CALL_FILTERS, CALL_SORT, MEMBER_FILTERS, MEMBER_SORT } from '../query/query-fields.js';
import type { Coordinator } from '../state/coordinator.js';
import { invalidInput } from '../wire/api-failure.js';
import { wireMember } from '../wire/call.js';
import { wireParticipants } from '../wire/participant.js';
import { bool, integer, isRecord, listOf, optional, record, required, text } from '../wire/validation.js';
import { callNamed, callTypeNamed, callWith } from './call-context.js';
import { wireCallState } from './call-state.js';
import type { Context, Operation } from './operation.js';

const PAGE_FIELDS = {
  filter_conditions: optional(record),
  sort: optional(listOf(record, 2)),
  limit: optional(integer(0, 100)),
  next: optional(text(4096)),
  prev: optional(text(4096)),
};

/** Throws 404 / 16 for a filter on one call type that does not exist: a misspelt type would find nothing for ever. */
function checkTypeOf(conditions: unknown, coordinator: Coordinator): void {
  const condition = isRecord(conditions) ? conditions.type : undefined;
  const type = isRecord(condition) ? condition.$eq : condition;
  if (typeof type === 'string') callTypeNamed(type, coordinator);
}

function queryCalls(context: Context): object {
  const { coordinator, caller, body, dialect, connectionId } = context;
  const isWanted = compileFilter(body.filter_conditions, CALL_FILTERS);
  checkTypeOf(body.filter_conditions, coordinator);
  if (body.watch === true && connectionId === undefined && caller.kind === 'user') {
    throw invalidInput('connection_id', 'is required to watch');
  }
  const readable = coordinator.calls
    .all()
    .filter((call) => isWanted(call) && isAllowed(caller, call, 'read-call', coordinator));
  const { items, next, prev } = paginate(readable, body, CALL_SORT);
  if (body.watch === true) for (const call of items) coordinator.connections.watch(connectionId, call.cid);
  return { calls: items.map((call) => wireCallState(call, caller, coordinator, { dialect })), next, prev };
}

function queryMembers(context: Context): object {
  const { coordinator, caller, body, dialect } = context;
  const isWanted = compileFilter(body.filter_conditions, MEMBER_FILTERS);
  const call = callNamed(String(body.type), String(body.id), coordinator);
  requireCapability(caller, call, 'read-call', coordinator);
  const members = [...call.members.values()].map((member) => ({ member, call, custom: member.custom }));
  const { items, next, prev } = paginate(members.filter(isWanted), body, MEMBER_SORT);
  return { members: items.map(({ member }) => wireMember(member, coordinator, dialect)), next, prev };
}

function queryParticipants(context: Context): object {
  const { coordinator, caller, dialect } = context;
  const call = callWith(context, 'read-call');
  const limit = Number(context.query.get('limit') ?? 100);
  const participants = wireParticipants(call, coordinator, dialect);
  return {
    ...wireCallState(call, caller, coordinator, { dialect }),
    participants: participants.slice(0, limit),
    total_participants: participants.length,
  };
}

export const QUERY_OPERATIONS: readonly Operation[] = [
  {
    name: 'QueryCalls',
    method: 'POST',
    path: '/calls',
    mount: 'video',
    fields: { ...PAGE_FIELDS, watch: optional(bool) },
    handle: queryCalls,
  },
  {
    name: 'QueryCallMembers',
    method: 'POST',
    path: '/call/members',
    mount: 'video',
    fields: { ...PAGE_FIELDS, type: required(text(64, 1)), id: required(text(64, 1)) },
    handle: queryMembers,
  },
  {
    name: 'QueryCallParticipants',
    method: 'POST',
    path: '/call/:type/:id/participants',
    mount: 'video',
    fields: { filter_conditions: optional(record) },
    handle: queryParticipants,
  },
];
