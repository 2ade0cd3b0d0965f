import { notFound } from 'next/navigation';
import { connection } from 'next/server';
import { Suspense } from 'react';
import { ApiError, StreamVideo, User } from 'stream-video-auth';
import { createCallToken } from 'stream-video-auth/server';
import { Viewer } from './viewer';

interface LivestreamPageProps {
  params: Promise<{ id: string }>;
}

/** A livestream for visitors without an account. The server reads the call; the browser goes on with its token. */
export default function LivestreamPage({ params }: LivestreamPageProps) {
  return (
    <main>
      <Suspense>
        <Livestream params={params} />
      </Suspense>
    </main>
  );
}

async function Livestream({ params }: LivestreamPageProps) {
  // A token is made when the page is asked for: neither a build nor a cache may hold one.
  await connection();
  const { id } = await params;
  const { STREAM_API_KEY: apiKey = '', STREAM_API_SECRET: apiSecret, STREAM_BASE_URL: baseUrl } = process.env;
  const token = await createCallToken({ apiSecret, callCids: [`livestream:${id}`] });
  // One client per request: two visitors share nothing.
  const streamVideo = new StreamVideo({ apiKey, baseUrl, user: User.anonymous, token });
  const found = await streamVideo
    .call('livestream', id)
    .get()
    .catch((error) => {
      if (error instanceof ApiError && error.status === 404) return null;
      throw error;
    })
    .finally(() => streamVideo.disconnect());
  if (found === null) notFound();
  return (
    <>
      <h1>{String(found.call.custom.title)}</h1>
      <Viewer apiKey={apiKey} baseUrl={baseUrl} token={token} id={id} />
    </>
  );
}
