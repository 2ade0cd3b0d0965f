import type { Profile } from '../state/users.js';
import {
  type Body,
  bool,
  isRecord,
  listOf,
  optional,
  type Rule,
  readList,
  readRecord,
  readText,
  recordWithin,
  required,
  text,
} from './validation.js';

/** The longest id of a user, in characters. */
export const MAX_USER_ID_LENGTH = 255;

/** The id of a user in a request. */
export const USER_ID = text(MAX_USER_ID_LENGTH, 1);

const teamsRole: Rule = (value) =>
  isRecord(value) && Object.values(value).every((role) => typeof role === 'string')
    ? recordWithin(value)
    : 'must be an object of roles by team';

/** The fields of a user in a request. */
export const USER_FIELDS = {
  id: required(USER_ID),
  name: optional(text(1024)),
  image: optional(text(4096)),
  language: optional(text(16)),
  custom: optional(recordWithin),
  invisible: optional(bool),
  privacy_settings: optional(recordWithin),
};

/** The fields of a user in the request of a server. */
export const SERVER_USER_FIELDS = {
  ...USER_FIELDS,
  role: optional(text(64)),
  teams: optional(listOf(text(255))),
  teams_role: optional(teamsRole),
};

/** The profile that a client sends. */
export function readProfile(body: Body): Profile {
  return {
    name: readText(body, 'name'),
    image: readText(body, 'image'),
    language: readText(body, 'language'),
    custom: readRecord(body, 'custom'),
    invisible: body.invisible === true ? true : undefined,
    privacySettings: readRecord(body, 'privacy_settings'),
  };
}

/** The profile that a server sends: with role and teams, which clients can't choose. */
export function readServerProfile(body: Body): Profile {
  return {
    ...readProfile(body),
    invisible: typeof body.invisible === 'boolean' ? body.invisible : undefined,
    role: readText(body, 'role'),
    teams: Array.isArray(body.teams) ? [...readList<string>(body, 'teams')] : undefined,
    teamsRole: readRecord(body, 'teams_role') as Record<string, string> | undefined,
  };
}
