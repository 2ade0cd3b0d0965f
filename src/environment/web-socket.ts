/** The least that the client needs of a WebSocket. */
export interface WebSocketLike {
  readonly readyState: number;
  send(data: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(
    type: 'open' | 'message' | 'error' | 'close',
    // A method, so that the platforms' own event types fit.
    listener: (event: never) => void,
  ): void;
}

export type WebSocketConstructor = new (url: string) => WebSocketLike;

/** The runtime's own WebSocket, looked up at each connect. */
export function platformWebSocket(): WebSocketConstructor | undefined {
  const { WebSocket } = globalThis as { WebSocket?: unknown };
  return typeof WebSocket === 'function' ? (WebSocket as WebSocketConstructor) : undefined;
}
