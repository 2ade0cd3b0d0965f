import { decodeProtectedHeader } from 'jose/decode/protected_header';
import { CompactSign } from 'jose/jws/compact/sign';
import { compactVerify } from 'jose/jws/compact/verify';
import { decodeJwt } from 'jose/jwt/decode';
import { refuse } from '../shared/refuse.js';
import { MAX_TOKEN_LENGTH } from '../shared/token-format.js';

const HEADER = { alg: 'HS256', typ: 'JWT' };

// Official JavaScript clients read the payload with the standard base64 alphabet and as Latin-1: bytes that
// are ASCII and end in neither 111110 nor 111111 never produce `-` or `_`.
const UNREADABLE = /[>?~\u007f-\uffff]/g;

/**
 * The bytes of a text in UTF-8, as a `Uint8Array` of the realm that runs this module: in a test runner's DOM
 * environment `TextEncoder` answers with another realm's, which jose refuses.
 */
function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new TextEncoder().encode(text));
}

/** The HMAC key of an application secret: its UTF-8 bytes, not its decoded base64. */
export function secretKey(secret: string): Uint8Array<ArrayBuffer> {
  return bytesOf(secret);
}

/** Claims as JSON in ASCII, so written that the base64url of it holds no `-` or `_`. */
export function serializeClaims(claims: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(claims).replace(
    UNREADABLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Signs the claims as they are, with HS256. Adds nothing, touches no network, and refuses what nobody would read. */
export async function signToken(claims: Readonly<Record<string, unknown>>, secret: string): Promise<string> {
  const token = await new CompactSign(bytesOf(serializeClaims(claims)))
    .setProtectedHeader(HEADER)
    .sign(secretKey(secret));
  if (token.length <= MAX_TOKEN_LENGTH) return token;
  return refuse('invalid_option', 'The token would be larger than 128 KiB', 'Put less into its claims.');
}

export interface ParsedToken {
  header: Readonly<Record<string, unknown>>;
  claims: Readonly<Record<string, unknown>>;
}

/** Header and claims of a token, unverified; undefined for whatever is not three parts with two JSON objects. */
export function parseToken(token: string): ParsedToken | undefined {
  try {
    return { header: { ...decodeProtectedHeader(token) }, claims: { ...decodeJwt(token) } };
  } catch {
    return undefined;
  }
}

/** Whether this secret signed this token, with HS256 and nothing else. Says nothing about its times. */
export async function verifySignature(token: string, secret: string): Promise<boolean> {
  try {
    await compactVerify(token, secretKey(secret), { algorithms: [HEADER.alg] });
    return true;
  } catch {
    return false;
  }
}
