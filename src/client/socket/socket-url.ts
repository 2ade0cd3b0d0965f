import { clientHeader } from '../http/client-header.js';

interface SocketUrlOptions {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly clientName: string | undefined;
}

/** The coordinator's address for sockets. Never carries a token: the first frame does. */
export function socketUrl({ baseUrl, apiKey, clientName }: SocketUrlOptions): string {
  const query = new URLSearchParams({
    api_key: apiKey,
    'stream-auth-type': 'jwt',
    'X-Stream-Client': clientHeader(clientName),
  });
  // https becomes wss, http becomes ws.
  return `ws${baseUrl.slice('http'.length)}/video/connect?${query}`;
}
