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

/**
 * Listens to events of the page where there is one. Returns the way to stop; where the runtime has no such
 * events, or refuses the listener, nothing happens.
 */
export function listen(target: unknown, names: readonly string[], listener: () => void): () => void {
  // Workers has these functions for its own events only, and warns about others.
  if (isWorkers() || !isEventSource(target)) return () => {};
  try {
    for (const name of names) target.addEventListener(name, listener);
  } catch {
    return () => {};
  }
  return () => {
    for (const name of names) target.removeEventListener(name, listener);
  };
}
