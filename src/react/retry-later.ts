const FIRST_DELAY_MS = 2_000;
/** React Native warns about longer timers. */
const MAX_DELAY_MS = 60_000;

/**
 * Calls `again` after a back-off, and at once when the page comes online or becomes visible, until the returned
 * function is called.
 */
export function retryLater(failures: number, again: () => void): () => void {
  const listening = new AbortController();
  const { signal } = listening;
  const stop = () => {
    clearTimeout(timer);
    listening.abort();
  };
  const delayMs = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** failures) * (0.5 + Math.random() / 2);
  const timer = setTimeout(again, delayMs);
  // React Native has neither.
  const { document: page, addEventListener: listen } = globalThis;
  listen?.('online', again, { signal });
  page?.addEventListener('visibilitychange', () => page.visibilityState === 'visible' && again(), { signal });
  return stop;
}
