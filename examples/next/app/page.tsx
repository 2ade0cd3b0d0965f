import { connection } from 'next/server';
import { Suspense } from 'react';
import { GuestApp } from './guest-app';

/** A page for guests: rendered on the server without a client, connected in the browser. */
export default function Page() {
  return (
    <Suspense>
      <Guest />
    </Suspense>
  );
}

async function Guest() {
  // The environment is read when the page is asked for, not when it is built.
  await connection();
  const { STREAM_API_KEY = '', STREAM_BASE_URL } = process.env;
  return <GuestApp apiKey={STREAM_API_KEY} baseUrl={STREAM_BASE_URL} />;
}
