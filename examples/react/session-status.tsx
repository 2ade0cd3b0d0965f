import { type CreatedStreamVideo, useAuthState, useConnectionState } from 'stream-video-auth/react';

interface SessionStatusProps extends Pick<CreatedStreamVideo, 'error' | 'retry'> {
  /** Resolves when the user has signed in again. */
  signIn: () => Promise<void>;
}

/** What a user should see of a session: "refreshing", "signed out: sign in again", what went wrong. */
export function SessionStatus({ error, retry, signIn }: SessionStatusProps) {
  const auth = useAuthState();
  const connection = useConnectionState();

  // The token provider threw UnauthorizedError, or nothing can renew the token.
  if (auth.status === 'suspended') {
    return (
      <p role="alert">
        You are signed out.{' '}
        <button type="button" onClick={() => void signIn().then(retry)}>
          Sign in again
        </button>
      </p>
    );
  }
  if (error) {
    return (
      <p role="alert">
        {error.message}{' '}
        <button type="button" onClick={retry}>
          Try again
        </button>
      </p>
    );
  }
  if (auth.refreshing) return <p role="status">Refreshing your session</p>;
  return <p role="status">{connection === 'connected' ? 'Online' : 'Connecting'}</p>;
}
