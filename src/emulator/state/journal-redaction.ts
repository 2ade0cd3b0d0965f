import { maskTokens } from '../../shared/sanitize.js';

const SECRET_KEYS = new Set([
  'authorization',
  'cookie',
  'proxy-authorization',
  'token',
  'access_token',
  'credentials',
  'password',
  'api_secret',
]);
const REDACTED = '<redacted>';
const MAX_DEPTH = 8;
const MAX_ITEMS = 100;
const MAX_TEXT = 2_000;
// Of all texts of one value together: the journal keeps thousands of requests.
const MAX_TOTAL_TEXT = 8_000;

/** Text from outside as it may be kept and shown: cut, tokens masked. */
export function redactText(text: string): string {
  return maskTokens(text.slice(0, MAX_TEXT));
}

/** A copy that is safe to show: fields that hold secrets are replaced, tokens masked, size bounded. */
export function redact(value: unknown): unknown {
  return new Redaction().copy(value, 0);
}

class Redaction {
  #left = MAX_TOTAL_TEXT;

  copy(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return this.#text(value);
    if (typeof value !== 'object' || value === null) return value;
    if (depth >= MAX_DEPTH || this.#left <= 0) return '…';
    if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => this.copy(item, depth + 1));
    return Object.fromEntries(
      Object.entries(value)
        .slice(0, MAX_ITEMS)
        .map(([key, item]) => [this.#text(key), this.#field(key, item, depth)]),
    );
  }

  #text(text: string): string {
    const shown = redactText(this.#left < MAX_TEXT ? text.slice(0, Math.max(this.#left, 0)) : text);
    // Even an empty text takes room.
    this.#left -= shown.length + 8;
    return shown;
  }

  #field(key: string, item: unknown, depth: number): unknown {
    if (!SECRET_KEYS.has(key.toLowerCase())) return this.copy(item, depth + 1);
    // Whether one was sent at all, or an empty one, is what tests ask.
    return item === '' || item === undefined || item === null ? item : REDACTED;
  }
}

/** Headers as one plain object, secrets replaced. */
export function redactHeaders(headers: Iterable<readonly [string, string]>): Record<string, string> {
  return redact(Object.fromEntries(headers)) as Record<string, string>;
}

/** The query as one plain object, secrets replaced, also in the details of chat clients. */
export function redactQuery(query: URLSearchParams): Record<string, string> {
  const fields = [...query].map(([key, value]) => [key, key === 'json' ? redactJson(value) : value] as const);
  return redact(Object.fromEntries(fields)) as Record<string, string>;
}

function redactJson(text: string): string {
  try {
    return JSON.stringify(redact(JSON.parse(text)));
  } catch {
    return redactText(text);
  }
}
