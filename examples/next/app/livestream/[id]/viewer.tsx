'use client';

import { useState } from 'react';
import { User } from 'stream-video-auth';
import { StreamVideoProvider, useAuthState, useCall, useCreateStreamVideo } from 'stream-video-auth/react';

interface ViewerProps {
  apiKey: string;
  baseUrl: string | undefined;
  /** The call token of the server's render: nobody is asked for another. */
  token: string;
  id: string;
}

export function Viewer({ apiKey, baseUrl, token, id }: ViewerProps) {
  const { client } = useCreateStreamVideo({ apiKey, baseUrl, user: User.anonymous, token });
  return (
    <StreamVideoProvider client={client}>
      <Join id={id} />
    </StreamVideoProvider>
  );
}

function Join({ id }: { id: string }) {
  const { status } = useAuthState();
  const { call } = useCall('livestream', id);
  const [problem, setProblem] = useState<string | null>(null);
  if (status === 'suspended') return <p role="alert">This page is out of date: load it again.</p>;

  const join = () =>
    call?.join().then(
      () => setProblem(null),
      (error) => setProblem(error.message),
    );
  return (
    <>
      <button type="button" disabled={!call} onClick={join}>
        Watch
      </button>
      {problem !== null && <p role="alert">{problem}</p>}
    </>
  );
}
