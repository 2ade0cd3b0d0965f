// Draws the picture of a token's life for README and site, light and dark, with the time line that the emulator's page
// shows. Needs Chromium: npm run docs:picture
import { join } from 'node:path';
import { build } from 'esbuild';
import { launch } from '../page/browser.js';
import { ROOT } from './blocks.js';

const NOTES = [
  [48, 'refreshed ahead of expiry: nobody waits'],
  [85, 'revoked: refused once, one new token, sent again'],
  [104, 'socket lost: back with the token of that moment'],
] as const;

const SPAN_S = 156;
const WIDTH_PX = 980;

const SOURCE = `
import { StreamVideoTimeline } from './src/timeline/timeline.ts';
import { LIFE } from './test/docs/life.ts';
customElements.define('stream-video-timeline', StreamVideoTimeline);
const timeline = document.createElement('stream-video-timeline');
const bare = new CSSStyleSheet();
bare.replaceSync('.toolbar { display: none !important }');
timeline.data = LIFE;
timeline.spanMs = ${SPAN_S * 1000};
document.querySelector('main').prepend(timeline);
await timeline.updateComplete;
timeline.shadowRoot.adoptedStyleSheets = [...timeline.shadowRoot.adoptedStyleSheets, bare];
`;

const page = (script: string) => `<!doctype html><html lang="en"><meta charset="utf-8"><style>
  :root { color-scheme: light dark }
  body { margin: 0; background: light-dark(#fff, #0f1319); color: light-dark(#1b2330, #e5e9f0);
    font: 13px/1.4 system-ui, 'DejaVu Sans', sans-serif }
  main { width: ${WIDTH_PX}px; padding: 16px; box-sizing: border-box }
  ol { display: flex; gap: 28px; margin: 12px 0 0; padding: 0; list-style: none }
  li { flex: 1; padding-left: 10px; border-left: 3px solid light-dark(#2257cf, #82adff) }
  b { display: block; font-weight: 600 }
</style><main><ol>${NOTES.map(([seconds, text]) => {
  const [what = '', then = ''] = text.split(': ');
  return `<li><b>09:0${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} ${what}</b>${then}</li>`;
}).join('')}</ol></main><script type="module">${script}</script></html>`;

const { outputFiles } = await build({
  stdin: { contents: SOURCE, resolveDir: ROOT, loader: 'ts' },
  bundle: true,
  write: false,
  format: 'esm',
  platform: 'browser',
  tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
});
const browser = await launch();
try {
  for (const colorScheme of ['light', 'dark'] as const) {
    const tab = await browser.newPage({
      colorScheme,
      deviceScaleFactor: 2,
      viewport: { width: WIDTH_PX, height: 500 },
    });
    await tab.setContent(page(outputFiles[0]?.text ?? ''));
    await tab.locator('stream-video-timeline .lane').waitFor();
    await tab.locator('main').screenshot({ path: join(ROOT, `docs/public/token-life-${colorScheme}.png`) });
    await tab.close();
  }
} finally {
  await browser.close();
}
