import type { TokenSession } from '../auth/token-session.js';
import type { Interceptor } from './request.js';

/** Takes a token that is good to use now, waiting at the door where it must, and says who is calling. */
export function authorization(session: TokenSession): Interceptor {
  return async (request, next) => {
    // A guest who became another while the request waited does not speak with the former one's token.
    const isStale = request.acquired?.token?.userId !== session.user.id;
    const given = isStale ? undefined : request.acquired;
    const pass = given ?? (await session.acquire({ signal: request.signal }));
    const response = await next({
      ...request,
      headers: {
        ...request.headers,
        'stream-auth-type': session.user.type === 'anonymous' ? 'anonymous' : 'jwt',
        ...(pass.token && { authorization: pass.token.value }),
      },
    });
    return { ...response, acquired: pass };
  };
}
