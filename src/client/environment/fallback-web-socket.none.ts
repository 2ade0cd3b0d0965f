import type { WebSocketConstructor } from './web-socket.js';

/** Browsers, Workers and the like bring their own WebSocket, or have none. */
export async function fallbackWebSocket(): Promise<WebSocketConstructor | undefined> {
  return undefined;
}
