import { GuestApp } from './guest-app';

// The environment is read when the page is asked for, not when it is built.
export const dynamic = 'force-dynamic';

/** A page for guests: rendered on the server without a client, connected in the browser. */
export default function Page() {
  const { STREAM_API_KEY = '', STREAM_BASE_URL } = process.env;
  return <GuestApp apiKey={STREAM_API_KEY} baseUrl={STREAM_BASE_URL} />;
}
