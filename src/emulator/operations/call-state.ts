import type { Caller } from '../auth/caller.js';
import { ownCapabilities } from '../auth/permissions.js';
import type { Call } from '../state/call.js';
import type { Coordinator } from '../state/coordinator.js';
import { wireCall, wireMember, wireMembers } from '../wire/call.js';
import type { Dialect } from '../wire/user.js';

/** A call with what is the caller’s own: members, own capabilities, own membership. */
export function wireCallState(
  call: Call,
  caller: Caller,
  coordinator: Coordinator,
  { dialect, membersLimit }: { dialect: Dialect; membersLimit?: number | undefined },
): Record<string, unknown> {
  const own = caller.userId === undefined ? undefined : call.members.get(caller.userId);
  return {
    call: wireCall(call, coordinator, dialect),
    members: wireMembers(call, coordinator, dialect, membersLimit),
    own_capabilities: ownCapabilities(caller, call, coordinator),
    membership: own === undefined ? undefined : wireMember(own, coordinator, dialect),
  };
}
