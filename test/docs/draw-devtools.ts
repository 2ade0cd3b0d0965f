// Takes the picture of the devtools for the site, light and dark, from the demo page while a token is revoked, a socket
// dropped and a token renewed. Needs Chromium: npm run docs:picture
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmulator } from 'stream-video-auth/emulator';
import { build, preview } from 'vite';
import { launch } from '../page/browser.js';
import { ROOT } from './blocks.js';

const configFile = join(ROOT, 'examples/web/vite.config.ts');
const outDir = mkdtempSync(join(tmpdir(), 'devtools-picture-'));
await build({ configFile, logLevel: 'error', build: { outDir, emptyOutDir: true } });
const server = await preview({
  configFile,
  logLevel: 'error',
  build: { outDir },
  preview: { host: '127.0.0.1', port: 0 },
});
const origin = new URL(server.resolvedUrls?.local[0] ?? '').origin;
const emulator = await startEmulator({ allowOrigins: [origin] });
const browser = await launch();

async function draw(colorScheme: 'light' | 'dark'): Promise<void> {
  const tab = await browser.newPage({
    colorScheme,
    deviceScaleFactor: 1,
    viewport: { width: 1080, height: 900 },
  });
  const query = new URLSearchParams({ coordinator: emulator.url, key: emulator.apiKey });
  await tab.goto(`${origin}/?${query}`);
  const press = (name: string) => tab.getByRole('button', { name, exact: true }).first().click();
  for (const kind of ['user', 'guest', 'viewer']) await press(`Enter as ${kind}`);
  await press('Join the call');
  await press('Look at the call');
  for (const button of ['Revoke tokens', 'Drop sockets']) {
    await tab.waitForTimeout(8_000);
    await press(button);
    await press('Rename it');
  }
  await tab.waitForTimeout(45_000);
  await tab.locator('stream-video-auth-devtools').screenshot({
    path: join(ROOT, `docs/public/devtools-${colorScheme}.png`),
  });
  await tab.context().close();
}

try {
  await draw('light');
  await draw('dark');
} finally {
  await browser.close();
  await Promise.all([server.close(), emulator.stop()]);
  rmSync(outDir, { recursive: true, force: true });
}
