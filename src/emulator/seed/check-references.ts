import { MAX_MEMBERS } from '../operations/call-context.js';
import { MAX_CALL_TYPES } from '../operations/call-types.js';
import { MAX_CUSTOM_ROLES } from '../operations/roles.js';
import { MAX_CALLS } from '../state/calls.js';
import type { Coordinator } from '../state/coordinator.js';
import { MAX_USERS } from '../state/users.js';
import { refuseSeed } from './refuse-seed.js';
import type { Seed } from './seed.js';

/** The users that a seed needs, listed or not. */
export function usersOf({ users, calls }: Seed): Set<string> {
  const ids = (calls ?? []).flatMap(({ created_by_id: creator, members, blocked_user_ids: blocked }) => [
    creator,
    ...(members ?? []).map(({ user_id: id }) => id),
    ...(blocked ?? []),
  ]);
  return new Set([...(users ?? []).map(({ id }) => id), ...ids]);
}

/** Refuses a seed that names what is neither in it nor in the emulator, names a thing twice, or holds too much. */
export function checkReferences(seed: Seed, coordinator: Coordinator): void {
  const { callTypes, calls, roles, grants } = coordinator;
  const newRoles = (seed.roles ?? []).filter((role) => !roles.has(role));
  const newTypes = (seed.call_types ?? []).map(({ name }) => name).filter((name) => !callTypes.find(name));
  checkOnce('roles', seed.roles ?? []);
  checkOnce(
    'users',
    (seed.users ?? []).map(({ id }) => id),
  );
  checkOnce(
    'call_types',
    (seed.call_types ?? []).map(({ name }) => name),
  );
  checkOnce(
    'calls',
    (seed.calls ?? []).map(({ type, id }) => `${type}:${id}`),
  );
  checkCount('custom roles', roles.custom().length + newRoles.length, MAX_CUSTOM_ROLES);
  checkCount('call types', callTypes.size + newTypes.length, MAX_CALL_TYPES);
  checkCount('users', usersOf(seed).size, MAX_USERS);
  checkCount('calls', seed.calls?.length ?? 0, MAX_CALLS);
  const isRole = (role: string, callType: string) => {
    const ofSeed = [seed.grants, ...(seed.call_types ?? []).map(({ grants: own }) => own)];
    return (
      newRoles.includes(role) ||
      grants.knows(role, callType) ||
      ofSeed.some((own) => own !== undefined && own !== null && Object.hasOwn(own, role))
    );
  };
  for (const [index, { role }] of (seed.users ?? []).entries()) checkRole(`users[${index}]`, role, '*');
  for (const [index, call] of (seed.calls ?? []).entries()) {
    const at = `calls[${index}]`;
    if (!callTypes.find(call.type) && !newTypes.includes(call.type))
      refuseSeed(`the seed's ${at} is of a call type that does not exist: ${call.type}`);
    const known = calls.find(`${call.type}:${call.id}`);
    if (known !== undefined && known.createdById !== call.created_by_id)
      refuseSeed(`the seed's ${at} exists and was created by another user: ${known.createdById}`);
    checkCount(`members of ${at}`, call.members?.length ?? 0, MAX_MEMBERS);
    checkOnce(
      `${at}.members`,
      (call.members ?? []).map(({ user_id: id }) => id),
    );
    for (const [member, { role }] of (call.members ?? []).entries())
      checkRole(`${at}.members[${member}]`, role, call.type);
  }

  function checkRole(at: string, role: string | undefined, callType: string): void {
    if (role === undefined || role === null || isRole(role, callType)) return;
    refuseSeed(`the seed's ${at} has a role that does not exist: ${role}. List it under "roles"`);
  }
}

function checkOnce(what: string, names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) refuseSeed(`the seed's ${what} list ${name} twice`);
    seen.add(name);
  }
}

function checkCount(what: string, count: number, most: number): void {
  if (count > most) refuseSeed(`the seed has too many ${what}: ${count}, at most ${most} are kept`);
}
