import { listen } from './listen.js';

/** Tells when the page goes away, perhaps into the back-forward cache, and when it is shown again. */
export class PageLifecycle {
  /** Listens until the returned function is called. */
  watch({ hide, show }: { hide: () => void; show: () => void }): () => void {
    return listen(globalThis, { pagehide: hide, pageshow: show });
  }
}
