import type { Coordinator } from '../state/coordinator.js';
import { Instant } from '../state/instant.js';
import type { User } from '../state/user.js';
import { wireEventUser } from '../wire/user.js';

/** Tells a user's own sockets, and those that share a watched call with them, that the profile differs now. */
export function announceUser(coordinator: Coordinator, user: User, type = 'user.updated'): void {
  const event = {
    type,
    created_at: new Instant(coordinator.clock.now()),
    custom: {},
    user: wireEventUser(user),
  };
  const userIds = new Set([user.id]);
  for (const own of coordinator.connections.ofUser(user.id)) {
    for (const cid of own.watched) {
      for (const watcher of coordinator.connections.watchersOf(cid)) userIds.add(watcher.userId);
    }
  }
  coordinator.connections.publish(event, { userIds });
}
