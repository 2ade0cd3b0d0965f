import { listen } from './page-events.js';

/** Tells when the page goes away, perhaps into the back-forward cache, and when it is shown again. */
export class PageLifecycle {
  /** Listens until the returned function is called. */
  watch(listener: { hide(): void; show(): void }): () => void {
    const stopHide = listen(globalThis, ['pagehide'], () => listener.hide());
    const stopShow = listen(globalThis, ['pageshow'], () => listener.show());
    return () => {
      stopHide();
      stopShow();
    };
  }
}
