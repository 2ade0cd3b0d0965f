// What the tarball may hold, and whether its pages and source maps refer to what it holds.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const BUILT = [
  ...['bin/stream-video-emulator.js', 'bin/stream-video-token.js', 'emulator-page.js', 'devtools.js'],
  ...['emulator.browser', 'emulator', 'index', 'index.node', 'index.react-native'].flatMap(withMap),
  ...['devtools.none', 'react', 'server.browser', 'server'].flatMap(withMap),
  ...['devtools', 'emulator', 'index', 'react', 'server'].map((door) => `${door}.d.ts`),
];

const PAGES = ['CHANGELOG.md', 'LICENSE', 'README.md', 'SECURITY.md', 'package.json'];

const PUBLIC = 'docs/public';

/** Packed as they stand in the repository: the README and the texts of errors refer to them. */
const SOURCES = ['examples', 'docs/*.md', PUBLIC, 'docs/seed.*.json'];

function withMap(name: string): string[] {
  return [`${name}.js`, `${name}.js.map`];
}

export interface Packed {
  readonly files: readonly string[];
  /** Packed though nobody said so, or missing. */
  readonly unexpected: readonly string[];
  /** Relative links of packed pages that lead to nothing packed. */
  readonly deadLinks: readonly string[];
  /** Sources in a source map that are not this package's own. */
  readonly foreignSources: readonly string[];
}

export function readPacked(root: string, tarball: string): Packed {
  const lines = (command: string, args: string[]) =>
    execFileSync(command, args, { cwd: root, encoding: 'utf8' }).trim().split('\n');
  const files = lines('tar', ['-tzf', tarball]).map((path) => path.replace('package/', ''));
  const expected = [
    ...PAGES,
    ...BUILT.map((file) => `dist/${file}`),
    ...lines('git', ['ls-files', ...SOURCES]),
  ];
  const read = (path: string) => readFileSync(join(root, path), 'utf8');
  return {
    files,
    unexpected: [...files, ...expected].filter((path) => files.includes(path) !== expected.includes(path)),
    deadLinks: files
      .filter((path) => path.endsWith('.md'))
      .flatMap((page) => linksOf(page, read(page)))
      .filter(({ target }) => !files.some((path) => path === target || path.startsWith(`${target}/`)))
      .map(({ page, target }) => `${page}: ${target}`),
    foreignSources: files
      .filter((path) => path.endsWith('.map'))
      .flatMap((map) => (JSON.parse(read(map)) as { sources: string[] }).sources)
      .filter((source) => !/^(\.\.\/)+src\//.test(source)),
  };
}

/** What Vue binds, as in `:src`, is an expression of the site's. */
const LINK = /\]\(([^)\s]+)\)|(?<!:)\b(?:src|srcset)="([^"]+)"/g;

function linksOf(page: string, text: string): { page: string; target: string }[] {
  return (
    [...text.matchAll(LINK)]
      .map(([, link, source]) => (link ?? source ?? '').replace(/#.*/, ''))
      .filter((link) => link !== '' && !/^[a-z]+:/.test(link))
      // From the root: a file of the site, which keeps them in one folder.
      .map((link) => ({ page, target: link.startsWith('/') ? join(PUBLIC, link) : join(page, '..', link) }))
  );
}
