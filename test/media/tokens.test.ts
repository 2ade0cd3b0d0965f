import type { Browser, Page } from 'playwright-core';
import { type Emulator, startEmulator } from 'stream-video-auth/emulator';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { launch } from '../page/browser.js';
import { enter, OFFICIAL_CLIENTS, Stage } from './stage.js';

// The official client in a call, with this package's client as its source of tokens.

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
  emulator = await startEmulator({ guestTtlSeconds: 3600 });
});
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  await emulator.stop();
});

describe.each(OFFICIAL_CLIENTS)('%s', (client) => {
  /** Ada in a call; `asked` counts the calls of her app's provider. */
  async function adaInACall(expiresInSeconds = 3600) {
    const count = { asked: 0 };
    const page = await enter({
      stage,
      browser,
      emulator,
      client,
      user: { id: 'ada' },
      askToken: (id) => {
        count.asked += 1;
        return emulator.userToken(id, { expiresInSeconds });
      },
    });
    await page.evaluate(() => tab.join('standup'));
    return { page, count };
  }
  const isWell = (page: Page) =>
    page.evaluate(async () => {
      await tab.call.get();
      return tab.isJoined;
    });

  test('a token that expires in a call is renewed, and the call does not notice', async () => {
    const { page, count } = await adaInACall(4);
    await page.waitForTimeout(9000);
    expect(await isWell(page)).toBe(true);
    expect(count.asked).toBeGreaterThan(1);
    expect(await page.evaluate(() => tab.reconnects)).toBe(0);
  });

  test('a token that is revoked, with the socket cut: one new token, and the call goes on', async () => {
    const { page, count } = await adaInACall();
    emulator.faults.revoke('ada');
    emulator.faults.dropConnections(undefined, { userId: 'ada' });
    await expect
      .poll(
        () => emulator.requests.filter(({ kind, status }) => kind === 'socket' && status === 101).length,
        { timeout: 15_000 },
      )
      .toBe(2);
    expect(await isWell(page)).toBe(true);
    expect(count.asked).toBe(2);
    expect(await page.evaluate(() => tab.reconnects)).toBe(0);
  });

  test('a rejoin that is ordered while the token is revoked succeeds with one new token', async () => {
    const { page, count } = await adaInACall();
    emulator.faults.revoke('ada');
    emulator.faults.askToReconnect('rejoin', { userId: 'ada' });
    await page.waitForFunction(() => tab.reconnects === 1 && tab.isJoined);
    expect(await isWell(page)).toBe(true);
    expect(count.asked).toBe(2);
  });

  test('an anonymous viewer whose call token dies: the app hears it, and our call says that access is lost', async () => {
    emulator.seed({
      users: [{ id: 'host' }],
      calls: [{ type: 'default', id: 'show', created_by_id: 'host' }],
    });
    const page = await enter({
      stage,
      browser,
      emulator,
      client,
      user: { type: 'anonymous' },
      askToken: () => emulator.callToken(['default:show'], { expiresInSeconds: 6 }),
    });
    await page.evaluate(async () => {
      await tab.join('show', { create: false });
      await tab.ours.call('default', 'show').join();
    });
    await page.waitForTimeout(7000);
    // Its end is noticed when it is used.
    await page.evaluate(() => void tab.call.get().catch(() => {}));
    await page.evaluate(
      () =>
        void tab.ours
          .call('default', 'show')
          .get()
          .catch(() => {}),
    );
    await page.waitForFunction(() => tab.heard.includes('token.expired'));
    await page.waitForFunction(
      () => tab.heard.includes('auth.suspended') && tab.heard.includes('call.access_lost'),
    );
  });

  test('a call that ends is left, and a log-out leaves nobody signed in', async () => {
    const { page } = await adaInACall();
    const other = await enter({ stage, browser, emulator, client, user: { id: 'bea' } });
    await other.evaluate(() => tab.join('standup'));
    await page.evaluate(() => tab.call.endCall());
    await other.waitForFunction(() => tab.states.includes('left'));
    await page.waitForFunction(() => tab.states.includes('left'));
    await page.evaluate(() => tab.signOut());
    expect(await page.evaluate(() => [tab.ours.auth.state.status, tab.video.state.connectedUser])).toEqual([
      'signed_out',
      undefined,
    ]);
  });
});
