import { isWorkers } from './runtime.js';

interface EventSource {
  addEventListener(name: string, listener: () => void): void;
  removeEventListener(name: string, listener: () => void): void;
}

function isEventSource(candidate: unknown): candidate is EventSource {
  return (
    typeof candidate === 'object' &&
    candidate !== null &&
    typeof (candidate as Partial<EventSource>).addEventListener === 'function' &&
    typeof (candidate as Partial<EventSource>).removeEventListener === 'function'
  );
}

/** The way to stop where nothing has begun. */
export const NOTHING_TO_STOP = (): void => {};

/**
 * Listens to events of the page where there is one, to each name with its own listener. Returns the way to stop;
 * where the runtime has no such events, or refuses the listeners, nothing happens.
 */
export function listen(target: unknown, listeners: Readonly<Record<string, () => void>>): () => void {
  // Workers has these functions for its own events only, and warns about others.
  if (isWorkers() || !isEventSource(target)) return NOTHING_TO_STOP;
  try {
    for (const [name, listener] of Object.entries(listeners)) target.addEventListener(name, listener);
  } catch {
    return NOTHING_TO_STOP;
  }
  return () => {
    for (const [name, listener] of Object.entries(listeners)) target.removeEventListener(name, listener);
  };
}
