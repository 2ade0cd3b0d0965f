import type { Browser, Page } from 'playwright-core';
import { type Emulator, startEmulator } from 'stream-video-auth/emulator';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { launch } from '../page/browser.js';
import { enter, OFFICIAL_CLIENTS, Stage } from './stage.js';

let browser: Browser;
let stage: Stage;
let emulator: Emulator;

beforeAll(async () => {
  stage = await Stage.open();
  browser = await launch(['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']);
});
afterAll(async () => {
  await browser.close();
  await stage.close();
});
beforeEach(async () => {
  emulator = await startEmulator();
});
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  await emulator.stop();
});

describe.each(OFFICIAL_CLIENTS)('%s', (client) => {
  const tabOf = (id: string): Promise<Page> => enter({ stage, browser, emulator, client, user: { id } });

  test('joins, and stays joined without a reconnect', async () => {
    const page = await tabOf('ada');
    await page.evaluate(() => tab.join('standup'));
    await page.waitForTimeout(4000);
    expect(await page.evaluate(() => tab.states)).toEqual(['idle', 'joining', 'joined']);
  });
});
