import { describe, expect, test } from 'vitest';
import { enter, OFFICIAL_CLIENTS, seesAndHears, useScene } from './stage.js';

const scene = useScene();

describe.each(OFFICIAL_CLIENTS)('%s', (client) => {
  test('joins with one request and one media socket, and stays for a minute without a reconnect', async () => {
    const pages = [];
    for (const id of ['ada', 'bea']) {
      const page = await enter({ scene, client, user: { id } });
      const sockets: string[] = [];
      page.on('websocket', (socket) => sockets.push(new URL(socket.url()).pathname));
      const tookMs = await page.evaluate(() => tab.join('standup'));
      console.log(`${client}: ${id} joined in ${Math.round(tookMs)} ms`);
      expect(sockets).toEqual(['/sfu']);
      pages.push(page);
    }
    const joins = scene.emulator.requests.filter(({ path }) => path.endsWith('/join'));
    expect(joins.map(({ status }) => status)).toEqual([201, 201]);
    await seesAndHears(...pages);
    await new Promise((resolve) => setTimeout(resolve, 60_000));
    await seesAndHears(...pages);
    for (const page of pages) {
      expect(await page.evaluate(() => [tab.reconnects, tab.isJoined])).toEqual([0, true]);
    }
  }, 120_000);
});
