import { useEffect, useInsertionEffect, useState, useSyncExternalStore } from 'react';
import {
  type CreatedStreamVideo,
  type CreateStreamVideoOptions,
  createLifetime,
  readOptions,
} from './client-lifetime.js';

/**
 * Makes a client and connects it, for as long as the component is mounted. `null` means that nobody is signed in.
 *
 * Another client is made only when `apiKey`, the user's id, the kind of user or `baseUrl` changes: the session of
 * the former one ends first, and `client` is null meanwhile. The provider that is asked is the one of the last
 * render, and a changed `token` goes through `auth.setToken`; everything else is read once. So options may be
 * written inline.
 *
 * A `connect()` that fails with a `retryable` error is tried again with back-off, and at once when the page comes
 * online or becomes visible. A guest that could not be created is not asked for again before `retry()`, since each
 * guest is another user to the coordinator.
 *
 * @example
 * function Session({ children }: { children: ReactNode }) {
 *   const { client, error, retry } = useCreateStreamVideo(
 *     session && { apiKey, user: { id: session.userId }, tokenProvider: () => fetchToken(session) },
 *   );
 *   if (error) return <button onClick={retry}>{error.remediation}</button>;
 *   return <StreamVideoProvider client={client}>{children}</StreamVideoProvider>;
 * }
 */
export function useCreateStreamVideo(options: CreateStreamVideoOptions | null): CreatedStreamVideo {
  const [identity, given] = readOptions(options);
  const [current, setCurrent] = useState(() => createLifetime(identity));
  let lifetime = current;
  if (lifetime.identityKey !== identity) {
    lifetime = createLifetime(identity, current);
    setCurrent(lifetime);
  }
  // Before any effect of the app that may ask for a token.
  useInsertionEffect(() => lifetime.commitOptions(given));
  const created = useSyncExternalStore(lifetime.onSnapshot, lifetime.readSnapshot, lifetime.readSnapshot);
  useEffect(() => lifetime.mountOnce(), [lifetime]);
  useEffect(() => lifetime.changeToken());
  return created;
}
