import type { AbortSource } from '../environment/abortable.js';
import * as CODE from './api-codes.js';
import type { ApiRequest, ApiResponse, Deliver } from './request.js';

/** What a watching request needs of the socket. */
export interface ConnectionIds {
  readonly connectionId: string | undefined;
  waitForId(options: { unknown?: string | undefined; signal: AbortSource }): Promise<string>;
}

/**
 * Ties a watching request to the live connection; where the server does not know that one, to the next, once. A
 * request that takes what there is waits for none.
 */
export async function tieToConnection(
  request: ApiRequest,
  connection: ConnectionIds,
  deliver: Deliver,
): Promise<ApiResponse> {
  const { signal, isWatching } = request;
  const isOptional = isWatching === 'if_connected';
  if (isOptional && connection.connectionId === undefined) return deliver(request);
  const withId = async (connectionId: string) => {
    const query = { ...request.query, connection_id: connectionId };
    return { ...(await deliver({ ...request, query })), connectionId };
  };
  const id = await connection.waitForId({ signal });
  const response = await withId(id);
  if (response.error?.apiCode !== CODE.connectionIdUnknown || request.body?.isOneShot) return response;
  const following = connection.waitForId({ unknown: id, signal });
  if (!isOptional) return withId(await following);
  following.catch(() => {});
  return deliver(request);
}
