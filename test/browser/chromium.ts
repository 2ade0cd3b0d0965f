import type { Page } from 'playwright-core';
import { launch } from '../page/browser.js';

/** What one tab can be made to do. Functions run in the page: they see its globals and the argument, nothing else. */
export interface Tab {
  goto(url: string): Promise<void>;
  /** Back in the history, by real navigation. */
  back(): Promise<void>;
  evaluate<T>(run: () => T | Promise<T>): Promise<T>;
  evaluate<T, A>(run: (argument: A) => T | Promise<T>, argument: A): Promise<T>;
  /** What the browser complained of: console errors, exceptions, violations of a policy. */
  readonly complaints: string[];
  close(): Promise<void>;
  /** Cuts the network off, or gives it back; the page is told by its events. */
  setOffline(isOffline: boolean): Promise<void>;
  /** A slow network: milliseconds each way, and kilobytes in a second. */
  slowDown(latencyMs: number, kilobytesPerSecond: number): Promise<void>;
  /** The page is frozen as the browser freezes a tab in the background, or goes on. */
  setFrozen(isFrozen: boolean): Promise<void>;
}

export interface Launched {
  /** A tab in a profile that all tabs of this browser share. */
  open(): Promise<Tab>;
  close(): Promise<void>;
}

async function tabOf(page: Page): Promise<Tab> {
  const complaints: string[] = [];
  const cdp = await page.context().newCDPSession(page);
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()}`);
  });
  page.on('pageerror', ({ message }) => complaints.push(`exception: ${message}`));
  await cdp.send('Network.enable');
  return {
    complaints,
    goto: async (url) => {
      await page.goto(url);
    },
    back: async () => {
      // The event of a load never comes for a page that is restored.
      await page.goBack({ waitUntil: 'commit' });
    },
    evaluate: (run: never, argument?: unknown) => page.evaluate(run, argument as never),
    close: () => page.close(),
    setOffline: (isOffline) => page.context().setOffline(isOffline),
    slowDown: async (latency, kilobytesPerSecond) => {
      const throughput = kilobytesPerSecond * 1024;
      await cdp.send('Network.emulateNetworkConditions', {
        offline: false,
        latency,
        downloadThroughput: throughput,
        uploadThroughput: throughput,
      });
    },
    setFrozen: async (isFrozen) => {
      await cdp.send('Page.setWebLifecycleState', { state: isFrozen ? 'frozen' : 'active' });
    },
  };
}

/** Debian's Chromium, or `CHROMIUM_PATH`. */
export async function launchChromium(): Promise<Launched> {
  // The driver switches the cache off by default.
  const browser = await launch([], ['--disable-back-forward-cache']);
  const context = await browser.newContext();
  return { open: async () => tabOf(await context.newPage()), close: () => browser.close() };
}
