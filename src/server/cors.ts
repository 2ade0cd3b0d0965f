import { describeType } from '../shared/describe-value.js';
import { refuse } from '../shared/refuse.js';
import { sanitize } from '../shared/sanitize.js';

const PREFLIGHT_MAX_AGE_SECONDS = 600;
const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^/\s?#*@\\]+$/;

/**
 * The origins that may read tokens, compared exactly. `null`, the origin of sandboxed frames and local files,
 * is anybody's and never matches.
 */
export class AllowedOrigins {
  readonly #origins: ReadonlySet<string>;

  constructor(origins: readonly string[] = []) {
    if (!Array.isArray(origins)) refuseOrigin(describeType(origins));
    this.#origins = new Set(origins.filter((origin) => origin !== 'null').map(readOrigin));
  }

  /** The headers of an answer to this request; none for an origin that is not listed. */
  headersFor(request: Request): Record<string, string> {
    const origin = request.headers.get('origin');
    if (origin === null || !this.#origins.has(origin)) return {};
    return {
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Allow-Credentials': 'true',
      'Access-Control-Expose-Headers': 'Retry-After',
    };
  }

  /** What a preflight gets on top. Any header may be sent: exactly listed origins are trusted with it. */
  preflightHeadersFor(request: Request, methods: readonly string[]): Record<string, string> {
    const headers = this.headersFor(request);
    if (Object.keys(headers).length === 0) return headers;
    const requested = request.headers.get('access-control-request-headers');
    return {
      ...headers,
      'Access-Control-Allow-Methods': methods.join(', '),
      'Access-Control-Allow-Headers': requested ?? 'Content-Type',
      'Access-Control-Max-Age': String(PREFLIGHT_MAX_AGE_SECONDS),
    };
  }
}

function readOrigin(origin: string): string {
  if (typeof origin !== 'string') return refuseOrigin(describeType(origin));
  if (!ORIGIN.test(origin) || !isAsBrowsersWriteIt(origin)) refuseOrigin(`'${sanitize(origin)}'`);
  return origin;
}

/** A default port, an upper-case host or a missing punycode would never equal what a browser sends. */
function isAsBrowsersWriteIt(origin: string): boolean {
  if (!/^https?:/.test(origin)) return true;
  return URL.canParse(origin) && new URL(origin).origin === origin;
}

function refuseOrigin(given: string): never {
  return refuse(
    'invalid_option',
    `allowOrigins holds ${given}, which is not an exact origin`,
    "List each origin as browsers send it, such as 'https://app.example.com': no wildcard, path or slash.",
  );
}
