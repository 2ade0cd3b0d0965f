import { type ApiError, MissingPermissionError } from '../../shared/errors.js';
import { sanitize } from '../../shared/sanitize.js';
import type { TokenFacts } from '../token/token-facts.js';

/** What a host can do about what the server said. */
const ADVICE: readonly (readonly [RegExp, string])[] = [
  [/backstage/i, 'The call is in backstage: a host lets viewers in with goLive().'],
  [/ended/i, 'The call has ended: a host can start another one.'],
];
const NO_GRANT =
  'The token names this call, but its role may not join: grant it in the call type, or mint a token with another role.';

function isDenied(error: unknown, hasCallToken: boolean): error is ApiError | MissingPermissionError {
  if (error instanceof MissingPermissionError) return true;
  const { code, status } = error as Partial<ApiError>;
  return code === 'api_error' && (status === 403 || (status === 401 && !hasCallToken));
}

/** Why an anonymous user may not join, with what to do about it; any other error as it is. */
export function explainDenied(error: unknown, cid: string, held: TokenFacts | undefined): unknown {
  const cids = held?.claims.call_cids;
  const hasCallToken = Array.isArray(cids);
  if (!isDenied(error, hasCallToken)) return error;
  const mint = `mint one with createCallToken().`;
  let remediation = `A call token for ${sanitize(cid)} is needed: ${mint}`;
  if (hasCallToken && cids.includes(cid)) {
    const [, advice] = ADVICE.find(([said]) => said.test(error.message)) ?? [];
    remediation = advice ?? NO_GRANT;
  } else if (hasCallToken) {
    remediation = `The call token opens ${sanitize(cids.join(', '))}, not ${sanitize(cid)}: ${mint}`;
  }
  return new MissingPermissionError(error.message, { remediation, cause: error });
}
