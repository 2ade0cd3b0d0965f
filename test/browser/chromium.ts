import type { Page } from 'playwright-core';
import { launch } from '../page/browser.js';
import { type Launched, plainTab, type Tab } from './tab.js';

async function tabOf(page: Page): Promise<Tab> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Network.enable');
  return {
    ...plainTab(page),
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
