import { VectorError } from './claim.js';

export type Fields = Readonly<Record<string, unknown>>;

/** An object with no other keys than these. */
export function fieldsOf(value: unknown, keys: readonly string[], what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new VectorError(`${what}: must be an object`);
  }
  const unknown = Object.keys(value).find((key) => !keys.includes(key));
  if (unknown !== undefined) throw new VectorError(`${what}: unknown word "${unknown}"`);
  return value as Fields;
}

export function textOf(value: unknown, what: string): string {
  if (typeof value === 'string') return value;
  throw new VectorError(`${what}: must be a string`);
}

export function optionalText(value: unknown, what: string): string | undefined {
  return value === undefined ? undefined : textOf(value, what);
}

/** One of a list, else a mistake. */
export function oneOf<T>(choices: Readonly<Record<string, T>>, value: unknown, what: string): T {
  if (typeof value !== 'string' || !Object.hasOwn(choices, value)) {
    throw new VectorError(`${what}: unknown word ${JSON.stringify(value)}`);
  }
  return choices[value] as T;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}
