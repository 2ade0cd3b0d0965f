// A token endpoint on Cloudflare Workers: npx wrangler secret put STREAM_API_SECRET && npx wrangler deploy
// With the flag nodejs_compat and a compatibility date from April 2025 on, secrets are in process.env.
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

export default {
  fetch(request: Request): Response | Promise<Response> {
    if (new URL(request.url).pathname === '/token') return handleToken(request);
    return new Response('Not found', { status: 404 });
  },
};
