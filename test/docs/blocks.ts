// Finds every block of code in README, guides and doc comments.
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';

export const ROOT = new URL('../..', import.meta.url).pathname;

export interface Block {
  /** Where it stands, as an editor finds it: `README.md:12`. */
  readonly place: string;
  readonly language: string;
  /** What follows the language; `no-run`, for one. */
  readonly attributes: string;
  readonly code: string;
  readonly isDocComment: boolean;
}

const PAGES = ['*.md', 'docs/**/*.md'];
const GENERATED = /^docs\/(api|node_modules)\//;
/** The rooms whose doc comments reach a reader. */
const SOURCES = ['client', 'server', 'emulator', 'react', 'devtools', 'shared'].flatMap((room) => [
  `src/${room}/**/*.ts`,
  `src/${room}/**/*.tsx`,
]);
const FENCE = /^([ \t]*)```(\w+)[ \t]*(.*)\n([\s\S]*?)^\1```$/gm;

export function readBlocks(): Block[] {
  return [
    ...filesOf(PAGES)
      .filter((path) => !GENERATED.test(path))
      .flatMap(fencedBlocks),
    ...filesOf(SOURCES).flatMap(examples),
  ];
}

function filesOf(patterns: readonly string[]): string[] {
  return patterns.flatMap((pattern) => globbed(pattern)).sort();
}

function globbed(pattern: string): string[] {
  return ts.sys
    .readDirectory(
      ROOT,
      [`.${pattern.slice(pattern.lastIndexOf('.') + 1)}`],
      ['node_modules', 'reports'],
      [pattern],
    )
    .map((path) => relative(ROOT, path));
}

function fencedBlocks(path: string): Block[] {
  const text = readFileSync(join(ROOT, path), 'utf8');
  return [...text.matchAll(FENCE)].map(
    ({ index, 1: indent = '', 2: language = '', 3: attributes = '', 4: code = '' }) => ({
      place: `${path}:${lineAt(text, index) + 1}`,
      language,
      attributes: attributes.trim(),
      code: code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
      isDocComment: false,
    }),
  );
}

/** The `@example`s of a source file; those of its internals, too. */
function examples(path: string): Block[] {
  const text = readFileSync(join(ROOT, path), 'utf8');
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: Block[] = [];
  const visit = (node: ts.Node): void => {
    for (const tag of ts.getJSDocTags(node)) {
      if (tag.tagName.text !== 'example' || tag.parent.parent !== node) continue;
      found.push({
        place: `${path}:${lineAt(text, tag.getStart())}`,
        language: path.endsWith('x') || /<[A-Z]\w+ /.test(tag.getText()) ? 'tsx' : 'ts',
        attributes: '',
        code: `${tag
          .getText()
          .replace(/^@example\s*/, '')
          .replaceAll(/^ *\* ?/gm, '')
          .replace(/\s*\*?\/?\s*$/, '')}\n`,
        isDocComment: true,
      });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}
