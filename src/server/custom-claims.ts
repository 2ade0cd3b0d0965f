import { describeType } from '../shared/describe-value.js';
import { refuse } from '../shared/refuse.js';
import { sanitize } from '../shared/sanitize.js';

const RESERVED = new Map([
  ['user_id', 'Pass userId instead.'],
  ['exp', 'Pass expiresInSeconds instead.'],
  ['iat', 'Leave it out: it is the time of minting.'],
  ['nbf', 'Leave it out: a token counts from the moment it is minted.'],
  ['server', 'Leave it out: it would make this a server token, which may do everything.'],
  ['role', 'Use createCallToken, whose role counts in the listed calls only.'],
  ['call_cids', 'Use createCallToken.'],
  ['channel_cids', 'Leave it out: tokens for channels are not minted here.'],
]);

/**
 * A copy of the claims that an app adds, where none of them changes what the token is. Names are compared as a lenient JSON reader does: without regard to case, and with look-alike letters
 * folded.
 */
export function readClaims(claims: Readonly<Record<string, unknown>> | undefined): Record<string, unknown> {
  if (claims === undefined) return {};
  if (typeof claims !== 'object' || claims === null || Array.isArray(claims)) {
    return refuse('invalid_option', `claims is ${describeType(claims)}`, 'Pass an object of JSON values.');
  }
  const copy = { ...claims };
  for (const [name, value] of Object.entries(copy)) {
    const advice = RESERVED.get(name.normalize('NFKC').toLowerCase());
    if (advice !== undefined) refuse('invalid_option', `claims must not hold '${sanitize(name)}'`, advice);
    if (typeof value === 'function' || typeof value === 'symbol' || typeof value === 'bigint') {
      refuse(
        'invalid_option',
        `The claim '${sanitize(name)}' is ${describeType(value)}`,
        'Pass JSON values only.',
      );
    }
  }
  if (copy.jti !== undefined && typeof copy.jti !== 'string') {
    refuse(
      'invalid_option',
      `The claim 'jti' is ${describeType(copy.jti)}`,
      'Pass a string, or leave it out.',
    );
  }
  return asJson(copy);
}

/** Detached from the caller's objects, so that what was checked is what will be signed. */
function asJson(claims: Record<string, unknown>): Record<string, unknown> {
  try {
    return JSON.parse(JSON.stringify(claims));
  } catch (cause) {
    return refuse(
      'invalid_option',
      'The claims are not JSON',
      'Pass JSON values only, without cycles.',
      cause,
    );
  }
}
