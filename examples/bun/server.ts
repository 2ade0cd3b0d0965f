// A token endpoint on Bun: STREAM_API_SECRET=... bun server.ts
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

// Bun serves the default export of its main file and prints the address.
export default {
  hostname: '127.0.0.1',
  port: Number(process.env.PORT ?? 3000),
  fetch(request: Request): Response | Promise<Response> {
    if (new URL(request.url).pathname === '/token') return handleToken(request);
    return new Response('Not found', { status: 404 });
  },
};
