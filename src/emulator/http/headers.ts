import { cors } from 'hono/cors';
import type { EmulatedClock } from '../state/clock.js';

const EXPOSED = ['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset', 'x-amz-cf-pop'];

function allowedOrigin(origin: string | null): string {
  return origin || '*';
}

/** Preflights of the coordinator's endpoints, which any web page may use. */
export const PREFLIGHT = cors({
  origin: allowedOrigin,
  allowMethods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'],
  allowHeaders: [
    'Authorization',
    'stream-auth-type',
    'X-Stream-Client',
    'x-client-request-id',
    'Content-Type',
  ],
  exposeHeaders: EXPOSED,
  maxAge: 600,
});

/** What every answer carries: the date by the emulator's clock, and what a browser needs to show it to a page. */
export function commonHeaders(request: Request, clock: EmulatedClock): Record<string, string> {
  return {
    date: new Date(clock.now()).toUTCString(),
    vary: 'Origin',
    'access-control-allow-origin': allowedOrigin(request.headers.get('origin')),
    'access-control-expose-headers': EXPOSED.join(','),
  };
}
