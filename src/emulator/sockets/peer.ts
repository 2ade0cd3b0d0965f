/** The other end of a socket, whatever runtime carries it. */
export interface Peer {
  send(data: string | Uint8Array): void;
  close(code: number, reason: string): void;
  /** Ends the connection without a close frame. */
  cut(): void;
  /** Bytes that the peer has not taken yet; 0 where the runtime does not say. */
  bufferedBytes(): number;
}

/** What a host tells a session. */
export interface SocketEvents {
  /** A text or binary frame. */
  receive(data: string | Uint8Array): void;
  /** A ping control frame; the pong is the host's. */
  ping(): void;
  closed(code: number): void;
}

/** How a socket was opened. */
export interface Opening {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
}
