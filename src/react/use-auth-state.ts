import type { AuthState } from 'stream-video-auth';
import { useStreamVideo } from './provider.js';
import { readState, subscribe, useSnapshot } from './use-snapshot.js';

const SIGNED_OUT: AuthState = Object.freeze({ status: 'signed_out', refreshing: false });

/** The token's life, `client.auth.state`. Without a client, and on a server, `{ status: 'signed_out' }`. */
export function useAuthState(): AuthState {
  return useSnapshot(subscribe, readState, useStreamVideo()?.auth, SIGNED_OUT);
}
