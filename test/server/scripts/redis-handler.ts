// A server with a token endpoint whose limiter counts in the Redis at the port that is given.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Redis } from 'ioredis';
import { createTokenHandler } from 'stream-video-auth/server';
import { limiterInRedis } from '../../../examples/limiters.js';

const redis = new Redis(Number(process.argv[2]), {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  retryStrategy: () => 50,
});
// Told by the limiter; without a listener each would be printed.
redis.on('error', () => {});

const handleToken = createTokenHandler({
  apiSecret: 'test-secret-of-more-than-thirty-two-bytes',
  authenticate: ({ headers }) => ({ userId: headers.get('x-user') ?? '' }),
  limiter: limiterInRedis(redis),
});
const listener = getRequestListener(handleToken);

const server = createServer((request, response) => {
  if (request.url === '/redis') response.end(redis.status);
  else void listener(request, response);
});
server.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
