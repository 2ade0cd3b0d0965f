import { useState } from 'react';
import type { TokenProvider } from 'stream-video-auth';
import { StreamVideoProvider, useCall, useCreateStreamVideo, useStreamVideo } from 'stream-video-auth/react';
import { SessionStatus } from './session-status.js';

/** Stands for the app's own session: who is signed in, and how to get a token. */
export interface Session {
  /** Null while nobody is signed in. */
  readonly userId: string | null;
  readonly tokenProvider: TokenProvider;
  signIn(): Promise<void>;
}

interface AppProps {
  apiKey: string;
  baseUrl?: string;
  session: Session;
}

/** One client for as long as somebody is signed in; everything below finds it by `useStreamVideo()`. */
export function App({ apiKey, baseUrl, session }: AppProps) {
  const { userId, tokenProvider, signIn } = session;
  const { client, error, retry } = useCreateStreamVideo(
    userId === null ? null : { apiKey, baseUrl, user: { id: userId }, tokenProvider },
  );
  return (
    <StreamVideoProvider client={client}>
      {userId !== null && <SessionStatus error={error} retry={retry} signIn={signIn} />}
      <Standup />
    </StreamVideoProvider>
  );
}

function Standup() {
  const client = useStreamVideo();
  const { call } = useCall('default', 'standup');
  const [problem, setProblem] = useState<string | null>(null);
  if (!client || !call) return <p>Sign in to join the stand-up.</p>;

  const join = () =>
    call.join({ create: true }).then(
      () => setProblem(null),
      (error) => setProblem(error.message),
    );
  return (
    <>
      <button type="button" onClick={join}>
        Join as {client.user.id}
      </button>
      {problem !== null && <p role="alert">{problem}</p>}
    </>
  );
}
