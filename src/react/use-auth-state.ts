import type { AuthState, StreamVideo } from 'stream-video-auth';
import { useStreamVideo } from './provider.js';
import { type SnapshotOf, useSnapshot } from './use-snapshot.js';

const SIGNED_OUT: AuthState = Object.freeze({ status: 'signed_out', refreshing: false });

const AUTH: SnapshotOf<StreamVideo, AuthState> = {
  subscribe: ({ auth }, listener) => auth.subscribe(listener),
  read: ({ auth }) => auth.state,
};

/** The token's life, `client.auth.state`. Without a client, and on a server, `{ status: 'signed_out' }`. */
export function useAuthState(): AuthState {
  return useSnapshot(AUTH, useStreamVideo(), SIGNED_OUT);
}
