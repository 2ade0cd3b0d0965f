import { withoutPadding } from '../../shared/base64.js';
import { readText } from '../../shared/foreign-value.js';

/** What a token says about itself. Nothing here is verified: only the server can do that. */
export interface TokenClaims {
  readonly [claim: string]: unknown;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Base64url (or base64, padded or not) to bytes; undefined where a character is neither. */
function decodeBase64(text: string): number[] | undefined {
  const bytes: number[] = [];
  let bits = 0;
  let width = 0;
  for (const character of withoutPadding(text).replace(/\+/g, '-').replace(/\//g, '_')) {
    const value = ALPHABET.indexOf(character);
    if (value < 0) return undefined;
    bits = ((bits << 6) | value) & 0xffff;
    width += 6;
    if (width >= 8) {
      width -= 8;
      bytes.push((bits >> width) & 0xff);
    }
  }
  return bytes;
}

/** UTF-8 by way of percent-encoding, since React Native has no `TextDecoder`; throws on malformed bytes. */
function decodeUtf8(bytes: number[]): string {
  return decodeURIComponent(bytes.map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''));
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
  const bytes = segments.length === 3 ? decodeBase64(segments[index] as string) : undefined;
  if (!bytes) return undefined;
  try {
    const part: unknown = JSON.parse(decodeUtf8(bytes));
    return typeof part === 'object' && part !== null && !Array.isArray(part)
      ? (part as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}
