import type { WebSocketConstructor } from './web-socket.js';

/** Node 20 has no WebSocket of its own. Builds for other runtimes take `fallback-web-socket.none.ts` instead. */
export async function fallbackWebSocket(): Promise<WebSocketConstructor | undefined> {
  const { WebSocket } = await import('ws');
  return WebSocket as unknown as WebSocketConstructor;
}
