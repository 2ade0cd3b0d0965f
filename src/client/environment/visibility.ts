import { watchAppState } from './app-state.js';
import { listen } from './listen.js';

/** The page, where there is one; some test environments say that it is null. */
function page(): Document | null | undefined {
  return (globalThis as { document?: Document | null }).document;
}

/** Whether somebody can see the page, and the moments at which a sleeping or throttled page comes back. */
export class Visibility {
  /** True where there is no page. */
  isVisible(): boolean {
    return page()?.visibilityState !== 'hidden';
  }

  /** Calls `listener` whenever a timer may have slept, or the page was hidden or shown. */
  watch(listener: () => void): () => void {
    const stopPage = listen(page(), { visibilitychange: listener, resume: listener });
    const stopWindow = listen(globalThis, { pageshow: listener, focus: listener });
    const stopApp = watchAppState(listener);
    return () => {
      stopPage();
      stopWindow();
      stopApp();
    };
  }
}
