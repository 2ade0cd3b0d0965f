import { toText } from './foreign-value.js';

// Base64 of a header that begins with a brace and a quote, or with a brace and white space. The head of a token is
// enough: a match that could fail far from its start would be tried again at each character, and so in quadratic time.
const JWT_SHAPE = /(?:eyJ|\be(?:yA|w[ko0])[\w+/=-]{12})[\w+/=-]*(?:\.[\w+/=-]*){0,2}/g;
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]/gu;
const MAX_READ = 4_096;
const MAX_SHOWN = 200;

/** Replaces whatever is shaped like a JWT, whole or in part. For text: JSON that is parsed later may not survive it. */
export function maskTokens(text: string): string {
  return text.replace(JWT_SHAPE, '<token>');
}

/**
 * Makes text that comes from outside (an id, a server's message, a close reason) safe for a log, an error
 * message or a ticket: tokens masked, control characters escaped, cut at 200 characters. Never throws.
 */
export function sanitize(text: unknown): string {
  // Masked before the last cut, which then cannot leave half a token standing.
  const safe = escapeControls(maskTokens(toText(text).slice(0, MAX_READ)));
  return safe.length > MAX_SHOWN ? `${safe.slice(0, MAX_SHOWN - 1)}…` : safe;
}

/** Makes several lines of text from outside (a stack) safe for a log: as long as 4,096 characters. Never throws. */
export function sanitizeLines(text: unknown): string {
  return maskTokens(toText(text).slice(0, MAX_READ)).split('\n').map(escapeControls).join('\n');
}

function escapeControls(text: string): string {
  return text.replace(CONTROL, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
