/** The least that the client needs of a WebSocket. */
export interface WebSocketLike {
  /** 0 connecting, 1 open, 2 closing, 3 closed. */
  readonly readyState: number;
  /** Sends text. */
  send(data: string): void;
  /** Closes with 1000 or a code from 4000 on, and a reason of at most 123 bytes. */
  close(code?: number, reason?: string): void;
  /**
   * For `open`, `message`, `error` and `close`, with the platforms' events. Declared by `never`, so that every
   * class fits however it overloads the method.
   */
  addEventListener(type: never, listener: never): void;
  /** Tears the connection down; the `ws` package has it, and the socket of a peer that never answers needs it. */
  terminate?: (() => void) | undefined;
}

/** A WebSocket class, such as the platform's or that of the `ws` package. */
export type WebSocketConstructor = new (url: string) => WebSocketLike;

/** The runtime's own WebSocket, looked up at each connect. */
export function platformWebSocket(): WebSocketConstructor | undefined {
  const { WebSocket } = globalThis as { WebSocket?: unknown };
  return typeof WebSocket === 'function' ? (WebSocket as WebSocketConstructor) : undefined;
}
