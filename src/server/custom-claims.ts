import { ConfigurationError } from '../shared/errors.js';
import { describeType, sanitize } from '../shared/text.js';

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
 * A copy of the claims that an app adds, or `ConfigurationError` where one of them would change what the token
 * is. Names are compared as a lenient JSON reader does: without regard to case, and with look-alike letters
 * folded.
 */
export function checkedClaims(
  claims: Readonly<Record<string, unknown>> | undefined,
): Record<string, unknown> {
  if (claims === undefined) return {};
  if (typeof claims !== 'object' || claims === null || Array.isArray(claims)) {
    throw refusal(`claims is ${describeType(claims)}`, 'Pass an object of JSON values.');
  }
  const copy = { ...claims };
  for (const [name, value] of Object.entries(copy)) {
    const advice = RESERVED.get(name.normalize('NFKC').toLowerCase());
    if (advice !== undefined) throw refusal(`claims must not hold '${sanitize(name)}'`, advice);
    if (typeof value === 'function' || typeof value === 'symbol' || typeof value === 'bigint') {
      throw refusal(`The claim '${sanitize(name)}' is ${describeType(value)}`, 'Pass JSON values only.');
    }
  }
  if (copy.jti !== undefined && typeof copy.jti !== 'string') {
    throw refusal(`The claim 'jti' is ${describeType(copy.jti)}`, 'Pass a string, or leave it out.');
  }
  return asJson(copy);
}

/** Detached from the caller's objects, so that what was checked is what will be signed. */
function asJson(claims: Record<string, unknown>): Record<string, unknown> {
  try {
    return JSON.parse(JSON.stringify(claims));
  } catch (cause) {
    throw refusal('The claims are not JSON', 'Pass JSON values only, without cycles.', cause);
  }
}

function refusal(message: string, remediation: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError('invalid_option', message, { remediation, cause });
}
