/** How times are written: RFC 3339 text under `/video`, nanosecond integers under `/api/v2`. */
export type TimeForm = 'text' | 'nanoseconds';

const MILLISECONDS_PER_DAY = 86_400_000;
const LATEST_MS = 100_000_000 * MILLISECONDS_PER_DAY;
const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;

/** A moment, kept apart from its representation: the answer's prefix decides how it is written. */
export class Instant {
  readonly ms: number;
  #text: string | undefined;

  constructor(ms: number) {
    this.ms = ms;
  }

  /** RFC 3339, which is what JSON gets unless told otherwise. */
  toJSON(): string {
    this.#text ??= new Date(this.ms).toISOString();
    return this.#text;
  }

  toNanoseconds(): number {
    // Whole milliseconds first: the product must be an integer for clients that read one.
    return Math.floor(this.ms) * 1_000_000;
  }
}

/** Reads a time from a request: RFC 3339 text, or an integer of nanoseconds. Undefined for anything else. */
export function parseInstant(value: unknown): Instant | undefined {
  if (typeof value === 'number') {
    const ms = value / 1_000_000;
    return Number.isInteger(value) && Math.abs(ms) < LATEST_MS ? new Instant(ms) : undefined;
  }
  if (typeof value !== 'string' || !RFC_3339.test(value)) return undefined;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? undefined : new Instant(ms);
}

/** JSON with each `Instant` written in the given form. */
export function stringify(value: unknown, form: TimeForm): string {
  return form === 'text' ? JSON.stringify(value) : JSON.stringify(value, withNanoseconds);
}

// `toJSON` has been called by then; the holder still has the instant itself.
function withNanoseconds(this: Record<string, unknown>, key: string, item: unknown): unknown {
  const held = this[key];
  return held instanceof Instant ? held.toNanoseconds() : item;
}
