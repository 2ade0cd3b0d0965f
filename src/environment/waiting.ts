import type { Timers } from './timers.js';

/** What can end a wait: an `AbortSignal`, or the end of a session. */
export interface AbortSource {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** Throws the reason of a signal that has aborted. */
export function throwIfAborted(signal: AbortSource | undefined): void {
  if (signal?.aborted) throw signal.reason;
}

/**
 * Waits for `promise`, but no longer than until one of the signals aborts: then it rejects with that signal's
 * reason. The promise itself goes on undisturbed, and no listener stays behind.
 */
export function abortable<T>(promise: Promise<T>, ...signals: (AbortSource | undefined)[]): Promise<T> {
  return new Promise((resolve, reject) => {
    const watched = signals.filter((signal) => signal !== undefined);
    const stop = () => {
      for (const signal of watched) signal.removeEventListener('abort', onAbort);
    };
    const onAbort = () => {
      stop();
      reject(watched.find((source) => source.aborted)?.reason);
    };
    for (const signal of watched) signal.addEventListener('abort', onAbort);
    promise.then(resolve, reject).finally(stop);
    if (watched.some((signal) => signal.aborted)) onAbort();
  });
}

/** Waits `delayMs`, or until `wake` settles; rejects with the reason of a signal that aborts. */
export async function pause(
  timers: Timers,
  delayMs: number,
  { wake, signals = [] }: { wake?: Promise<unknown> | undefined; signals?: (AbortSource | undefined)[] } = {},
): Promise<void> {
  let handle: ReturnType<Timers['set']> | undefined;
  const timer = new Promise<void>((resolve) => {
    handle = timers.set(resolve, delayMs);
  });
  try {
    await abortable(wake ? Promise.race([timer, wake]) : timer, ...signals);
  } finally {
    timers.clear(handle);
  }
}

/** One signal that aborts with the first of several; `unlink` takes its listeners off again. */
export function linkSignals(...sources: (AbortSource | undefined)[]): {
  signal: AbortSignal;
  unlink(): void;
} {
  const controller = new AbortController();
  const listened = sources.filter((source) => source !== undefined);
  const onAbort = () => controller.abort(listened.find((source) => source.aborted)?.reason);
  for (const source of listened) source.addEventListener('abort', onAbort);
  if (listened.some((source) => source.aborted)) onAbort();
  const unlink = () => {
    for (const source of listened) source.removeEventListener('abort', onAbort);
  };
  return { signal: controller.signal, unlink };
}
