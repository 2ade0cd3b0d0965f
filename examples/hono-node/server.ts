// A token endpoint with Hono on Node: STREAM_API_SECRET=... npx tsx server.ts
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { parse } from 'hono/utils/cookie';
import { createTokenHandler } from 'stream-video-auth/server';

// Stands for the app's own sessions.
const sessions = new Map([['demo-session', 'martin']]);
const publicCalls = new Set(['livestream:town-hall']);

const handleToken = createTokenHandler({
  apiSecret: process.env.STREAM_API_SECRET,
  allowOrigins: ['http://localhost:5173'],
  authenticate: ({ headers }) => {
    const userId = sessions.get(parse(headers.get('cookie') ?? '').session ?? '');
    return userId ? { userId } : { anonymous: true };
  },
  // A visitor without an account may watch what is public.
  callToken: (_request, { requestedCallCids }) => requestedCallCids.filter((cid) => publicCalls.has(cid)),
});

const app = new Hono();
app.all('/token', (c) => handleToken(c.req.raw));

const port = Number(process.env.PORT ?? 3000);
serve({ fetch: app.fetch, hostname: '127.0.0.1', port }, (address) => {
  console.log(`http://127.0.0.1:${address.port}/token`);
});
