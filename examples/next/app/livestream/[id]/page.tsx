import { StreamVideo, User } from 'stream-video-auth';
import { createCallToken } from 'stream-video-auth/server';
import { Viewer } from './viewer';

interface LivestreamPageProps {
  params: Promise<{ id: string }>;
}

export const dynamic = 'force-dynamic';

/** A livestream for visitors without an account. The server reads the call; the browser goes on with its token. */
export default async function LivestreamPage({ params }: LivestreamPageProps) {
  const { id } = await params;
  const { STREAM_API_KEY: apiKey = '', STREAM_API_SECRET: apiSecret, STREAM_BASE_URL: baseUrl } = process.env;
  const token = await createCallToken({ apiSecret, callCids: [`livestream:${id}`] });
  // One client per request: two visitors share nothing.
  const streamVideo = new StreamVideo({ apiKey, baseUrl, user: User.anonymous, token });
  const { call } = await streamVideo.call('livestream', id).get();
  await streamVideo.disconnect();
  return (
    <main>
      <h1>{String(call.custom.title)}</h1>
      <Viewer apiKey={apiKey} baseUrl={baseUrl} token={token} id={id} />
    </main>
  );
}
