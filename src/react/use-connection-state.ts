import type { ConnectionState, StreamVideo } from 'stream-video-auth';
import { useStreamVideo } from './provider.js';
import { useSnapshot } from './use-snapshot.js';

const subscribe = (client: StreamVideo, listener: () => void) => client.on('connection.changed', listener);
const read = (client: StreamVideo) => client.connectionState;

/** The socket's state, `client.connectionState`. Without a client, and on a server, `idle`. */
export function useConnectionState(): ConnectionState {
  return useSnapshot(subscribe, read, useStreamVideo(), 'idle');
}
