/** A well-formed token with these claims. Its signature means nothing: nobody verifies it in unit tests. */
export function fakeToken(claims: Record<string, unknown>): string {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}.c2lnbmF0dXJl`;
}

let serial = 0;

/** A token for `userId` that lives from now on for `lifeSeconds`, unlike any other. */
export function freshToken(
  userId: string,
  lifeSeconds: number,
  claims: Record<string, unknown> = {},
): string {
  serial += 1;
  const now = Math.floor(Date.now() / 1000);
  return fakeToken({ user_id: userId, iat: now, exp: now + lifeSeconds, jti: String(serial), ...claims });
}
