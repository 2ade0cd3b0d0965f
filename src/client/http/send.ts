import { ApiError, ConnectionError } from '../../shared/errors.js';
import { lookAt } from '../../shared/foreign-value.js';
import { sanitize } from '../../shared/text.js';
import { abort, onAbort, reasonOf } from '../environment/abortable.js';
import type { Environment } from '../environment/environment.js';
import { isNetworkError } from '../environment/network-error.js';
import { discardBody, readBody } from '../environment/read-body.js';
import { isRedirect } from '../environment/redirect.js';
import { MAX_ANSWER_BYTES } from '../environment/size-limits.js';
import { apiErrorOf, isWireError, readRateLimit } from './api-error.js';
import { clientHeader } from './client-header.js';
import type { ApiRequest, ApiResponse, Next } from './request.js';
import { randomId } from './request-id.js';

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
  onDate?(header: string | null): void;
}

const LIMIT = {
  maxBytes: MAX_ANSWER_BYTES,
  sender: 'the coordinator',
  remediation: 'Ask for less at once: a smaller limit, or a narrower filter.',
};

interface Common {
  /** The query of a request that has none of its own. */
  readonly query: string;
  readonly client: string;
}

function urlOf({ baseUrl, apiKey }: SendOptions, common: Common, { path, query }: ApiRequest): string {
  const isBare = Object.keys(query).length === 0;
  const search = isBare ? common.query : new URLSearchParams({ ...query, api_key: apiKey });
  return `${baseUrl}/video${path}${path.includes('?') ? '&' : '?'}${search}`;
}

function initOf(
  { client }: Common,
  { method, headers, body }: ApiRequest,
  requestId: string,
  signal: AbortSignal,
): RequestInit {
  const contentType = body?.contentType;
  return {
    method,
    headers: {
      accept: 'application/json',
      ...(contentType !== undefined && { 'content-type': contentType }),
      ...headers,
      'x-stream-client': client,
      'x-client-request-id': requestId,
    },
    signal,
    redirect: 'manual',
    ...(body && { body: body.content }),
    // Only runtimes that know the field ask for it, and only streams need it.
    ...(body?.isOneShot && knowsDuplex() && { duplex: 'half' }),
  };
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
    remediation: 'Set baseUrl to where the coordinator really is: a token is sent nowhere else.',
  });
}

function strangeAnswer({ status, headers }: Response, requestId: string, cause?: unknown): ApiError {
  return new ApiError(`The answer (status ${status}) is not the coordinator's`, {
    status,
    requestId,
    rateLimit: readRateLimit(headers),
    retryable: status >= 500 || status === 429,
    remediation:
      'Look at what stands between this client and the coordinator: a proxy, a portal, or a wrong baseUrl.',
    cause,
  });
}

async function readResponse(
  response: Response,
  options: SendOptions,
  { method, headers }: ApiRequest,
  requestId: string,
): Promise<ApiResponse> {
  const { status } = response;
  const strange = (cause?: unknown) => ({
    status,
    data: undefined,
    error: strangeAnswer(response, requestId, cause),
    isEvidence: false,
  });
  if (isRedirect(response)) {
    discardBody(response);
    return { ...strange(), error: redirectError(response, options.baseUrl, requestId) };
  }
  const text = await readBody(response, LIMIT).catch((cause) => {
    throw cause instanceof ConnectionError ? cause : networkError(cause, { isSent: true });
  });
  let data: unknown;
  try {
    data = text === '' ? undefined : JSON.parse(text);
  } catch (cause) {
    return strange(cause);
  }
  const isOk = status >= 200 && status < 300;
  const mayBeEmpty = status === 204 || method === 'HEAD';
  const isObject = typeof data === 'object' && data !== null;
  const isOwn = isOk ? isObject || (mayBeEmpty && data === undefined) : isWireError(data);
  if (!isOwn) return strange();
  const isEvidence = !response.redirected;
  if (isEvidence) options.onDate?.(response.headers.get('date'));
  if (isOk) return { status, data, isEvidence };
  const rateLimit = readRateLimit(response.headers);
  const origin = { status, requestId, rateLimit, token: headers.authorization };
  return { status, data, error: apiErrorOf(data as never, origin), isEvidence };
}

function networkError(cause: unknown, { isSent = false } = {}): ConnectionError {
  // A `TypeError` that speaks of no network was thrown before anything was sent: repeating it helps nobody.
  const thrown = lookAt(cause);
  const isOurs = !isSent && thrown.name === 'TypeError' && !isNetworkError(thrown);
  const text = sanitize(thrown.message ?? cause ?? 'no reason given');
  const what = isSent ? 'The answer broke off' : 'The request did not reach the coordinator';
  return new ConnectionError('network', `${what}: ${text}`, {
    retryable: !isOurs,
    remediation: isOurs
      ? 'Look at the fetch function and the options of the request: the runtime refused to send it.'
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
export function sender(options: SendOptions): Next {
  const { environment, requestMs, apiKey, clientName } = options;
  // What all requests carry is put together once.
  const common: Common = {
    query: new URLSearchParams({ api_key: apiKey }).toString(),
    client: clientHeader(clientName),
  };
  return (request) => {
    const { timers } = environment;
    const { signal: ending } = request;
    // The only one of a request: it ends the attempt for the time limit, the caller and the session alike.
    const controller = new AbortController();
    return new Promise((resolve, reject) => {
      const end = (reason: unknown) => {
        leave();
        abort(controller, reason);
        reject(reason);
      };
      const timer = timers.set(() => end(timeoutError(requestMs)), requestMs);
      const stop = onAbort(ending, () => end(reasonOf(ending)));
      const leave = () => {
        timers.clear(timer);
        stop();
      };
      if (ending.aborted) end(reasonOf(ending));
      transfer(request, controller.signal).then(
        (response) => {
          leave();
          resolve(response);
        },
        (error) => {
          leave();
          reject(error);
        },
      );
    });
  };

  async function transfer(request: ApiRequest, signal: AbortSignal): Promise<ApiResponse> {
    const requestId = randomId();
    let response: Response;
    try {
      const { fetch = globalThis.fetch } = options;
      response = await fetch(urlOf(options, common, request), initOf(common, request, requestId, signal));
    } catch (cause) {
      if (signal.aborted) throw signal.reason;
      throw networkError(cause);
    }
    try {
      return await readResponse(response, options, request, requestId);
    } catch (cause) {
      if (signal.aborted) throw signal.reason;
      throw cause instanceof ConnectionError ? cause : networkError(cause);
    }
  }
}
