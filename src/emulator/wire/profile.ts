import type { Profile } from '../state/users.js';
import { type Body, bool, listAt, optional, record, recordOf, required, text, textOf } from './validation.js';

/** The fields of a user in a request. */
export const USER_FIELDS = {
  id: required(text(255, 1)),
  name: optional(text(1024)),
  image: optional(text(4096)),
  language: optional(text(16)),
  custom: optional(record),
  invisible: optional(bool),
  privacy_settings: optional(record),
};

/** The profile that a client sends. */
export function readProfile(body: Body): Profile {
  return {
    name: textOf(body, 'name'),
    image: textOf(body, 'image'),
    language: textOf(body, 'language'),
    custom: recordOf(body, 'custom'),
    invisible: body.invisible === true ? true : undefined,
    privacySettings: recordOf(body, 'privacy_settings'),
  };
}

/** The profile that a server sends: with role and teams, which clients can't choose. */
export function readServerProfile(body: Body): Profile {
  const teams = listAt<string>(body, 'teams');
  return {
    ...readProfile(body),
    role: textOf(body, 'role'),
    teams: teams.length > 0 ? [...teams] : undefined,
  };
}
