import { ConfigurationError, InvalidTokenError, UnauthorizedError } from '../../shared/errors.js';
import { describeType, sanitize } from '../../shared/text.js';
import { isRedirect } from '../environment/redirect.js';
import { parseRetryAfterMs } from './retry-after.js';
import type { TokenProvider } from './token-provider.js';

export interface FetchTokenProviderOptions extends Omit<RequestInit, 'method' | 'body' | 'signal'> {
  /** The calls that an anonymous user wants to enter, sent along as `call_cids`. */
  callCids?: readonly string[] | undefined;
}

/** A failure of the token endpoint that passes by. */
class TokenEndpointError extends Error {
  readonly status: number;
  declare readonly retryAfterMs?: number;

  constructor(message: string, status: number, retryAfterMs: number | undefined) {
    super(message);
    this.name = 'TokenEndpointError';
    this.status = status;
    if (retryAfterMs !== undefined) this.retryAfterMs = retryAfterMs;
  }
}

function isHtml(response: Response, text: string): boolean {
  const isDeclared = /\bx?html\b/i.test(response.headers.get('content-type') ?? '');
  return isDeclared || /^\s*<(!doctype|!--|html|head|body)/i.test(text);
}

function webPage(deed = 'answered with a web page'): InvalidTokenError {
  return new InvalidTokenError('not_a_jwt', `The token endpoint ${deed}`, {
    remediation:
      'Let the token endpoint answer 401 where nobody is signed in, instead of redirecting to a sign-in page.',
  });
}

function readToken(text: string): string {
  const trimmed = text.trim();
  if (!trimmed.startsWith('{')) return trimmed;
  try {
    return (JSON.parse(trimmed) as { token?: string }).token as string;
  } catch {
    return trimmed;
  }
}

/** The origin asked, where it can be told: a relative address means the page's own. */
function originOf(address: string): string | undefined {
  const origin = /^https?:\/\/[^/?#]+/i.exec(address)?.[0].toLowerCase();
  try {
    // As the answer's own address has it: no default port, a host in ASCII.
    return origin && new URL(origin).origin;
  } catch {
    // React Native's URL is not whole.
    return origin;
  }
}

/** Follows redirects like `fetch` does, but believes no answer from elsewhere. */
function checkOrigin(asked: string, { redirected, url }: Response): void {
  const base = typeof location === 'undefined' ? undefined : location.href;
  const from = originOf(asked) ?? (base && originOf(base));
  const to = originOf(url);
  if (!redirected || !from || !to || from === to) return;
  throw new InvalidTokenError(
    'not_a_jwt',
    `The token endpoint redirects from ${sanitize(from)} to ${sanitize(to)}`,
    {
      remediation: 'Ask the token endpoint where it really is.',
    },
  );
}

/** Whether this runtime takes the field; older Workers throw at `cache`. */
function knowsCache(): boolean {
  return typeof Request === 'function' && 'cache' in Request.prototype;
}

/**
 * The token provider that most apps need: POSTs `{ user_id, reason, call_cids? }` as JSON to the app's token
 * endpoint and takes a token as plain text or as `{ token }`.
 *
 * 401 and 403 become `UnauthorizedError`, which suspends the client; a 403 with a web page is a proxy speaking
 * and an ordinary failure. `Retry-After` is passed on. `init` adds headers, credentials and the like; it
 * replaces neither method nor body. Nothing is cached.
 *
 * @example
 * const streamVideo = new StreamVideo({ apiKey, user, tokenProvider: fetchTokenProvider('/token') });
 */
export function fetchTokenProvider(
  url: string | URL,
  { callCids, ...init }: FetchTokenProviderOptions = {},
): TokenProvider {
  const address = String(url);
  if (typeof url !== 'string' && Object.prototype.toString.call(url) !== '[object URL]') {
    throw new ConfigurationError(
      'invalid_option',
      `The token endpoint must be a URL, not ${describeType(url)}`,
      {
        remediation: "Pass the address of your token endpoint, for example '/token'.",
      },
    );
  }
  return async ({ user, reason, signal }) => {
    const { fetch } = globalThis;
    const headers = new Headers(init.headers);
    headers.set('content-type', 'application/json');
    if (!headers.has('accept')) headers.set('accept', 'application/json, text/plain');
    const response = await fetch(address, {
      ...(knowsCache() && { cache: 'no-store' }),
      ...init,
      method: 'POST',
      headers,
      body: JSON.stringify({ user_id: user.id, reason, ...(callCids && { call_cids: callCids }) }),
      signal,
    });
    const { status } = response;
    const text = await response.text().catch((error) => {
      // 401 says enough without its body.
      if (status === 401 && !signal.aborted) return '';
      throw error;
    });
    checkOrigin(address, response);
    // The app's `init` or a service worker forbade to follow it.
    if (isRedirect(response)) throw webPage('redirects');
    const isPage = isHtml(response, text);
    if (status === 401 || (status === 403 && !isPage)) {
      throw new UnauthorizedError(
        `The token endpoint answered ${status}: the user is not signed in, or may not have this token`,
      );
    }
    if (!response.ok) {
      const retryAfterMs = parseRetryAfterMs(response.headers.get('retry-after'), Date.now());
      throw new TokenEndpointError(`The token endpoint answered ${status}`, status, retryAfterMs);
    }
    if (isPage) throw webPage();
    return readToken(text);
  };
}
