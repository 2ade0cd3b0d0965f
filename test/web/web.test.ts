import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { type Emulator, startEmulator } from 'stream-video-auth/emulator';
import { build, type PreviewServer, preview } from 'vite';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { launch } from '../page/browser.js';

const configFile = new URL('../../examples/web/vite.config.ts', import.meta.url).pathname;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const outDir = mkdtempSync(join(tmpdir(), 'demo-web-'));

let browser: Browser;
let server: PreviewServer;
let emulator: Emulator;
let origin: string;
const pages: Page[] = [];
let elsewhere: string[] = [];
const exceptions: string[] = [];

beforeAll(async () => {
  await build({ configFile, logLevel: 'error', build: { outDir, emptyOutDir: true } });
  server = await preview({
    configFile,
    logLevel: 'error',
    build: { outDir },
    preview: { host: '127.0.0.1', port: 0 },
  });
  origin = new URL(server.resolvedUrls?.local[0] ?? '').origin;
  emulator = await startEmulator({ allowOrigins: [origin] });
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  await Promise.all([server?.close(), emulator?.stop()]);
  rmSync(outDir, { recursive: true, force: true });
});
afterEach(async () => {
  await Promise.all(pages.splice(0).map((page) => page.context().close()));
  expect(exceptions.splice(0)).toEqual([]);
  elsewhere = [];
  emulator.faults.reset();
});

async function open({ isShared = false, width = 1280, colorScheme = 'light' as 'light' | 'dark' } = {}) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
  const page = await context.newPage();
  pages.push(page);
  page.on('pageerror', ({ message }) => exceptions.push(message));
  page.on('response', (response) => {
    if (!response.fromServiceWorker() && !response.url().startsWith(origin)) elsewhere.push(response.url());
  });
  const query = isShared ? `?coordinator=${encodeURIComponent(emulator.url)}&key=${emulator.apiKey}` : '';
  await page.goto(`${origin}/${query}`);
  await page.getByRole('heading', { name: 'Tokens that stay good' }).waitFor();
  return page;
}

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).first().click();
const card = (page: Page, name: string) =>
  page.locator('stream-video-auth-devtools .card').filter({ has: page.locator('h3', { hasText: name }) });

async function enter(page: Page, ...kinds: string[]): Promise<void> {
  for (const kind of kinds) {
    await press(page, `Enter as ${kind}`);
    await page.getByRole('button', { name: `Leave as ${kind}` }).waitFor();
  }
}

/** What axe calls serious or critical, shadow roots included. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
    violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html.slice(0, 120)).join(' | ')))`) as Promise<
    string[]
  >;
}

describe('the demo page without a server', () => {
  test('user, guest and viewer have a life each, and nobody elsewhere is asked', async () => {
    const page = await open();
    await enter(page, 'user', 'guest', 'viewer');
    await page.getByText('socket: connected').nth(1).waitFor();
    await press(page, 'Join the call');
    await press(page, 'Look at the call');
    for (const name of ['martin', 'visitor', 'anonymous'])
      await card(page, name).locator('.badge', { hasText: 'fresh' }).waitFor();
    expect(elsewhere).toEqual([]);
  });
});

describe.each([
  ['the emulator', true],
  ['no server', false],
])('each button does what it says, with %s', (_, isShared) => {
  async function enterCall(): Promise<Page> {
    const page = await open({ isShared });
    await enter(page, 'user');
    await page.getByText('socket: connected').waitFor();
    await press(page, 'Join the call');
    await page.getByRole('button', { name: 'Rename it' }).waitFor();
    await card(page, 'martin').getByText('What happened, as a table').click();
    return page;
  }
  const happened = (page: Page, what: string) =>
    card(page, 'martin').locator('td', { hasText: what }).first().waitFor();

  test.each(['Revoke tokens', 'Expire tokens'])(
    '%s: the next request is refused, and sent again with a new token',
    async (button) => {
      const page = await enterCall();
      await press(page, button);
      await press(page, 'Rename it');
      await page.getByText('“Take ').waitFor();
      await happened(page, 'the server refused generation 1');
      await happened(page, 'sent once more');
      await happened(page, 'generation 2');
    },
  );

  test('Drop sockets: they come back by themselves', async () => {
    const page = await enterCall();
    await press(page, 'Drop sockets');
    await page.getByText('All sockets were cut').waitFor();
    await happened(page, 'the socket closed');
    const opened = card(page, 'martin').locator('td', { hasText: 'the socket is connected' });
    await opened.nth(1).waitFor();
  });

  test('Skew the clock: the difference is seen, and Repair ends it', async () => {
    const page = await enterCall();
    const clock = card(page, 'martin').locator('dl div').filter({ hasText: 'clock' });
    await clock.getByText('agrees').waitFor();
    await press(page, 'Skew the clock');
    await page.getByText('five minutes ahead').waitFor();
    await press(page, 'Drop sockets'); // the next socket brings the coordinator's time
    await clock.getByText('5 min').waitFor();
    await press(page, 'Repair');
    await page.getByText('Everything works again').waitFor();
    await press(page, 'Drop sockets');
    await clock.getByText('agrees').waitFor();
  });

  test('Go offline: nothing leaves the page, until Repair', async () => {
    const page = await enterCall();
    await press(page, 'Go offline');
    await page.getByText('socket: reconnecting').waitFor();
    await press(page, 'Rename it');
    await page.getByRole('alert').waitFor();
    await press(page, 'Repair');
    await page.getByText('socket: connected').waitFor();
    await press(page, 'Rename it');
    await page.getByText('“Take ').waitFor();
  });
});

describe('the demo page with the emulator', () => {
  test('what happens to a call in one tab is seen in the other', async () => {
    const [one, other] = [await open({ isShared: true }), await open({ isShared: true })];
    for (const page of [one, other]) {
      await enter(page, 'user');
      await page.getByText('socket: connected').waitFor();
      await press(page, 'Join the call');
      await page.getByRole('button', { name: 'Leave the call' }).waitFor();
    }
    await press(one, 'Rename it');
    await other.getByText('“Take ').waitFor();
  });
});

describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
  test.each([360, 1280])('at %i pixels it fits, and axe finds nothing serious', async (width) => {
    const page = await open({ isShared: true, width, colorScheme });
    await enter(page, 'user', 'guest', 'viewer');
    await page.getByText('socket: connected').nth(1).waitFor();
    const room = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
    expect(room).toBeLessThanOrEqual(0);
    expect(await violations(page)).toEqual([]);
    if (process.env.SCREENSHOTS !== undefined) {
      await press(page, 'Join the call');
      await press(page, 'Revoke tokens');
      await page.waitForTimeout(4000);
      await page.screenshot({
        path: `${process.env.SCREENSHOTS}/${width}-${colorScheme}.png`,
        fullPage: true,
      });
    }
  });
});
