import type { ConnectionState, StreamVideo } from 'stream-video-auth';
import { useStreamVideo } from './provider.js';
import { type SnapshotOf, useSnapshot } from './use-snapshot.js';

const CONNECTION: SnapshotOf<StreamVideo, ConnectionState> = {
  subscribe: (client, listener) => client.on('connection.changed', listener),
  read: (client) => client.connectionState,
};

/** The socket's state, `client.connectionState`. Without a client, and on a server, `idle`. */
export function useConnectionState(): ConnectionState {
  return useSnapshot(CONNECTION, useStreamVideo(), 'idle');
}
