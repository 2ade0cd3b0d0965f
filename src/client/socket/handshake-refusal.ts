import type { WireError } from '../http/api-error.js';
import { CODE } from '../http/api-error.js';

/** What a coordinator's refusal of a handshake asks for. */
export type Verdict = 'renew' | 'wait' | 'give_up_token' | 'back_off' | 'reject';

/** The HTTP status that goes with a refusal. */
export function statusOf(error: WireError): number {
  return typeof error.StatusCode === 'number' ? error.StatusCode : 0;
}

export function verdictOn(error: WireError): Verdict {
  switch (error.code) {
    case CODE.tokenExpired:
      return 'renew';
    case CODE.tokenNotYetValid:
    case CODE.tokenUsedBeforeIssued:
      return 'wait';
    case CODE.tokenSignature:
    case CODE.authentication:
    case CODE.accessKey:
      return 'give_up_token';
    case CODE.tooManyConnections:
    case CODE.rateLimit:
      return 'back_off';
  }
  const status = statusOf(error);
  const isTransient = status === 429 || status >= 500 || error.code < 0;
  return isTransient ? 'back_off' : 'reject';
}
