import type { RecordedRequest } from '../../state/journal.js';

const MEANINGS: Readonly<Record<number, string>> = {
  [-1]: 'internal error',
  2: 'api key missing or unknown',
  4: 'the input is not valid',
  5: 'authentication failed',
  9: 'rate limit reached',
  16: 'does not exist',
  17: 'not allowed',
  22: 'payload too large',
  40: 'token expired or revoked',
  41: 'token not valid yet (nbf)',
  42: 'token used before it was issued (iat)',
  43: 'signature of the token is invalid',
  46: 'connection id not known',
  60: 'cool-down',
  71: 'too many connections',
  99: 'application suspended',
};
const TOKEN_CODES = new Set([5, 40, 41, 42, 43]);

/** What a code of the coordinator says. */
export function meaningOf(code: number): string {
  return MEANINGS[code] ?? 'a code of the coordinator';
}

/** Whether the token was what the coordinator didn't like. */
export function isTokenRefusal({ apiCode }: RecordedRequest): boolean {
  return apiCode !== undefined && TOKEN_CODES.has(apiCode);
}

export function isFailure({ status, apiCode, fault }: RecordedRequest): boolean {
  return apiCode !== undefined || fault !== undefined || (status !== undefined && status >= 400);
}

/** `401 / 40`, `101`, `line cut`, or that it is still on its way. */
export function answerOf({ status, apiCode, fault }: RecordedRequest): string {
  if (status === undefined) return fault === undefined ? 'no answer yet' : `no answer (${fault})`;
  return apiCode === undefined ? String(status) : `${status} / ${apiCode}`;
}
