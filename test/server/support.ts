import { parseToken } from '../../src/server/sign.js';

export const SECRET = 'test-secret-of-more-than-thirty-two-bytes';

export function claimsOf(token: string): Readonly<Record<string, unknown>> {
  const parsed = parseToken(token);
  if (!parsed) throw new Error('not a token');
  return parsed.claims;
}

export function payloadOf(token: string): string {
  return token.split('.')[1] as string;
}

/** Frozen all the way down, so that any write to it throws. */
export function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) frozen(inner);
    Object.freeze(value);
  }
  return value;
}

export function tokenRequest(body: unknown = {}, init: RequestInit = {}): Request {
  return new Request('https://app.example/token', {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...init,
  });
}
