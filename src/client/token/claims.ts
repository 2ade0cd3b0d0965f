import { withoutPadding } from '../../shared/base64.js';

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
  const segments = token.split('.');
  const bytes = segments.length === 3 ? decodeBase64(segments[1] as string) : undefined;
  if (!bytes) return undefined;
  try {
    const claims: unknown = JSON.parse(decodeUtf8(bytes));
    return typeof claims === 'object' && claims !== null && !Array.isArray(claims)
      ? (claims as TokenClaims)
      : undefined;
  } catch {
    return undefined;
  }
}
