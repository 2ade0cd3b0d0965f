import { type Call, isOngoing, type Member } from '../state/call.js';
import { isRecord } from '../wire/validation.js';
import type { Field, FieldTable } from './filter.js';
import type { SortTable } from './page.js';

function text<T>(read: (item: T) => string | undefined): Field<T> {
  return { kind: 'text', read };
}

function time<T>(read: Field<T>['read']): Field<T> {
  return { kind: 'time', read };
}

function flag<T>(read: (item: T) => boolean): Field<T> {
  return { kind: 'flag', read };
}

function custom<T extends { custom: Record<string, unknown> }>(): Field<T> {
  return {
    kind: 'custom',
    read: (item, path) =>
      path.reduce<unknown>(
        (value, key) => (isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined),
        item.custom,
      ),
  };
}

export const CALL_FILTERS: FieldTable<Call> = new Map<string, Field<Call>>([
  ['cid', text((call) => call.cid)],
  ['id', text((call) => call.id)],
  ['type', text((call) => call.type)],
  ['team', text((call) => call.team)],
  ['parent_call_cid', text(() => undefined)],
  ['created_by_user_id', text((call) => call.createdById)],
  ['created_at', time((call) => call.createdAt)],
  ['updated_at', time((call) => call.updatedAt)],
  ['starts_at', time((call) => call.startsAt)],
  ['ended_at', time((call) => call.endedAt)],
  ['backstage', flag((call) => call.backstage)],
  ['ongoing', flag(isOngoing)],
  ['members', { kind: 'ids', read: (call) => call.members }],
  ['custom', custom<Call>()],
]);

export const CALL_SORT: SortTable<Call> = {
  fields: new Map([
    ['starts_at', (call: Call) => call.startsAt],
    ['created_at', (call: Call) => call.createdAt],
    ['updated_at', (call: Call) => call.updatedAt],
    ['ended_at', (call: Call) => call.endedAt],
    ['type', (call: Call) => call.type],
    ['id', (call: Call) => call.id],
    ['cid', (call: Call) => call.cid],
  ] as readonly [string, (call: Call) => Call['startsAt'] | string][]),
  allowed: ['starts_at', 'created_at', 'starts_at,created_at', 'updated_at', 'ended_at', 'type', 'id', 'cid'],
  fallback: [{ field: 'created_at', direction: -1 }],
  identity: (call) => call.cid,
};

export interface MemberOfCall {
  readonly member: Member;
  readonly call: Call;
  readonly custom: Record<string, unknown>;
}

export const MEMBER_FILTERS: FieldTable<MemberOfCall> = new Map<string, Field<MemberOfCall>>([
  ['user_id', text(({ member }) => member.userId)],
  ['role', text(({ member }) => member.role)],
  ['call_cid', text(({ call }) => call.cid)],
  ['created_at', time(({ member }) => member.createdAt)],
  ['updated_at', time(({ member }) => member.updatedAt)],
  ['custom', custom<MemberOfCall>()],
]);

export const MEMBER_SORT: SortTable<MemberOfCall> = {
  fields: new Map([
    ['created_at', ({ member }: MemberOfCall) => member.createdAt],
    ['user_id', ({ member }: MemberOfCall) => member.userId],
    ['sequence', ({ member }: MemberOfCall) => member.sequence],
  ] as readonly [string, (item: MemberOfCall) => Member['createdAt'] | string | number][]),
  allowed: ['created_at', 'user_id', 'created_at,user_id', 'user_id,created_at'],
  // Newest first, also among those of one millisecond.
  fallback: [{ field: 'sequence', direction: -1 }],
  identity: ({ member }) => member.userId,
};
