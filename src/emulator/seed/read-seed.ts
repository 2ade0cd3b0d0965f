import { assertKnown, type Names } from '../../shared/known-options.js';
import { MAX_MEMBERS } from '../operations/call-context.js';
import { CALL_TYPE_NAME } from '../operations/call-types.js';
import { CALL_DATA_FIELDS, MAX_CALL_ID_LENGTH } from '../operations/calls.js';
import { GRANTS } from '../operations/grant-fields.js';
import { isSettingsGroup } from '../state/call-settings.js';
import { SERVER_USER_FIELDS, USER_ID } from '../wire/profile.js';
import {
  bool,
  type Fields,
  isRecord,
  listOf,
  optional,
  type Rule,
  recordWithin,
  required,
  shape,
  text,
  time,
} from '../wire/validation.js';
import { refuseSeed } from './refuse-seed.js';
import type { Seed, SeedCall, SeedCallType, SeedMember, SeedUser } from './seed.js';

const ROLE = text(64, 1);

const settings: Rule = (value) => {
  const problem = recordWithin(value);
  if (problem !== undefined) return problem;
  const groups = Object.entries(value as object);
  const unknown = groups.find(([name, group]) => !isSettingsGroup(name) || !isRecord(group))?.[0];
  return unknown === undefined
    ? undefined
    : `has a group that does not exist or is not an object: ${unknown}`;
};

const USER: Record<keyof SeedUser, Fields[string]> = {
  ...SERVER_USER_FIELDS,
  banned: optional(bool),
  deactivated: optional(bool),
  deleted: optional(bool),
  revoke_tokens_issued_before: optional(time),
};
const CALL_TYPE: Record<keyof SeedCallType, Fields[string]> = {
  name: required(CALL_TYPE_NAME),
  settings: optional(settings),
  grants: optional(GRANTS),
  notification_settings: optional(recordWithin),
};
const MEMBER: Record<keyof SeedMember, Fields[string]> = {
  user_id: required(USER_ID),
  role: optional(ROLE),
  custom: optional(recordWithin),
};
const CALL: Record<keyof SeedCall, Fields[string]> = {
  ...CALL_DATA_FIELDS,
  type: required(CALL_TYPE_NAME),
  id: required(text(MAX_CALL_ID_LENGTH, 1)),
  created_by_id: required(USER_ID),
  members: optional((value) => (Array.isArray(value) ? undefined : 'must be a list')),
  blocked_user_ids: optional(listOf(USER_ID, MAX_MEMBERS)),
  settings_override: optional(settings),
  ended_at: optional(time),
  backstage: optional(bool),
};
/** What a seed may hold; `$schema` is for editors. */
export const SEED_NAMES: Names<keyof Seed | '$schema'> = {
  $schema: true,
  call_types: true,
  calls: true,
  grants: true,
  roles: true,
  users: true,
};

/** A copy of what was passed, in which every field is of its kind; throws for anything else. */
export function readSeed(value: unknown): Seed {
  const seed = asJson(value);
  if (!isRecord(seed)) refuseSeed('the seed is not an object');
  assertKnown('a seed', seed, SEED_NAMES);
  entriesOf(seed, 'roles', (role, at) => check(role, at, ROLE));
  if (seed.grants !== undefined && seed.grants !== null) check(seed.grants, 'grants', GRANTS);
  entriesOf(seed, 'users', (user, at) => checkFields(user, at, USER));
  entriesOf(seed, 'call_types', (type, at) => checkFields(type, at, CALL_TYPE));
  entriesOf(seed, 'calls', (call, at) => {
    checkFields(call, at, CALL);
    entriesOf(call as Record<string, unknown>, 'members', (member, within) =>
      checkFields(member, `${at}.${within}`, MEMBER),
    );
  });
  return seed as Seed;
}

/** Reads a seed's text, as of a file. */
export function parseSeed(json: string): Seed {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (cause) {
    return refuseSeed('the seed is not JSON', cause);
  }
  return readSeed(parsed);
}

// What is kept must not change with the caller's objects.
function asJson(value: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(value) ?? 'null');
  } catch (cause) {
    return refuseSeed('the seed can not be written as JSON', cause);
  }
}

function entriesOf(
  holder: Record<string, unknown>,
  name: string,
  checkEntry: (entry: unknown, at: string) => void,
): void {
  const list = holder[name] ?? [];
  if (!Array.isArray(list)) refuseSeed(`the seed's ${name} must be a list`);
  for (const [index, entry] of list.entries()) checkEntry(entry, `${name}[${index}]`);
}

function check(value: unknown, at: string, rule: Rule): void {
  const problem = rule(value);
  if (problem !== undefined) refuseSeed(`the seed's ${at} ${problem}`);
}

function checkFields(value: unknown, at: string, fields: Fields): void {
  check(value, at, shape(fields));
  const names = Object.keys(fields).map((name) => [name, true as const]);
  assertKnown(`the seed's ${at}`, value, Object.fromEntries(names));
}
