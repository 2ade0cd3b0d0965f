import { useCallback, useSyncExternalStore } from 'react';

const nothing = () => {};

/**
 * What `read` says of the source, kept up to date; `subscribe` is the same function at each render. `absent` without
 * a source, and always on a server and while its page is hydrated: the browser's first render must be what the
 * server sent.
 */
export function useSnapshot<Source, Snapshot>(
  subscribe: (source: Source, listener: () => void) => () => void,
  read: (source: Source) => Snapshot,
  source: Source | null,
  absent: Snapshot,
): Snapshot {
  return useSyncExternalStore(
    useCallback(
      (listener: () => void) => (source === null ? nothing : subscribe(source, listener)),
      [subscribe, source],
    ),
    () => (source === null ? absent : read(source)),
    () => absent,
  );
}
