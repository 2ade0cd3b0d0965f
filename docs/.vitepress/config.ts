import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformerTwoslash } from '@shikijs/vitepress-twoslash';
import ts from 'typescript';
import { type DefaultTheme, defineConfig, type UserConfig } from 'vitepress';
import llmstxt from 'vitepress-plugin-llms';
import { GUIDES } from './guides.js';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

const REPOSITORY = 'https://github.com/stream-video-auth/stream-video-auth';

/** Made from the source before the site is: `npm run docs:api`. */
function reference(): DefaultTheme.SidebarItem[] {
  const file = path('../api/typedoc-sidebar.json');
  if (!existsSync(file)) throw new Error('The API reference is missing: npm run docs:api');
  const [client = {}] = JSON.parse(readFileSync(file, 'utf8')) as DefaultTheme.SidebarItem[];
  // The other doors lie in the client's folder, and only a door has a page of its own.
  const others = (client.items ?? []).filter(({ link }) => link !== undefined);
  const doors = [client, ...others.map((door) => ({ ...door, text: `${client.text}/${door.text}` }))];
  return doors.map(({ items = [], ...door }) => ({
    ...door,
    collapsed: true,
    // Open with their door: the theme's head of a group that folds is a button in a button.
    items: items.filter(({ link }) => link === undefined).map(({ collapsed: _, ...group }) => group),
  }));
}

const DEMO_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
};

/** While pages are written, the demo lies where a build lays it: `npm run docs` builds it first. */
const demoWhileWriting: NonNullable<NonNullable<UserConfig['vite']>['plugins']>[number] = {
  name: 'demo-while-writing',
  configureServer({ middlewares }) {
    middlewares.use('/demo', (request, response, next) => {
      const file = path(`cache/demo${(request.url ?? '').split(/[?#]/, 1)[0]}`);
      const type = DEMO_TYPES[extname(file)];
      if (type === undefined || !existsSync(file)) next();
      else response.writeHead(200, { 'Content-Type': type }).end(readFileSync(file));
    });
  },
};

/** Whose table or picture needs the room of the outline. */
const WIDE = ['guide/errors.md', 'guide/architecture.md'];

/** What blocks of code take as given, so that their types are shown, too. */
const given = `${readFileSync(path('../../test/docs/given.ts'), 'utf8')}\nexport {};\n`;

const { config: tsconfig } = ts.readConfigFile(path('../../tsconfig.json'), ts.sys.readFile);
const { options } = ts.parseJsonConfigFileContent(tsconfig, ts.sys, path('../..'));

export default defineConfig({
  title: 'stream-video-auth',
  description: 'The auth life cycle of a StreamVideo client',
  lang: 'en',
  cleanUrls: false,
  head: [['link', { rel: 'icon', href: '/icon.svg' }]],
  srcExclude: ['public/**'],
  buildEnd: ({ outDir }) => {
    for (const file of ['seed.schema.json', 'seed.example.json'])
      copyFileSync(path(`../${file}`), `${outDir}/${file}`);
  },
  transformPageData: ({ relativePath, frontmatter }) => {
    if (WIDE.includes(relativePath)) frontmatter.aside = false;
  },
  markdown: {
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    codeTransformers: [
      transformerTwoslash({
        explicitTrigger: true,
        twoslashOptions: {
          compilerOptions: { ...options, noUnusedLocals: false, noUnusedParameters: false },
          extraFiles: { 'given.ts': given },
        },
      }),
    ],
    languages: ['ts', 'tsx', 'sh', 'json', 'http', 'yaml'],
  },
  vite: { plugins: [llmstxt(), demoWhileWriting] },
  themeConfig: {
    search: { provider: 'local' },
    nav: [
      { text: 'Guides', link: '/guide/start' },
      { text: 'API', link: '/api/' },
      { text: 'Emulator', link: '/emulator' },
      { text: 'Demo', link: '/demo' },
    ],
    sidebar: [
      ...GUIDES.map(({ title, pages }) => ({
        text: title,
        items: pages.map(([link, text]) => ({ text, link })),
      })),
      { text: 'API', items: reference() },
    ],
    outline: [2, 3],
    socialLinks: [{ icon: 'github', link: REPOSITORY }],
    footer: { message: 'MIT. Not affiliated with Stream.' },
  },
});
