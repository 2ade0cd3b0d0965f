import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { enter, OFFICIAL_CLIENTS, seesAndHears, signIn, useScene } from './stage.js';

const scene = useScene();

async function neverReconnected(...pages: Page[]): Promise<void> {
  for (const page of pages) expect(await page.evaluate(() => tab.reconnects)).toBe(0);
}

describe.each(OFFICIAL_CLIENTS)('%s', (client) => {
  async function joined(...ids: string[]): Promise<Page[]> {
    const pages = [];
    for (const id of ids) {
      const page = await enter({ scene, client, user: { id } });
      await page.evaluate(() => tab.join('standup'));
      pages.push(page);
    }
    return pages;
  }
  const pair = async () => (await joined('ada', 'bea')) as [Page, Page];

  test('two see and hear each other', async () => {
    const [ada, bea] = await pair();
    await seesAndHears(ada, bea);
    expect(await ada.evaluate(() => tab.others)).toEqual([
      { userId: 'bea', tracks: [1, 2], hasVideo: true, hasAudio: true },
    ]);
  });

  test.each([
    ['microphone', 1],
    ['camera', 2],
  ] as const)('a %s that is off and on again is told, and flows again', async (device, track) => {
    const [ada, bea] = await pair();
    await seesAndHears(ada, bea);
    const has = (one: number) => tab.others[0]?.tracks.includes(one);
    const hasNot = (one: number) => tab.others[0]?.tracks.includes(one) === false;
    for (let round = 0; round < 2; round += 1) {
      await bea.evaluate((name) => tab.call[name].disable(), device);
      await ada.waitForFunction(hasNot, track);
      expect(await ada.evaluate(() => tab.others[0]?.tracks.length)).toBe(1);
      await bea.evaluate((name) => tab.call[name].enable(), device);
      await ada.waitForFunction(has, track);
      await seesAndHears(ada, bea);
    }
    await neverReconnected(ada, bea);
  });

  test('who leaves and returns, or reloads the page, is seen again; the other never reconnects', async () => {
    const [ada, bea] = await pair();
    await seesAndHears(ada, bea);
    await bea.evaluate(() => tab.call.leave());
    await ada.waitForFunction(() => tab.others.length === 0);
    // A browser misses its counterpart after five seconds, the client acts on it after two and a half more.
    await ada.waitForTimeout(9000);
    await bea.evaluate(() => tab.join('standup'));
    await seesAndHears(ada, bea);
    await bea.reload();
    await signIn(bea, scene.emulator, { id: 'bea' });
    await bea.evaluate(() => tab.join('standup'));
    await seesAndHears(ada, bea);
    await neverReconnected(ada, bea);
  });

  test.each(['fast', 'rejoin', 'migrate'] as const)(
    'asked to reconnect (%s), both see each other again',
    async (strategy) => {
      const [ada, bea] = await pair();
      await seesAndHears(ada, bea);
      scene.emulator.faults.askToReconnect(strategy, { userId: 'bea' });
      await bea.waitForFunction(() => tab.reconnects === 1 && tab.isJoined);
      await seesAndHears(ada, bea);
      await neverReconnected(ada);
    },
  );

  test('a media socket that is cut comes back by itself, and the pictures never stop', async () => {
    const [ada, bea] = await pair();
    await seesAndHears(ada, bea);
    scene.emulator.faults.dropMedia('bea');
    await seesAndHears(ada, bea);
    await bea.waitForFunction(() => tab.reconnects === 1 && tab.isJoined);
    expect(await ada.evaluate(() => tab.others.length)).toBe(1);
    await neverReconnected(ada);
  });

  test('a third is listed without a picture, and takes the place of one who leaves', async () => {
    const [ada, bea, cleo] = (await joined('ada', 'bea', 'cleo')) as [Page, Page, Page];
    await seesAndHears(ada, bea);
    await cleo.waitForFunction(() => tab.others.length === 2);
    expect(await cleo.evaluate(() => tab.received())).toMatchObject({ videoFrames: 0, audioPackets: 0 });
    await bea.evaluate(() => tab.call.leave());
    await seesAndHears(ada, cleo);
    await neverReconnected(ada, cleo);
  });
});
