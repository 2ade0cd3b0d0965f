import type { RecordedRequest } from '../../state/journal.js';
import { isTokenRefusal } from './codes.js';

// A refresh takes the provider's time and a back-off; later it is another request.
const REPLAY_WITHIN_MS = 30_000;

/** Which of a client's requests repeats which refused one: the same method and path, once per refusal. */
export function replaysOf(requests: readonly RecordedRequest[]): Map<number, number> {
  const refused = new Map<string, RecordedRequest[]>();
  const replays = new Map<number, number>();
  for (const request of requests) {
    if (request.kind !== 'http') continue;
    const key = `${request.method} ${request.path}`;
    const waiting = refused.get(key) ?? [];
    while (waiting[0] !== undefined && request.at - waiting[0].at > REPLAY_WITHIN_MS) waiting.shift();
    const first = waiting.shift();
    if (first !== undefined) replays.set(request.id, first.id);
    if (isTokenRefusal(request)) refused.set(key, [...waiting, request]);
  }
  return replays;
}
