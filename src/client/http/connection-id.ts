import type { AbortSource } from '../environment/abortable.js';
import { CODE } from './api-error.js';
import type { ApiRequest, ApiResponse, Interceptor, Next } from './request.js';

/** What a watching request needs of the socket. */
export interface ConnectionIds {
  readonly connectionId: string | undefined;
  waitForId(options: { unknown?: string | undefined; signal: AbortSource }): Promise<string>;
}

/**
 * Ties a watching request to the live connection; where the server does not know that one, to the next, once. A
 * request that takes what there is waits for none.
 */
export function withConnectionId(connection: ConnectionIds): Interceptor {
  return (request, next) => {
    const { isWatching } = request;
    const isOptional = isWatching === 'if_connected';
    const isTied = isWatching && !(isOptional && connection.connectionId === undefined);
    return isTied ? tie(request, next, isOptional) : next(request);
  };

  async function tie(request: ApiRequest, next: Next, isOptional: boolean): Promise<ApiResponse> {
    const { signal } = request;
    const withId = async (connectionId: string) => {
      const query = { ...request.query, connection_id: connectionId };
      return { ...(await next({ ...request, query })), connectionId };
    };
    const id = await connection.waitForId({ signal });
    const response = await withId(id);
    if (response.error?.apiCode !== CODE.connectionIdUnknown || request.body?.isOneShot) return response;
    const following = connection.waitForId({ unknown: id, signal });
    if (!isOptional) return withId(await following);
    following.catch(() => {});
    return next(request);
  }
}
