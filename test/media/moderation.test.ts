import jwt from 'jsonwebtoken';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { enter, OFFICIAL_CLIENTS, seesAndHears, useScene } from './stage.js';

// What moderators do, what else there is to send, and a media server that is in a bad way.

const scene = useScene();

describe.each(OFFICIAL_CLIENTS)('%s', (client) => {
  async function joined(id: string): Promise<Page> {
    const page = await enter({ scene, client, user: { id } });
    await page.evaluate(() => tab.join('standup'));
    return page;
  }
  const hostAndVisitor = async () => [await joined('ada'), await joined('bea')] as const;

  async function asServer(path: string, body: object): Promise<void> {
    const { url, apiKey, apiSecret } = scene.emulator;
    const response = await fetch(`${url}/api/v2${path}?api_key=${apiKey}`, {
      method: 'POST',
      headers: {
        authorization: jwt.sign({ server: true }, apiSecret),
        'stream-auth-type': 'jwt',
        'content-type': 'application/json',
      },
      body: JSON.stringify(body),
    });
    expect(response.status).toBeLessThan(300);
  }

  const ways: Record<string, (host: Page) => Promise<unknown>> = {
    'is kicked': (host) => host.evaluate(() => tab.call.kickUser({ user_id: 'bea' })),
    'is blocked': (host) => host.evaluate(() => tab.call.blockUser('bea')),
    'is banned': () => asServer('/moderation/ban', { target_user_id: 'bea', banned_by_id: 'ada' }),
  };
  test.each(Object.keys(ways))('who %s is out, and the others see it', async (way) => {
    const [host, visitor] = await hostAndVisitor();
    await host.waitForFunction(() => tab.others.length === 1);
    await ways[way]?.(host);
    await visitor.waitForFunction(() => tab.states.includes('left'));
    await host.waitForFunction(() => tab.others.length === 0);
    expect(await host.evaluate(() => [tab.isJoined, tab.reconnects])).toEqual([true, 0]);
    expect(await visitor.evaluate(() => tab.reconnects)).toBe(0);
  });

  test('a moderator’s mute and a revoked permission switch the microphone off where it is', async () => {
    const [host, visitor] = await hostAndVisitor();
    await seesAndHears(host);
    await host.evaluate(() => tab.call.muteUser('bea', 'audio'));
    await visitor.waitForFunction(() => tab.call.microphone.state.status === 'disabled');
    await host.waitForFunction(() => !tab.others[0]?.tracks.includes(1));
    await host.evaluate(() => tab.call.revokePermissions('bea', ['send-video']));
    await visitor.waitForFunction(() => tab.call.camera.state.status === 'disabled');
    await host.waitForFunction(() => tab.others[0]?.tracks.length === 0);
    expect(await visitor.evaluate(() => tab.isJoined)).toBe(true);
  });

  test('who is pinned for everyone is pinned for all, after a rejoin and to late-comers, too, until it is undone', async () => {
    const [host, visitor] = await hostAndVisitor();
    const pinned = (page: Page, id: string | undefined) =>
      page.waitForFunction((one) => tab.pinned.length === (one ? 1 : 0) && tab.pinned[0] === one, id);
    const change = (method: 'pinForEveryone' | 'unpinForEveryone') =>
      host.evaluate((name) => {
        const { sessionId = '' } = tab.call.state.participants.find(({ userId }) => userId === 'bea') ?? {};
        return tab.call[name]({ user_id: 'bea', session_id: sessionId });
      }, method);
    await host.waitForFunction(() => tab.others.length === 1);
    await change('pinForEveryone');
    await Promise.all([pinned(host, 'bea'), pinned(visitor, 'bea')]);
    scene.emulator.faults.askToReconnect('rejoin', { userId: 'bea' });
    await visitor.waitForFunction(() => tab.reconnects === 1 && tab.isJoined);
    await host.waitForFunction(() => tab.others.length === 1);
    const late = await joined('cleo');
    await Promise.all([host, visitor, late].map((page) => pinned(page, 'bea')));
    await change('unpinForEveryone');
    await Promise.all([host, visitor, late].map((page) => pinned(page, undefined)));
  });

  test('a screen that is shared is told and seen, and told when it ends', async () => {
    const [host, visitor] = await hostAndVisitor();
    await seesAndHears(host, visitor);
    await visitor.evaluate(() => tab.shareScreen());
    await host.waitForFunction(() => tab.others[0]?.tracks.includes(3));
    await seesAndHears(host);
    await visitor.evaluate(() => tab.call.screenShare.disable());
    await host.waitForFunction(() => !tab.others[0]?.tracks.includes(3));
    await seesAndHears(host, visitor);
  });

  test('noise cancellation that is told to the media server does no harm', async () => {
    const [host, visitor] = await hostAndVisitor();
    await visitor.evaluate(async () => {
      await tab.call.notifyNoiseCancellationStarting();
      await tab.call.notifyNoiseCancellationStopped();
    });
    await seesAndHears(host, visitor);
  });

  test('a media server that is full refuses, and lets in once it is not', async () => {
    await joined('ada');
    const bea = await enter({ scene, client, user: { id: 'bea' } });
    scene.emulator.faults.fillMediaServer();
    expect(await bea.evaluate(() => tab.join('standup').catch(() => 'refused'))).toBe('refused');
    scene.emulator.faults.fillMediaServer(false);
    await bea.evaluate(() => tab.join('standup'));
    await seesAndHears(bea);
  });

  test('a slow media server is waited for', async () => {
    const [host] = await hostAndVisitor();
    scene.emulator.faults.delayMedia(1500);
    const cleo = await enter({ scene, client, user: { id: 'cleo' } });
    expect(await cleo.evaluate(() => tab.join('standup'))).toBeGreaterThan(1500);
    scene.emulator.faults.delayMedia(0);
    await host.waitForFunction(() => tab.others.length === 2);
  });

  test('an anonymous viewer of a livestream sees its host, and is counted, not listed', async () => {
    const { emulator } = scene;
    emulator.seed({
      users: [{ id: 'host' }],
      calls: [
        {
          type: 'livestream',
          id: 'show',
          created_by_id: 'host',
          members: [{ user_id: 'host', role: 'host' }],
        },
      ],
    });
    const host = await enter({ scene, client, user: { id: 'host' } });
    await host.evaluate(async () => {
      await tab.join('show', { type: 'livestream' });
      await tab.call.goLive();
      await tab.call.camera.enable();
      await tab.call.microphone.enable();
    });
    const viewer = await enter({
      scene,
      client,
      user: { type: 'anonymous' },
      askToken: () => emulator.callToken(['livestream:show']),
    });
    await viewer.evaluate(() => tab.join('show', { create: false, type: 'livestream' }));
    await seesAndHears(viewer);
    await host.waitForFunction(() => tab.call.state.participantCount === 2);
    expect(await host.evaluate(() => tab.others.length)).toBe(0);
  });
});
