import { CODE } from './api-error.js';
import type { Interceptor } from './request.js';

/** What a watching request needs of the socket. */
export interface ConnectionIds {
  readonly connectionId: string | undefined;
  waitForId(options: { unknown?: string | undefined; signal: AbortSignal }): Promise<string>;
}

/** Ties a watching request to the live connection; where the server does not know that one, to the next, once. */
export function withConnectionId(connection: ConnectionIds): Interceptor {
  return async (request, next) => {
    if (!request.isWatching) return next(request);
    const { signal } = request;
    const withId = (id: string) => ({ ...request, query: { ...request.query, connection_id: id } });
    const id = await connection.waitForId({ signal });
    const response = await next(withId(id));
    if (response.error?.apiCode !== CODE.connectionIdUnknown || request.body?.isOneShot) return response;
    return next(withId(await connection.waitForId({ unknown: id, signal })));
  };
}
