import type { Call } from '../state/call.js';
import type { Coordinator } from '../state/coordinator.js';
import { Instant } from '../state/instant.js';
import { wireCall, wireMembers } from '../wire/call.js';
import { wireEventUser } from '../wire/user.js';

// These reach the members of a call whether or not they watch it.
const MEMBER_DIRECTED = new Set([
  'call.created',
  'call.missed',
  'call.accepted',
  'call.rejected',
  'call.ended',
  'call.member_added',
  'call.live_started',
]);

/** The dialect of events: one with the fields of all, since sockets of each get the same event. */
export const EVENT_DIALECT = 'server';

/** Parts that many events carry, in the form that sockets read. */
export function eventParts(call: Call, coordinator: Coordinator) {
  return {
    call: () => wireCall(call, coordinator, EVENT_DIALECT),
    members: (limit?: number) => wireMembers(call, coordinator, EVENT_DIALECT, limit),
    user: (userId: string) => wireEventUser(coordinator.users.require(userId)),
    capabilitiesByRole: () => coordinator.grants.byRole(call.type),
  };
}

interface Audience {
  /** Users that get the event besides the watchers. @default all members, for member-directed types */
  memberIds?: Iterable<string> | undefined;
  /** Whether the watchers get it. @default true */
  toWatchers?: boolean | undefined;
}

/** Sends an event of a call to its watchers, and to the members for member-directed types. */
export function announce(
  coordinator: Coordinator,
  call: Call,
  type: string,
  payload: Record<string, unknown>,
  { memberIds = MEMBER_DIRECTED.has(type) ? call.members.keys() : [], toWatchers = true }: Audience = {},
): void {
  const event = { type, created_at: new Instant(coordinator.clock.now()), call_cid: call.cid, ...payload };
  coordinator.connections.publish(event, { cid: toWatchers ? call.cid : undefined, userIds: memberIds });
}
