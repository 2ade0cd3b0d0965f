import { type Emulator, startEmulator } from 'stream-video-auth/emulator';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { launchChromium } from './chromium.js';
import { launchFirefox } from './firefox.js';
import { staleRows, whyNotInFirefox } from './not-in-firefox.js';
import { type Policy, Site } from './site.js';
import type { Launched, Tab } from './tab.js';

/** What the browser itself writes for an answer that is an error: the page had no say in it. */
const REFUSED_ANSWER = /Failed to load resource: the server responded with a status of 4\d\d/;

/** The browser of this run: `BROWSER=firefox`, else Chromium. */
export const IS_FIREFOX = process.env.BROWSER === 'firefox';

interface Scene {
  readonly emulator: Emulator;
  readonly site: Site;
  /** A tab that has loaded the app's page. */
  open(parameters?: { policy?: Policy } & Record<string, string>): Promise<Tab>;
}

let launched: Launched;
let emulator: Emulator;
let site: Site;
let tabs: Tab[];
let expected: RegExp[];

/** Each test with a coordinator and a site of its own, in one browser; none may leave a complaint. */
export function useScene(): Scene {
  beforeAll(async () => {
    launched = IS_FIREFOX ? await launchFirefox() : await launchChromium();
  });
  afterAll(() => launched.close());
  beforeEach(async ({ task, skip }) => {
    expect(staleRows(task.file.tasks), 'rows of docs/guide/browsers.md that name no test').toEqual([]);
    const reason = IS_FIREFOX ? whyNotInFirefox(task, launched.version) : undefined;
    if (reason !== undefined) skip(reason);
    tabs = [];
    expected = [REFUSED_ANSWER];
    emulator = await startEmulator();
    site = await Site.start(emulator);
  });
  afterEach(async () => {
    const complaints = tabs.flatMap((tab) => tab.complaints);
    await Promise.all(tabs.map((tab) => tab.close()));
    await site.stop();
    await emulator.stop();
    expect(complaints.filter((complaint) => !expected.some((pattern) => pattern.test(complaint)))).toEqual(
      [],
    );
  });
  return {
    get emulator() {
      return emulator;
    },
    get site() {
      return site;
    },
    async open(parameters = {}) {
      const tab = await launched.open();
      tabs.push(tab);
      await tab.goto(site.page(parameters));
      await until(() => tab.evaluate(() => document.body.dataset.ready === 'true'));
      return tab;
    },
  };
}

/** The test causes a complaint of the browser's, and looks at what the page makes of it. */
export function expectComplaint(pattern: RegExp): void {
  expected.push(pattern);
}

/** Waits until it holds; the test's own limit ends it. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(20);
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
