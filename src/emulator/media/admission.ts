import { ANONYMOUS_ID } from '../../shared/token-format.js';
import type { Caller } from '../auth/caller.js';
import { mayEnter } from '../auth/permissions.js';
import { callCidsOf } from '../auth/read-claims.js';
import type { Call } from '../state/call.js';
import type { Coordinator } from '../state/coordinator.js';
import { ERROR_CODE } from './messages.js';

/** Why the media server does not do what it was asked to. */
export class MediaRefusal extends Error {
  override readonly name = 'MediaRefusal';
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

export interface Admitted {
  readonly caller: Exclude<Caller, { kind: 'server' }>;
  readonly call: Call;
}

/** Who a media token admits to which call, as things are now. The user is the token's, whatever a query says. */
export async function admit(token: string | undefined, coordinator: Coordinator): Promise<Admitted> {
  const claims = await coordinator.tokens.readForMedia(token ?? '');
  if (claims === undefined)
    throw new MediaRefusal(ERROR_CODE.unauthenticated, 'the media token is not valid');
  const call = coordinator.calls.find(String(claims.call_cid));
  if (call === undefined) throw new MediaRefusal(ERROR_CODE.callNotFound, 'the call does not exist');
  const callCids = new Set(callCidsOf(claims));
  const userId = String(claims.user_id);
  const caller =
    userId === ANONYMOUS_ID
      ? { kind: 'anonymous' as const, userId: ANONYMOUS_ID as typeof ANONYMOUS_ID, claims, callCids }
      : { kind: 'user' as const, userId, user: coordinator.users.require(userId), claims, callCids };
  // The token outlives the call's end, and a client that was just told may still try to come back.
  if (!mayEnter(caller, call, coordinator)) {
    throw new MediaRefusal(ERROR_CODE.denied, 'the user may not be in this call');
  }
  return { caller, call };
}
