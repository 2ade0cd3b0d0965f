import { Failure } from '../wire/api-failure.js';
import { isRecord, listOf, type Rule, text } from '../wire/validation.js';

export type GrantsByRole = Readonly<Record<string, readonly string[]>>;

const PERMISSIONS = listOf(text(64, 1), 500);
const MAX_ROLES = 100;

/** Lists of permissions by role, as an application and a call type hold them. */
export const GRANTS: Rule = (value) => {
  if (!isRecord(value)) return 'must be an object';
  const lists = Object.entries(value);
  if (lists.length > MAX_ROLES) return `must name at most ${MAX_ROLES} roles`;
  for (const [role, permissions] of lists) {
    const reason = PERMISSIONS(permissions);
    if (reason !== undefined) return `has a role ${role.slice(0, 64)} whose list ${reason}`;
  }
  return undefined;
};

/** Throws 400 / 4 for grants of more roles than are kept. */
export function checkGrants(grants: GrantsByRole, held: Iterable<string>): void {
  if (new Set([...held, ...Object.keys(grants)]).size > MAX_ROLES) {
    throw new Failure(4, `grants are kept for at most ${MAX_ROLES} roles`);
  }
}
