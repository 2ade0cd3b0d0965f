import { type Instant, parseInstant } from '../state/instant.js';
import { invalidInput } from '../wire/api-failure.js';
import { isRecord } from '../wire/validation.js';

/** What a field of a filter is made of; decides which operators it takes. */
export type FieldKind = 'text' | 'words' | 'time' | 'flag' | 'ids' | 'list' | 'custom';

export interface Field<T> {
  readonly kind: FieldKind;
  /** The value of one item; undefined where it has none. */
  readonly read: (item: T, path: readonly string[]) => unknown;
  /** Whether the path begins with the name of the field itself. */
  readonly takesName?: boolean;
}

/** The fields that may be filtered on. */
export interface FieldTable<T> {
  get(name: string): Field<T> | undefined;
}

type Predicate<T> = (item: T) => boolean;

const COMPARING = ['$eq', '$in', '$gt', '$gte', '$lt', '$lte', '$exists'];

const OPERATORS: Readonly<Record<FieldKind, readonly string[]>> = {
  text: COMPARING,
  words: [...COMPARING, '$autocomplete', '$q'],
  time: COMPARING,
  flag: ['$eq'],
  ids: ['$in'],
  list: ['$eq', '$in', '$contains', '$exists'],
  custom: [...COMPARING, '$contains', '$autocomplete', '$q'],
};

const MAX_DEPTH = 10;

/** Turns `filter_conditions` into a predicate; throws 400 / 4 for a field or an operator that is not supported. */
export function compileFilter<T>(conditions: unknown, fields: FieldTable<T>, depth = 0): Predicate<T> {
  if (conditions === undefined || conditions === null) return () => true;
  if (!isRecord(conditions)) throw invalidInput('filter_conditions', 'must be an object');
  if (depth > MAX_DEPTH)
    throw invalidInput('filter_conditions', `must be nested at most ${MAX_DEPTH} levels`);
  const parts = Object.entries(conditions).map(([name, condition]) =>
    name === '$and' || name === '$or' || name === '$nor'
      ? compileGroup(name, condition, fields, depth)
      : compileField(name, condition, fields),
  );
  return (item) => parts.every((part) => part(item));
}

function compileGroup<T>(
  name: string,
  conditions: unknown,
  fields: FieldTable<T>,
  depth: number,
): Predicate<T> {
  if (!Array.isArray(conditions) || conditions.length === 0)
    throw invalidInput(name, 'must be a non-empty list');
  const parts = conditions.map((condition) => compileFilter<T>(condition, fields, depth + 1));
  if (name === '$and') return (item) => parts.every((part) => part(item));
  if (name === '$or') return (item) => parts.some((part) => part(item));
  return (item) => !parts.some((part) => part(item));
}

function compileField<T>(name: string, condition: unknown, fields: FieldTable<T>): Predicate<T> {
  const [head = '', ...path] = name.split('.');
  const field = fields.get(head);
  if (field === undefined || (path.length > 0 && field.kind !== 'custom')) {
    throw invalidInput(name.slice(0, 100), 'is not a field to filter on');
  }
  const isOperators = isRecord(condition) && Object.keys(condition).some((key) => key.startsWith('$'));
  const operators = isOperators ? Object.entries(condition) : ([['$eq', condition]] as const);
  const tests = operators.map(([operator, operand]) => {
    if (!OPERATORS[field.kind].includes(operator)) {
      throw invalidInput(name.slice(0, 100), `does not support ${operator.slice(0, 20)}`);
    }
    return compileTest(operator, operand, field.kind, name);
  });
  const fullPath = field.takesName ? [head, ...path] : path;
  return (item) => {
    const value = field.read(item, fullPath);
    return tests.every((test) => test(value));
  };
}

function compileTest(
  operator: string,
  operand: unknown,
  kind: FieldKind,
  name: string,
): (value: unknown) => boolean {
  if (operator === '$exists') {
    if (typeof operand !== 'boolean') throw invalidInput(name, '$exists takes a boolean');
    return (value) => isThere(value) === operand;
  }
  if (operator === '$in') {
    if (!Array.isArray(operand)) throw invalidInput(name, '$in takes a list');
    const wanted = operand.map((one) => comparable(one, kind, name));
    if (kind === 'ids') return (value) => wanted.some((one) => (value as ReadonlySet<unknown>).has(one));
    if (kind === 'list') return (value) => wanted.some((one) => (value as unknown[]).includes(one));
    return (value) => wanted.some((one) => isEqual(held(value), one));
  }
  if (operator === '$contains')
    return (value) => Array.isArray(value) && value.some((one) => isEqual(one, operand));
  if (operator === '$autocomplete' || operator === '$q') {
    if (typeof operand !== 'string') throw invalidInput(name, `${operator} takes a string`);
    const start = operand.toLowerCase();
    return (value) => typeof value === 'string' && matchesWords(value.toLowerCase(), start);
  }
  const wanted = comparable(operand, kind, name);
  if (kind === 'list') return (value) => isSameList(value as unknown[], wanted);
  if (operator === '$eq') return (value) => isEqual(held(value), wanted);
  return (value) => {
    const order = compareValues(held(value), wanted);
    if (order === undefined) return false;
    if (operator === '$gt') return order > 0;
    if (operator === '$gte') return order >= 0;
    return operator === '$lt' ? order < 0 : order <= 0;
  };
}

function comparable(operand: unknown, kind: FieldKind, name: string): unknown {
  if (operand === null || kind === 'custom' || kind === 'list') return operand;
  if (kind === 'time') {
    const instant = parseInstant(operand);
    if (instant === undefined) throw invalidInput(name, 'takes a time (RFC 3339)');
    return instant.ms;
  }
  const expected = kind === 'flag' ? 'boolean' : 'string';
  if (typeof operand !== expected) throw invalidInput(name, `takes a ${expected}`);
  return operand;
}

// Times are compared by their milliseconds; what is absent equals null.
function held(value: unknown): unknown {
  if (value === undefined) return null;
  return typeof (value as Instant | null)?.ms === 'number' ? (value as Instant).ms : value;
}

function isThere(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null;
}

// Null stands for none; one value for a list of it.
function isSameList(value: readonly unknown[], wanted: unknown): boolean {
  const items = wanted === null ? [] : Array.isArray(wanted) ? wanted : [wanted];
  return value.length === items.length && items.every((one) => value.includes(one));
}

function isEqual(left: unknown, right: unknown): boolean {
  return (
    left === right ||
    (typeof left === 'object' && left !== null && JSON.stringify(left) === JSON.stringify(right))
  );
}

function compareValues(left: unknown, right: unknown): number | undefined {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : Number(left > right);
  return undefined;
}

function matchesWords(text: string, start: string): boolean {
  return text.split(/\s+/).some((word) => word.startsWith(start)) || text.startsWith(start);
}
