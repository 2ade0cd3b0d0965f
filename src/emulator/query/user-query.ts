import type { Instant } from '../state/instant.js';
import type { User } from '../state/user.js';
import { invalidInput } from '../wire/api-failure.js';
import { type Body, isRecord, readList } from '../wire/validation.js';
import { compileFilter, type Field } from './filter.js';

const MAX_OFFSET = 1_000;
const DEFAULT_LIMIT = 30;
const MAX_LIMIT = 100;
const MAX_SORTS = 10;

type Value = string | number | boolean | null;

// Whatever is no field of a user is one of its custom fields.
const FIELDS = new Map<string, Field<User>>([
  ['id', { kind: 'words', read: (user) => user.id }],
  ['name', { kind: 'words', read: (user) => user.name }],
  ['role', { kind: 'words', read: (user) => user.role }],
  ['language', { kind: 'text', read: (user) => user.language }],
  ['created_at', { kind: 'time', read: (user) => user.createdAt }],
  ['updated_at', { kind: 'time', read: (user) => user.updatedAt }],
  ['last_active', { kind: 'time', read: (user) => user.lastActive }],
  ['deactivated_at', { kind: 'time', read: (user) => user.deactivatedAt }],
  ['banned', { kind: 'flag', read: (user) => user.ban !== undefined }],
  ['shadow_banned', { kind: 'flag', read: () => false }],
  ['teams', { kind: 'list', read: (user) => user.teams }],
]);

function customValue(user: User, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined),
    user.custom,
  );
}

const CUSTOM: Field<User> = {
  kind: 'custom',
  read: (user, path) => customValue(user, path[0] === 'custom' ? path.slice(1) : path),
};

const FILTERS = {
  get: (name: string): Field<User> => FIELDS.get(name) ?? { ...CUSTOM, takesName: true },
};

function sortValue(user: User, field: string): Value {
  const known = FIELDS.get(field);
  const value = known === undefined ? CUSTOM.read(user, field.split('.')) : known.read(user, []);
  if (typeof (value as Instant | undefined)?.ms === 'number') return (value as Instant).ms;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

interface Sort {
  readonly field: string;
  readonly direction: 1 | -1;
}

function readSort(payload: Body): Sort[] {
  const sorts = readList(payload, 'sort');
  if (sorts.length > MAX_SORTS) throw invalidInput('sort', `must have at most ${MAX_SORTS} entries`);
  return sorts.map((entry) => {
    if (!isRecord(entry) || typeof entry.field !== 'string') {
      throw invalidInput('sort', 'has an entry without a field');
    }
    const { field, direction = 1 } = entry;
    if (direction !== 1 && direction !== -1)
      throw invalidInput('sort', 'has a direction other than 1 and -1');
    return { field, direction };
  });
}

// What has no value comes last, whichever way the rest is sorted.
function compare(left: Value, right: Value, direction: 1 | -1): number {
  if (left === right) return 0;
  if (left === null) return 1;
  if (right === null) return -1;
  return (left < right ? -1 : 1) * direction;
}

function readCount(payload: Body, name: string, fallback: number, max: number): number {
  const value = payload[name] ?? fallback;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max) return value;
  throw invalidInput(name, `must be a whole number from 0 to ${max}`);
}

/** The users that a `QueryUsers` payload asks for; newest first unless it says otherwise. */
export function queryUsers(users: Iterable<User>, payload: Body): User[] {
  const isWanted = compileFilter(payload.filter_conditions, FILTERS);
  const offset = readCount(payload, 'offset', 0, MAX_OFFSET);
  const limit = readCount(payload, 'limit', DEFAULT_LIMIT, MAX_LIMIT);
  const sort = readSort(payload);
  const includesDeactivated = payload.include_deactivated_users === true;
  const found = [...users].filter(
    (user) =>
      user.deletedAt === undefined &&
      (includesDeactivated || user.deactivatedAt === undefined) &&
      isWanted(user),
  );
  const sorts: readonly Sort[] = sort.length > 0 ? sort : [{ field: 'created_at', direction: -1 }];
  found.sort((left, right) => {
    for (const { field, direction } of sorts) {
      const order = compare(sortValue(left, field), sortValue(right, field), direction);
      if (order !== 0) return order;
    }
    return 0;
  });
  return found.slice(offset, offset + limit);
}
