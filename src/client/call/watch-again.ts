import { ConnectionError } from '../../shared/errors.js';
import { type AbortSource, linkSignals, pause, reasonOf, throwIfAborted } from '../environment/abortable.js';
import type { Timers } from '../environment/timers.js';
import type { CallRecord } from './call-record.js';

const BATCH = 100;
const TRIES = 3;
const LIMIT_MS = 10_000;
const RETRY_MS = 500;

interface WatchAgainOptions {
  /** The calls that are to be watched and are not. */
  records(): CallRecord[];
  /** Watches these; resolves with those that the coordinator shows. */
  query(batch: CallRecord[], signal: AbortSignal): Promise<ReadonlySet<CallRecord>>;
  readonly timers: Timers;
  random(): number;
  readonly signal: AbortSource;
}

/**
 * Watches calls with a new connection, within a time limit: a failed request is tried again, a call that a good
 * answer leaves out is not. Resolves with those that are lost and why, if there is an error; rejects only when
 * `signal` aborts.
 */
export async function watchAgain(options: WatchAgainOptions): Promise<Map<CallRecord, unknown>> {
  const { records, query, timers, signal: ending } = options;
  const lost = new Map<CallRecord, unknown>();
  const { signal, abort, unlink } = linkSignals(ending);
  const timer = timers.set(() => abort(timeoutError()), LIMIT_MS);

  const watch = async (batch: CallRecord[]): Promise<void> => {
    let error: unknown;
    for (let tries = 0; tries < TRIES && !signal.aborted; tries += 1) {
      // Leaving wins.
      const wanted = batch.filter(({ wantsEvents }) => wantsEvents);
      if (wanted.length === 0) return;
      try {
        if (tries > 0) await pause(timers, RETRY_MS * 2 ** tries * (0.5 + options.random() / 2), [signal]);
        const found = await query(wanted, signal);
        for (const record of wanted) if (!found.has(record)) lost.set(record, undefined);
        return;
      } catch (caught) {
        if (!signal.aborted || error === undefined) error = caught;
      }
    }
    for (const record of batch) lost.set(record, error ?? reasonOf(signal));
  };

  try {
    // Calls may be joined meanwhile.
    for (let due = records(); due.length > 0; due = records().filter((record) => !lost.has(record))) {
      const batches = [];
      for (let start = 0; start < due.length; start += BATCH) batches.push(due.slice(start, start + BATCH));
      await Promise.all(batches.map(watch));
      throwIfAborted(ending);
    }
    return lost;
  } finally {
    timers.clear(timer);
    unlink();
  }
}

function timeoutError(): ConnectionError {
  return new ConnectionError('request_timeout', `The calls could not be watched within ${LIMIT_MS} ms`, {
    retryable: true,
    remediation: 'Watch the call again with get({ watch: true }).',
  });
}
