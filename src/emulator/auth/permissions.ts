import type { Call } from '../state/call.js';
import type { Coordinator } from '../state/coordinator.js';
import { CAPABILITIES, type Capability } from '../state/default-grants.js';
import type { User } from '../state/user.js';
import { Failure } from '../wire/api-failure.js';
import type { Caller } from './caller.js';

function rolesOf(
  caller: Caller,
  call: Pick<Call, 'cid' | 'type'> & Partial<Call>,
  { grants }: Coordinator,
): Set<string> {
  if (caller.kind === 'server') return new Set(['admin']);
  const isListed = caller.callCids.has(call.cid);
  if (caller.kind === 'anonymous') return new Set(isListed ? ['anonymous', 'listed'] : ['anonymous']);
  // An unknown account role is a user's; an unknown member role adds nothing.
  const roles = new Set([grants.knows(caller.user.role, call.type) ? caller.user.role : 'user']);
  const member = call.members?.get(caller.userId);
  if (member !== undefined) roles.add(member.role ?? 'call_member');
  if (isListed) roles.add(typeof caller.claims?.role === 'string' ? caller.claims.role : 'call_member');
  if (call.createdById === caller.userId) roles.add('creator');
  return roles;
}

/** Whether the user may do nothing at all. */
function isOut({ ban, deactivatedAt, deletedAt }: User): boolean {
  return ban !== undefined || deactivatedAt !== undefined || deletedAt !== undefined;
}

/** `join-call` as `JoinCall`, which is how refusals and permissions name it. */
export function actionOf(capability: string): string {
  return capability.replaceAll(/(?:^|-)([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}

/** What the caller may do with a call, existing or about to be created. */
export function capabilitiesOf(
  caller: Caller,
  call: Pick<Call, 'cid' | 'type'> & Partial<Call>,
  coordinator: Coordinator,
): ReadonlySet<string> {
  if (caller.kind === 'server' || coordinator.app.disablePermissionsChecks) return new Set(CAPABILITIES);
  if (call.blocked?.has(caller.userId) || (caller.kind === 'user' && isOut(caller.user))) return new Set();
  const held = new Set<string>();
  for (const role of rolesOf(caller, call, coordinator)) {
    for (const capability of coordinator.grants.of(role, call.type)) held.add(capability);
  }
  const extra = call.grants?.get(caller.userId);
  for (const capability of extra?.granted ?? []) held.add(capability);
  for (const capability of extra?.revoked ?? []) held.delete(capability);
  return held;
}

/** The same as clients read it: grants may name permissions that are no capabilities. */
export function ownCapabilities(caller: Caller, call: Call, coordinator: Coordinator): Capability[] {
  const held = capabilitiesOf(caller, call, coordinator);
  return CAPABILITIES.filter((capability) => held.has(capability));
}

export function isAllowed(
  caller: Caller,
  call: Call,
  capability: Capability,
  coordinator: Coordinator,
): boolean {
  return capabilitiesOf(caller, call, coordinator).has(capability);
}

/** Throws 403 / 17 unless the caller holds the capability. */
export function requireCapability(
  caller: Caller,
  call: Pick<Call, 'cid' | 'type'> & Partial<Call>,
  capability: Capability,
  coordinator: Coordinator,
): void {
  if (capabilitiesOf(caller, call, coordinator).has(capability)) return;
  const who =
    caller.kind === 'user' ? `User '${caller.userId}' with role '${caller.user.role}'` : 'Anonymous user';
  const action = `${actionOf(capability)} in scope 'video:${call.type}'`;
  throw new Failure(17, `${who} is not allowed to perform action ${action}`);
}

/** Throws unless the caller may enter the call as it is now: ended and backstage calls need more. */
export function requireEntrance(caller: Caller, call: Call, coordinator: Coordinator): void {
  for (const capability of entranceOf(call, coordinator)) {
    requireCapability(caller, call, capability, coordinator);
  }
}

/** Whether the caller may enter the call as it is now. */
export function mayEnter(caller: Caller, call: Call, coordinator: Coordinator): boolean {
  return entranceOf(call, coordinator).every((capability) =>
    isAllowed(caller, call, capability, coordinator),
  );
}

function entranceOf(call: Call, coordinator: Coordinator): readonly Capability[] {
  const needed: Capability[] = ['join-call'];
  if (call.endedAt !== undefined) needed.push('join-ended-call');
  if (!call.backstage) return needed;
  const aheadSeconds = Number(call.settings.backstage?.join_ahead_time_seconds ?? 0);
  const opensAt = call.startsAt === undefined ? undefined : call.startsAt.ms - aheadSeconds * 1000;
  const isOpenAhead = aheadSeconds > 0 && opensAt !== undefined && opensAt <= coordinator.clock.now();
  if (!isOpenAhead) needed.push('join-backstage');
  return needed;
}
