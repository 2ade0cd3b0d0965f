/**
 * What others hand over (what a provider or a listener throws, a frame of a server, an event of the platform) is
 * looked at only through these functions. A property may throw, a proxy may be revoked, a window may be of another
 * origin, and what is read may be no primitive. Nothing here throws.
 */

/** A field of anything; undefined where there is none, and where reading it throws. */
export function read(value: unknown, field: PropertyKey): unknown {
  try {
    return (value as Readonly<Record<PropertyKey, unknown>> | null | undefined)?.[field];
  } catch {
    return undefined;
  }
}

/** A field that holds text; undefined where it holds anything else. */
export function readText(value: unknown, field: PropertyKey): string | undefined {
  const text = read(value, field);
  return typeof text === 'string' ? text : undefined;
}

/** Whether a field is text of the thing's own, and no getter: reading it later gives the same. */
export function isPlainText(value: object, field: PropertyKey): boolean {
  try {
    return typeof Object.getOwnPropertyDescriptor(value, field)?.value === 'string';
  } catch {
    return false;
  }
}

/** Anything as text, as `String` has it. */
export function toText(value: unknown): string {
  try {
    return String(value);
  } catch {
    return 'a value that cannot be read';
  }
}

/** Whether something is an array; a revoked proxy is none. */
export function isArray(value: unknown): value is readonly unknown[] {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}

/** The names of an object's own enumerable fields; none where they cannot be told. */
export function keysOf(value: object): string[] {
  try {
    return Object.keys(value);
  } catch {
    return [];
  }
}

/** `instanceof` that never throws. */
export function isInstance<T>(value: unknown, type: abstract new (...args: never[]) => T): value is T {
  try {
    return value instanceof type;
  } catch {
    return false;
  }
}

/** Deeper than any runtime nests causes, and an end for those that lead in a circle. */
const MAX_CAUSES = 8;

/** What could be read of something thrown. Each field is read once, so that a second look cannot tell another story. */
export class Thrown {
  /** The very thing that was thrown: it is handed on, and not looked at again. */
  readonly value: unknown;
  readonly name: string | undefined;
  readonly message: string | undefined;
  readonly code: unknown;
  readonly retryAfter: unknown;
  readonly retryAfterMs: unknown;
  readonly cause: Thrown | undefined;

  constructor(value: unknown, causes = MAX_CAUSES) {
    this.value = value;
    this.name = readText(value, 'name');
    this.message = readText(value, 'message');
    this.code = read(value, 'code');
    this.retryAfter = read(value, 'retryAfter');
    this.retryAfterMs = read(value, 'retryAfterMs');
    const cause = causes > 0 ? read(value, 'cause') : undefined;
    this.cause = cause === undefined ? undefined : new Thrown(cause, causes - 1);
  }
}

/** Looks at something thrown, once. */
export function lookAt(thrown: unknown): Thrown {
  return isInstance(thrown, Thrown) ? thrown : new Thrown(thrown);
}
