// A token endpoint on Cloudflare Workers: npx wrangler secret put STREAM_API_SECRET && npx wrangler deploy
import { createTokenHandler } from 'stream-video-auth/server';

// Stands for the app's own sessions.
const sessions = new Map([['demo-session', 'martin']]);

interface Env {
  STREAM_API_SECRET: string;
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    if (new URL(request.url).pathname !== '/token') return new Response('Not found', { status: 404 });
    // The secret comes with each request; making a handler costs nothing.
    const handleToken = createTokenHandler({
      apiSecret: env.STREAM_API_SECRET,
      authenticate: ({ headers }) => {
        const session = /(?:^|; )session=([\w-]+)/.exec(headers.get('cookie') ?? '')?.[1];
        const userId = sessions.get(session ?? '');
        return userId ? { userId } : null;
      },
    });
    return handleToken(request);
  },
};
