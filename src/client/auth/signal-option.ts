import { readKnown } from '../../shared/known-options.js';

/** What everything takes that only waits. */
export interface Waiting {
  /** Ends this wait only; a shared attempt goes on. Rejects with `signal.reason`. */
  signal?: AbortSignal | undefined;
}

const KNOWN = { signal: true } as const;

/** The signal; any other option is refused. */
export function readSignal(options: Waiting | undefined): AbortSignal | undefined {
  return readKnown<Waiting>('this method', options, KNOWN).signal;
}
