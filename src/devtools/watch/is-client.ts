import type { StreamVideo } from 'stream-video-auth';
import { read } from '../../shared/foreign-value.js';

/** Whether this is a client, of this copy of the package or of another one. Never throws. */
export function isClient(value: unknown): value is StreamVideo {
  const auth = read(value, 'auth');
  return (
    typeof read(value, 'on') === 'function' &&
    typeof read(auth, 'explain') === 'function' &&
    typeof read(auth, 'subscribe') === 'function' &&
    typeof read(read(value, 'user'), 'type') === 'string'
  );
}

/** The clients among what an app hands over, a single one included: a framework hands over null until there is one. */
export function clientsAmong(given: unknown): readonly StreamVideo[] {
  if (isClient(given)) return [given];
  try {
    return [...((given ?? []) as Iterable<unknown>)].filter(isClient);
  } catch {
    return [];
  }
}
