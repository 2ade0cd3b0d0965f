import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { type Emulator, startEmulator } from 'stream-video-auth/emulator';
import { build, type PreviewServer, preview } from 'vite';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { tokenEndpoint } from '../../examples/with-official-client/token-endpoint.js';
import { launch } from '../page/browser.js';

// `examples/with-official-client`: the ready-made call screen of the official React SDK, as a user sees it.

const configFile = new URL('../../examples/with-official-client/vite.config.ts', import.meta.url).pathname;
const outDir = mkdtempSync(join(tmpdir(), 'call-screen-'));
const pictures = process.env.MEDIA_PICTURES;

let browser: Browser;
let server: PreviewServer;
let emulator: Emulator;
const exceptions: string[] = [];

beforeAll(async () => {
  emulator = await startEmulator();
  await build({ configFile, logLevel: 'error', build: { outDir, emptyOutDir: true } });
  server = await preview({
    configFile,
    logLevel: 'error',
    plugins: [tokenEndpoint(emulator)],
    build: { outDir },
    preview: { host: '127.0.0.1', port: 0 },
  });
  browser = await launch(['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']);
});
afterAll(async () => {
  await browser?.close();
  await Promise.all([server?.close(), emulator?.stop()]);
  rmSync(outDir, { recursive: true, force: true });
});
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  expect(exceptions.splice(0)).toEqual([]);
});

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

async function enter(
  userId: string,
  { width = 1280, colorScheme = 'light' as 'light' | 'dark' } = {},
): Promise<Page> {
  const viewport = { width, height: width < 600 ? 720 : 800 };
  const context = await browser.newContext({ permissions: ['camera', 'microphone'], viewport, colorScheme });
  const page = await context.newPage();
  page.on('pageerror', ({ message }) => exceptions.push(message));
  const origin = new URL(server.resolvedUrls?.local[0] ?? '').origin;
  await page.goto(`${origin}/?coordinator=${encodeURIComponent(emulator.url)}&key=${emulator.apiKey}`);
  await page.getByLabel('Your name').fill(userId);
  await press(page, 'Sign in');
  await press(page, 'Join');
  return page;
}

/** Resolves once the pictures of this many people move. */
async function sees(page: Page, count: number): Promise<void> {
  const playing = () =>
    page.evaluate(
      () => [...document.querySelectorAll('video')].filter((one) => one.videoWidth > 0 && !one.paused).length,
    );
  await expect.poll(playing, { timeout: 20_000 }).toBeGreaterThanOrEqual(count);
  await page.getByText(`${count} in the call`).waitFor();
}

test.each([
  [1280, 'light'],
  [360, 'dark'],
] as const)('two see each other, %i pixels wide, %s', async (width, colorScheme) => {
  const ada = await enter('ada', { width, colorScheme });
  const bea = await enter('bea', { width, colorScheme });
  await Promise.all([sees(ada, 2), sees(bea, 2)]);
  const overflow = await ada.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
  if (pictures) await ada.screenshot({ path: `${pictures}/call-${width}-${colorScheme}.png` });
});

test('a token that is revoked, with the socket cut, is renewed under the call', async () => {
  const ada = await enter('ada');
  await enter('bea');
  await sees(ada, 2);
  emulator.faults.revoke('ada');
  emulator.faults.dropConnections(undefined, { userId: 'ada' });
  const handshakes = () =>
    emulator.requests.filter(({ kind, status }) => kind === 'socket' && status === 101);
  const before = handshakes().length;
  await expect.poll(() => handshakes().length, { timeout: 20_000 }).toBe(before + 1);
  await sees(ada, 2);
});

test('who leaves is not seen any more, may return, and on signing out is gone from both clients', async () => {
  const ada = await enter('ada');
  const bea = await enter('bea');
  await Promise.all([sees(ada, 2), sees(bea, 2)]);
  await bea.getByTestId('cancel-call-button').click();
  await ada.getByText('1 in the call').waitFor();
  await press(bea, 'Join');
  await sees(ada, 2);
  await press(bea, 'Sign out');
  await bea.getByText('Join the stand-up').waitFor();
  await ada.getByText('1 in the call').waitFor();
  const connected: string[] = [];
  const stop = emulator.observe((message) => {
    if (message.type === 'snapshot') connected.push(...message.clients.map(({ userId }) => userId));
  });
  stop();
  expect(connected).not.toContain('bea');
});
