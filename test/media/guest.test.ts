import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { enter, isOver, OFFICIAL_CLIENTS, tokenOf, useScene } from './stage.js';

// A guest has no provider: under `suspend` its end is for the app to hear, whoever meets it first.

describe.each(OFFICIAL_CLIENTS)('%s, a guest under suspend, in a call with both clients', (client) => {
  async function guestInACall(scene: ReturnType<typeof useScene>): Promise<{ page: Page; id: string }> {
    scene.emulator.seed({
      users: [{ id: 'host' }],
      calls: [{ type: 'default', id: 'standup', created_by_id: 'host' }],
    });
    const options = { guestExpiry: 'suspend' };
    const page = await enter({ scene, client, user: { id: 'visitor', type: 'guest' }, options });
    await page.evaluate(async () => {
      await tab.join('standup', { create: false });
      await tab.ours.call('default', 'standup').join();
    });
    return { page, id: await page.evaluate(() => tab.ours.user.id) };
  }

  const suspension = (page: Page) =>
    page.waitForFunction(() => tab.ours.auth.state.status === 'suspended' && tab.heard.join());

  describe('whose token has expired', () => {
    // Time to come in on a slow machine: a join takes a second where nothing else runs.
    const scene = useScene({ guestTtlSeconds: 20 });

    test('is suspended when it is used next; a new guest by hand ends the access of our call', async () => {
      const { page, id } = await guestInACall(scene);
      await isOver(page, await tokenOf(page));
      expect(await page.evaluate(() => [tab.heard, tab.ours.auth.state.status])).toEqual([[], 'active']);
      await page.evaluate(() => void tab.call.get().catch(() => {}));
      expect(await (await suspension(page)).jsonValue()).toBe('auth.suspended');
      expect(await page.evaluate(() => [tab.reconnects, tab.isJoined])).toEqual([0, true]);
      await page.evaluate(() => tab.ours.auth.refresh());
      expect(await page.evaluate(() => tab.heard)).toEqual([
        'auth.suspended',
        'auth.resumed',
        'token.refreshed',
        'call.access_lost',
        'user.changed',
      ]);
      expect(await page.evaluate(() => tab.ours.user.id)).not.toBe(id);
    });
  });

  describe('whose token is revoked long before its end', () => {
    const scene = useScene({ guestTtlSeconds: 3600 });

    // Only the official client meets it: ours has no socket here, and makes no request of its own accord.
    test.each(['its socket is cut', 'a rejoin is ordered'])('is suspended where %s', async (what) => {
      const { page, id } = await guestInACall(scene);
      const { faults } = scene.emulator;
      faults.revoke(id);
      if (what === 'its socket is cut') faults.dropConnections(undefined, { userId: id });
      else faults.askToReconnect('rejoin', { userId: id });
      expect(await (await suspension(page)).jsonValue()).toBe('auth.suspended');
      expect(await page.evaluate(() => tab.ours.auth.state)).toMatchObject({ reason: 'guest_expired' });
    });
  });
});
