import { VERSION } from '../version.js';

/** Header values reach beyond ASCII in no runtime; what does is percent-encoded. */
function headerSafe(text: string): string {
  return text
    .replace(/\p{Surrogate}/gu, '')
    .replace(/[^\x20-\x7e]|[|%]/gu, (character) => encodeURIComponent(character));
}

/** What `X-Stream-Client` says: this package, and the app's own name. */
export function clientHeader(clientName: string | undefined): string {
  const name = `stream-video-auth-v${VERSION}`;
  return clientName ? `${name}|app=${headerSafe(clientName)}` : name;
}
