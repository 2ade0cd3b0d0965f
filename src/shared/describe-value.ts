import { isArray, lookAt } from './foreign-value.js';
import { sanitize } from './sanitize.js';

/** Says what kind of value something is, never the value itself. */
export function describeType(value: unknown): string {
  if (value === null) return 'null';
  if (isArray(value)) return 'an array';
  if (value === '') return 'an empty string';
  return value === undefined ? 'undefined' : `a value of type ${typeof value}`;
}

/** What something thrown says, made safe; its kind where it says nothing that can be read. */
export function describeThrown(thrown: unknown): string {
  const { message, value } = lookAt(thrown);
  if (message !== undefined) return sanitize(message);
  return value === undefined ? 'it gave no reason' : `it threw ${describeType(value)}`;
}
