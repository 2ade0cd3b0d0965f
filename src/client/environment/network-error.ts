import { lookAt } from '../../shared/foreign-value.js';

const NETWORK_CODE =
  /^(E(CONN|AI_|NET|HOST|PIPE|TIMEDOUT|NOTFOUND)|ENOTFOUND|UND_ERR|ConnectionRefused|FailedToOpen)/;
const NETWORK_TEXT =
  /fetch failed|failed to fetch|network|load failed|cancelled|connect|hostname|socket|offline|timed? ?out|error sending request|dns/i;

/** Whether something thrown looks like the network's fault: runtimes agree on neither class, code nor text. */
export function isNetworkError(error: unknown): boolean {
  const { name, code, message = '', cause } = lookAt(error);
  if (name === 'NetworkError' || NETWORK_TEXT.test(message)) return true;
  if (typeof code === 'string' && NETWORK_CODE.test(code)) return true;
  return cause !== undefined && isNetworkError(cause);
}
