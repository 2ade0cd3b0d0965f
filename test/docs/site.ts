// Checks the built site: no broken link, a `.md` twin for each guide, search, and nothing that axe finds, light and dark,
// wide and narrow. Needs Chromium and a build: npm run docs:build && npm run test:site
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { LinkChecker, LinkState } from 'linkinator';
import { GUIDES } from '../../docs/.vitepress/guides.js';
import { launch } from '../page/browser.js';
import { ROOT } from './blocks.js';

const SITE = join(ROOT, 'docs/.vitepress/dist');
const SHOTS = join(ROOT, 'reports/site');
const AXE = readFileSync(join(ROOT, 'node_modules/axe-core/axe.min.js'), 'utf8');
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.md': 'text/markdown; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
};
const LOOKED_AT = [
  '/',
  '/guide/start',
  '/guide/react',
  '/guide/errors',
  '/guide/architecture',
  '/guide/devtools',
  '/demo',
  '/api/',
  '/api/stream-video-auth/devtools/',
];
const WIDTHS = [360, 1280];
/** For a busy machine: nothing is asserted about time. */
const PATIENCE_MS = 120_000;

let passed = 0;
let failed = 0;
function check(odd: readonly string[], what: string): void {
  if (odd.length === 0) passed += 1;
  else failed += 1;
  console.log(`${odd.length === 0 ? 'ok ' : 'NOT'} ${what}${odd.map((one) => `\n      ${one}`).join('')}`);
}

/** As a static host does it: `/guide/start` is `guide/start.html`. */
const server = createServer((request, response) => {
  const path = decodeURIComponent((request.url ?? '/').split(/[?#]/, 1)[0] ?? '/');
  const file = [path, `${path}.html`, `${path}/index.html`]
    .map((name) => join(SITE, name))
    .find((name) => extname(name) !== '' && existsSync(name));
  if (file === undefined) response.writeHead(404).end();
  else
    response
      .writeHead(200, { 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream' })
      .end(readFileSync(file));
}).listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const { links } = await new LinkChecker().check({
  path: origin,
  recurse: true,
  concurrency: 50,
  // Only what is here: the network is not asked.
  linksToSkip: async (link) => !link.startsWith(origin),
});
const broken = links
  .filter(({ state }) => state === LinkState.BROKEN)
  .map(({ url, parent }) => `${parent} -> ${url}`);
check(broken, `none of ${links.length} links is broken`);

const pages = GUIDES.flatMap((group) => group.pages.map(([link]) => link));
check(
  pages.filter((page) => !existsSync(join(SITE, `${page}.md`))),
  `each of ${pages.length} guides has its .md twin`,
);
const listed = readFileSync(join(SITE, 'llms.txt'), 'utf8');
check(
  pages.filter((page) => !listed.includes(page)),
  'llms.txt lists them',
);

interface Finding {
  id: string;
  impact: string;
  nodes: { html: string }[];
}

mkdirSync(SHOTS, { recursive: true });
const browser = await launch();
try {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of WIDTHS) {
      const tab = await browser.newPage({
        colorScheme,
        viewport: { width, height: 900 },
        reducedMotion: 'reduce',
      });
      tab.setDefaultTimeout(PATIENCE_MS);
      tab.setDefaultNavigationTimeout(PATIENCE_MS);
      const complaints: string[] = [];
      tab.on('pageerror', (error) => complaints.push(error.message));
      tab.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      for (const path of LOOKED_AT) {
        await tab.goto(origin + path);
        await tab.waitForLoadState('networkidle');
        await tab.evaluate(AXE);
        const found = (await tab.evaluate(
          'axe.run(document).then(({ violations }) => violations)',
        )) as Finding[];
        const serious = found.filter(({ impact }) => impact === 'serious' || impact === 'critical');
        const name = `${path} at ${width}, ${colorScheme}`;
        check(
          serious.map(({ id, nodes }) => `${id} (${nodes.length}): ${nodes[0]?.html.slice(0, 160)}`),
          `axe: ${name}`,
        );
        const overflow = await tab.evaluate('document.documentElement.scrollWidth - innerWidth');
        check(Number(overflow) > 0 ? [`${overflow} px too wide`] : [], `fits: ${name}`);
        await tab.screenshot({
          path: join(SHOTS, `${path.replaceAll('/', '-')}-${width}-${colorScheme}.png`),
        });
      }
      check(complaints, `no complaint in the console at ${width}, ${colorScheme}`);
      await tab.close();
    }
  }
  const visitor = await browser.newPage({ viewport: { width: 1280, height: 900 }, colorScheme: 'dark' });
  await visitor.goto(`${origin}/demo`);
  const demo = visitor.frameLocator('iframe.demo');
  await demo.getByRole('button', { name: 'Enter as user' }).click();
  await demo.getByText('socket: connected').waitFor();
  await demo.locator('stream-video-auth-devtools .badge', { hasText: 'fresh' }).waitFor();
  check([], 'the demo lives in its page, with the devtools, and no server is asked');
  await demo.getByRole('button', { name: 'Revoke tokens' }).click();
  await visitor.screenshot({ path: join(SHOTS, '-demo-alive-dark.png'), fullPage: true });
  await visitor.close();
  const tab = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await tab.goto(`${origin}/guide/start`);
  await tab.keyboard.press('Control+k');
  await tab.getByRole('searchbox').fill('circuit_open');
  await tab.getByRole('option').first().waitFor();
  check([], 'the search finds an error code, offline');
} finally {
  await browser.close();
  server.closeAllConnections();
  server.close();
}
console.log(`Site: ${passed} passed, ${failed} failed`);
if (failed > 0) process.exitCode = 1;
