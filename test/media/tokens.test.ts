import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { enter, isOver, OFFICIAL_CLIENTS, tokenOf, useScene } from './stage.js';

// The official client in a call, with this package's client as its source of tokens.

const scene = useScene({ guestTtlSeconds: 3600 });

describe.each(OFFICIAL_CLIENTS)('%s', (client) => {
  /** Ada in a call; `asked` counts the calls of her app's provider. */
  async function adaInACall(expiresInSeconds = 3600) {
    const count = { asked: 0 };
    const page = await enter({
      scene,
      client,
      user: { id: 'ada' },
      askToken: (id) => {
        count.asked += 1;
        return scene.emulator.userToken(id, { expiresInSeconds });
      },
    });
    const first = await tokenOf(page);
    await page.evaluate(() => tab.join('standup'));
    return { page, count, first };
  }
  const isWell = (page: Page) =>
    page.evaluate(async () => {
      await tab.call.get();
      return tab.isJoined;
    });

  test('a token that expires in a call is renewed, and the call does not notice', async () => {
    const { page, count, first } = await adaInACall(4);
    await isOver(page, first);
    expect(await isWell(page)).toBe(true);
    expect(count.asked).toBeGreaterThan(1);
    expect(await page.evaluate(() => tab.reconnects)).toBe(0);
  });

  test('a token that is revoked, with the socket cut: one new token, and the call goes on', async () => {
    const { page, count } = await adaInACall();
    scene.emulator.faults.revoke('ada');
    scene.emulator.faults.dropConnections(undefined, { userId: 'ada' });
    await expect
      .poll(
        () =>
          scene.emulator.requests.filter(({ kind, status }) => kind === 'socket' && status === 101).length,
        { timeout: 15_000 },
      )
      .toBe(2);
    expect(await isWell(page)).toBe(true);
    expect(count.asked).toBe(2);
    expect(await page.evaluate(() => tab.reconnects)).toBe(0);
  });

  test('a rejoin that is ordered while the token is revoked succeeds with one new token', async () => {
    const { page, count } = await adaInACall();
    scene.emulator.faults.revoke('ada');
    scene.emulator.faults.askToReconnect('rejoin', { userId: 'ada' });
    await page.waitForFunction(() => tab.reconnects === 1 && tab.isJoined);
    expect(await isWell(page)).toBe(true);
    expect(count.asked).toBe(2);
  });

  test('an anonymous viewer whose call token dies: the app hears it, and our call says that access is lost', async () => {
    scene.emulator.seed({
      users: [{ id: 'host' }],
      calls: [{ type: 'default', id: 'show', created_by_id: 'host' }],
    });
    const page = await enter({
      scene,
      client,
      user: { type: 'anonymous' },
      askToken: () => scene.emulator.callToken(['default:show'], { expiresInSeconds: 10 }),
    });
    const token = await tokenOf(page);
    await page.evaluate(async () => {
      await tab.join('show', { create: false });
      await tab.ours.call('default', 'show').join();
    });
    await isOver(page, token);
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
    const other = await enter({ scene, client, user: { id: 'bea' } });
    await other.evaluate(() => tab.join('standup'));
    await page.evaluate(() => tab.call.endCall());
    await other.waitForFunction(() => tab.states.includes('left'));
    await page.waitForFunction(() => tab.states.includes('left'));
    // Told once, nobody tries to come back.
    for (const one of [page, other]) expect(await one.evaluate(() => tab.reconnects)).toBe(0);
    await page.evaluate(() => tab.signOut());
    expect(await page.evaluate(() => [tab.ours.auth.state.status, tab.video.state.connectedUser])).toEqual([
      'signed_out',
      undefined,
    ]);
  });
});
