import { describe, expect, test } from 'vitest';
import { sleep, until, useScene } from './scene.js';

const scene = useScene();

interface Reasons {
  readonly notRestoredReasons?: unknown;
}

describe.each(['isolated', 'shared'] as const)(
  "a page with tabs: '%s' that is left and come back to",
  (tabs) => {
    test('is kept, shows the truth first, and is connected again with a token that lives', async () => {
      const { site } = scene;
      const tab = await scene.open();
      const other = await scene.open({ tab: '2' });
      await tab.evaluate((tabs) => inPage.make({ lifeSeconds: 60, tabs }).connect(), tabs);
      await tab.goto(site.elsewhere);
      // What another tab says meanwhile would evict a page whose channel is open.
      await other.evaluate((tabs) => inPage.make({ lifeSeconds: 120, tabs }).connect(), tabs);
      await other.evaluate(() => inPage.client.auth.refresh());
      await sleep(500);
      await tab.back();
      await until(() =>
        tab.evaluate(() => globalThis.inPage?.seen.some((what) => what.startsWith('restored'))),
      );
      expect(await tab.evaluate(() => inPage.seen.find((what) => what.startsWith('restored')))).toBe(
        'restored: reconnecting, no connection',
      );
      await until(() => tab.evaluate(() => inPage.client.connectionState === 'connected'));
      expect(await tab.evaluate(() => inPage.seen)).toEqual([
        'connecting',
        'token: initial',
        'connected',
        'reconnecting',
        'restored: reconnecting, no connection',
        'connected',
      ]);
      await tab.evaluate(() => inPage.client.request('GET', '/edges'));
      await Promise.all([tab, other].map((each) => each.evaluate(() => inPage.client.disconnect())));
    });

    test('has no reason not to be restored', async () => {
      const { site } = scene;
      const tab = await scene.open();
      await tab.evaluate((tabs) => inPage.make({ tabs }).connect(), tabs);
      await tab.goto(site.elsewhere);
      await tab.back();
      await until(() =>
        tab.evaluate(() => globalThis.inPage?.seen.some((what) => what.startsWith('restored'))),
      );
      const reasons = await tab.evaluate(
        () => (performance.getEntriesByType('navigation')[0] as unknown as Reasons).notRestoredReasons,
      );
      expect(reasons ?? null).toBeNull();
      await tab.evaluate(() => inPage.client.disconnect());
    });

    test('without a socket is kept, and has heard nothing while it was away, but does again', async () => {
      const { site } = scene;
      const tab = await scene.open();
      const other = await scene.open({ tab: '2' });
      await tab.evaluate((tabs) => inPage.make({ lifeSeconds: 60, tabs }).auth.getToken(), tabs);
      await tab.goto(site.elsewhere);
      await other.evaluate((tabs) => inPage.make({ lifeSeconds: 120, tabs }).auth.getToken(), tabs);
      await tab.back();
      await until(() =>
        tab.evaluate(() => globalThis.inPage?.seen.some((what) => what.startsWith('restored'))),
      );
      expect(await tab.evaluate(() => inPage.seen)).toEqual([
        'token: initial',
        'restored: idle, no connection',
      ]);
      await other.evaluate(() => inPage.client.auth.refresh());
      if (tabs === 'shared') {
        await until(() => tab.evaluate(() => inPage.seen.includes('token: shared')));
      }
      await tab.evaluate(() => inPage.client.request('GET', '/edges'));
      expect(site.calls.filter(({ tab }) => tab === '1')).toHaveLength(1);
      await Promise.all([tab, other].map((each) => each.evaluate(() => inPage.client.disconnect())));
    });

    test('while it connects connects after that', async () => {
      const { emulator, site } = scene;
      emulator.faults.latency({ ms: 1_000 });
      const tab = await scene.open();
      await tab.evaluate((tabs) => {
        inPage
          .make({ tabs })
          .connect()
          .then(() => inPage.seen.push('resolved'));
      }, tabs);
      await tab.goto(site.elsewhere);
      await sleep(300);
      await tab.back();
      await until(() => tab.evaluate(() => globalThis.inPage?.seen.includes('resolved')));
      expect(await tab.evaluate(() => inPage.client.connectionState)).toBe('connected');
      await tab.evaluate(() => inPage.client.disconnect());
    });

    test('after the life of its token asks for another before it connects', async () => {
      const { site } = scene;
      const tab = await scene.open();
      await tab.evaluate((tabs) => inPage.make({ lifeSeconds: 3, tabs }).connect(), tabs);
      await tab.goto(site.elsewhere);
      // Only now: on a busy machine half of its life may be over before the page is away.
      const before = site.calls.length;
      await sleep(3_500);
      await tab.back();
      await until(() => tab.evaluate(() => globalThis.inPage?.client.connectionState === 'connected'));
      expect(site.calls.length).toBe(before + 1);
      await tab.evaluate(() => inPage.client.disconnect());
    });
  },
);
