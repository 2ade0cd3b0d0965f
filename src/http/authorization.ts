import type { TokenSession } from '../token/session.js';
import type { Interceptor } from './request.js';

/** Takes a token that is good to use now, waiting at the door where it must, and says who is calling. */
export function authorization(session: TokenSession): Interceptor {
  return async (request, next) => {
    const pass = request.pass ?? (await session.acquire({ signal: request.signal }));
    const response = await next({
      ...request,
      headers: {
        ...request.headers,
        'stream-auth-type': session.user.type === 'anonymous' ? 'anonymous' : 'jwt',
        ...(pass.token && { authorization: pass.token.value }),
      },
    });
    return { ...response, pass };
  };
}
