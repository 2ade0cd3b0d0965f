import { withoutPadding } from '../../shared/base64.js';
import { readText } from '../../shared/foreign-value.js';

/** What a token says about itself. Nothing here is verified: only the server can do that. */
export interface TokenClaims {
  readonly [claim: string]: unknown;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/**
 * Base64url (or base64, padded or not) of UTF-8 as text: by way of percent-encoding, since React Native has no
 * `TextDecoder`. Empty where a character is neither; throws on malformed bytes.
 */
function decodeText(text: string): string {
  let encoded = '';
  let bits = 0;
  let width = 0;
  for (const character of withoutPadding(text).replace(/\+/g, '-').replace(/\//g, '_')) {
    const value = ALPHABET.indexOf(character);
    if (value < 0) return '';
    bits = ((bits << 6) | value) & 0xffff;
    width += 6;
    if (width >= 8) {
      width -= 8;
      const byte = (bits >> width) & 0xff;
      encoded += `%${byte.toString(16).padStart(2, '0')}`;
    }
  }
  return decodeURIComponent(encoded);
}

/** Reads the claims of a JWT without verifying it; undefined for anything that is not one. */
export function decodeClaims(token: string): TokenClaims | undefined {
  return decodePart(token, 1);
}

/** The algorithm that a JWT says it is signed with; undefined where it says none. */
export function algorithmOf(token: string): string | undefined {
  return readText(decodePart(token, 0), 'alg');
}

function decodePart(token: string, index: 0 | 1): Readonly<Record<string, unknown>> | undefined {
  const segments = token.split('.');
  if (segments.length !== 3) return undefined;
  try {
    const part: unknown = JSON.parse(decodeText(segments[index] as string));
    return typeof part === 'object' && part !== null && !Array.isArray(part)
      ? (part as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}
