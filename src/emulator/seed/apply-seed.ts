import { announceUser } from '../announcements/user-events.js';
import type { Call } from '../state/call.js';
import type { Coordinator } from '../state/coordinator.js';
import { Instant, parseInstant } from '../state/instant.js';
import { readServerProfile } from '../wire/profile.js';
import { checkReferences, usersOf } from './check-references.js';
import { readSeed } from './read-seed.js';
import type { Seed, SeedCall, SeedCallType, SeedUser } from './seed.js';

/**
 * Lays a seed over the state of an application: what is not there is created, what is there gets the fields that
 * the seed gives. All or nothing.
 *
 * @throws {ConfigurationError} for a seed that can't be used, before anything is changed.
 */
export function applySeed(coordinator: Coordinator, given: Seed): void {
  const seed = readSeed(given);
  checkReferences(seed, coordinator);
  for (const role of seed.roles ?? []) if (!coordinator.roles.has(role)) coordinator.roles.create(role);
  for (const [role, permissions] of Object.entries(seed.grants ?? {})) {
    coordinator.grants.setOfApp(role, permissions);
  }
  for (const id of usersOf(seed)) coordinator.users.require(id);
  for (const user of seed.users ?? []) putUser(coordinator, user);
  for (const type of seed.call_types ?? []) putCallType(coordinator, type);
  for (const call of seed.calls ?? []) putCall(coordinator, call);
  coordinator.reviewSockets();
}

function putUser(coordinator: Coordinator, seed: SeedUser): void {
  const { user, changed } = coordinator.users.upsert(seed.id, readServerProfile({ ...seed }));
  const now = new Instant(coordinator.clock.now());
  if (typeof seed.deactivated === 'boolean') user.deactivatedAt = seed.deactivated ? now : undefined;
  if (typeof seed.deleted === 'boolean') user.deletedAt = seed.deleted ? now : undefined;
  if (typeof seed.banned === 'boolean') {
    const ban = { byId: undefined, reason: undefined, createdAt: now, expires: undefined };
    user.ban = seed.banned ? ban : undefined;
  }
  user.revokeTokensIssuedBefore =
    parseInstant(seed.revoke_tokens_issued_before) ?? user.revokeTokensIssuedBefore;
  if (changed) announceUser(coordinator, user);
}

function putCallType(coordinator: Coordinator, seed: SeedCallType): void {
  const { callTypes, calls } = coordinator;
  const { name, settings, grants, notification_settings: notificationSettings } = seed;
  const change = { settings, grants, notificationSettings };
  const known = callTypes.find(name);
  if (known === undefined) {
    callTypes.create(name, change);
    return;
  }
  callTypes.update(known, change);
  calls.follow(known);
}

function putCall(coordinator: Coordinator, seed: SeedCall): void {
  const { calls, callTypes } = coordinator;
  const type = callTypes.find(seed.type);
  if (type === undefined) throw new RangeError('the call types of a seed are checked before');
  const known = calls.find(`${seed.type}:${seed.id}`);
  const call = known ?? calls.create(type, seed.id, seed.created_by_id);
  calls.override(call, seed.settings_override, type);
  const isBackstage = known?.backstage ?? call.settings.backstage?.enabled === true;
  call.backstage = seed.backstage ?? isBackstage;
  call.custom = { ...(seed.custom ?? call.custom) };
  call.team = seed.team ?? call.team;
  call.channelCid = seed.channel_cid ?? call.channelCid;
  call.startsAt = parseInstant(seed.starts_at) ?? call.startsAt;
  call.endedAt = parseInstant(seed.ended_at) ?? call.endedAt;
  addPeople(coordinator, call, seed);
  if (known !== undefined) calls.touch(call);
}

function addPeople({ calls }: Coordinator, call: Call, seed: SeedCall): void {
  for (const { user_id: id, role, custom } of seed.members ?? []) {
    calls.setMember(call, id, role ?? undefined, custom ? { ...custom } : undefined);
  }
  for (const id of seed.blocked_user_ids ?? []) call.blocked.add(id);
}
