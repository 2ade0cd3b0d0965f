import { type ApiError, MissingPermissionError } from '../../shared/errors.js';
import { sanitize } from '../../shared/sanitize.js';
import type { TokenClaims } from '../token/claims.js';

/** A 403 / 17. On a call token it names the calls that the token opens. */
export function missingPermission(cause: ApiError, claims?: TokenClaims): MissingPermissionError {
  const cids = claims?.call_cids;
  const named = Array.isArray(cids) ? cids.filter((cid) => typeof cid === 'string').join(', ') : undefined;
  const opens = named === undefined ? '' : `; the call token opens ${sanitize(named || 'no call')}`;
  return new MissingPermissionError(`${cause.message}${opens}`, { remediation: cause.remediation, cause });
}
