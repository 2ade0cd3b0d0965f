import { read } from '../shared/foreign-value.js';
import { refuse } from '../shared/refuse.js';
import { TokenEndpoint } from './token-endpoint.js';
import type { TokenHandlerOptions } from './token-handler-options.js';

function assertWebRequest(request: unknown): asserts request is Request {
  const isRequest =
    typeof read(read(request, 'headers'), 'get') === 'function' &&
    typeof read(request, 'clone') === 'function';
  if (isRequest) return;
  refuse(
    'invalid_option',
    'The token handler was called with something else than a Web Request',
    'On Node, Express and the like put an adapter before it, as examples/node-http of this package does.',
  );
}

/**
 * Makes a token endpoint: a Web-standard `(Request) => Promise<Response>` for Hono, Next.js, Bun, Deno and
 * Workers, and for Node through an adapter. It answers requests as `fetchTokenProvider` sends them:
 * `POST { user_id?, reason?, call_cids? }`, at most 8 KiB.
 *
 * The token comes as `{ "token": "..." }`, or as plain text where `Accept` prefers that, and never from a
 * cache. 400, 413 and 414: a body, or the address of a GET, that can't be read. 401: nobody is signed in. 403: not this user, or no such
 * calls. 405: another method. 408: a body of more than 10 s. 429: the limiter. 500: `authenticate` or `callToken`
 * failed, or the secret is missing. 503: one of them, or the limiter, took more than 10 s. The details of the last
 * two are in `logger`. The returned function rejects for nothing but what is no Web `Request`.
 *
 * Make it once, at the top of a module: it needs no secret yet, and keeps nothing from one request to the next.
 *
 * @throws {ConfigurationError} at once, for options that could never work; a missing or weak secret is told at the
 * first request
 *
 * @example
 * const handleToken = createTokenHandler({
 *   apiSecret: process.env.STREAM_API_SECRET,
 *   authenticate: async (request) => {
 *     const session = await yourSessions.read(request);
 *     return session ? { userId: session.userId } : null;
 *   },
 * });
 * app.post('/token', (c) => handleToken(c.req.raw));
 */
export function createTokenHandler(options: TokenHandlerOptions): (request: Request) => Promise<Response> {
  const endpoint = new TokenEndpoint(options);
  return async (request) => {
    assertWebRequest(request);
    return endpoint.handle(request);
  };
}
