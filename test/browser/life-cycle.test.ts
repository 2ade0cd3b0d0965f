import { describe, expect, test } from 'vitest';
import { expectComplaint, sleep, until, useScene } from './scene.js';
import type { Policy } from './site.js';

const scene = useScene();

/** Nothing of a client stays behind in a page. */
const NOTHING = { listeners: 0, timers: 0, sockets: 0, channels: 0 };

describe.each<Policy>(['none', 'connect-src', 'trusted-types'])('a page with the policy %s', (policy) => {
  test('has the whole life of a signed-in user: connected, refreshed ahead, revoked, replayed, signed out', async () => {
    const { emulator, site } = scene;
    const tab = await scene.open({ policy });
    const me = await tab.evaluate(() => inPage.make({ lifeSeconds: 4, tabs: 'shared' }).connect());
    expect(me.id).toBe('martin');
    expect(site.calls.map(({ reason }) => reason)).toEqual(['initial']);
    await until(() => site.calls.length === 2);
    await until(() => tab.evaluate(() => inPage.seen.includes('token: expiring')));
    expect(await tab.evaluate(() => inPage.client.connectionState)).toBe('connected');
    emulator.faults.revoke('martin');
    // Twenty at once are one call of the provider.
    const answers = await tab.evaluate(() =>
      Promise.all(Array.from({ length: 20 }, () => inPage.client.request('GET', '/edges'))),
    );
    expect(answers).toHaveLength(20);
    expect(site.calls.filter(({ reason }) => reason === 'rejected')).toHaveLength(1);
    await tab.evaluate(() => inPage.client.disconnect());
    await until(async () => (await tab.evaluate(() => inPage.holdings().sockets)) === 0);
    expect(
      await tab.evaluate(() => ({ ...inPage.holdings(), state: inPage.client.connectionState })),
    ).toEqual({
      ...NOTHING,
      // The page's own, before any client.
      listeners: 1,
      state: 'disconnected',
    });
  });
});

describe('from another origin', () => {
  test('each request is preflighted or allowed, and the clock of the server is known without its Date header', async () => {
    const { emulator } = scene;
    emulator.faults.skewClock(120_000);
    const tab = await scene.open();
    const { date, offset } = await tab.evaluate(async () => {
      const client = inPage.make();
      await client.connect();
      await client.request('GET', '/edges');
      const answer = await fetch(`${inPage.settings.baseUrl}/video/edges?api_key=${inPage.settings.apiKey}`, {
        headers: { 'stream-auth-type': 'jwt', authorization: await client.auth.getToken() },
      });
      return { date: answer.headers.get('date'), offset: client.auth.explain().clock.offsetMs };
    });
    expect(date).toBeNull();
    expect(Math.abs(offset - 120_000)).toBeLessThan(10_000);
  });

  test('a guest is made and connects; an anonymous viewer reads a call and is told why it cannot connect', async () => {
    const { emulator } = scene;
    const tab = await scene.open({ policy: 'trusted-types' });
    const host = await tab.evaluate(async () => {
      const client = inPage.make();
      await client.call('livestream', 'one').getOrCreate();
      return client.user.id;
    });
    expect(host).toBe('martin');
    const token = await emulator.callToken(['livestream:one']);
    const found = await tab.evaluate(async (token) => {
      const { StreamVideo, User, settings } = inPage;
      const guest = await StreamVideo.create({ ...settings, user: User.guest('gast') });
      const me = await guest.connect();
      const viewer = new StreamVideo({ ...settings, user: User.anonymous, token });
      const call = viewer.call('livestream', 'one');
      const read = await call.get().then(
        () => 'read',
        (error: Error) => error.name,
      );
      const connected = await viewer.connect().then(
        () => 'connected',
        (error: Error) => error.name,
      );
      await Promise.all([guest.disconnect(), viewer.disconnect(), inPage.client.disconnect()]);
      return { isSame: me.id === guest.user.id, read, connected };
    }, token);
    expect(found).toMatchObject({ isSame: true, connected: 'MissingPermissionError' });
    expect(found.read).toMatch(/read|MissingPermissionError/);
  });
});

describe('the network', () => {
  test('that goes and comes back: nothing is asked meanwhile, and the rest is done at once', async () => {
    const { emulator, site } = scene;
    expectComplaint(/net::ERR_(INTERNET_DISCONNECTED|NETWORK_CHANGED)|WebSocket connection|at wss?:/);
    const tab = await scene.open();
    await tab.evaluate(() => inPage.make({ lifeSeconds: 4 }).connect());
    await tab.setOffline(true);
    emulator.faults.dropConnections();
    await until(() => tab.evaluate(() => inPage.client.connectionState === 'reconnecting'));
    await sleep(5_000);
    expect(site.calls).toHaveLength(1);
    await tab.setOffline(false);
    await until(() => tab.evaluate(() => inPage.client.connectionState === 'connected'));
    expect(site.calls.length).toBeLessThanOrEqual(3);
    expect((await tab.evaluate(() => inPage.client.auth.state)).status).toBe('active');
    await tab.evaluate(() => inPage.client.disconnect());
  });

  test('of the third generation: connected within its limits, and one call of the provider', async () => {
    const { emulator, site } = scene;
    const tab = await scene.open();
    await tab.slowDown(400, 50);
    emulator.faults.latency({ ms: 300, jitterMs: 100 });
    await tab.evaluate(() => inPage.make().connect());
    emulator.faults.expireTokens('martin');
    await tab.evaluate(() =>
      Promise.all(Array.from({ length: 10 }, () => inPage.client.request('GET', '/edges'))),
    );
    expect(site.calls.map(({ reason }) => reason)).toEqual(['initial', 'rejected']);
    await tab.evaluate(() => inPage.client.disconnect());
  });

  test('whose connections are cut is connected again, with its calls watched', async () => {
    const { emulator } = scene;
    const tab = await scene.open();
    await tab.evaluate(async () => {
      await inPage.make().connect();
      await inPage.client.call('default', 'one').getOrCreate();
      await inPage.client.call('default', 'one').get({ watch: true });
    });
    emulator.faults.dropConnections();
    await until(() => tab.evaluate(() => inPage.seen.filter((state) => state === 'connected').length === 2));
    expect(await tab.evaluate(() => inPage.client.call('default', 'one').state.watched)).toBe(true);
    await tab.evaluate(() => inPage.client.disconnect());
  });
});

describe('the page', () => {
  test('that is hidden and used by nobody asks for nothing; shown again it refreshes at once', async () => {
    const { site } = scene;
    const tab = await scene.open();
    await tab.evaluate(async () => {
      // No driver hides a page, so the page says what a browser would.
      Object.defineProperty(document, 'visibilityState', {
        get: () => inPage.hidden ?? 'visible',
        configurable: true,
      });
      const client = inPage.make({ lifeSeconds: 4 });
      await client.connect();
      inPage.hidden = 'hidden';
      document.dispatchEvent(new Event('visibilitychange'));
    });
    // What it used was used: one more, and then no more.
    await sleep(6_000);
    const whileHidden = site.calls.length;
    expect(whileHidden).toBeLessThanOrEqual(2);
    await tab.evaluate(() => {
      inPage.hidden = 'visible';
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await until(() => site.calls.length === whileHidden + 1);
    await tab.evaluate(() => inPage.client.disconnect());
  });

  test('that was frozen beyond the life of its token has a good one when it goes on', async () => {
    const { site } = scene;
    const tab = await scene.open();
    await tab.evaluate(() => inPage.make({ lifeSeconds: 4, tabs: 'shared' }).connect());
    await tab.setFrozen(true);
    await sleep(5_000);
    await tab.setFrozen(false);
    await tab.evaluate(() => inPage.client.request('GET', '/edges'));
    const state = await tab.evaluate(() => inPage.client.auth.state);
    expect(state).toMatchObject({ status: 'active' });
    expect(state.status === 'active' && state.phase).not.toBe('expired');
    // No call for each moment that it slept.
    expect(site.calls.length).toBeLessThanOrEqual(4);
    await until(() => tab.evaluate(() => inPage.client.connectionState === 'connected'));
    await tab.evaluate(() => inPage.client.disconnect());
  });

  test('that sleeps for ten minutes at a time, a whole day long, always goes on with a good token', async () => {
    const { emulator, site } = scene;
    const tab = await scene.open();
    await tab.evaluate(() => inPage.make({ lifeSeconds: 3_600 }).connect());
    let elapsedMs = 0;
    for (let step = 0; step < 24 * 6; step += 1) {
      elapsedMs += 600_000;
      emulator.faults.skewClock(elapsedMs);
      await tab.evaluate(async () => {
        inPage.jump(600_000);
        dispatchEvent(new Event('focus'));
        await inPage.client.request('GET', '/edges');
      });
      // What was begun ahead of expiry ends before the next sleep.
      await until(() => tab.evaluate(() => !inPage.client.auth.state.refreshing));
    }
    const codes = await tab.evaluate(() => inPage.client.auth.explain().counters);
    expect(codes.failures).toBe(0);
    // Refreshed within the last fifth of each hour, and never twice for one token.
    expect(site.calls.length).toBeGreaterThanOrEqual(24);
    expect(site.calls.length).toBeLessThanOrEqual(31);
    await tab.evaluate(() => inPage.client.disconnect());
  });

  test('holds no listener, timer, socket or channel after a hundred sessions', async () => {
    const { emulator } = scene;
    // Firefox says so of each socket that is given up on its way.
    expectComplaint(/(at|to) wss?:/);
    const tab = await scene.open();
    const before = await tab.evaluate(() => inPage.holdings());
    await tab.evaluate(async () => {
      const client = inPage.make({ tabs: 'shared', timeouts: { connectMs: 30_000 } });
      for (let times = 0; times < 100; times += 1) {
        const connecting = client.connect();
        // Every third is ended on its way.
        if (times % 3 === 0) connecting.catch(() => {});
        else await connecting;
        await client.disconnect();
      }
    });
    await until(async () => {
      const { sockets, timers } = await tab.evaluate(() => inPage.holdings());
      return sockets === 0 && timers === 0;
    });
    expect(await tab.evaluate(() => inPage.holdings())).toEqual(before);
    expect(emulator.requests.filter(({ kind }) => kind === 'socket').length).toBeGreaterThan(60);
  });
});
