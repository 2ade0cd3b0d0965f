// Draws the picture of a token's life for README and site, light and dark, with the time line that the emulator's page
// shows. Needs Chromium: npm run docs:picture
import { writeFileSync } from 'node:fs';
import { launch } from '../page/browser.js';
import { digestOfLifePage, lifePicture, readLifePage, WIDTH_PX, withDigest } from './life-page.js';

const page = await readLifePage();
const digest = await digestOfLifePage();
const browser = await launch();
try {
  for (const colorScheme of ['light', 'dark'] as const) {
    const tab = await browser.newPage({
      colorScheme,
      deviceScaleFactor: 2,
      viewport: { width: WIDTH_PX, height: 500 },
    });
    await tab.setContent(page);
    await tab.locator('stream-video-timeline .lane').waitFor();
    const taken = await tab.locator('main').screenshot();
    writeFileSync(lifePicture(colorScheme), withDigest(taken, digest));
    await tab.close();
  }
} finally {
  await browser.close();
}
