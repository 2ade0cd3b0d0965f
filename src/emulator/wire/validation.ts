import { parseInstant } from '../state/instant.js';
import { Failure } from './api-failure.js';

/** Says what is wrong with a value; undefined when nothing is. */
export type Rule = (value: unknown) => string | undefined;

/** The fields of a body. Those that are not named are tolerated; null counts as absent. */
export type Fields = Readonly<Record<string, { readonly required: boolean; readonly rule: Rule }>>;

export type Body = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export const bool: Rule = (value) => (typeof value === 'boolean' ? undefined : 'must be a boolean');
export const record: Rule = (value) => (isRecord(value) ? undefined : 'must be an object');
const MAX_RECORD_CHARACTERS = 100 * 1024;

/** An object that may be kept: bounded, since the emulator holds everything in memory. */
export const recordWithin: Rule = (value) => record(value) ?? oversize(value);

function oversize(value: unknown): string | undefined {
  try {
    return JSON.stringify(value).length > MAX_RECORD_CHARACTERS
      ? 'must be at most 100 KiB as JSON'
      : undefined;
  } catch {
    // It was read without recursion, and is written with it.
    return 'is nested too deep';
  }
}

export const time: Rule = (value) => (parseInstant(value) ? undefined : 'must be a time (RFC 3339)');

export function text(maxLength = 1024, minLength = 0): Rule {
  return (value) => {
    if (typeof value !== 'string') return 'must be a string';
    if (value.length < minLength) return 'must not be empty';
    return value.length > maxLength ? `must be at most ${maxLength} characters` : undefined;
  };
}

export function integer(low: number, high: number): Rule {
  return (value) =>
    Number.isInteger(value) && Number(value) >= low && Number(value) <= high
      ? undefined
      : `must be a whole number from ${low} to ${high}`;
}

export function oneOf(values: readonly string[]): Rule {
  return (value) => (values.includes(value as string) ? undefined : `must be one of: ${values.join(', ')}`);
}

export function listOf(rule: Rule, maxItems = 100): Rule {
  return (value) => {
    if (!Array.isArray(value)) return 'must be a list';
    if (value.length > maxItems) return `must have at most ${maxItems} items`;
    for (const item of value) {
      const reason = rule(item);
      if (reason !== undefined) return `has an item that ${reason}`;
    }
    return undefined;
  };
}

export function shape(fields: Fields): Rule {
  return (value) => {
    if (!isRecord(value)) return 'must be an object';
    const [first] = Object.entries(problemsOf(value, fields));
    return first === undefined ? undefined : `has a field ${first[0]} that ${first[1]}`;
  };
}

export function required(rule: Rule) {
  return { required: true, rule };
}

export function optional(rule: Rule) {
  return { required: false, rule };
}

function problemsOf(body: Body, fields: Fields): Record<string, string> {
  const problems: Record<string, string> = {};
  for (const [name, { required: isRequired, rule }] of Object.entries(fields)) {
    const value = Object.hasOwn(body, name) ? body[name] : undefined;
    if (value === undefined || value === null) {
      if (isRequired) problems[name] = 'is required';
      continue;
    }
    const reason = rule(value);
    if (reason !== undefined) problems[name] = reason;
  }
  return problems;
}

/** Throws 400 / 4 with the reason per field. */
export function validate(body: Body, fields: Fields): void {
  const problems = problemsOf(body, fields);
  const [first] = Object.entries(problems);
  if (first !== undefined) throw new Failure(4, `${first[0]} ${first[1]}`, { fields: problems });
}

export function readText(body: Body, name: string): string | undefined {
  const value = Object.hasOwn(body, name) ? body[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}

export function readRecord(body: Body, name: string): Record<string, unknown> | undefined {
  const value = Object.hasOwn(body, name) ? body[name] : undefined;
  return isRecord(value) ? value : undefined;
}

export function readList<T = unknown>(body: Body, name: string): readonly T[] {
  const value = Object.hasOwn(body, name) ? body[name] : undefined;
  return Array.isArray(value) ? (value as T[]) : [];
}
