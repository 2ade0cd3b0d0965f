import { CODE, type WireError } from '../http/api-error.js';

/** What a client does about a refused handshake. */
export type RefusalAction = 'renew_token' | 'wait' | 'roll_back' | 'back_off' | 'give_up';

/** The HTTP status that goes with a refusal; 0 where it names none. */
export function statusOf(error: WireError): number {
  return typeof error.StatusCode === 'number' ? error.StatusCode : 0;
}

export function actionAfter(error: WireError): RefusalAction {
  switch (error.code) {
    case CODE.tokenExpired:
      return 'renew_token';
    case CODE.tokenNotYetValid:
    case CODE.tokenUsedBeforeIssued:
      return 'wait';
    case CODE.tokenSignature:
    case CODE.authentication:
    case CODE.accessKey:
      return 'roll_back';
    case CODE.tooManyConnections:
    case CODE.rateLimit:
      return 'back_off';
  }
  const status = statusOf(error);
  const isTransient = status === 429 || status >= 500 || error.code < 0;
  return isTransient ? 'back_off' : 'give_up';
}
