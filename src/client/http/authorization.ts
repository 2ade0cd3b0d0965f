import type { TokenSession } from '../auth/token-session.js';
import type { Interceptor } from './request.js';

/** Acquires a token that is good to use now, waiting for a refresh where it must, and says who is calling. */
export function authorization(session: TokenSession): Interceptor {
  return async (request, next) => {
    // A guest may have become another while the request waited: not with the former one's token.
    const isStale = request.acquired?.token?.userId !== session.user.id;
    const given = isStale ? undefined : request.acquired;
    const acquired = given ?? session.acquireAtOnce(request) ?? (await session.acquire(request));
    const response = await next({
      ...request,
      headers: {
        ...request.headers,
        'stream-auth-type': session.user.type === 'anonymous' ? 'anonymous' : 'jwt',
        ...(acquired.token && { authorization: acquired.token.value }),
      },
    });
    return { ...response, acquired };
  };
}
