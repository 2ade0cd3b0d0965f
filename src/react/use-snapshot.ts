import { useCallback, useSyncExternalStore } from 'react';

export const nothing = () => {};

/**
 * What `read` says of the source, kept up to date; `subscribe` is the same function at each render. `absent` without
 * a source, and always on a server and while its page is hydrated: the browser's first render must be what the
 * server sent.
 */
export function useSnapshot<Source, Snapshot>(
  subscribe: (source: Source, listener: () => void) => () => void,
  read: (source: Source) => Snapshot,
  source: Source | null | undefined,
  absent: Snapshot,
): Snapshot {
  return useSyncExternalStore(
    useCallback(
      (listener: () => void) => (source ? subscribe(source, listener) : nothing),
      [subscribe, source],
    ),
    () => (source ? read(source) : absent),
    () => absent,
  );
}

/** What has a `state`, and tells its changes to those who subscribe. */
interface Subject<State> {
  readonly state: State;
  subscribe(listener: () => void): () => void;
}

export function subscribe(subject: Subject<unknown>, listener: () => void): () => void {
  return subject.subscribe(listener);
}

export function readState<State>(subject: Subject<State>): State {
  return subject.state;
}
