/** Where the socket is. `connected` means that it is open and authenticated. */
export type ConnectionState = 'idle' | 'connecting' | 'connected' | 'reconnecting' | 'disconnected';

/** What happens to the socket. */
export interface ConnectionEvents {
  /** The state of the socket has changed, and is complete by then; `disconnected` is the last one of a session. */
  'connection.changed': {
    type: 'connection.changed';
    state: ConnectionState;
    previous: ConnectionState;
    /** Only while connected. */
    connectionId?: string;
    /** Why a connection was given up; absent after `disconnect()`. */
    error?: unknown;
  };
}
