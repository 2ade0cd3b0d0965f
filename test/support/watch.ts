export interface Watched<T> {
  state: 'pending' | 'resolved' | 'rejected';
  value?: T;
  error?: Error & Record<string, unknown>;
}

/** What became of a promise so far; its rejection counts as handled. */
export function watch<T>(promise: Promise<T>): Watched<T> {
  const seen: Watched<T> = { state: 'pending' };
  promise.then(
    (value) => Object.assign(seen, { state: 'resolved', value }),
    (error) => Object.assign(seen, { state: 'rejected', error }),
  );
  return seen;
}
