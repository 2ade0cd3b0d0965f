import { withoutPadding } from '../shared/base64.js';
import { describeType } from '../shared/describe-value.js';
import { sanitize } from '../shared/sanitize.js';
import { ANONYMOUS_ID, LAST_USABLE_SECOND, MAX_CALL_CIDS } from '../shared/token-format.js';
import { type ParsedToken, parseToken, verifySignature } from './sign.js';

type Claims = ParsedToken['claims'];

export interface TokenExplanation {
  /** What the token is, for whom, and how long it lives. */
  facts: readonly string[];
  /** What is wrong with it, each with what to change. */
  problems: readonly string[];
}

/**
 * Says what a token is and what is wrong with it, without network and without quoting it. With a secret it
 * also says whether that secret signed it; whether it was revoked only the coordinator knows.
 */
export async function explainToken(
  given: string,
  { now = Date.now(), apiSecret }: { now?: number | undefined; apiSecret?: string | undefined } = {},
): Promise<TokenExplanation> {
  const { token, problems } = unwrap(given);
  const parsed = parseToken(token);
  if (!parsed) {
    problems.push(
      'It is not a JWT: three parts, separated by dots, the first two base64url of JSON objects.',
    );
    return { facts: [], problems };
  }
  const { header, claims } = parsed;
  if (token.endsWith('.devtoken')) {
    const facts = ['A development token, signed by nobody.', ...identityOf(claims)];
    return { facts, problems: [...problems, 'It works only for an application with disabled auth checks.'] };
  }
  const facts = [kindOf(claims), ...identityOf(claims), ...timesOf(claims, now)];
  if (header.alg !== 'HS256') {
    problems.push(`Its algorithm is ${sanitize(header.alg)}: the coordinator takes HS256 only.`);
  } else if (apiSecret) {
    if (await verifySignature(token, apiSecret)) facts.push('Signed with the secret in STREAM_API_SECRET.');
    else problems.push('Its signature does not match the secret in STREAM_API_SECRET (code 43).');
  }
  problems.push(...identityProblems(claims), ...timeProblems(claims, now), ...payloadProblems(token));
  return { facts, problems };
}

/** Takes off what wrapped the token on its way here, so that the rest can be explained too. */
function unwrap(given: string): { token: string; problems: string[] } {
  const problems: string[] = [];
  let token = given;
  if (token !== token.trim()) problems.push('White space surrounds it: trim it where it is read.');
  token = token.trim();
  const quoted = /^(["'])(.*)\1$/s.exec(token);
  if (quoted) {
    problems.push('It is wrapped in quotes: parse the JSON that it came in, and pass the string.');
    token = quoted[2] as string;
  }
  if (/^bearer\s/i.test(token)) {
    problems.push("It begins with 'Bearer': the coordinator takes the token alone.");
    token = token.replace(/^bearer\s+/i, '');
  }
  return { token, problems };
}

function kindOf({ server, user_id: userId, call_cids: callCids }: Claims): string {
  if (server === true) return 'A server token: it may do everything, so it must never leave your servers.';
  if (callCids !== undefined) {
    return userId === ANONYMOUS_ID ? 'A call token for anonymous visitors.' : 'A call token of a user.';
  }
  return 'A user token.';
}

function identityOf({ user_id: userId, call_cids: callCids, role }: Claims): string[] {
  const facts: string[] = [];
  if (typeof userId === 'string') facts.push(`For '${sanitize(userId)}'.`);
  if (Array.isArray(callCids)) {
    const names = sanitize(callCids.slice(0, 5).join(', '));
    facts.push(`Opens ${callCids.length} call(s): ${names}${callCids.length > 5 ? ', ...' : ''}.`);
  }
  if (typeof role === 'string') facts.push(`Role in these calls: ${sanitize(role)}.`);
  return facts;
}

function timesOf({ iat, exp }: Claims, now: number): string[] {
  const facts: string[] = [];
  if (isTime(iat)) facts.push(`Issued ${date(iat)}.`);
  if (isTime(exp)) {
    const left = Math.round(exp - now / 1000);
    facts.push(left > 0 ? `Expires ${date(exp)}, in ${left} s.` : `Expired ${date(exp)}, ${-left} s ago.`);
    if (isTime(iat)) facts.push(`Lives ${exp - iat} s in all.`);
  }
  return facts;
}

function identityProblems({ user_id: userId, server, call_cids: callCids, exp }: Claims): string[] {
  const problems: string[] = [];
  if (server !== true && (userId === undefined || userId === '')) {
    problems.push('It names no user: mint it with a user_id.');
  } else if (userId !== undefined && typeof userId !== 'string') {
    problems.push(`Its user_id is ${describeType(userId)}: mint it as a string.`);
  }
  if (userId === ANONYMOUS_ID && callCids === undefined) {
    problems.push(`It is for '${ANONYMOUS_ID}' and lists no calls, so it opens nothing: mint a call token.`);
  }
  if (callCids === undefined) return problems;
  if (!Array.isArray(callCids)) problems.push(`Its call_cids is ${describeType(callCids)}: list the calls.`);
  else if (callCids.length > MAX_CALL_CIDS) {
    problems.push(`It lists ${callCids.length} calls: at most ${MAX_CALL_CIDS} are accepted.`);
  }
  if (exp === undefined) problems.push('It is a call token without expiry: mint it with one.');
  return problems;
}

function timeProblems({ iat, exp, nbf, server, call_cids: callCids }: Claims, now: number): string[] {
  const problems: string[] = [];
  for (const [name, value] of Object.entries({ iat, exp, nbf })) {
    if (value === undefined) continue;
    if (!Number.isSafeInteger(value)) problems.push(`Its ${name} is not a whole number of seconds.`);
    else if (!isTime(value)) problems.push(`Its ${name} looks like milliseconds: write seconds since 1970.`);
  }
  if (exp === undefined && server !== true && callCids === undefined) {
    problems.push('It never expires: only a revocation ends it, and it is never refreshed ahead of time.');
  }
  if (iat === undefined && server !== true) {
    problems.push('It has no iat: any revocation ends it, whenever it was minted.');
  }
  if (isTime(exp) && now / 1000 >= exp) problems.push('It has expired (code 40): mint a new one.');
  if (isTime(nbf) && now / 1000 < nbf) problems.push('It is not valid yet (nbf, code 41).');
  if (isTime(iat) && now / 1000 < iat) {
    problems.push('Its iat lies in the future (code 42): set the clock of the minting server.');
  }
  return problems;
}

/** The traps of official JavaScript clients, which read the payload as base64 and Latin-1. */
function payloadProblems(token: string): string[] {
  const payload = token.split('.')[1] ?? '';
  if (/[-_]/.test(payload)) {
    return ['Its payload holds - or _, which official JavaScript clients fail to read: escape it as ASCII.'];
  }
  const bytes = atob(withoutPadding(payload));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: everything that is not ASCII is the purpose
  if (!/[^\u0000-\u007f]/.test(bytes)) return [];
  return ['Its payload is not ASCII, which official JavaScript clients misread: write \\uXXXX escapes.'];
}

function isTime(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) <= LAST_USABLE_SECOND && (value as number) >= 0;
}

function date(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
