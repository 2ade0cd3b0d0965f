import type { Timers } from './timers.js';

/** No name that an app's signal could have by chance. */
export const LISTEN = Symbol('listen');

/** What can end a wait: an `AbortSignal`, or the end of a session. */
export interface AbortSource {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
  /** Where any number may listen, each for itself; returns the way to stop. */
  [LISTEN]?(listener: () => void): () => void;
}

/** Aborts a controller with a reason, also where the platform's knows of none (React Native). */
export function abort(controller: AbortController, reason: unknown): void {
  const { signal } = controller;
  // Before the listeners run, since they read it.
  if (!('reason' in signal)) Object.defineProperty(signal, 'reason', { value: reason });
  controller.abort(reason);
}

/** Why a signal has aborted; an error of our own where the platform does not tell. */
export function reasonOf(signal: AbortSource | undefined): unknown {
  if (!signal?.aborted || signal.reason !== undefined) return signal?.reason;
  return Object.assign(new Error('This operation was aborted'), { name: 'AbortError' });
}

/** The signals that are there; `fetch` takes null for none, and so do we. */
function given(signals: readonly (AbortSource | null | undefined)[]): AbortSource[] {
  return signals.filter((signal) => signal !== undefined && signal !== null);
}

interface Fan {
  readonly listeners: Set<() => void>;
  readonly run: () => void;
}

/** One listener of ours at each signal, however many wait: Node warns of a leak from the eleventh on. */
const fans = new WeakMap<AbortSource, Fan>();

/** Calls `listener` when the signal aborts; returns the way to stop. With the last one nothing is left at the signal. */
export function onAbort(source: AbortSource, listener: () => void): () => void {
  if (source[LISTEN]) return source[LISTEN](listener);
  const fan: Fan = fans.get(source) ?? {
    listeners: new Set(),
    run: () => {
      for (const each of [...fan.listeners]) if (fan.listeners.has(each)) each();
    },
  };
  if (fan.listeners.size === 0) {
    fans.set(source, fan);
    source.addEventListener('abort', fan.run);
  }
  const own = () => listener();
  fan.listeners.add(own);
  return () => {
    if (!fan.listeners.delete(own) || fan.listeners.size > 0) return;
    fans.delete(source);
    source.removeEventListener('abort', fan.run);
  };
}

/** Throws the reason of a signal that has aborted. */
export function throwIfAborted(signal: AbortSource | undefined): void {
  if (signal?.aborted) throw reasonOf(signal);
}

/**
 * Waits for `promise`, but no longer than until one of the signals aborts: then it rejects with that signal's
 * reason. The promise itself goes on undisturbed, and no listener stays behind.
 */
export function abortable<T>(promise: Promise<T>, ...signals: (AbortSource | undefined)[]): Promise<T> {
  return new Promise((resolve, reject) => {
    const watched = given(signals);
    const leave = () => {
      stop();
      reject(reasonOf(watched.find((source) => source.aborted)));
    };
    let stops: (() => void)[] = [];
    const stop = () => {
      for (const each of stops) each();
    };
    // Before the signals: one of the app's may throw when it is listened to.
    promise.then(resolve, reject).finally(stop);
    stops = watched.map((signal) => onAbort(signal, leave));
    if (watched.some((signal) => signal.aborted)) leave();
  });
}

/** Waits `delayMs`, or until `wake` settles; rejects with the reason of a signal that aborts. */
export async function pause(
  timers: Timers,
  delayMs: number,
  signals: readonly (AbortSource | undefined)[],
  wake?: Promise<unknown>,
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

/** A signal that aborts with the first of several, or by `abort`. */
export interface LinkedSignal {
  readonly signal: AbortSignal;
  abort(reason: unknown): void;
  /** Takes its listeners off again. */
  unlink(): void;
}

export function linkSignals(...sources: (AbortSource | undefined)[]): LinkedSignal {
  const controller = new AbortController();
  const listened = given(sources);
  const end = () => abort(controller, reasonOf(listened.find((source) => source.aborted)));
  const stops = listened.map((source) => onAbort(source, end));
  if (listened.some((source) => source.aborted)) end();
  const unlink = () => {
    for (const stop of stops) stop();
  };
  return { signal: controller.signal, abort: (reason) => abort(controller, reason), unlink };
}
