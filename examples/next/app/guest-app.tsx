'use client';

import { User } from 'stream-video-auth';
import {
  StreamVideoProvider,
  useConnectionState,
  useCreateStreamVideo,
  useStreamVideo,
} from 'stream-video-auth/react';

interface GuestAppProps {
  apiKey: string;
  baseUrl: string | undefined;
}

export function GuestApp({ apiKey, baseUrl }: GuestAppProps) {
  const { client, error, retry } = useCreateStreamVideo({ apiKey, baseUrl, user: User.guest('visitor') });
  return (
    <StreamVideoProvider client={client}>
      <Status />
      {error && (
        <button type="button" onClick={retry}>
          {error.message} Try again
        </button>
      )}
    </StreamVideoProvider>
  );
}

function Status() {
  const client = useStreamVideo();
  const connection = useConnectionState();
  return <p role="status">{connection === 'connected' ? `Hello ${client?.user.id}` : 'Connecting'}</p>;
}
