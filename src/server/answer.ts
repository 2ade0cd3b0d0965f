import { parseAccept } from 'hono/utils/accept';

const JSON_TYPE = 'application/json';
const TEXT_TYPE = 'text/plain';

const READABLE = new Map([
  [JSON_TYPE, JSON_TYPE],
  ['application/*', JSON_TYPE],
  ['*/*', JSON_TYPE],
  [TEXT_TYPE, TEXT_TYPE],
  ['text/*', TEXT_TYPE],
]);

// A token in a cache outlives its user's session, and a 304 would bring back the one that was just refused.
const COMMON_HEADERS = {
  'Cache-Control': 'no-store',
  Vary: 'Origin, Accept',
  'X-Content-Type-Options': 'nosniff',
};

/** The answer with the token, as JSON unless the client prefers plain text. */
export function tokenAnswer(request: Request, token: string, headers: Record<string, string>): Response {
  return answer(request, 200, { token }, token, headers);
}

/** A refusal: one sentence that says nothing about the server. */
export function errorAnswer(
  request: Request,
  status: number,
  message: string,
  headers: Record<string, string>,
): Response {
  return answer(request, status, { error: message }, message, headers);
}

/** The empty answer to a preflight. */
export function emptyAnswer(headers: Record<string, string>): Response {
  return new Response(null, { status: 204, headers: { ...COMMON_HEADERS, ...headers } });
}

function answer(
  request: Request,
  status: number,
  json: Record<string, string>,
  text: string,
  headers: Record<string, string>,
): Response {
  const type = preferredType(request);
  return new Response(type === TEXT_TYPE ? text : JSON.stringify(json), {
    status,
    headers: { ...COMMON_HEADERS, 'Content-Type': `${type}; charset=utf-8`, ...headers },
  });
}

function preferredType(request: Request): string {
  try {
    for (const { type, q } of parseAccept(request.headers.get('accept') ?? '')) {
      const format = READABLE.get(type.toLowerCase());
      if (format && q > 0) return format;
    }
  } catch {
    // What only looks like a request may throw, and is answered all the same.
  }
  return JSON_TYPE;
}
