/** The least that the client needs of a WebSocket. */
export interface WebSocketLike {
  readonly readyState: number;
  send(data: string): void;
  close(code?: number, reason?: string): void;
  /**
   * For `open`, `message`, `error` and `close`, with the platforms' events. Declared by `never`, so that every
   * class fits however it overloads the method.
   */
  addEventListener(type: never, listener: never): void;
}

export type WebSocketConstructor = new (url: string) => WebSocketLike;

/** The runtime's own WebSocket, looked up at each connect. */
export function platformWebSocket(): WebSocketConstructor | undefined {
  const { WebSocket } = globalThis as { WebSocket?: unknown };
  return typeof WebSocket === 'function' ? (WebSocket as WebSocketConstructor) : undefined;
}
