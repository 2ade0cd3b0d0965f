import { MAX_FRAME_BYTES } from './size-limits.js';
import type { WebSocketConstructor } from './web-socket.js';

/** Node 20 has no WebSocket of its own. Builds for other runtimes take `fallback-web-socket.none.ts` instead. */
export async function fallbackWebSocket(): Promise<WebSocketConstructor | undefined> {
  const { WebSocket } = await import('ws');
  class BoundedWebSocket extends WebSocket {
    constructor(url: string) {
      super(url, { maxPayload: MAX_FRAME_BYTES });
    }
  }
  return BoundedWebSocket as unknown as WebSocketConstructor;
}
