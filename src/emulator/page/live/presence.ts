import type { ClientActivity } from './clients.js';
import type { LiveStore } from './store.js';

/** Whether a client has a socket or is in a call, did something lately without one, or is gone. */
export type Presence = 'connected' | 'active' | 'over';

/** Connected clients come first. */
export const RANK: Readonly<Record<Presence, number>> = { connected: 0, active: 1, over: 2 };

// A client that lost its socket is back by then, or waits for a network that is not coming.
const AFTER_LOSS_MS = 30_000;
const AFTER_REQUEST_MS = 60_000;

/** How a client is there now. One that closed its own socket is over at once. */
export function presenceOf(client: ClientActivity, store: LiveStore): Presence {
  const { sockets, requests, participations, tokenIds } = client;
  // An anonymous viewer of the official client has no socket but that of the call.
  const isInCall = participations.some(({ leftAt }) => leftAt === undefined);
  if (isInCall || sockets.some(({ until }) => until === undefined)) return 'connected';
  const now = store.now();
  const lastEnd = sockets.reduce((last, { until = 0 }) => Math.max(last, until), 0);
  const lastRequest = requests.at(-1)?.at ?? 0;
  const lastToken = Math.max(0, ...[...tokenIds].map((id) => store.tokens.get(id)?.firstSeenAt ?? 0));
  const lastDeed = Math.max(lastRequest, lastToken);
  const closed = sockets.filter(({ until, by }) => until === lastEnd && by === 'client');
  if (closed.length > 0 && lastDeed <= lastEnd) return 'over';
  const isFresh = now - lastDeed < AFTER_REQUEST_MS || now - lastEnd < AFTER_LOSS_MS;
  return isFresh ? 'active' : 'over';
}
