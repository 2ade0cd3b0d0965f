import { type Emulator, startEmulator } from 'stream-video-auth/emulator';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { driver as chromium } from './chromium.js';
import type { Ability, Driver, Launched, Tab } from './driver.js';
import { type Policy, Site } from './site.js';

const driver: Driver = chromium;

/** What the browser itself writes for an answer that is an error: the page had no say in it. */
const REFUSED_ANSWER = /Failed to load resource: the server responded with a status of 4\d\d/;

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
    launched = await driver.launch();
  });
  afterAll(() => launched.close());
  beforeEach(async () => {
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

/** A test that needs this of the driver. Where it cannot, the test is shown as skipped, and the reason with it. */
export function testThat(
  needs: readonly Ability[],
  name: string,
  run: () => Promise<void>,
  limitMs = 60_000,
): void {
  const missing = needs.find((ability) => driver.cannot[ability]);
  if (missing) test.skip(`${name} (${driver.name}: ${driver.cannot[missing]})`, () => {});
  else test(name, run, limitMs);
}

/** Waits until it holds; the test's own limit ends it. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(20);
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
