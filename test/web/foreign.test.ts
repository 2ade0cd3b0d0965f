import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { type Emulator, startEmulator } from 'stream-video-auth/emulator';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Complaints, everythingIn, launch, watch } from '../page/browser.js';
import { type ForeignSite, startForeignSite } from './foreign/site.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let browser: Browser;
let emulator: Emulator;
let site: ForeignSite;
let tokens: Record<string, string>;
let page: Page;
let complaints: Complaints;

beforeAll(async () => {
  emulator = await startEmulator();
  site = await startForeignSite(emulator);
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  site?.stop();
  await emulator?.stop();
});
afterEach(async () => {
  const odd = complaints.all.filter((one) => !one.includes(emulator.url));
  await page.context().close();
  emulator.faults.reset();
  expect(odd).toEqual([]);
});

async function open(query: Record<string, string>, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  page = await context.newPage();
  complaints = await watch(page, site.origin);
  tokens = {
    martin: await emulator.userToken('martin'),
    anna: await emulator.userToken('martin', { expiresInSeconds: 1800 }),
    viewer: await emulator.callToken(['livestream:1']),
  };
  const { apiKey, url: baseUrl } = emulator;
  await page.goto(`${site.origin}/?${new URLSearchParams({ apiKey, baseUrl, ...tokens, ...query })}`);
  await page.locator('.card').nth(2).waitFor();
  return page;
}

const looks = (what: string) =>
  page.evaluate(`(() => {
    const find = (root) => root.querySelector('stream-video-auth-devtools') ??
      [...root.querySelectorAll('*')].map((one) => one.shadowRoot && find(one.shadowRoot)).find(Boolean);
    const element = find(document), root = element.shadowRoot;
    return ${what};
  })()`);

async function seriousFindings(): Promise<unknown> {
  // The page's policy lets no other script in; the driver's own world is not under it.
  const client = await page.context().newCDPSession(page);
  const { frameTree } = await client.send('Page.getFrameTree');
  const world = { frameId: frameTree.frame.id, worldName: 'axe' };
  const { executionContextId: contextId } = await client.send('Page.createIsolatedWorld', world);
  await client.send('Runtime.evaluate', { expression: axe, contextId });
  const expression = `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html.slice(0, 120)).join(' | ')))`;
  const how = { expression, contextId, awaitPromise: true, returnByValue: true };
  return (await client.send('Runtime.evaluate', how)).result.value;
}

async function shot(name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS;
  await page.evaluate('scrollTo(0, 0)');
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
}

describe('under a policy that allows no inline script or style, and no Trusted Types policy', () => {
  test.each([
    ['a plain page', {}],
    ['a shadow root', { shadow: '' }],
    ['React 19', { react: '19' }],
    ['React 18', { react: '18' }],
  ])('three lives are drawn in %s, once', async (_, query) => {
    await open(query as Record<string, string>);
    expect(await page.locator('.card h3').allTextContents()).toEqual([
      'martin',
      expect.stringContaining('visitor'),
      'anonymous',
    ]);
    await page.locator('stream-video-timeline .lane').nth(2).waitFor();
  });

  test('the app’s rules for its own pieces do not reach them, nor theirs the app', async () => {
    await open({});
    expect(await looks("getComputedStyle(root.querySelector('h2')).color")).not.toBe('rgb(255, 0, 0)');
    await page.getByRole('button', { name: 'Refresh the token of martin' }).waitFor();
    await page.evaluate("document.body.append(document.createElement('h2'))");
    expect(await page.evaluate("getComputedStyle(document.querySelector('body > h2')).display")).toBe('none');
  });

  test('nothing is inherited from the app, its direction neither', async () => {
    await open({ dir: 'rtl' });
    const inherited =
      'const { direction, letterSpacing, textTransform } = getComputedStyle(root.querySelector("h2"))';
    expect(
      await looks(`(() => { ${inherited}; return [direction, letterSpacing, textTransform].join() })()`),
    ).toBe('ltr,-0.15px,none');
    expect(await page.evaluate('getComputedStyle(document.body).direction')).toBe('rtl');
  });

  test('the policy and the search for faults are real: what breaks them is noticed', async () => {
    await open({});
    await expect(page.evaluate('document.body.innerHTML = "<b>"')).rejects.toThrow('TrustedHTML');
    await expect.poll(() => complaints.all.splice(0).join()).toContain('require-trusted-types-for');
    await page.evaluate("document.body.append(document.createElement('img'))");
    expect(await seriousFindings()).toEqual([expect.stringContaining('image-alt')]);
  });

  test('its button works, and no token is anywhere in it', async () => {
    await open({});
    await page.getByRole('button', { name: 'Refresh the token of martin' }).click();
    await page.getByText('a new token is in use').waitFor();
    const text = await everythingIn(page);
    for (const token of Object.values(tokens)) expect(text).not.toContain(token.split('.')[1]);
  });
});

const TIME_LINE = "root.querySelector('stream-video-timeline').shadowRoot";

describe('in whatever place the app gives it', () => {
  test.each([360, 1280])('at %i pixels no time and no label is cut, and no line is empty', async (width) => {
    await open({}, { viewport: { width, height: 900 } });
    const axis = `[...${TIME_LINE}.querySelectorAll('.axis text, .bar-label')].map((one) =>
      one.closest('svg').getBoundingClientRect().right - one.getBoundingClientRect().right)`;
    for (const room of (await looks(axis)) as number[]) expect(room).toBeGreaterThanOrEqual(0);
    const toolbar = `${TIME_LINE}.querySelector('.toolbar')`;
    const below = await looks(
      `${toolbar}.getBoundingClientRect().bottom - ${toolbar}.querySelector('select').getBoundingClientRect().bottom`,
    );
    expect(below).toBeLessThan(12);
  });

  test('what is said while a mark is looked at moves no mark', async () => {
    await open({}, { viewport: { width: 360, height: 900 } });
    const mark = page.locator('stream-video-timeline .item:has(.span)').first();
    const before = await mark.boundingBox();
    await mark.hover();
    await page.getByText('held while you look').waitFor();
    expect((await mark.boundingBox())?.y).toBe(before?.y);
  });

  test.each([
    ['tiny', { tiny: '' }, {}],
    ['narrow', {}, { viewport: { width: 320, height: 640 } }],
    ['rtl', { dir: 'rtl' }, {}],
    ['rtl-narrow', { dir: 'rtl' }, { viewport: { width: 360, height: 740 } }],
  ] as const)('nothing stands out of it: %s', async (name, query, options) => {
    await open(query, options);
    const place = query && 'tiny' in query ? "document.querySelector('.tiny')" : 'document.documentElement';
    await expect
      .poll(() => page.evaluate(`${place}.scrollWidth - ${place}.clientWidth`))
      .toBeLessThanOrEqual(0);
    await shot(`devtools-${name}`);
  });

  test('who wants less motion gets none', async () => {
    await open({}, { reducedMotion: 'reduce' });
    await expect
      .poll(() =>
        looks(
          '[root, ...[...root.querySelectorAll("*")].map((one) => one.shadowRoot).filter(Boolean)].flatMap((one) => [...one.querySelectorAll("*")]).filter((one) => one.getAnimations().length > 0).length',
        ),
      )
      .toBe(0);
  });

  test.each(['light', 'dark'] as const)(
    'a theme that the app asks for wins over the system’s: %s',
    async (theme) => {
      const colorScheme = theme === 'light' ? 'dark' : 'light';
      await open({ theme }, { colorScheme });
      const [red = 0] =
        String(await looks('getComputedStyle(element).backgroundColor')).match(/[\d.]+/g) ?? [];
      expect(Number(red) > 128).toBe(theme === 'light');
    },
  );
});

describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
  test.each([360, 1280])('at %i pixels it fits, and axe finds nothing serious', async (width) => {
    await open({}, { viewport: { width, height: 900 }, colorScheme });
    emulator.faults.revoke('martin');
    await page.getByRole('button', { name: 'Refresh the token of martin' }).click();
    await page.getByText('a new token is in use').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
    expect(await seriousFindings()).toEqual([]);
    await shot(`devtools-${width}-${colorScheme}`);
  });
});
