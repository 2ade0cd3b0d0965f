// Limits for createTokenHandler({ limiter }): 30 tokens a minute for each user.
import { RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';

const limit = { keyPrefix: 'stream-video-token', points: 30, duration: 60 };

/** Counts in the memory of this process: enough for one server. */
export const limiterOfThisServer = new RateLimiterMemory(limit);

/**
 * Counts in the Redis that the app already has, so that several servers share one limit. `storeClient` is a client
 * of the package `ioredis`; for the package `redis` add `useRedisPackage: true`. While Redis is away, each server
 * counts for itself: at once where the client says so at once, as `new Redis(url, { enableOfflineQueue: false,
 * maxRetriesPerRequest: 0 })` does.
 */
export function limiterInRedis(storeClient: object): RateLimiterRedis {
  return new RateLimiterRedis({ ...limit, storeClient, insuranceLimiter: limiterOfThisServer });
}
