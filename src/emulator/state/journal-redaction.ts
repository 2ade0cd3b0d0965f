import { maskTokens } from '../../shared/text.js';

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

/** A copy that is safe to show: fields that hold secrets are replaced, tokens masked, size bounded. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return maskTokens(value.slice(0, MAX_TEXT));
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return '…';
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => redact(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, MAX_ITEMS)
      .map(([key, item]) => [maskTokens(key.slice(0, MAX_TEXT)), redactField(key, item, depth)]),
  );
}

function redactField(key: string, item: unknown, depth: number): unknown {
  if (!SECRET_KEYS.has(key.toLowerCase())) return redact(item, depth + 1);
  // Whether one was sent at all, or an empty one, is what tests ask.
  return item === '' || item === undefined || item === null ? item : REDACTED;
}

/** Headers as one plain object, secrets replaced. */
export function redactHeaders(headers: Iterable<readonly [string, string]>): Record<string, string> {
  return redact(Object.fromEntries(headers)) as Record<string, string>;
}

export function redactQuery(query: URLSearchParams): Record<string, string> {
  const fields = [...query].map(([key, value]) => [key, key === 'json' ? redactJson(value) : value] as const);
  return redact(Object.fromEntries(fields)) as Record<string, string>;
}

function redactJson(text: string): string {
  try {
    return JSON.stringify(redact(JSON.parse(text)));
  } catch {
    return maskTokens(text);
  }
}
