import * as CODE from '../http/api-codes.js';
import type { WireError } from '../http/api-error.js';

/** What a client does about a refused handshake. */
export type RefusalAction = 'renew_token' | 'wait' | 'replace_token' | 'give_up' | 'back_off';

/** The HTTP status that goes with a refusal; 0 where it names none. */
export function statusOf(error: WireError): number {
  return typeof error.StatusCode === 'number' ? error.StatusCode : 0;
}

/** The coordinator's codes that mean something for a handshake. Any other passes: the next try may succeed. */
const ACTIONS: Readonly<Record<number, RefusalAction>> = {
  [CODE.tokenExpired]: 'renew_token',
  [CODE.tokenNotYetValid]: 'wait',
  [CODE.tokenUsedBeforeIssued]: 'wait',
  [CODE.tokenSignature]: 'replace_token',
  [CODE.authentication]: 'replace_token',
  [CODE.accessKey]: 'give_up',
  [CODE.input]: 'give_up',
  [CODE.notAllowed]: 'give_up',
};

/** What the coordinator says about the token comes before what it says about repeating. */
export function actionAfter(error: WireError): RefusalAction {
  const isFinal = error.unrecoverable === true;
  const action = ACTIONS[error.code] ?? (isFinal ? 'give_up' : 'back_off');
  const status = statusOf(error);
  const isInTrouble = status === 408 || status === 429 || status >= 500;
  return action === 'give_up' && isInTrouble && !isFinal ? 'back_off' : action;
}
