// A token endpoint on Deno: STREAM_API_SECRET=... deno serve --allow-env --port 3000 server.ts
import process from 'node:process';
import { createTokenHandler } from 'stream-video-auth/server';

// Stands for the app's own sessions.
const sessions = new Map([['demo-session', 'martin']]);

const handleToken = createTokenHandler({
  apiSecret: process.env.STREAM_API_SECRET,
  authenticate: ({ headers }) => {
    const session = /(?:^|; )session=([\w-]+)/.exec(headers.get('cookie') ?? '')?.[1];
    const userId = sessions.get(session ?? '');
    return userId ? { userId } : null;
  },
});

// `deno serve` takes host and port from its flags and prints the address.
export default {
  fetch(request: Request): Response | Promise<Response> {
    if (new URL(request.url).pathname === '/token') return handleToken(request);
    return new Response('Not found', { status: 404 });
  },
};
