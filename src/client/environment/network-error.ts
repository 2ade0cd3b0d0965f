import { lookAt } from '../../shared/foreign-value.js';

/** Of Node's system calls and undici, of Bun, of axios, and our own. */
const CODES =
  /^(?:E(?:CONN|NET|HOST|AI_)\w+|EPIPE|ETIMEDOUT|ENOTFOUND|ERR_NETWORK|UND_ERR_(?:SOCKET|\w+_TIMEOUT)|Connection(?:Refused|Closed)|FailedToOpenSocket|network)$/;

/** What platforms say in a `TypeError`, word for word: an app's own sentence may hold any of these words. */
const TEXTS = new RegExp(
  `^(?:${[
    // Node, Deno, and Expo, which adds the system's sentence
    'fetch failed(?:: .+)?',
    'terminated',
    'error (?:sending request (?:for|from) .+|reading a body from connection)',
    // Chromium
    'Failed to fetch',
    'network error',
    // Firefox
    'NetworkError when attempting to fetch resource\\.',
    'Error in (?:body|input) stream',
    // Safari
    'Load failed',
    'cancelled',
    'Could not connect to the server\\.',
    'The (?:network connection was lost|Internet connection appears to be offline|request timed out)\\.',
    'A server with the specified hostname could not be found\\.',
    // React Native
    'Network request (?:failed|timed out)',
    // workerd, newer ones
    'Network connection lost\\.',
    // what Sentry adds to each of them
  ].join('|')})(?: \\([^()]+\\))?$`,
);
const WORKERD_TEXT = 'Network connection lost.';

/** Whether something thrown is the network's fault: runtimes agree on neither class, code nor text. */
export function isNetworkError(error: unknown): boolean {
  const { name, code, message = '', cause } = lookAt(error);
  return (
    name === 'NetworkError' ||
    (typeof code === 'string' && CODES.test(code)) ||
    message === WORKERD_TEXT ||
    (name === 'TypeError' && TEXTS.test(message)) ||
    (cause !== undefined && isNetworkError(cause))
  );
}
