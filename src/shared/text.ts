// Base64 of a header that begins with a brace and a quote, or with a brace and white space.
const JWT_SHAPE = /eyJ[\w+/=-]*(?:\.[\w+/=-]*){0,2}|\be(?:yA|w[ko0])[\w+/=-]{12,}\.[\w+/=-]{8,}\.[\w+/=-]*/g;
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]/gu;
const MAX_FOREIGN_LENGTH = 200;

/** Replaces whatever is shaped like a JWT, whole or in part. */
export function maskTokens(text: string): string {
  return text.replace(JWT_SHAPE, '<token>');
}

/**
 * Makes text that comes from outside (an id, a server's message, a close reason) safe for a log, an error
 * message or a ticket: tokens masked, control characters escaped, cut at 200 characters.
 */
export function sanitize(text: unknown): string {
  // Masked before and after the cut, so that neither can leave half a token standing.
  const safe = maskTokens(String(text).slice(0, 4096)).replace(
    CONTROL,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return safe.length > MAX_FOREIGN_LENGTH ? `${safe.slice(0, MAX_FOREIGN_LENGTH - 1)}…` : safe;
}

/** Says what kind of value something is, never the value itself. */
export function describeType(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (value === '') return 'an empty string';
  return value === undefined ? 'undefined' : `a value of type ${typeof value}`;
}
