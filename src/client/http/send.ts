import { ApiError, ConnectionError } from '../../shared/errors.js';
import { lookAt } from '../../shared/foreign-value.js';
import { sanitize } from '../../shared/sanitize.js';
import { abort, onAbort, reasonOf } from '../environment/abortable.js';
import type { Environment } from '../environment/environment.js';
import { isNetworkError } from '../environment/network-error.js';
import { discardBody, readBody } from '../environment/read-body.js';
import { isRedirect } from '../environment/redirect.js';
import { MAX_ANSWER_BYTES } from '../environment/size-limits.js';
import { apiErrorOf, isWireError, readRateLimit, strangeAnswer } from './api-error.js';
import { clientHeader } from './client-header.js';
import type { ApiRequest, ApiResponse, Caller, Send } from './request.js';
import { requestIds } from './request-id.js';

/** The least that is needed of `fetch`. */
export type Fetch = (input: string, init?: RequestInit) => Promise<Response>;

export interface SendOptions {
  readonly apiKey: string;
  readonly clientName?: string | undefined;
  /** Without a slash at the end, and without `/video`. */
  readonly baseUrl: string;
  /** Undefined for the platform's, looked up at each use. */
  readonly fetch?: Fetch | undefined;
  /** Bounds one attempt on the wire, its body included. */
  readonly requestMs: number;
  readonly environment: Environment;
  /** Called with the `Date` header of the coordinator's answers. */
  readonly onDate?: ((header: string | null) => void) | undefined;
}

const LIMIT = {
  maxBytes: MAX_ANSWER_BYTES,
  sender: 'the coordinator',
  remediation: 'Ask for less at once, by limit or filter.',
};

interface Common {
  /** The query of a request that has none of its own. */
  readonly query: string;
  readonly client: string;
}

function urlOf({ baseUrl, apiKey }: SendOptions, common: Common, { path, query }: ApiRequest): string {
  const search = query ? new URLSearchParams({ ...query, api_key: apiKey }) : common.query;
  return `${baseUrl}/video${path}${path.includes('?') ? '&' : '?'}${search}`;
}

function initOf(
  { client }: Common,
  { method, headers: own, body }: ApiRequest,
  { authType, token }: Caller,
  requestId: string,
  signal: AbortSignal,
): RequestInit {
  const headers: Record<string, string> = {
    accept: 'application/json',
    'stream-auth-type': authType,
    'x-stream-client': client,
    'x-client-request-id': requestId,
  };
  if (token !== undefined) headers.authorization = token;
  if (body?.contentType !== undefined) headers['content-type'] = body.contentType;
  if (own) Object.assign(headers, own);
  const init: RequestInit & { duplex?: 'half' } = { method, headers, signal, redirect: 'manual' };
  if (body) init.body = body.content;
  // Only runtimes that know the field ask for it, and only streams need it.
  if (body?.isOneShot && knowsDuplex()) init.duplex = 'half';
  return init;
}

function knowsDuplex(): boolean {
  return typeof Request === 'function' && 'duplex' in Request.prototype;
}

function redirectError(response: Response, baseUrl: string, requestId: string): ApiError {
  const location = response.headers.get('location');
  const target = location ? ` to ${sanitize(location.split(/[?#]/, 1)[0])}` : '';
  return new ApiError(`${sanitize(baseUrl)} redirects${target}; redirects are not followed`, {
    status: response.status,
    requestId,
    remediation: 'Set baseUrl to where the coordinator really is.',
  });
}

/** What an answer says whose body was read. */
function interpret(
  response: Response,
  text: string,
  { method }: ApiRequest,
  { token }: Caller,
  requestId: string,
): ApiResponse {
  const { status } = response;
  // Read for errors alone: a good answer tells nobody of it.
  const origin = () => ({ status, requestId, rateLimit: readRateLimit(response.headers) });
  let data: unknown;
  try {
    data = text === '' ? undefined : JSON.parse(text);
  } catch (cause) {
    return strange(response, strangeAnswer({ ...origin(), cause }));
  }
  const isOk = status >= 200 && status < 300;
  const mayBeEmpty = status === 204 || method === 'HEAD';
  const isObject = typeof data === 'object' && data !== null;
  const isOwn = isOk ? isObject || (mayBeEmpty && data === undefined) : isWireError(data);
  if (!isOwn) return strange(response, strangeAnswer(origin()));
  const isEvidence = !response.redirected;
  if (isOk) return { status, data, error: undefined, isEvidence };
  return {
    status,
    data,
    error: apiErrorOf(data as never, { ...origin(), token }),
    isEvidence,
  };
}

/** An answer that says nothing about the token. */
function strange({ status }: Response, error: ApiError): ApiResponse {
  return { status, data: undefined, error, isEvidence: false };
}

function networkError(cause: unknown, isAnswer: boolean): ConnectionError {
  // A `TypeError` that speaks of no network was thrown before anything was sent: repeating it helps nobody.
  const thrown = lookAt(cause);
  const isOurs = !isAnswer && thrown.name === 'TypeError' && !isNetworkError(thrown);
  const text = sanitize(thrown.message ?? cause ?? 'no reason given');
  const what = isAnswer ? 'The answer broke off' : 'The request did not reach the coordinator';
  return new ConnectionError('network', `${what}: ${text}`, {
    retryable: !isOurs,
    remediation: isOurs
      ? 'Look at fetch and the options of the request: the runtime refused to send it.'
      : 'Look at the network, and at baseUrl.',
    cause,
  });
}

function timeoutError(requestMs: number): ConnectionError {
  return new ConnectionError('request_timeout', `The coordinator did not answer within ${requestMs} ms`, {
    retryable: true,
    remediation: 'Try again, or raise timeouts.requestMs.',
  });
}

/** The last step: puts one attempt on the wire, bounds it, and reads what comes back. */
export function sender(options: SendOptions): Send {
  const { environment, requestMs, baseUrl, apiKey, clientName } = options;
  // What all requests carry is put together once.
  const common: Common = {
    query: new URLSearchParams({ api_key: apiKey }).toString(),
    client: clientHeader(clientName),
  };
  const nextId = requestIds();
  return (request, caller) => {
    const { timers } = environment;
    const { signal: ending } = request;
    // The only one of a request: it ends the attempt for the time limit, the caller and the session alike.
    const controller = new AbortController();
    return new Promise((resolve, reject) => {
      const leave = () => {
        timers.clear(timer);
        stop();
      };
      const fail = (error: unknown) => {
        leave();
        reject(error);
      };
      const end = (reason: unknown) => {
        leave();
        abort(controller, reason);
        reject(reason);
      };
      const timer = timers.set(() => end(timeoutError(requestMs)), requestMs);
      const stop = onAbort(ending, () => end(reasonOf(ending)));
      if (ending.aborted) end(reasonOf(ending));
      const done = (response: ApiResponse) => {
        leave();
        resolve(response);
      };
      void transfer(request, caller, controller.signal, done, fail);
    });
  };

  /** Settles by callbacks: one promise fewer for each request. */
  async function transfer(
    request: ApiRequest,
    caller: Caller,
    signal: AbortSignal,
    done: (response: ApiResponse) => void,
    fail: (error: unknown) => void,
  ): Promise<void> {
    const requestId = nextId();
    let isReading = false;
    try {
      const { fetch = globalThis.fetch } = options;
      const init = initOf(common, request, caller, requestId, signal);
      const response = await fetch(urlOf(options, common, request), init);
      if (isRedirect(response)) {
        discardBody(response);
        return done(strange(response, redirectError(response, baseUrl, requestId)));
      }
      isReading = true;
      const text = await readBody(response, LIMIT);
      isReading = false;
      const answer = interpret(response, text, request, caller, requestId);
      if (answer.isEvidence) options.onDate?.(response.headers.get('date'));
      done(answer);
    } catch (cause) {
      if (signal.aborted) fail(signal.reason);
      else fail(isReading && cause instanceof ConnectionError ? cause : networkError(cause, isReading));
    }
  }
}
