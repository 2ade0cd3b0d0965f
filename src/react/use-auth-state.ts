import type { AuthState, StreamVideo } from 'stream-video-auth';
import { useStreamVideo } from './provider.js';
import { useSnapshot } from './use-snapshot.js';

const SIGNED_OUT: AuthState = Object.freeze({ status: 'signed_out', refreshing: false });

const subscribe = ({ auth }: StreamVideo, listener: () => void) => auth.subscribe(listener);
const read = ({ auth }: StreamVideo) => auth.state;

/** The token's life, `client.auth.state`. Without a client, and on a server, `{ status: 'signed_out' }`. */
export function useAuthState(): AuthState {
  return useSnapshot(subscribe, read, useStreamVideo(), SIGNED_OUT);
}
