const NETWORK_CODE =
  /^(E(CONN|AI_|NET|HOST|PIPE|TIMEDOUT|NOTFOUND)|ENOTFOUND|UND_ERR|ConnectionRefused|FailedToOpen)/;
const NETWORK_TEXT =
  /fetch failed|failed to fetch|network|load failed|cancelled|connect|hostname|socket|offline|timed? ?out|error sending request|dns/i;

/** Deeper than any runtime nests, and an end for causes that lead in a circle. */
const MAX_DEPTH = 8;

/** Whether something thrown looks like the network's fault: runtimes agree on neither class, code nor text. */
export function isNetworkError(error: unknown, depth = 0): boolean {
  if (typeof error !== 'object' || error === null || depth > MAX_DEPTH) return false;
  const { name, code, message, cause } = error as Record<string, unknown>;
  if (name === 'NetworkError') return true;
  if (typeof code === 'string' && NETWORK_CODE.test(code)) return true;
  if (typeof message === 'string' && NETWORK_TEXT.test(message)) return true;
  return isNetworkError(cause, depth + 1);
}
