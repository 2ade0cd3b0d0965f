import { requireCapability } from '../auth/permissions.js';
import type { Call } from '../state/call.js';
import type { Capability } from '../state/grants.js';
import { notFound } from '../wire/api-failure.js';
import type { Context } from './operation.js';

/** The call that the path names; throws 404 / 16 where there is none. */
export function callOf({ coordinator, params }: Context): Call {
  const cid = `${params.type}:${params.id}`;
  const call = coordinator.calls.find(cid);
  if (call === undefined) throw notFound(`call ${cid}`);
  return call;
}

/** The call that the path names, if the caller holds the capability: 404 before 403. */
export function callWith(context: Context, capability: Capability): Call {
  const call = callOf(context);
  requireCapability(context.caller, call, capability, context.coordinator);
  return call;
}
