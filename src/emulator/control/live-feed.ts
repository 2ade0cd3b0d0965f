import type { Peer, SocketEvents } from '../sockets/peer.js';
import type { Coordinator } from '../state/coordinator.js';
import type { LiveMessage } from '../state/live.js';
import { liveSnapshot } from './snapshot.js';

// A page in a background tab may stop reading; it gets a fresh snapshot when it comes back.
const MAX_BUFFERED_BYTES = 8 * 1024 * 1024;

/** A socket of the page: a snapshot, then every event. What it sends is ignored. */
export function openLiveFeed(coordinator: Coordinator, peer: Peer): SocketEvents {
  const send = (message: LiveMessage) => {
    if (peer.bufferedBytes() > MAX_BUFFERED_BYTES) peer.cut();
    else peer.send(JSON.stringify(message));
  };
  send(liveSnapshot(coordinator));
  const leave = coordinator.observe(send);
  return { receive: () => {}, ping: () => {}, closed: leave };
}
