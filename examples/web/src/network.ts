import type { WebSocketConstructor } from 'stream-video-auth';

let isOffline = false;

/** As if the cable were pulled: no request leaves, no socket opens, and the page is told. */
export function setOffline(offline: boolean): void {
  isOffline = offline;
  dispatchEvent(new Event(offline ? 'offline' : 'online'));
}

export async function unreliableFetch(input: string, init?: RequestInit): Promise<Response> {
  if (isOffline) throw new TypeError('Failed to fetch');
  return fetch(input, init);
}

/** While offline it leads to a port where nobody listens. Looked up at each use: msw puts its own there. */
export const UnreliableWebSocket = class {
  constructor(url: string) {
    // biome-ignore lint/correctness/noConstructorReturn: which class it is shows only now
    return new WebSocket(isOffline ? 'ws://127.0.0.1:9' : url);
  }
} as unknown as WebSocketConstructor;
