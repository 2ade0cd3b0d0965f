import type { Coordinator } from '../state/coordinator.js';
import { parseInstant } from '../state/instant.js';
import type { User } from '../state/user.js';
import { invalidInput } from '../wire/api-failure.js';
import { readServerProfile, SERVER_USER_FIELDS } from '../wire/profile.js';
import { type Body, isRecord, recordWithin } from '../wire/validation.js';

const PROFILE_FIELDS = new Map(
  Object.entries(SERVER_USER_FIELDS).filter(([name]) => name !== 'id' && name !== 'custom'),
);

/** Sets one field of a user, as `set` of a partial update names it; any other name is a custom field. */
export function setUserField({ users }: Coordinator, user: User, name: string, value: unknown): void {
  if (name === 'revoke_tokens_issued_before') {
    user.revokeTokensIssuedBefore = readCutoff(name, value);
    return;
  }
  const field = PROFILE_FIELDS.get(name);
  if (field === undefined) {
    const custom = name === 'custom' && isRecord(value) ? value : { [name]: value };
    const merged = Object.fromEntries([...Object.entries(user.custom), ...Object.entries(custom)]);
    const problem = recordWithin(merged);
    if (problem !== undefined) throw invalidInput('custom', problem);
    user.custom = merged;
    return;
  }
  const problem = field.rule(value);
  if (problem !== undefined) throw invalidInput(name, problem);
  const body: Body = { [name]: value };
  users.upsert(user.id, readServerProfile(body));
}

function readCutoff(name: string, value: unknown) {
  const instant = parseInstant(value);
  if (value === null || instant !== undefined) return instant;
  throw invalidInput(name, 'must be a time (RFC 3339) or null');
}

const UNSET = new Map<string, (user: User) => void>([
  ['name', (user) => (user.name = undefined)],
  ['image', (user) => (user.image = undefined)],
  ['language', (user) => (user.language = 'en')],
  ['role', (user) => (user.role = 'user')],
  ['teams', (user) => (user.teams = [])],
  ['teams_role', (user) => (user.teamsRole = undefined)],
  ['invisible', (user) => (user.invisible = false)],
  ['privacy_settings', (user) => (user.privacySettings = undefined)],
  ['custom', (user) => (user.custom = {})],
  ['revoke_tokens_issued_before', (user) => (user.revokeTokensIssuedBefore = undefined)],
]);

/** Takes one field back to what a new user has; `custom.x` and any other name is a custom field. */
export function unsetUserField(user: User, name: string): void {
  const unset = UNSET.get(name);
  if (unset !== undefined) unset(user);
  else {
    const key = name.startsWith('custom.') ? name.slice('custom.'.length) : name;
    user.custom = Object.fromEntries(Object.entries(user.custom).filter(([one]) => one !== key));
  }
}
