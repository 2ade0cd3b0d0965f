// The page that the picture of a token's life is taken from, and whether the pictures were taken from today's.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { type BuildOptions, build } from 'esbuild';
import { ROOT } from './blocks.js';

const NOTES = [
  [48, 'refreshed ahead of expiry: nobody waits'],
  [85, 'revoked: refused once, one new token, sent again'],
  [104, 'socket lost: back with the token of that moment'],
] as const;

const SPAN_S = 156;
export const WIDTH_PX = 980;

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

async function bundle(options: BuildOptions): Promise<string> {
  const { outputFiles } = await build({
    ...options,
    stdin: { contents: SOURCE, resolveDir: ROOT, loader: 'ts' },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
  });
  return outputFiles?.[0]?.text ?? '';
}

export async function readLifePage(): Promise<string> {
  return page(await bundle({}));
}

/** Names the page by our own code in it: neither comments nor new versions of what it needs make it another one. */
export async function digestOfLifePage(): Promise<string> {
  const ours = page(await bundle({ minify: true, packages: 'external' }));
  return createHash('sha256').update(ours).digest('hex');
}

/** A PNG's signature and its first chunk, which has to stay the first. */
const HEAD_BYTES = 33;
const KEYWORD = 'Source\0';

/** The PNG with the digest of its page, as text that no viewer shows. */
export function withDigest(png: Buffer, digest: string): Buffer {
  const chunk = Buffer.from(`tEXt${KEYWORD}${digest}`, 'latin1');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(chunk.length - 4);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(chunk));
  return Buffer.concat([png.subarray(0, HEAD_BYTES), length, chunk, sum, png.subarray(HEAD_BYTES)]);
}

export const lifePicture = (scheme: string) => join(ROOT, `docs/public/token-life-${scheme}.png`);

/** The pictures that were taken from another page than today's. */
export async function staleLives(): Promise<string[]> {
  const today = `${KEYWORD}${await digestOfLifePage()}`;
  return ['light', 'dark']
    .filter((scheme) => !readFileSync(lifePicture(scheme)).includes(today))
    .map((scheme) => `token-life-${scheme}.png was taken from another time line`);
}
