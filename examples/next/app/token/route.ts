// A token endpoint as a Next.js route handler: app/token/route.ts
import { createTokenHandler } from 'stream-video-auth/server';

// Stands for the app's own sessions.
const sessions = new Map([['demo-session', 'martin']]);

// Made at the first request: `next build` imports this file where the secret is not set.
let handleToken: ReturnType<typeof createTokenHandler> | undefined;

export function POST(request: Request): Promise<Response> {
  handleToken ??= createTokenHandler({
    apiSecret: process.env.STREAM_API_SECRET,
    authenticate: ({ headers }) => {
      const session = /(?:^|; )session=([\w-]+)/.exec(headers.get('cookie') ?? '')?.[1];
      const userId = sessions.get(session ?? '');
      return userId ? { userId } : null;
    },
  });
  return handleToken(request);
}

export { POST as OPTIONS };
