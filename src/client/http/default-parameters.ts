import { VERSION } from '../version.js';
import type { Interceptor } from './request.js';

interface DefaultsOptions {
  readonly apiKey: string;
  readonly clientName?: string | undefined;
}

/** Header values reach beyond ASCII in no runtime; what does is percent-encoded. */
function headerSafe(text: string): string {
  return text
    .replace(/\p{Surrogate}/gu, '')
    .replace(/[^\x20-\x7e]|[|%]/gu, (character) => encodeURIComponent(character));
}

/** What `X-Stream-Client` says: this package, and the app's own name. */
export function clientHeader({ clientName }: Pick<DefaultsOptions, 'clientName'>): string {
  const name = `stream-video-auth-v${VERSION}`;
  return clientName ? `${name}|app=${headerSafe(clientName)}` : name;
}

/** Adds what every request carries. */
export function defaultParameters(options: DefaultsOptions): Interceptor {
  const client = clientHeader(options);
  return (request, next) =>
    next({
      ...request,
      query: { ...request.query, api_key: options.apiKey },
      headers: { ...request.headers, 'x-stream-client': client },
    });
}
