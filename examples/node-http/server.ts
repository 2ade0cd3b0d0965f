// A token endpoint with nothing but Node: STREAM_API_SECRET=... npx tsx server.ts
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { createTokenHandler } from 'stream-video-auth/server';
import { limiterOfThisServer } from '../limiters.js';

// Stands for the app's own sessions.
const sessions = new Map([['demo-session', 'martin']]);

const handleToken = createTokenHandler({
  apiSecret: process.env.STREAM_API_SECRET,
  authenticate: (request) => {
    const session = /(?:^|; )session=([\w-]+)/.exec(request.headers.get('cookie') ?? '')?.[1];
    const userId = sessions.get(session ?? '');
    return userId ? { userId } : null;
  },
  limiter: limiterOfThisServer,
});

// The adapter makes a Web Request of Node's, and writes the Response back. In Express it goes before any body
// parser: app.all('/token', getRequestListener(handleToken)).
const listener = getRequestListener(handleToken);

const server = createServer((request, response) => {
  if (request.url?.split('?')[0] === '/token') void listener(request, response);
  else response.writeHead(404).end();
});

server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/token`);
});
