import type { Call } from '../state/call.js';
import type { Coordinator } from '../state/coordinator.js';
import { Instant } from '../state/instant.js';
import { wireCall, wireMembers } from '../wire/call.js';
import { wireUser } from '../wire/user.js';

// These reach the members of a call whether or not they watch it.
const MEMBER_DIRECTED = new Set([
  'call.created',
  'call.ring',
  'call.notification',
  'call.missed',
  'call.accepted',
  'call.rejected',
  'call.ended',
  'call.member_added',
  'call.live_started',
]);

/** Parts that many events carry, in the form that sockets read. */
export function eventParts(call: Call, coordinator: Coordinator) {
  return {
    call: () => wireCall(call, coordinator, 'video'),
    members: (limit?: number) => wireMembers(call, coordinator, 'video', limit),
    user: (userId: string) => {
      const user = coordinator.users.find(userId) ?? coordinator.users.create(userId);
      return wireUser(user, 'video');
    },
  };
}

interface Audience {
  /** Users that get the event besides the watchers. @default all members, for member-directed types */
  memberIds?: Iterable<string> | undefined;
}

/** Sends an event of a call to its watchers, and to the members for member-directed types. */
export function announce(
  coordinator: Coordinator,
  call: Call,
  type: string,
  payload: Record<string, unknown>,
  { memberIds = MEMBER_DIRECTED.has(type) ? call.members.keys() : [] }: Audience = {},
): void {
  const event = { type, created_at: new Instant(coordinator.clock.now()), call_cid: call.cid, ...payload };
  coordinator.connections.publish(event, { cid: call.cid, userIds: memberIds });
}
