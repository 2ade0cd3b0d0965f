import { describe, expect, test } from 'vitest';
import { until, useScene } from './scene.js';
import type { Tab } from './tab.js';

const scene = useScene();

/** A life in seconds: short here, and as real as possible by night, with the jitter that the platform draws. */
const IS_REAL = process.env.TABS_LIFE !== undefined;
const LIFE = Number(process.env.TABS_LIFE ?? 8);
const TABS = 8;

async function fleet(): Promise<Tab[]> {
  const tabs: Tab[] = [];
  for (let index = 0; index < TABS; index += 1) {
    tabs.push(await scene.open({ tab: String(index), ...(IS_REAL ? {} : { spread: String(index / TABS) }) }));
  }
  const token = await scene.emulator.userToken('martin', { expiresInSeconds: LIFE });
  await Promise.all(
    tabs.map((tab) =>
      tab.evaluate(
        async ({ token, lifeSeconds }) =>
          void (await inPage.make({ tabs: 'shared', token, lifeSeconds }).connect()),
        { token, lifeSeconds: LIFE },
      ),
    ),
  );
  return tabs;
}

describe("eight pages of one user with tabs: 'shared'", () => {
  test(
    'over five token lives ask once or twice for each of them, and no page more than once',
    async () => {
      const { site } = scene;
      const tabs = await fleet();
      for (let life = 1; life <= 5; life += 1) {
        const before = site.calls.length;
        const generations = await Promise.all(
          tabs.map((tab) => tab.evaluate(() => inPage.client.auth.state)),
        );
        await until(async () => {
          const now = await Promise.all(tabs.map((tab) => tab.evaluate(() => inPage.client.auth.state)));
          return now.every((state, index) => {
            const former = generations[index];
            return (
              state.status === 'active' &&
              former?.status === 'active' &&
              state.generation !== former.generation
            );
          });
        });
        const calls = site.calls.slice(before);
        expect(calls.length, `calls in life ${life}`).toBeGreaterThanOrEqual(1);
        expect(calls.length, `calls in life ${life}`).toBeLessThanOrEqual(2);
        expect(new Set(calls.map(({ tab }) => tab)).size).toBe(calls.length);
      }
      const states = await Promise.all(tabs.map((tab) => tab.evaluate(() => inPage.client.connectionState)));
      expect(new Set(states)).toEqual(new Set(['connected']));
      await Promise.all(tabs.map((tab) => tab.evaluate(() => inPage.client.disconnect())));
    },
    LIFE * 6_000 + 60_000,
  );

  test('of which the first is frozen and the second is gone go on', async () => {
    const { site } = scene;
    const tabs = await fleet();
    const [first, second, ...others] = tabs as [Tab, Tab, ...Tab[]];
    await first.setFrozen(true);
    await second.evaluate(() => inPage.client.disconnect());
    const before = site.calls.length;
    await until(async () => {
      const seen = await Promise.all(others.map((tab) => tab.evaluate(() => inPage.client.auth.state)));
      return seen.every((state) => state.status === 'active' && state.generation === 2);
    });
    expect(site.calls.length - before).toBeLessThanOrEqual(2);
    await first.setFrozen(false);
    await first.evaluate(() => inPage.client.request('GET', '/edges'));
    await Promise.all(tabs.map((tab) => tab.evaluate(() => inPage.client.disconnect())));
  });
});

describe('a forged message', () => {
  test('does no harm: the request is sent again with a good token, and nobody is suspended', async () => {
    const { emulator } = scene;
    const tab = await scene.open();
    const forger = await scene.open({ tab: '2' });
    await tab.evaluate(() => inPage.make({ tabs: 'shared', lifeSeconds: 60 }).connect());
    const [header, , signature] = (await emulator.userToken('martin')).split('.');
    const claims = Buffer.from(JSON.stringify({ user_id: 'martin', exp: 4_000_000_000 })).toString(
      'base64url',
    );
    await forger.evaluate((forged) => {
      const { apiKey, baseUrl } = inPage.settings;
      const channel = new BroadcastChannel(
        `stream-video-auth:${JSON.stringify([apiKey, 'martin', baseUrl])}`,
      );
      for (const message of [
        undefined,
        null,
        7,
        'x',
        {},
        { token: 7 },
        { token: 'a.b.c' },
        { token: forged },
      ]) {
        channel.postMessage(message);
      }
      channel.close();
    }, `${header}.${claims}.${signature}`);
    await until(() => tab.evaluate(() => inPage.seen.includes('token: shared')));
    await tab.evaluate(() => inPage.client.request('GET', '/edges'));
    const { status, counters } = await tab.evaluate(() => ({
      status: inPage.client.auth.state.status,
      counters: inPage.client.auth.explain().counters,
    }));
    expect(status).toBe('active');
    expect(counters).toMatchObject({ unusableInARow: 0, failures: 0 });
    await tab.evaluate(() => inPage.client.disconnect());
  });

  test.each([
    ['another user', { userId: 'jane' }],
    ['another api key', { apiKey: 'other' }],
  ])('for %s reaches nobody: each has a channel of its own', async (_name, options) => {
    const tab = await scene.open();
    const other = await scene.open({ tab: '2' });
    await tab.evaluate((options) => {
      inPage.make({ tabs: 'shared', lifeSeconds: 60, ...options });
      return inPage.client.auth.getToken();
    }, options);
    await other.evaluate(() => inPage.make({ tabs: 'shared', lifeSeconds: 3_600 }).auth.getToken());
    await other.evaluate(() => inPage.client.auth.refresh());
    expect(await tab.evaluate(() => inPage.seen)).toEqual(['token: initial']);
    await Promise.all([tab, other].map((each) => each.evaluate(() => inPage.client.disconnect())));
  });
});
