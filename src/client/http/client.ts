import { describeType } from '../../shared/describe-value.js';
import { type Names, readKnown } from '../../shared/known-options.js';
import { refuse } from '../../shared/refuse.js';
import { sanitize } from '../../shared/sanitize.js';
import type { TokenSession } from '../auth/token-session.js';
import { linkSignals } from '../environment/abortable.js';
import * as CODE from './api-codes.js';
import { strangeAnswer } from './api-error.js';
import { prepareBody } from './body.js';
import { type ConnectionIds, tieToConnection } from './connection-id.js';
import { missingPermission } from './missing-permission.js';
import { readPath } from './path.js';
import { type ApiRequest, type ApiResponse, type Deliver, wholeBudget } from './request.js';

/** What `StreamVideo.request` takes besides method and path. */
export interface RequestOptions {
  /** Parameters of the query. Undefined and null are left out; objects are written as JSON. */
  query?: Readonly<Record<string, unknown>> | undefined;
  /**
   * What is sent: a string goes raw, an object as JSON, bytes, forms and blobs as they are. A stream is sent
   * once: its request is not repeated after a token was refused. Not with GET and HEAD.
   */
  body?: unknown;
  /** Headers of the app's own. Those that say who is calling are set by the client and refused here. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** Ends the request at any point, also while it waits for a token; it then rejects with `signal.reason`. */
  signal?: AbortSignal | undefined;
}

interface InternalOptions extends RequestOptions {
  /** Ties the answer to the live socket. */
  isWatching?: ApiRequest['isWatching'];
}

const KNOWN: Names<keyof InternalOptions> = {
  body: true,
  headers: true,
  isWatching: true,
  query: true,
  signal: true,
};
const SYNONYMS = { data: 'body', json: 'body', params: 'query', searchparams: 'query' };

function readMethod(method: unknown): string {
  return typeof method === 'string' && /^[a-z]+$/i.test(method)
    ? method.toUpperCase()
    : refuse(
        'invalid_option',
        `"${sanitize(method)}" is no HTTP method`,
        'Pass GET, POST, PUT, PATCH or DELETE.',
      );
}

type Fields = Readonly<Record<string, string>>;

/** The fields of a plain object: what has none of its own, as `Headers`, would be left out silently. */
function entriesOf(name: string, given: object, write: (value: unknown) => unknown): [string, unknown][] {
  try {
    if (typeof given === 'object' && !(Symbol.iterator in given)) {
      return Object.entries(given).map(([key, value]) => [key, write(value)]);
    }
  } catch {
    // It cannot be read, or not be written.
  }
  return refuse('invalid_option', `${name} is no plain data`, `Pass ${name} as { name: 'value' }.`);
}

/** Undefined for what is left out. */
function asText(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function readQuery(query: InternalOptions['query']): Fields | undefined {
  if (query === undefined) return undefined;
  const entries = entriesOf('query', query, asText).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Fields;
}

/** Headers that say who is calling: set by the client alone. */
const RESERVED = ['authorization', 'stream-auth-type', 'x-stream-client', 'x-client-request-id'];

function readHeaders(headers: InternalOptions['headers']): Fields | undefined {
  if (headers === undefined) return undefined;
  return Object.fromEntries(
    entriesOf('headers', headers, (value) => value).map(([name, value]) => {
      if (typeof value !== 'string') {
        return refuse(
          'invalid_option',
          `The header ${sanitize(name)} is ${describeType(value)}`,
          'Pass header values as strings.',
        );
      }
      if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
        return refuse(
          'invalid_option',
          `The header ${sanitize(name)} cannot be sent`,
          'Encode what is not Latin-1.',
        );
      }
      if (RESERVED.includes(name.toLowerCase())) {
        return refuse('invalid_option', `The header ${sanitize(name)} is set by the client`, 'Leave it out.');
      }
      return [name.toLowerCase(), value];
    }),
  );
}

interface Said {
  readonly call?: unknown;
  readonly calls?: readonly { readonly call: { readonly type: unknown; readonly id: unknown } }[] | null;
  readonly members?: readonly unknown[] | null;
}

/** Whether data has the form of answers about calls, where it has anything of theirs. */
function isAboutCalls(data: unknown): boolean {
  try {
    const { call, calls, members } = data as Said;
    const found = (calls ?? []).map(
      ({ call: one }) => typeof one.type === 'string' && typeof one.id === 'string' && one,
    );
    return [data, call ?? {}, ...(members ?? []), ...found].every(
      (one) => typeof one === 'object' && one !== null && !Array.isArray(one),
    );
  } catch {
    // What is read is not there, or what is a list is none.
    return false;
  }
}

/** Checks what the app asks for, and sends it to the coordinator. */
export class HttpClient {
  readonly #session: TokenSession;
  readonly #connection: () => ConnectionIds;
  readonly #deliver: Deliver;

  /** `connection` is asked where a request needs one, and not before. */
  constructor(session: TokenSession, connection: () => ConnectionIds, deliver: Deliver) {
    this.#session = session;
    this.#connection = connection;
    this.#deliver = deliver;
  }

  /** Sends one call and returns its data. Throws at wrong arguments before any I/O. */
  request<T>(method: string, path: string, options?: InternalOptions): Promise<T> {
    return this.#send(method, path, options, ({ data }) => data as T);
  }

  /** As `request`, about calls: an answer of another form than theirs is refused before anybody takes it. */
  exchange(method: string, path: string, options: InternalOptions): Promise<ApiResponse> {
    return this.#send(method, path, options, (response) => {
      if (!isAboutCalls(response.data)) throw strangeAnswer(response);
      return response;
    });
  }

  async #send<T>(
    method: string,
    path: string,
    options: InternalOptions | undefined,
    read: (response: ApiResponse) => T,
  ): Promise<T> {
    this.#session.assertNotReentered();
    const given = readKnown<InternalOptions>('request', options, KNOWN, SYNONYMS);
    const { body, isWatching, signal } = given;
    const { ending } = this.#session;
    // Without a signal of the caller's the session's end serves as it is.
    const linked = signal && linkSignals(signal, ending);
    try {
      const request: ApiRequest = {
        method: readMethod(method),
        path: readPath(path),
        query: readQuery(given.query),
        headers: readHeaders(given.headers),
        body: body === undefined ? undefined : await prepareBody(body),
        signal: linked?.signal ?? ending,
        isWatching,
        budget: wholeBudget(),
      };
      if (request.body && (request.method === 'GET' || request.method === 'HEAD')) {
        refuse('invalid_option', `A ${request.method} request has no body`, 'Pass query instead of body.');
      }
      const response = await (isWatching
        ? tieToConnection(request, this.#connection(), this.#deliver)
        : this.#deliver(request));
      const { error } = response;
      if (!error) return read(response);
      throw error.status === 403 && error.apiCode === CODE.notAllowed
        ? missingPermission(error, response.acquired?.token?.claims)
        : error;
    } finally {
      linked?.unlink();
    }
  }
}
