import { requireCapability } from '../auth/permissions.js';
import type { Call } from '../state/call.js';
import type { CallType } from '../state/call-types.js';
import type { Coordinator } from '../state/coordinator.js';
import type { Capability } from '../state/default-grants.js';
import { Failure } from '../wire/api-failure.js';
import type { Body } from '../wire/validation.js';
import type { Context } from './operation.js';

// Beyond it a test is about something else than calls.
export const MAX_MEMBERS = 5_000;

/** The call type of this name; throws 404 / 16 where there is none. */
export function callTypeNamed(name: string, { callTypes }: Coordinator): CallType {
  const type = callTypes.find(name);
  if (type === undefined) throw new Failure(16, `${name}: call type does not exist`);
  return type;
}

/** The call of this type and id; throws 404 / 16 where there is no such type or call. */
export function callNamed(type: string, id: string, coordinator: Coordinator): Call {
  callTypeNamed(type, coordinator);
  const cid = `${type}:${id}`;
  const call = coordinator.calls.find(cid);
  // Three SDKs look for this very text.
  if (call === undefined) throw new Failure(16, `Can't find call with id ${cid}`);
  coordinator.calls.use(call);
  return call;
}

/** The call that the path names; throws 404 / 16 where there is none. */
export function callOf({ coordinator, params }: Context): Call {
  return callNamed(params.type ?? '', params.id ?? '', coordinator);
}

/** The call that the path names, if the caller holds the capability: 404 before 403. */
export function callWith(context: Context, capability: Capability): Call {
  const call = callOf(context);
  requireCapability(context.caller, call, capability, context.coordinator);
  return call;
}

/** Throws 400 / 4 when users can't become members: those that don't exist, or too many. */
export function checkMembers(entries: readonly Body[], { users }: Coordinator, call?: Call): void {
  const ids = entries.map(({ user_id: id }) => String(id));
  const unknown = [...new Set(ids)].filter((id) => !users.has(id));
  if (unknown.length > 0) throw new Failure(4, `the provided users [${unknown.join(', ')}] don't exist`);
  const added = ids.filter((id) => call?.members.has(id) !== true);
  if ((call?.members.size ?? 0) + added.length > MAX_MEMBERS) {
    throw new Failure(4, `a call has at most ${MAX_MEMBERS} members`);
  }
}
