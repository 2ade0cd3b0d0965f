import { describeType } from '../../shared/describe-value.js';
import { UnauthorizedError } from '../../shared/errors.js';
import { readGiven, refuse, refuseToken } from '../../shared/refuse.js';
import { sanitize } from '../../shared/sanitize.js';
import { discardBody, readBody } from '../environment/read-body.js';
import { isRedirect } from '../environment/redirect.js';
import { MAX_TOKEN_ANSWER_BYTES } from '../environment/size-limits.js';
import { ANSWER_401 } from '../token/validate-token.js';
import { parseRetryAfterMs } from './retry-after.js';
import type { TokenProvider } from './token-provider.js';

type HeaderFields = NonNullable<RequestInit['headers']>;

/** What `fetchTokenProvider` takes besides the address: its own options, and what `fetch` takes. */
export interface FetchTokenProviderOptions
  extends Omit<RequestInit, 'method' | 'body' | 'signal' | 'headers' | 'redirect'> {
  /** The calls that an anonymous user wants to enter, sent along as `call_cids`. @default none */
  callCids?: readonly string[] | undefined;
  /** Sent along. A function is asked at each call, so that it may give what the app's session holds by then. @default none */
  headers?: HeaderFields | (() => HeaderFields | Promise<HeaderFields>) | undefined;
}

/** A failure of the token endpoint that passes by. */
function endpointError(message: string, status: number, retryAfterMs: number | undefined): Error {
  const facts = { name: 'TokenEndpointError', status, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  return Object.assign(new Error(message), facts);
}

const LIMIT = {
  maxBytes: MAX_TOKEN_ANSWER_BYTES,
  sender: 'the token endpoint',
  remediation: 'Let the token endpoint answer with the token alone.',
};

/** An address as people read it: without what may be a secret. */
function shown(address: string): string {
  return sanitize(address.split(/[?#]/, 1)[0]?.replace(/\/\/[^/]*@/, '//'));
}

/** What relative addresses are relative to; undefined on a server. */
function pageAddress(): string | undefined {
  return typeof document === 'undefined'
    ? typeof location === 'undefined'
      ? undefined
      : location.href
    : document.baseURI;
}

/** Whether an answer is from where it was asked for, fragments aside; true where that cannot be told. */
function isSameAddress(asked: string, answered: string): boolean {
  try {
    const [from, to] = [new URL(asked, pageAddress()), new URL(answered)].map(({ href }) =>
      // React Native's URL leaves capitals as they are.
      href.split('#', 1)[0]?.replace(/^[^/]*\/\/[^/?]*/, (origin) => origin.toLowerCase()),
    );
    return from === to;
  } catch {
    return true;
  }
}

/**
 * A redirect would carry the app's headers elsewhere. It is not followed, and where a platform follows it all the
 * same (React Native, a service worker), its answer is not believed.
 */
function assertNoRedirect(asked: string, response: Response): void {
  const { redirected, url, headers } = response;
  const isForeign = redirected || (typeof url === 'string' && url !== '' && !isSameAddress(asked, url));
  if (!isRedirect(response) && !isForeign) return;
  discardBody(response);
  const target = headers.get('location') ?? (isForeign ? url : '');
  refuseToken(
    'not_a_jwt',
    `The token endpoint ${shown(asked)} redirects${target ? ` to ${shown(target)}` : ''}`,
    'Give the final URL (a trailing slash?), or sign in again: redirects are not followed.',
  );
}

function isHtmlType(response: Response): boolean {
  return /\bx?html\b/i.test(response.headers.get('content-type') ?? '');
}

function isHtml(response: Response, text: string): boolean {
  return isHtmlType(response) || /^\s*<(!doctype|!--|html|head|body)/i.test(text);
}

/** The token in a good answer. */
function readToken(address: string, text: string): string {
  const trimmed = text.trim();
  if (!trimmed.startsWith('{')) return trimmed;
  let answer: { readonly token?: unknown };
  try {
    answer = JSON.parse(trimmed);
  } catch {
    return trimmed;
  }
  const { token } = answer;
  if (typeof token === 'string') return token;
  const what = token === undefined ? 'no `token` field' : `${describeType(token)} as its \`token\` field`;
  return refuseToken(
    'not_a_string',
    `The answer of the token endpoint ${shown(address)} has ${what}`,
    'Answer with { "token": "..." }, or with the token as plain text.',
  );
}

/** Whether this runtime takes the field; older Workers throw at `cache`. */
function knowsCache(): boolean {
  return typeof Request === 'function' && 'cache' in Request.prototype;
}

async function post(address: string, init: RequestInit): Promise<Response> {
  const { fetch } = globalThis;
  try {
    return await fetch(address, init);
  } catch (cause) {
    const isRelative = !/^[a-z][a-z\d+.-]*:/i.test(address);
    if (!isRelative || pageAddress() !== undefined || init.signal?.aborted) throw cause;
    return refuse(
      'invalid_option',
      `The token endpoint ${shown(address)} is relative, and there is no page`,
      'Use an absolute address on a server, such as https://example.com/token.',
      cause,
    );
  }
}

/**
 * The token provider that most apps need: POSTs `{ user_id, reason, call_cids? }` as JSON to the app's token
 * endpoint and takes a token as plain text or as `{ token }`.
 *
 * 401 and 403 become `UnauthorizedError`, which suspends the client; a 403 with a web page is a proxy speaking
 * and an ordinary failure. `Retry-After` is passed on. `init` adds headers, credentials and the like; it
 * replaces neither method nor body. Nothing is cached, no redirect is followed, and no more than 256 KiB are read.
 *
 * On a server the address must be absolute.
 *
 * @example
 * const streamVideo = new StreamVideo({ apiKey, user, tokenProvider: fetchTokenProvider('/token') });
 *
 * @example
 * const tokenProvider = fetchTokenProvider('/token', { headers: () => ({ 'x-session': session.id }) });
 */
export function fetchTokenProvider(
  url: string | URL,
  options: FetchTokenProviderOptions = {},
): TokenProvider {
  // Not in the signature: it is part of the declarations, and only a browser's types know `cache`.
  const {
    callCids,
    headers,
    cache = 'no-store',
    ...init
  } = readGiven('The options of fetchTokenProvider', () => ({ ...options }));
  if (typeof url !== 'string' && Object.prototype.toString.call(url) !== '[object URL]') {
    refuse(
      'invalid_option',
      `The token endpoint must be a URL, not ${describeType(url)}`,
      "Pass the address of your token endpoint, for example '/token'.",
    );
  }
  const address = String(url);
  return async ({ user, reason, signal }) => {
    const sent = new Headers(typeof headers === 'function' ? await headers() : headers);
    sent.set('content-type', 'application/json');
    if (!sent.has('accept')) sent.set('accept', 'application/json, text/plain');
    const response = await post(address, {
      ...init,
      ...(knowsCache() && { cache }),
      method: 'POST',
      headers: sent,
      body: JSON.stringify({ user_id: user.id, reason, ...(callCids && { call_cids: callCids }) }),
      signal,
      redirect: 'manual',
    });
    assertNoRedirect(address, response);
    const { status, ok } = response;
    const mayBePage = ok || (status === 403 && !isHtmlType(response));
    if (!mayBePage) discardBody(response);
    const text = mayBePage ? await readBody(response, LIMIT) : '';
    const isPage = isHtml(response, text);
    if (status === 401 || (status === 403 && !isPage)) {
      throw new UnauthorizedError(
        `The token endpoint answered ${status}: the user is not signed in, or may not have this token`,
      );
    }
    if (!ok) {
      const retryAfterMs = parseRetryAfterMs(response.headers.get('retry-after'), Date.now());
      throw endpointError(`The token endpoint ${shown(address)} answered ${status}`, status, retryAfterMs);
    }
    if (isPage) {
      refuseToken('not_a_jwt', `The token endpoint ${shown(address)} answered with a web page`, ANSWER_401);
    }
    return readToken(address, text);
  };
}
