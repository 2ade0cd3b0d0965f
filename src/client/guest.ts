import type { UserResponse } from './api-types.js';
import { strangeAnswer } from './http/api-error.js';
import { prepareBody } from './http/body.js';
import { type Send, wholeBudget } from './http/request.js';
import type { NewGuest } from './refresh/token-provider.js';
import { decodeClaims } from './token/claims.js';
import { detailsOf, type KnownUser } from './user.js';

interface CreateGuestResponse {
  readonly user?: UserResponse;
  readonly access_token?: unknown;
}

/** A guest that the app kept from an earlier visit: its identity is the token's, which is checked later. */
export function returningGuest(asked: KnownUser, token: string): KnownUser {
  const id = typeof token === 'string' ? decodeClaims(token.trim())?.user_id : undefined;
  return typeof id === 'string' ? Object.freeze({ ...asked, id }) : asked;
}

/**
 * Creates a guest at the coordinator, without a token and as nobody. Each call makes a new user under an id that
 * the coordinator assigns. Rejects with the `ApiError` or `ConnectionError` itself.
 */
export async function createGuest(send: Send, asked: KnownUser, signal: AbortSignal): Promise<NewGuest> {
  const request = {
    method: 'POST',
    path: '/guest',
    query: undefined,
    headers: undefined,
    body: await prepareBody({ user: detailsOf(asked) }),
    signal,
    budget: wholeBudget(),
  };
  const { data, error, status } = await send(request, { authType: 'anonymous', token: undefined });
  if (error) throw error;
  const { user, access_token: token } = (data ?? {}) as CreateGuestResponse;
  if (typeof user?.id !== 'string' || typeof token !== 'string') {
    throw strangeAnswer({ status });
  }
  return {
    token,
    user: Object.freeze({ ...asked, id: user.id, ...(typeof user.name === 'string' && { name: user.name }) }),
  };
}
