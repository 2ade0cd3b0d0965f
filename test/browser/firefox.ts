import { launch, type Page } from 'puppeteer-core';
import { type Launched, plainTab, type Tab } from './tab.js';

const BY_DEFAULT = '/usr/bin/firefox-esr';

/** What BiDi knows no command for. A test that needs it is in the table of docs/guide/browsers.md. */
async function cannot(what: string): Promise<never> {
  throw new Error(`Firefox can't be made to: ${what}`);
}

function tabOf(page: Page): Tab {
  return {
    ...plainTab(page),
    setOffline: (isOffline) => page.setOfflineMode(isOffline),
    slowDown: () => cannot('slow down'),
    setFrozen: () => cannot('freeze a page'),
  };
}

/** Debian's `firefox-esr`, or `FIREFOX_PATH`, over WebDriver BiDi. */
export async function launchFirefox(): Promise<Launched> {
  const browser = await launch({
    browser: 'firefox',
    executablePath: process.env.FIREFOX_PATH ?? BY_DEFAULT,
    headless: true,
  });
  // `firefox/153.7.0`
  const version = Number.parseInt((await browser.version()).split('/')[1] ?? '', 10);
  if (Number.isNaN(version)) throw new Error('which Firefox is this?');
  return {
    version,
    // A tab behind another one is hidden; each window shows its own.
    open: async () => tabOf(await browser.newPage({ type: 'window' })),
    close: () => browser.close(),
  };
}
