// A token endpoint as a Next.js route handler: app/token/route.ts
import { createTokenHandler } from 'stream-video-auth/server';

// Stands for the app's own sessions.
const sessions = new Map([['demo-session', 'martin']]);

// `next build` imports this file where the secret is not set: it is missed at a request, not before.
export const POST = createTokenHandler({
  apiSecret: process.env.STREAM_API_SECRET,
  authenticate: ({ headers }) => {
    const session = /(?:^|; )session=([\w-]+)/.exec(headers.get('cookie') ?? '')?.[1];
    const userId = sessions.get(session ?? '');
    return userId ? { userId } : null;
  },
});

export { POST as OPTIONS };
