import type { Page } from 'playwright-core';
import { launch } from '../page/browser.js';
import { backByHistory, type Launched, type Tab } from './tab.js';

async function tabOf(page: Page): Promise<Tab> {
  const complaints: string[] = [];
  const cdp = await page.context().newCDPSession(page);
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()}`);
  });
  page.on('pageerror', ({ message }) => complaints.push(`exception: ${message}`));
  await cdp.send('Network.enable');
  const evaluate = (run: never, argument?: unknown) => page.evaluate(run, argument as never);
  return {
    complaints,
    goto: async (url) => {
      await page.goto(url);
    },
    back: () => backByHistory({ evaluate }),
    evaluate,
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
  return {
    version: Number.parseInt(browser.version(), 10),
    open: async () => tabOf(await context.newPage()),
    close: () => browser.close(),
  };
}
